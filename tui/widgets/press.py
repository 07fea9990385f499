"""The last line of a form: what enter does there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.symbols import Sign
from tui.widgets.pieces import Ink, Inked, Line, Piece


class Press(Inked, can_focus=True):
    """A word to press enter or space on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", show=False)]

    class Pressed(Message):
        """It was pressed."""

    def __init__(self, word: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._word = word

    def draw(self, width: int) -> Sequence[Line]:
        if self.has_focus:
            return [[Piece(f" {self.symbols(Sign.HERE)} {self._word} ", Ink.CURSOR)]]
        return [[Piece(f"   {self._word} ", Ink.HERE)]]

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def action_press(self) -> None:
        self.post_message(self.Pressed())

    def on_click(self) -> None:
        self.action_press()
