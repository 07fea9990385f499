"""A QR code of half blocks, black on white whatever the theme, gone after a minute."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message
from textual.timer import Timer

from tui.widgets.pieces import Ink, Inked, Line, Piece

SHOWN_FOR = 60.0
"""Seconds until a secret on a screen is blanked."""
QUIET_ZONE = 4
"""Modules of white around it (ISO/IEC 18004, 6.3.8: four)."""

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


class QrCode(Inked):
    """Shows the rows of a code (True is black). Terminals without block characters get the text only."""

    class Blanked(Message):
        """The code is gone, and so should be whatever says the same in letters."""

    def __init__(
        self, rows: Sequence[Sequence[bool]], gone: str, *, shown_for: float = SHOWN_FOR, quiet: int = QUIET_ZONE
    ) -> None:
        """`gone` is the sentence that stands there after `shown_for` seconds."""
        super().__init__()
        self._rows: Sequence[Sequence[bool]] = rows
        self._gone = gone
        self._shown_for = shown_for
        self._quiet = quiet
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        self._timer = self.set_timer(self._shown_for, self.blank)

    def show(self, rows: Sequence[Sequence[bool]], quiet: int = QUIET_ZONE) -> None:
        """Show this code, for as long again."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = self.set_timer(self._shown_for, self.blank)
        self._rows, self._quiet = rows, quiet
        self.redraw(layout=True)

    @property
    def shown(self) -> bool:
        """Whether there is a code to be seen."""
        return bool(self._rows)

    def blank(self) -> None:
        """Forget the code."""
        self._rows = ()
        self.redraw(layout=True)
        self.post_message(self.Blanked())

    def draw(self, width: int) -> Sequence[Line]:
        if not self._rows:
            return [[Piece(self._gone, Ink.DIM)]]
        if not self.symbols.rich:
            return []
        return [[Piece(line, Ink.QR)] for line in half_blocks(self._rows, self._quiet)]


def half_blocks(rows: Sequence[Sequence[bool]], quiet: int = QUIET_ZONE) -> list[str]:
    """Two rows of modules in each line of text, with the quiet zone around."""
    width = len(rows[0]) + 2 * quiet
    white = [False] * width
    side = [False] * quiet
    padded = [white] * quiet + [[*side, *row, *side] for row in rows] + [white] * quiet
    if len(padded) % 2:
        padded.append(white)
    return [
        "".join(_HALVES[upper, lower] for upper, lower in zip(top, bottom, strict=True))
        for top, bottom in zip(padded[::2], padded[1::2], strict=True)
    ]
