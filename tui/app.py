"""One person's app: their desk, their language, their theme, where they are; nothing else."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen

from core.config import Mode
from core.desk import Desk
from core.errors import CoreError
from core.i18n.tongue import Tongue
from core.identity.own import WhoAmI
from core.operation import Stage
from tui.asking import sentence_of, tell
from tui.client import Client
from tui.keys import BY_NAME, TABS, kind_of
from tui.lean import LeanApp
from tui.screens.gate import Gate
from tui.screens.place import Place
from tui.screens.too_small import TooSmall, fits
from tui.widgets.frame import Footer
from tui.widgets.frame import Mode as Banner

AWAKE_SECONDS = 30.0
HINT_SECONDS = 25.0
BANNERS = {Mode.NORMAL: Banner.ORDINARY, Mode.DEMO: Banner.DEMO, Mode.PROD: Banner.PRODUCTION}


class FactoryApp(LeanApp):
    """What opens on `ssh factory@host`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"go('{tab.name}')", show=False) for number, tab in enumerate(TABS, 1)),
        Binding("colon,ctrl+p", "palette", show=False),
        Binding("question_mark,f1", "help", show=False),
        Binding("ctrl+q", "leave", show=False, priority=True),
        Binding("m", "mouse", show=False),
    ]

    def __init__(self, desk: Desk, client: Client, t: Tongue, theme: str, start: str) -> None:
        super().__init__(client, theme)
        self.desk = desk
        self.t = t
        self._start = start
        self._awake_at = time.monotonic()
        self._stop_listening = desk.on_change(self._role_or_stage_changed)

    # -- where one is ------------------------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[object]:
        """The first screen, straight away: a throw-away default one costs as much as ours."""
        first = self._gate() or self._place(self._start or "home")
        # Textual's switch_screen takes back what push_screen gave, and the first screen was never pushed.
        first._push_result_callback(self, None)
        return first

    def _gate(self) -> Screen[object] | None:
        """The one screen that a sign-in that is not complete may see."""
        stage = self.desk.caller.stage
        if stage is Stage.FULL:
            return None
        if stage is Stage.HALF_OPEN:
            from tui.screens.second_factor import SecondFactor

            return SecondFactor()
        if stage is Stage.MUST_CHANGE:
            from tui.screens.new_password import NewPassword

            return NewPassword()
        from tui.screens.enrol import Enrol

        return Enrol()

    def _place(self, name: str) -> Screen[object]:
        tab = BY_NAME.get(name, TABS[0])
        return tab.make()

    def action_go(self, name: str) -> None:
        """To a place, from wherever one is; what floats above closes."""
        if self.desk.caller.stage is not Stage.FULL or name not in BY_NAME or isinstance(self.screen, TooSmall):
            return
        tab = BY_NAME[name]
        kind = kind_of(tab)
        if kind is None or not (may := self.desk.may(kind)).allowed:
            if kind is not None and may.refusal is not None:
                tell(self, may.refusal)
            else:
                self.say(self.t("That place is not open."))
            return
        if isinstance(self.screen, Place) and self.screen.tab == tab.name and len(self.screen_stack) == 1:
            return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_screen(self._place(name))

    def on_stage(self) -> None:
        """The sign-in went on by a step, or the role changed: show what is open now."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.switch_screen(self._gate() or self._place(self._start or "home"))
        self._mind_the_size()

    def on_resize(self, event: events.Resize) -> None:
        self._mind_the_size(event.size)

    def _mind_the_size(self, size: Size | None = None) -> None:
        """Cover the screen while the window is too small for it."""
        roomy, covered = fits(*(size or self.size)), isinstance(self.screen, TooSmall)
        if not roomy and not covered:
            self.push_screen(TooSmall())
        elif roomy and covered:
            self.pop_screen()

    def speak(self, t: Tongue) -> None:
        """Another language from now on, this place included."""
        self.t = t
        if isinstance(self.screen, Place) and len(self.screen_stack) == 1:
            self.switch_screen(self._place(self.screen.tab))

    def welcome(self) -> None:
        """The first sign-in is done: home, with a hint that goes away by itself."""
        self.on_stage()
        words = self.t("You are in.  :  finds every command,  ?  the keys here,  8  is about you.")
        self.set_timer(0.2, lambda: self.say(words))
        self.set_timer(HINT_SECONDS, lambda: self._hush(words))

    def _hush(self, words: str) -> None:
        footers = self.screen.query(Footer)
        if footers and footers.first().said == words:
            self.say("")

    def _role_or_stage_changed(self) -> None:
        screen = self.screen_stack[0]
        if isinstance(screen, Gate) and screen.goes_on:
            return
        if isinstance(screen, Gate) or self.desk.caller.stage is not Stage.FULL:
            self.call_later(self.on_stage)
            return
        if isinstance(screen, Place):
            self.call_later(screen.again)

    # -- keys that work everywhere -----------------------------------------------------------------------------------

    def action_palette(self) -> None:
        if self.desk.caller.stage is Stage.FULL and not isinstance(self.screen, TooSmall):
            from tui.palette import Palette

            self.push_screen(Palette(self.screen.at_hand() if isinstance(self.screen, Place) else {}))

    def action_help(self) -> None:
        from tui.screens.help import Help

        if not isinstance(self.screen, Help | TooSmall):
            self.push_screen(Help(self.screen))

    def action_mouse(self) -> None:
        if self.terminal is not None:
            self.terminal.set_mouse(not self.terminal.mouse)
            self.say(self.t("The mouse is on; hold shift to select text.") if self.terminal.mouse
                     else self.t("The mouse is off."))  # fmt: skip

    def action_leave(self) -> None:
        self._stop_listening()
        self.exit(0)

    @property
    def banner(self) -> Banner:
        """The mode that stands in every header."""
        return BANNERS[self.desk.mode]

    async def on_event(self, event: events.Event) -> None:
        """A key press is what keeps a session from idling; told to the core twice a minute at most."""
        if isinstance(event, events.Key) and time.monotonic() - self._awake_at > AWAKE_SECONDS:
            self._awake_at = time.monotonic()
            self.run_worker(self._still_here(), group="awake", exit_on_error=False)
        await super().on_event(event)

    async def _still_here(self) -> None:
        try:
            await self.desk.run(WhoAmI())
        except CoreError as refusal:
            self.say(sentence_of(self.t, refusal))


def make_app(desk: Desk, client: Client, t: Tongue, theme: str, screen: str) -> FactoryApp:
    """What the SSH door calls for a terminal."""
    return FactoryApp(desk, client, t, theme, screen)
