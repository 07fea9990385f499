"""The base of every app in this process: Textual with its process-wide habits cured and its costs cut.

Two people are always connected, and Textual shares a good deal between apps; each cure says against what.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from rich.console import Console
from textual import constants
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from tui import lean_strips, lean_styles
from tui.client import Client, ColourDepth
from tui.last_line import LAST_LINE
from tui.lean_styles import SharedStylesheet
from tui.symbols import Symbols
from tui.themes import DEFAULT, WITHOUT_COLOUR, themes

lean_strips.install()


class UnsafeToStart(RuntimeError):
    """A setting of Textual that would write keys, passwords among them, to a file or to another machine."""


def check_textual() -> None:
    """Raise UnsafeToStart when the process was started with a debugging switch of Textual."""
    if constants.DEBUG:
        raise UnsafeToStart("TEXTUAL_DEBUG writes every key to keys.log; unset it")
    if constants.LOG_FILE is not None:
        raise UnsafeToStart("TEXTUAL_LOG writes what people do to a file; unset it")


@runtime_checkable
class PersonsTerminal(Protocol):
    """What the driver of a session can do beyond Textual's."""

    mouse: bool

    def set_mouse(self, on: bool) -> None: ...

    def set_title(self, words: str) -> None: ...

    def copy(self, text: str) -> bool: ...


class LeanApp(App[int]):
    """An app for one of many people in one process."""

    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = Path(__file__).parent / "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    PAUSE_GC_ON_SCROLL = False

    def __init__(self, client: Client | None = None, theme: str = DEFAULT) -> None:
        super().__init__()
        self.client = client or Client()
        self.symbols = Symbols.of(self.client)
        # TEXTUAL=devtools,debug would open a network connection and print tracebacks with locals.
        self.features = frozenset()
        self.devtools = None
        self._choose_looks(theme)
        self._quieten()

    def _choose_looks(self, theme: str) -> None:
        for ours in themes().values():
            self.register_theme(ours)
        if self.client.colour is ColourDepth.NONE:
            theme = WITHOUT_COLOUR
        self.set_reactive(App.theme, theme if theme in themes() else DEFAULT)
        # Set before anything is drawn, so that no watcher parses everything a second time.
        dark = self.current_theme.dark
        self.set_class(dark, "-dark-mode", update=False)
        self.set_class(not dark, "-light-mode", update=False)
        self.set_class(True, f"-theme-{self.theme}", update=False)
        self.stylesheet = SharedStylesheet(variables=self.get_css_variables())
        self.animation_level = "none"
        self._disable_tooltips = True
        self._disable_notifications = True
        # The server's own NO_COLOR, COLORTERM and terminal say nothing about this person's; colours are full
        # here and go down at the edge (sshd/downgrade.py).
        self.no_color = self.client.colour is ColourDepth.NONE
        self._filters = [
            LAST_LINE,
            *[line for line in self._filters if type(line).__name__ == "ANSIToTruecolor"],
        ]
        self.console = Console(
            color_system="truecolor",
            file=StringIO(),
            force_terminal=True,
            legacy_windows=False,
            markup=False,
            highlight=False,
            emoji=False,
            width=80,
            height=24,
            _environ={},
        )

    def _quieten(self) -> None:
        # Sessions end in any order; Textual's redirects would leave a dead app as sys.stdout.
        self._capture_stdout = sys.stdout  # type: ignore[assignment]
        self._capture_stderr = sys.stderr  # type: ignore[assignment]
        # A crash is told by whoever runs the app, without the locals of its frames.
        self.error_console = Console(file=StringIO())

    def get_css_variables(self) -> dict[str, str]:
        """Textual's variables of the theme, worked out once for the process."""
        self.theme_variables = lean_styles.variables(self.current_theme)
        return self.theme_variables

    def _fatal_error(self) -> None:
        """End without rendering a traceback, locals and all, into memory."""
        self._close_messages_no_wait()

    # -- what a server must not do, or the calm forbids ------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """None: Textual's would write a screenshot to the server's disk."""
        return ()

    def deliver_screenshot(self, *args: Any, **named: Any) -> str | None:
        """Nothing: the file would land on the server."""
        return None

    def save_screenshot(self, *args: Any, **named: Any) -> str:
        """Nothing: the file would land on the server."""
        return ""

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Show the address: the person's browser is elsewhere."""
        self.say(url)

    def _set_pointer_shape(self, shape: str) -> None:
        """Leave the mouse pointer alone."""

    def notify(self, message: str, *args: Any, **named: Any) -> None:
        """Say it in the status line instead of over the work."""
        self.say(message)

    def say(self, message: str) -> None:
        """Show one sentence in the status line of the screen in front, if it has one."""
        listener: Callable[[str], None] | None = getattr(self.screen, "say", None)
        if listener is not None:
            listener(message)

    # -- the person's terminal -------------------------------------------------------------------------------

    @property
    def terminal(self) -> PersonsTerminal | None:
        """The terminal, unless the app runs in a test without one."""
        return self._driver if isinstance(self._driver, PersonsTerminal) else None

    def copy_to_clipboard(self, text: str) -> None:
        """Copy to the person's own clipboard, if it is not too long for their terminal. Never for secrets."""
        self._clipboard = text
        if self.terminal is not None:
            self.terminal.copy(text)
