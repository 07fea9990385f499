"""One person: the account, and where they are signed in now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.identity.people import ShowPerson
from core.identity.rows import Person
from core.identity.session_list import EndSession, ListSessions, SessionRow
from core.operation import Kind
from tui.screens import session_words
from tui.screens.accounts import Accounts, person_lines
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece
from tui.widgets.prose import Prose
from tui.widgets.record_table import RecordTable


class PersonScreen(Accounts):
    """On top of the list of people."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "end", show=False)]

    def __init__(self, person: Person) -> None:
        super().__init__()
        self._person = person

    def title_words(self) -> str:
        return self._person.username

    def body(self) -> ComposeResult:
        t, symbols = self.t, self.factory.symbols
        self._facts = Prose(*person_lines(t, symbols, self._person), classes="facts")
        self._table: RecordTable[SessionRow] = RecordTable(
            session_words.columns(t, symbols, with_name=False),
            key=lambda row: row.id,
            empty=[Piece(t("Not signed in now."), Ink.DIM)],
        )
        yield self._facts
        yield self._table

    def on_mount(self) -> None:
        super().on_mount()
        self._table.focus()

    def subject(self) -> Person:
        return self._person

    def hints(self) -> Sequence[Hint]:
        end = [self.hint("x", self.t("end session"), EndSession)] if self._table_row() else []
        return (*self.account_hints(), *end, Hint("esc", self.t("back")))

    def all_keys(self) -> Sequence[Hint]:
        return (*self.account_keys(), self.hint("x", self.t("end the session under the cursor"), EndSession))

    def kinds(self) -> Sequence[Kind]:
        return (ShowPerson, ListSessions, EndSession, *super().kinds())

    def _table_row(self) -> SessionRow | None:
        table = getattr(self, "_table", None)
        return table.row if table is not None else None

    async def load(self) -> None:
        self._person = await self.look(ShowPerson(username=self._person.username))
        self._facts.show(person_lines(self.t, self.factory.symbols, self._person))
        if self.desk.may(ListSessions).allowed:
            rows = await self.look(ListSessions(limit=2_000))
            self._table.show([row for row in rows if row.username == self._person.username])
        self.show_hints()

    @on(RecordTable.Moved)
    def _moved(self) -> None:
        self.show_place(self._table.place)
        self.show_hints()

    def action_end(self) -> None:
        if row := self._table.row:
            self.do(session_words.end(self, row))

    def deleted(self, words: str) -> None:
        app = self.factory
        app.pop_screen()
        app.call_later(app.say, words)
