"""What a place and a gate share: a body between head and foot, keys that matter, and whom the screen speaks to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from textual.app import ComposeResult
from textual.screen import Screen

from core.i18n.tongue import Tongue
from tui.widgets.frame import Hint

if TYPE_CHECKING:
    from core.desk import Desk
    from tui.app import FactoryApp


class Framed(Screen[Any]):
    """Subclasses give a title, a body and hints."""

    def title_words(self) -> str:
        """Where one is, in the header."""
        return ""

    def body(self) -> ComposeResult:
        """The widgets between header and footer; the first focusable one has the keys."""
        yield from ()

    def hints(self) -> Sequence[Hint]:
        """The four to six keys that matter here."""
        return ()

    def all_keys(self) -> Sequence[Hint]:
        """Every key of this screen, for help; the hints are those that fit."""
        return self.hints()

    @property
    def factory(self) -> FactoryApp:
        return cast("FactoryApp", self.app)

    @property
    def desk(self) -> Desk:
        return self.factory.desk

    @property
    def t(self) -> Tongue:
        return self.factory.t
