"""What a piece of text means, and how each theme draws that."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from rich.style import Style
from textual.theme import Theme


class Ink(Enum):
    """A meaning: the theme's colour of the text, of its paper (None: whatever is behind), and its weight.

    `mono` is what says it on a terminal without colours.
    """

    TEXT = ("ink", None, "", "")
    STRONG = ("ink", None, "bold", "bold")
    DIM = ("dim", None, "", "")
    HERE = ("accent", None, "bold", "bold")
    ASKS = ("asks", None, "", "underline")
    REFUSES = ("refuses", None, "bold", "bold")
    FINISHED = ("finished", None, "", "")
    RULE = ("rule", None, "", "")
    DEMO = ("on-banner", "asks", "bold", "bold reverse")
    PRODUCTION = ("on-banner", "refuses", "bold", "bold reverse")
    CURSOR = ("on-cursor", "cursor", "bold", "bold reverse")
    QR = ("#000000", "#ffffff", "", "")
    """The one that no theme may change: cameras want black on white."""

    def __init__(self, colour: str, paper: str | None, weight: str, mono: str) -> None:
        self.colour = colour
        self.paper = paper
        self.weight = weight
        self.mono = mono

    @property
    def shows_no_blank(self) -> bool:
        """Whether a space in this ink looks like any other: no paper of its own, no line under it."""
        return self.paper is None and "underline" not in self.mono


@lru_cache(maxsize=64)
def inks_on(theme: str, colours: tuple[tuple[str, str], ...], ground: str) -> dict[Ink, Style]:
    """Every ink of a theme on one ground; the same few for everybody, so worked out once for the process."""
    look = dict(colours)
    mono = "attributes" in look
    styles = {}
    for ink in Ink:
        paper = look.get(ink.paper, ink.paper) if ink.paper else ground
        weight = ink.mono if mono else ink.weight
        styles[ink] = Style.parse(f"{weight} {look.get(ink.colour, ink.colour)} on {paper}")
    return styles


def inks(theme: Theme, ground: str) -> dict[Ink, Style]:
    """The inks of a theme on a ground (`#rrggbb`)."""
    return inks_on(theme.name, tuple(theme.variables.items()), ground)
