"""People: who has an account, what they may, how they prove themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.identity.people import CreatePerson, ListPeople, ShowPerson
from core.identity.rows import Person
from core.operation import Kind, Operation
from tui.forms import fill
from tui.screens.accounts import Accounts, enabled_line, given_roles, person_lines
from tui.screens.listing import Narrowed
from tui.screens.product_words import age
from tui.symbols import Sign
from tui.widgets.columns import Column
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.record_table import RecordTable


class People(Narrowed[Person], Accounts):
    """The list of accounts."""

    tab = "users"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "new", show=False)]

    def title_words(self) -> str:
        return self.t("People")

    def table(self) -> RecordTable[Person]:
        return RecordTable(
            self._columns(),
            key=lambda row: row.id,
            empty=[Piece(self.t("Nobody is called so."), Ink.DIM)],
            row_ink=lambda row: None if row.enabled else Ink.DIM,
        )

    def _columns(self) -> list[Column[Person]]:
        t, symbols = self.t, self.factory.symbols

        def factor(row: Person) -> Line:
            have = row.second_factor
            return [Piece(symbols(Sign.DONE if have else Sign.AHEAD), Ink.FINISHED if have else Ink.ASKS)]

        return [
            Column(t("who"), lambda row: row.username, 14, grow=2, ink=Ink.STRONG),
            Column(t("role"), lambda row: t(row.role), 11, grow=1),
            Column(t("account"), lambda row: enabled_line(t, symbols, row), 15, grow=1),
            Column(t("factor"), factor, 6),
            Column(t("keys"), lambda row: str(row.keys or ""), 4, right=True),
            Column(t("here"), lambda row: str(row.live_sessions or ""), 4, right=True),
            Column(t("last sign-in"), lambda row: age(t, row.last_sign_in_at), 10, right=True, priority=1, ink=Ink.DIM),
        ]

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
        found = await self.look(ListPeople())
        self._all = found
        self.narrow()

    def texts(self, row: Person) -> Iterable[str]:
        return row.username, row.role, self.t(row.role)

    def moved(self, row: Person | None) -> None:
        self.show_hints()
        self._card.show(person_lines(self.t, self.factory.symbols, row) if row else ())

    def chosen(self, row: Person) -> None:
        from tui.screens.person import PersonScreen

        self.app.push_screen(PersonScreen(row))

    def action_new(self) -> None:
        self.do(self._new())

    async def _new(self) -> None:
        may = self.desk.may(CreatePerson)
        if may.refusal is not None:
            raise may.refusal
        asked = await fill(self.factory, CreatePerson, {}, {"role": given_roles(self.desk.caller.role)})
        if isinstance(asked, Operation):
            made: Person = await self.ask(asked)
            await self.load()
            shown = [each.username for each in self.found()]
            self._table.go_to(shown.index(made.username) if made.username in shown else 0)
            words = self.t("{name} has an account.", name=made.username)
            if not made.has_password:
                words = self.t(
                    "{name} has an account; give them a way in:  a  a key,  p  a password.", name=made.username
                )
            self.say(words)


def make() -> People:
    return People()
