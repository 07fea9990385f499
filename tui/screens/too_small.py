"""What stands on a window too small for the screens, until it has grown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual.app import ComposeResult
from textual.screen import Screen

from core.command_line import HOST
from tui.widgets.pieces import Ink, Piece
from tui.widgets.prose import Prose

if TYPE_CHECKING:
    from tui.app import FactoryApp

LEAST = (60, 20)
"""Columns and rows that every screen can do with."""


def fits(columns: int, rows: int) -> bool:
    """Whether the screens have room."""
    return columns >= LEAST[0] and rows >= LEAST[1]


class TooSmall(Screen[Any]):
    """On top of whatever is open, which stays as it was."""

    def __init__(self) -> None:
        super().__init__()
        self._words = Prose()

    def compose(self) -> ComposeResult:
        yield self._words
        self.on_resize()

    def on_resize(self) -> None:
        t, size = cast("FactoryApp", self.app).t, self.app.size
        here, least = f"{size.width}x{size.height}", "x".join(map(str, LEAST))
        self._words.show([
            [Piece(t("This window is {size}; the screens need {least}.", size=here, least=least), Ink.STRONG)],
            [Piece(t("Make it larger, or use commands:"))],
            [Piece(f"{HOST} help", Ink.HERE)],
            [Piece(t("ctrl+q leaves."), Ink.DIM)],
        ])  # fmt: skip
