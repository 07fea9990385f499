"""Sessions: who is here now, and ending one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from core.identity.session_list import EndSession, ListSessions, SessionRow
from core.operation import Kind
from tui.screens import session_words
from tui.screens.answer import Page
from tui.screens.place import Place
from tui.widgets.filter_line import FilterLine, fits
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece
from tui.widgets.prose import Prose
from tui.widgets.record_table import RecordTable


class Sessions(Place):
    """As far as the role reaches: one's own, or everybody's."""

    tab = "sessions"
    areas = ("sessions", "session", "users", "mfa", "password")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "end", show=False),
        Binding("e", "ended", show=False),
        Binding("slash", "filter", show=False),
        Binding("y", "copy", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[SessionRow, ...] = ()
        self._with_ended = False

    def title_words(self) -> str:
        return self.t("Sessions")

    def body(self) -> ComposeResult:
        t, symbols = self.t, self.factory.symbols
        self._filter = FilterLine()
        self._card = Prose(id="card", classes="detail")
        self._table: RecordTable[SessionRow] = RecordTable(
            session_words.columns(t, symbols),
            key=lambda row: row.id,
            empty=[Piece(t("No session has these words."), Ink.DIM)],
            row_ink=lambda row: Ink.DIM if row.ended_at else None,
        )
        self._table.add_class("list")
        yield self._filter
        yield Horizontal(self._table, self._card, classes="split")

    def on_mount(self) -> None:
        super().on_mount()
        self._table.focus()

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
        self._rows = await self.look(ListSessions(ended=self._with_ended, limit=2_000))
        self._show()

    def _show(self) -> None:
        sought = self._filter.words
        self._table.show(
            [row for row in self._rows if fits(sought, row.username, row.role, row.address, row.id, row.client)]
        )

    @on(FilterLine.Changed)
    def _narrowed(self) -> None:
        self._show()

    @on(FilterLine.Done)
    def _chosen_words(self) -> None:
        self._table.focus()

    @on(RecordTable.Moved)
    def _moved(self) -> None:
        self.show_place(self._table.place)
        row = self._table.row
        self._card.show(session_words.session_lines(self.t, self.factory.symbols, row) if row else ())

    @on(RecordTable.Chosen)
    def _open(self, event: RecordTable.Chosen) -> None:
        self.app.push_screen(SessionPage(event.row))

    def action_filter(self) -> None:
        self._filter.open()

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
            self.app.copy_to_clipboard(row.id)
            self.say(self.t("Copied {what}.", what=row.id))


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
