"""The keys that change an account, the same in the list of people and on one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.access.roles import Role, may_hand_out
from core.errors import CoreError
from core.i18n.tongue import Tongue
from core.identity.people import (
    AddKeyFor,
    DeletePerson,
    DisablePerson,
    EnablePerson,
    ResetFactor,
    ResetPassword,
    SetRole,
)
from core.identity.rows import Person
from core.operation import Kind, Operation
from tui.forms import fill
from tui.screens.consent import ShownOnce, consent
from tui.screens.place import Place
from tui.screens.product_words import age, whole_time
from tui.symbols import Sign, Symbols
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece


def given_roles(giver: Role) -> list[str]:
    """The roles that somebody of this role may hand out, lowest first."""
    found = []
    for role in Role:
        try:
            may_hand_out(giver, role)
        except CoreError:
            continue
        found.append(role.word)
    return found


def enabled_line(t: Tongue, symbols: Symbols, person: Person) -> Line:
    """`● enabled`, `‖ disabled`, or what is still missing before they can sign in."""
    if not person.enabled:
        return [Piece(f"{symbols(Sign.PAUSED)} {t('disabled')}", Ink.ASKS)]
    if not person.has_password and not person.keys:
        return [Piece(f"{symbols(Sign.OFF)} {t('no way in yet')}", Ink.DIM)]
    return [Piece(f"{symbols(Sign.RUNNING)} {t('enabled')}", Ink.FINISHED)]


def person_lines(t: Tongue, symbols: Symbols, person: Person) -> Iterator[Line]:
    """Everything about one account."""
    yes, no = t("yes"), t("no")
    password = t("must be changed at the next sign-in") if person.must_change else yes if person.has_password else no
    facts = (
        (t("role"), t(person.role)),
        (t("password"), password),
        (t("second factor"), yes if person.second_factor else t("not made yet")),
        (t("keys"), str(person.keys)),
        (t("open sessions"), str(person.live_sessions)),
        (t("last sign-in"), age(t, person.last_sign_in_at) or t("never")),
        (t("account since"), whole_time(person.created_at)),
    )
    yield [Piece(person.username, Ink.STRONG), Piece("   "), *enabled_line(t, symbols, person)]
    yield []
    for name, value in facts:
        yield [Piece(f"{name:<18}", Ink.DIM), Piece(value)]


class Accounts(Place):
    """A place with a person under its cursor. Subclasses say which."""

    areas = ("users", "sessions", "mfa", "password", "keys")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "role", show=False),
        Binding("e", "switch", show=False),
        Binding("p", "password", show=False),
        Binding("f", "factor", show=False),
        Binding("a", "add_key", show=False),
        Binding("d", "delete", show=False),
        Binding("y", "copy", show=False),
    ]

    def subject(self) -> Person | None:
        """The person under the cursor."""
        raise NotImplementedError

    def at_hand(self) -> Mapping[str, str]:
        person = self.subject()
        return {"username": person.username, "user": person.username} if person else {}

    def account_hints(self) -> Sequence[Hint]:
        """The keys that change the account under the cursor."""
        t, person = self.t, self.subject()
        if person is None:
            return ()
        switch = (
            self.hint("e", t("disable"), DisablePerson) if person.enabled else self.hint("e", t("enable"), EnablePerson)
        )
        return (
            self.hint("o", t("role"), SetRole),
            switch,
            self.hint("p", t("password"), ResetPassword),
            self.hint("f", t("factor"), ResetFactor),
            self.hint("a", t("add key"), AddKeyFor),
            self.hint("d", t("delete"), DeletePerson),
        )

    def account_keys(self) -> Sequence[Hint]:
        """All of them, for help."""
        t = self.t
        return (
            self.hint("o", t("give another role"), SetRole),
            self.hint("e", t("disable the account, or enable it again"), DisablePerson),
            self.hint("p", t("replace the password by a one-time password"), ResetPassword),
            self.hint("f", t("remove a lost second factor"), ResetFactor),
            self.hint("a", t("add a public key to the account"), AddKeyFor),
            self.hint("d", t("delete the account"), DeletePerson),
            Hint("y", t("copy the name")),
        )

    def kinds(self) -> Sequence[Kind]:
        return (SetRole, EnablePerson, DisablePerson, ResetPassword, ResetFactor, AddKeyFor, DeletePerson)

    # -- what the keys do --------------------------------------------------------------------------------------------

    def action_role(self) -> None:
        if person := self.subject():
            self.do(self._role(person))

    async def _role(self, person: Person) -> None:
        roles = [role for role in given_roles(self.desk.caller.role) if role != person.role]
        if not self.desk.may(SetRole).allowed or not roles:
            await self.ask(SetRole(username=person.username, role=person.role))
            return
        asked = await fill(self.factory, SetRole, {"username": person.username}, {"role": roles})
        if isinstance(asked, SetRole):
            words = self.t("{name} is {role} now.", name=person.username, role=self.t(asked.role))
            await self.ask(asked, done=words)

    def action_switch(self) -> None:
        if person := self.subject():
            self.do(self._disable(person) if person.enabled else self._enable(person))

    async def _disable(self, person: Person) -> None:
        t, asked = self.t, DisablePerson(username=person.username)
        title = t("Disable {name}?", name=person.username)
        effect = (t("They cannot sign in until the account is enabled again."), *self._ends(person))
        if not self.desk.may(DisablePerson).allowed or await consent(self.factory, asked, title, *effect):
            await self.ask(asked, done=t("{name} is disabled.", name=person.username))

    def _ends(self, person: Person) -> tuple[str, ...]:
        n = person.live_sessions
        words = self.t.n("{n} open session ends at once.", "{n} open sessions end at once.", n)
        return (words,) if n else ()

    async def _enable(self, person: Person) -> None:
        await self.ask(EnablePerson(username=person.username), done=self.t("{name} is enabled.", name=person.username))

    def action_password(self) -> None:
        if person := self.subject():
            self.do(self._password(person))

    async def _password(self, person: Person) -> None:
        t = self.t
        effect = (t("The password of {name} stops working and their sessions end.", name=person.username),
                  t("You are shown a one-time password to pass on; they replace it at sign-in."))  # fmt: skip
        made = await self.ask(ResetPassword(username=person.username), effect=effect)
        title = t("One-time password of {name}", name=made.username)
        what = t("Shown now and never again. Pass it on in person or by a way that you trust.")
        await self.factory.push_screen_wait(ShownOnce(title, [made.password], what))
        self.say(t("The password of {name} is replaced.", name=made.username))

    def action_factor(self) -> None:
        if person := self.subject():
            name = person.username
            effect = (self.t("Their authenticator and recovery codes stop working; they make new ones at sign-in."),)
            asked = ResetFactor(username=name)
            self.do(self.ask(asked, effect=effect, done=self.t("{name} makes a new second factor.", name=name)))

    def action_add_key(self) -> None:
        if person := self.subject():
            self.do(self._add_key(person))

    async def _add_key(self, person: Person) -> None:
        asked = await fill(self.factory, AddKeyFor, {"username": person.username})
        if isinstance(asked, Operation):
            await self.ask(asked, done=self.t("{name} has one more key.", name=person.username))

    def action_delete(self) -> None:
        if person := self.subject():
            self.do(self._delete(person))

    async def _delete(self, person: Person) -> None:
        t, name = self.t, person.username
        effect = (
            t("The account, its keys and its factors are gone; what it did stays on record."),
            *self._ends(person),
        )
        await self.ask(DeletePerson(username=name), effect=effect)
        self.deleted(t("{name} is deleted.", name=name))

    def deleted(self, words: str) -> None:
        """The person under the cursor is no more."""
        self.say(words)

    def action_copy(self) -> None:
        if person := self.subject():
            self.copy(person.username)
