"""What floats above a screen and is answered: whom it speaks to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, cast

from textual.screen import ModalScreen

from core.i18n.tongue import Tongue

if TYPE_CHECKING:
    from tui.app import FactoryApp

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer], Generic[Answer]):
    """Subclasses compose one question and dismiss themselves with its answer."""

    @property
    def factory(self) -> FactoryApp:
        return cast("FactoryApp", self.app)

    @property
    def t(self) -> Tongue:
        return self.factory.t
