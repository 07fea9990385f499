"""People: who has an account, what they may, how they prove themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from core.identity.people import CreatePerson, ListPeople, ShowPerson
from core.identity.rows import Person
from core.operation import Kind, Operation
from tui.forms import fill
from tui.screens.accounts import Accounts, enabled_line, given_roles, person_lines
from tui.screens.product_words import age
from tui.symbols import Sign
from tui.widgets.columns import Column
from tui.widgets.filter_line import FilterLine, fits
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.prose import Prose
from tui.widgets.record_table import RecordTable


class People(Accounts):
    """The list of accounts."""

    tab = "users"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", show=False),
        Binding("slash", "filter", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._people: tuple[Person, ...] = ()

    def title_words(self) -> str:
        return self.t("People")

    def body(self) -> ComposeResult:
        t = self.t
        self._filter = FilterLine()
        self._card = Prose(id="card", classes="detail")
        self._table: RecordTable[Person] = RecordTable(
            self._columns(),
            key=lambda row: row.id,
            empty=[Piece(t("Nobody is called so."), Ink.DIM)],
            row_ink=lambda row: None if row.enabled else Ink.DIM,
        )
        self._table.add_class("list")
        yield self._filter
        yield Horizontal(self._table, self._card, classes="split")

    def _columns(self) -> list[Column[Person]]:
        t, symbols = self.t, self.factory.symbols

        def factor(row: Person) -> Line:
            have = row.second_factor
            return [Piece(symbols(Sign.DONE if have else Sign.AHEAD), Ink.FINISHED if have else Ink.ASKS)]

        return [
            Column(t("who"), lambda row: row.username, 14, grow=2, ink=Ink.STRONG),
            Column(t("role"), lambda row: t(row.role), 11, grow=1),
            Column(t("account"), lambda row: enabled_line(t, symbols, row), 14, grow=1),
            Column(t("factor"), factor, 6),
            Column(t("keys"), lambda row: str(row.keys or ""), 4, right=True),
            Column(t("here"), lambda row: str(row.live_sessions or ""), 4, right=True),
            Column(t("last sign-in"), lambda row: age(t, row.last_sign_in_at), 10, right=True, priority=1, ink=Ink.DIM),
        ]

    def on_mount(self) -> None:
        super().on_mount()
        self._table.focus()

    def subject(self) -> Person | None:
        return self._table.row

    def hints(self) -> Sequence[Hint]:
        t = self.t
        new = self.hint("n", t("new"), CreatePerson)
        return (Hint("enter", t("open")), new, *self.account_hints(), Hint("/", t("filter")), Hint("?", t("help")))

    def all_keys(self) -> Sequence[Hint]:
        t = self.t
        new = self.hint("n", t("open an account"), CreatePerson)
        return (Hint("enter", t("open the person")), new, *self.account_keys(), Hint("/", t("filter")))

    def kinds(self) -> Sequence[Kind]:
        return (ListPeople, ShowPerson, CreatePerson, *super().kinds())

    async def load(self) -> None:
        self._people = await self.look(ListPeople())
        self._show()

    def _show(self) -> None:
        self._table.show([each for each in self._people if self._fits(each)])

    def _fits(self, person: Person) -> bool:
        return fits(self._filter.words, person.username, person.role, self.t(person.role))

    @on(FilterLine.Changed)
    def _narrowed(self) -> None:
        self._show()

    @on(FilterLine.Done)
    def _chosen_words(self) -> None:
        self._table.focus()

    @on(RecordTable.Moved)
    def _moved(self) -> None:
        self.show_place(self._table.place)
        self.show_hints()
        person = self.subject()
        self._card.show(person_lines(self.t, self.factory.symbols, person) if person else ())

    @on(RecordTable.Chosen)
    def _open(self, event: RecordTable.Chosen) -> None:
        from tui.screens.person import PersonScreen

        self.app.push_screen(PersonScreen(event.row))

    def action_filter(self) -> None:
        self._filter.open()

    def action_new(self) -> None:
        self.do(self._new())

    async def _new(self) -> None:
        may = self.desk.may(CreatePerson)
        if may.refusal is not None:
            raise may.refusal
        asked = await fill(self.factory, CreatePerson, {}, {"role": given_roles(self.desk.caller.role)})
        if isinstance(asked, Operation):
            made: Person = await self.ask(asked)
            self._people = await self.look(ListPeople())
            self._show()
            shown = [each.username for each in self._people if self._fits(each)]
            self._table.go_to(shown.index(made.username) if made.username in shown else 0)
            words = self.t("{name} has an account.", name=made.username)
            if not made.has_password:
                words = self.t(
                    "{name} has an account; give them a way in:  a  a key,  p  a password.", name=made.username
                )
            self.say(words)


def make() -> People:
    return People()
