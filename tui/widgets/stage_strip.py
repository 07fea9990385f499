"""How far something has come, as one row of signs: ✓✓✓●···"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from tui.symbols import Sign, Symbols
from tui.widgets.pieces import Ink, Line, Piece


class Stage(Enum):
    """The state of one stage, with the sign and the ink that show it."""

    DONE = (Sign.DONE, Ink.FINISHED)
    RUNNING = (Sign.RUNNING, Ink.HERE)
    ASKS = (Sign.ASKS, Ink.ASKS)
    PAUSED = (Sign.PAUSED, Ink.ASKS)
    FAILED = (Sign.FAILED, Ink.REFUSES)
    REFUSED = (Sign.REFUSED, Ink.REFUSES)
    AHEAD = (Sign.AHEAD, Ink.DIM)

    def __init__(self, sign: Sign, ink: Ink) -> None:
        self.sign = sign
        self.ink = ink


def stage_strip(stages: Iterable[Stage], symbols: Symbols) -> Line:
    """One sign a stage; neighbours in one ink become one piece."""
    pieces: list[Piece] = []
    for stage in stages:
        sign = symbols(stage.sign)
        if pieces and pieces[-1].ink is stage.ink:
            pieces[-1] = Piece(pieces[-1].text + sign, stage.ink)
        else:
            pieces.append(Piece(sign, stage.ink))
    return pieces


def status(stage: Stage, word: str, symbols: Symbols) -> Line:
    """A state as sign and word, never as colour alone: `● running`."""
    return [Piece(f"{symbols(stage.sign)} {word}", stage.ink)]
