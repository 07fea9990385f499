"""Every sign that the screens draw, and its twin for terminals that have only ASCII."""

from __future__ import annotations

from enum import Enum
from typing import Self

from tui.client import Client


class Sign(Enum):
    """A sign: how it is drawn, and how where only ASCII can be."""

    HOUSE = ("◆", "*")
    RUNNING = ("●", "o")
    ASKS = ("◆", "?")
    DONE = ("✓", "+")
    FAILED = ("✗", "x")
    PAUSED = ("‖", "=")
    REFUSED = ("!", "!")
    HERE = ("▸", ">")
    TO = ("→", "->")
    AHEAD = ("·", ".")
    MORE = ("…", "~")
    RULE = ("─", "-")
    FULL = ("▰", "#")
    EMPTY = ("▱", "-")
    ON = ("◉", "(*)")
    OFF = ("○", "( )")

    def __init__(self, drawn: str, ascii_twin: str) -> None:
        self.drawn = drawn
        self.ascii_twin = ascii_twin


class Symbols:
    """The signs of one session: `symbols(Sign.DONE)`."""

    def __init__(self, rich: bool) -> None:
        self.rich = rich

    @classmethod
    def of(cls, client: Client) -> Self:
        return cls(client.symbols)

    def __call__(self, sign: Sign) -> str:
        return sign.drawn if self.rich else sign.ascii_twin

    def bar(self, done: int, total: int, width: int) -> str:
        """A bar of `width` cells, as full as `done` of `total`."""
        full = 0 if total <= 0 else max(0, min(width, round(width * done / total)))
        return self(Sign.FULL) * full + self(Sign.EMPTY) * (width - full)
