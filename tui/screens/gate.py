"""What the screens of a sign-in that is not complete share: a head without places, one task, room for what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual.app import ComposeResult

from core.errors import CoreError
from core.operation import Operation
from tui.asking import sentence_of
from tui.screens.framed import Framed
from tui.symbols import Sign
from tui.widgets.frame import Footer, Mode
from tui.widgets.pieces import Ink, Inked, Line, Piece, spread
from tui.widgets.prose import Prose

R = TypeVar("R")
WIDE = 110
"""Columns from which the one task stands in the middle."""


class StoryHead(Inked):
    """Like the header of a place, with the steps of the first sign-in where the places would stand."""

    def __init__(self, title: str, who: str, banner: Mode, steps: Sequence[str], at: int, where: str) -> None:
        """`at` counts from 1; with 0 there is no story. `where` says "step 2 of 4"."""
        super().__init__(id="header")
        self._title, self._who, self._banner = title, who, banner
        self._steps, self._at, self._where = steps, at, where

    def to(self, at: int, where: str) -> None:
        """The next step."""
        self._at, self._where = at, where
        self.redraw()

    def draw(self, width: int) -> Sequence[Line]:
        left = [
            Piece(f" {self.symbols(Sign.HOUSE)} factory", Ink.HERE),
            Piece("   "),
            Piece(self._title, Ink.STRONG),
        ]
        banner = [Piece(f" {self._banner.word} ", self._banner.ink), Piece("  ")] if self._banner.word else []
        rule = [Piece(self.symbols(Sign.RULE) * width, Ink.RULE)]
        who = [*banner, Piece(f"{self._who} ", Ink.DIM)]
        return [spread(left, who, width, self.symbols), self._story(width), rule]

    def _story(self, width: int) -> Line:
        if not self._at:
            return []
        pieces = [Piece(" ")]
        for number, step in enumerate(self._steps, 1):
            sign = Sign.DONE if number < self._at else Sign.RUNNING if number == self._at else Sign.AHEAD
            ink = Ink.FINISHED if number < self._at else Ink.HERE if number == self._at else Ink.DIM
            pieces.append(Piece(f"{self.symbols(sign)} {step}    ", ink))
        return spread(pieces, [Piece(f"{self._where} ", Ink.DIM)], width, self.symbols)


class Gate(Framed):
    """Subclasses give a title, a body and hints; `story` is the step of the first sign-in that they are."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    story: int = 0
    goes_on = False
    """There is more to show here although the desk is further already."""

    def compose(self) -> ComposeResult:
        caller, t = self.desk.caller, self.t
        steps = [t("password"), t("second factor"), t("keys"), t("home")] if self.story else []
        who = f"{caller.username} · {t(caller.role.word)}"
        where = self._where(self.story)
        yield StoryHead(self.title_words(), who, self.factory.banner, steps, self.story, where)
        yield from self.body()
        yield Footer(*self.hints())

    def _where(self, at: int) -> str:
        return self.t("step {n} of {all}", n=at, all=4)

    def step(self, at: int) -> None:
        """The story moves on within this screen."""
        self.query_one("#header", StoryHead).to(at, self._where(at))

    def say(self, sentence: str) -> None:
        """One sentence in the status line."""
        self.query_one("#footer", Footer).say(sentence)

    def fault(self, sentence: str) -> None:
        """What is wrong, beside the work, until the next try."""
        self.query_one("#fault", Prose).show([[Piece(sentence, Ink.REFUSES)]] if sentence else [])

    async def attempt(self, asked: Operation[R]) -> R | None:
        """Run it; None when it was refused, and the refusal stands beside the work."""
        try:
            result = await self.desk.run(asked)
        except CoreError as refusal:
            self.fault(sentence_of(self.t, refusal))
            return None
        self.fault("")
        return result
