"""Sessions: who is here now, and ending one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.identity.session_list import EndSession, ListSessions, SessionRow
from core.operation import Kind
from tui.screens import session_words
from tui.screens.answer import Page
from tui.screens.listing import Narrowed
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece
from tui.widgets.record_table import RecordTable


class Sessions(Narrowed[SessionRow]):
    """As far as the role reaches: one's own, or everybody's."""

    tab = "sessions"
    areas = ("sessions", "session", "users", "mfa", "password")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "end", show=False),
        Binding("e", "ended", show=False),
        Binding("y", "copy", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._with_ended = False

    def title_words(self) -> str:
        return self.t("Sessions")

    def table(self) -> RecordTable[SessionRow]:
        t = self.t
        return RecordTable(
            session_words.columns(t, self.factory.symbols),
            key=lambda row: row.id,
            empty=[Piece(t("No session has these words."), Ink.DIM)],
            row_ink=lambda row: Ink.DIM if row.ended_at else None,
        )

    def hints(self) -> Sequence[Hint]:
        t = self.t
        return (
            Hint("enter", t("open")),
            self.hint("x", t("end session"), EndSession),
            Hint("e", t("only open ones") if self._with_ended else t("ended ones too")),
            Hint("/", t("filter")),
            Hint("y", t("copy id")),
            Hint("?", t("help")),
        )

    def all_keys(self) -> Sequence[Hint]:
        t = self.t
        return (
            Hint("enter", t("everything about the session")),
            self.hint("x", t("end the session under the cursor"), EndSession),
            Hint("e", t("with those that have ended, or without")),
            Hint("/", t("filter")),
            Hint("y", t("copy the id")),
        )

    def kinds(self) -> Sequence[Kind]:
        return (ListSessions, EndSession)

    def at_hand(self) -> Mapping[str, str]:
        return {"session": self._table.row.id} if self._table.row else {}

    async def load(self) -> None:
        found = await self.look(ListSessions(ended=self._with_ended, limit=2_000))
        self._all = found
        self.narrow()

    def texts(self, row: SessionRow) -> Iterable[str]:
        return row.username, row.role, row.address, row.id, row.client

    def moved(self, row: SessionRow | None) -> None:
        self._card.show(session_words.session_lines(self.t, self.factory.symbols, row) if row else ())

    def chosen(self, row: SessionRow) -> None:
        self.app.push_screen(SessionPage(row))

    def action_ended(self) -> None:
        self._with_ended = not self._with_ended
        self.show_hints()
        self.again()

    def action_end(self) -> None:
        row = self._table.row
        if row is None:
            return
        if row.ended_at:
            self.say(self.t("That session has ended already."))
        else:
            self.do(session_words.end(self, row))

    def action_copy(self) -> None:
        if row := self._table.row:
            self.copy(row.id)


class SessionPage(Page):
    """All of one session, as it was when it was opened here."""

    areas = ("nothing",)

    def __init__(self, row: SessionRow) -> None:
        super().__init__(row.username)
        self._row = row

    async def load(self) -> None:
        lines = session_words.session_lines(self.t, self.factory.symbols, self._row)
        self.read([[Piece(" "), *line] for line in lines])


def make() -> Sessions:
    return Sessions()
