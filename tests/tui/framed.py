"""A frame around widgets that are looked at without a core; real places are `tui.screens.place`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget

from tui.widgets.frame import Footer, Header, Hint, Mode, Standing
from tui.widgets.pieces import Ink


class Framed(Screen[Any]):
    """Override `body`; set `place`, `hints`, and the class variables."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("m", "mouse", show=False)]
    TABS: ClassVar[Sequence[str]] = ()
    """Names of the places that digits reach; a screen's own are set by the app."""

    def __init__(
        self,
        place: str,
        *,
        tabs: Sequence[str] = (),
        here: int = -1,
        standing: Standing | None = None,
        hints: Sequence[Hint] = (),
    ) -> None:
        """`place` and `tabs` are already in the person's language."""
        super().__init__()
        self.header = Header(place, tabs, here, standing or Standing("", Mode.ORDINARY, ""))
        self.footer = Footer(*hints)

    def body(self) -> Iterable[Widget]:
        """The widgets between header and footer."""
        return ()

    def compose(self) -> ComposeResult:
        yield self.header
        with Vertical(id="body"):
            yield from self.body()
        yield self.footer

    def say(self, sentence: str, ink: Ink = Ink.TEXT) -> None:
        """One sentence at the bottom: what happened, why, and the way out. Empty: nothing to say any more."""
        self.footer.say(sentence, ink)

    def action_mouse(self) -> None:
        """Report clicks, or leave the mouse to the terminal, so that text can be selected with it."""
        terminal = getattr(self.app, "terminal", None)
        if terminal is not None:
            terminal.set_mouse(not terminal.mouse)
