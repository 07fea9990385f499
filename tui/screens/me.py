"""Me: who I am here, what I may, my keys and factors, how the console looks and talks to me."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.i18n.tongue import tongue
from core.identity.keys import AddKey, Key, ListKeys, RemoveKey
from core.identity.own import ChangePassword, Language, SetPreferences, WhoAmI
from core.identity.recovery import NewRecoveryCodes
from core.identity.session_list import EndSession, ListSessions, SessionRow
from core.identity.totp import Enrol as StartEnrolment
from core.identity.totp import Factors, ShowFactors
from core.operation import Kind, Operation
from tui.forms import fill
from tui.screens import me_words, session_words
from tui.screens.consent import ShownOnce, consent
from tui.screens.me_words import Fact
from tui.screens.place import Place
from tui.themes import themes
from tui.widgets.frame import Hint
from tui.widgets.sections import Section, Sections

SPOKEN: tuple[Language, ...] = ("en", "ru", "es")
"""In the order in which `l` goes through them."""


class MeScreen(Place):
    """Short lists with one cursor through all of them."""

    tab = "me"
    areas = ("users", "keys", "mfa", "password", "sessions", "session", "preferences")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add_key", show=False),
        Binding("d", "remove", show=False),
        Binding("x", "remove", show=False),
        Binding("p", "password", show=False),
        Binding("f", "factor", show=False),
        Binding("c", "codes", show=False),
        Binding("l", "language", show=False),
        Binding("T", "theme", show=False),
        Binding("y", "copy", show=False),
    ]

    def title_words(self) -> str:
        return self.t("Me")

    def body(self) -> ComposeResult:
        self._list = Sections(key=_key, id="me")
        yield self._list

    def on_mount(self) -> None:
        super().on_mount()
        self._list.focus()

    def _row(self) -> Any:
        found = getattr(self, "_list", None)
        return found.row if found is not None else None

    def hints(self) -> Sequence[Hint]:
        t, row = self.t, self._row()
        here = []
        if isinstance(row, Key):
            here = [self.hint("d", t("remove key"), RemoveKey)]
        elif isinstance(row, SessionRow):
            here = [self.hint("x", t("end session"), EndSession)]
        return (
            *here,
            self.hint("a", t("add key"), AddKey),
            self.hint("p", t("password"), ChangePassword),
            self.hint("f", t("factor"), StartEnrolment),
            self.hint("c", t("recovery codes"), NewRecoveryCodes),
            self.hint("l", t("language"), SetPreferences),
            self.hint("T", t("theme"), SetPreferences),
        )

    def all_keys(self) -> Sequence[Hint]:
        t = self.t
        return (
            self.hint("a", t("add a public key; paste the .pub file"), AddKey),
            self.hint("d", t("remove the key under the cursor"), RemoveKey),
            self.hint("p", t("change the password"), ChangePassword),
            self.hint("f", t("make a second factor, or replace it"), StartEnrolment),
            self.hint("c", t("ten new recovery codes"), NewRecoveryCodes),
            self.hint("l", t("the next language"), SetPreferences),
            self.hint("T", t("the next theme"), SetPreferences),
            self.hint("x", t("end the session under the cursor"), EndSession),
            Hint("y", t("copy the id or fingerprint")),
        )

    def kinds(self) -> Sequence[Kind]:
        return (WhoAmI, ShowFactors, ListKeys, AddKey, RemoveKey, ChangePassword, StartEnrolment, NewRecoveryCodes,
                SetPreferences, ListSessions, EndSession)  # fmt: skip

    # -- showing -----------------------------------------------------------------------------------------------------

    async def load(self) -> None:
        t, symbols = self.t, self.factory.symbols
        me = await self.look(WhoAmI())
        factors: Factors | None = None
        if self.desk.may(ShowFactors).allowed:
            factors = await self.look(ShowFactors())
        keys = await self.look(ListKeys()) if self.desk.may(ListKeys).allowed else ()
        rows = await self.look(ListSessions()) if self.desk.may(ListSessions).allowed else ()
        sessions = [row for row in rows if row.username == me.username]
        facts = me_words.facts(t, me, factors)
        permissions = me_words.permissions(me)
        no_keys = t("No keys yet.  a  adds one: no password is asked for then.")
        where = session_words.columns(t, symbols, with_name=False)
        self._list.show(
            Section(me.username, 0, facts, me_words.fact_columns(), ""),
            Section(t("Keys"), len(keys), keys, me_words.key_columns(t, symbols), no_keys),
            Section(t("Sessions"), len(sessions), sessions, where, t("None.")),
            Section(t("What you may"), len(permissions), permissions, me_words.permission_columns(t), t("Nothing.")),
        )
        self.show_hints()

    @on(Sections.Moved)
    def _moved(self) -> None:
        self.show_place(self._list.place)
        self.show_hints()

    @on(Sections.Chosen)
    def _chosen(self, event: Sections.Chosen) -> None:
        if isinstance(event.row, Fact) and event.row.key:
            action = {"f": "factor", "c": "codes", "l": "language", "T": "theme"}[event.row.key]
            getattr(self, f"action_{action}")()

    # -- changing ----------------------------------------------------------------------------------------------------

    def action_add_key(self) -> None:
        self.do(self._fill(AddKey, self.t("The key is yours; try it in another window before you rely on it.")))

    def action_password(self) -> None:
        self.do(self._fill(ChangePassword, self.t("The password is changed; your other sessions are ended.")))

    async def _fill(self, kind: Kind, done: str) -> None:
        refusal = self.desk.may(kind).refusal
        if refusal is not None:
            raise refusal
        asked = await fill(self.factory, kind, {})
        if isinstance(asked, Operation):
            await self.ask(asked, done=done)

    def action_remove(self) -> None:
        row = self._row()
        if isinstance(row, Key):
            self.do(self._remove(row))
        elif isinstance(row, SessionRow):
            self.do(session_words.end(self, row))

    async def _remove(self, key: Key) -> None:
        t, asked = self.t, RemoveKey(key=key.id)
        title = t("Remove the key {label}?", label=key.label)
        effect = t("It opens nothing any more, and sessions that it opened end at once.")
        if await consent(self.factory, asked, title, key.fingerprint, effect):
            await self.ask(asked, done=t("The key {label} is removed.", label=key.label))

    def action_factor(self) -> None:
        self.do(self._factor())

    async def _factor(self) -> None:
        from tui.screens.enrol import Enrol
        from tui.screens.sure import prove_again

        refusal = self.desk.may(StartEnrolment).refusal
        if refusal is not None:
            raise refusal
        factors = await self.look(ShowFactors())
        if factors.second_factor and not await prove_again(self.factory):
            return
        if await self.factory.push_screen_wait(Enrol(first=False)):
            self.say(self.t("The new second factor is yours; one that you had before works no more."))

    def action_codes(self) -> None:
        self.do(self._codes())

    async def _codes(self) -> None:
        t = self.t
        made = await self.ask(NewRecoveryCodes(), effect=(t("Your old recovery codes stop working."),))
        what = t("Shown now and never again. Write them down; do not keep them beside your password.")
        await self.factory.push_screen_wait(ShownOnce(t("Your recovery codes"), made.codes, what))

    def action_language(self) -> None:
        self.do(self._prefer_language())

    async def _prefer_language(self) -> None:
        at = SPOKEN.index(self.t.language) + 1 if self.t.language in SPOKEN else 0
        chosen = SPOKEN[at % len(SPOKEN)]
        await self.ask(SetPreferences(language=chosen))
        self.factory.speak(tongue(chosen))

    def action_theme(self) -> None:
        self.do(self._prefer_theme())

    async def _prefer_theme(self) -> None:
        names = sorted(themes())
        chosen = names[(names.index(self.app.theme) + 1) % len(names)]
        await self.ask(SetPreferences(theme=chosen), done=self.t("Theme {theme}.", theme=chosen))
        self.app.theme = chosen

    def action_copy(self) -> None:
        row = self._row()
        what = row.fingerprint if isinstance(row, Key) else row.id if isinstance(row, SessionRow) else ""
        if what:
            self.copy(what)


def _key(row: Any) -> str:
    return row.name if isinstance(row, Fact) else row.id


def make() -> MeScreen:
    return MeScreen()
