"""What we know of a person's terminal, from the pty request and the few variables that ssh forwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Self

_TRUE_TERMS = ("xterm-kitty", "foot", "alacritty", "wezterm", "ghostty", "xterm-ghostty", "contour", "rio")
_INDEXED_TERMS = (
    "xterm",
    "tmux",
    "screen",
    "rxvt",
    "putty",
    "konsole",
    "gnome",
    "vte",
    "iterm",
    "st-",
    "mintty",
)
_POOR_TERMS = ("linux", "vt", "ansi", "cons", "cygwin", "sun", "wyse")


class ColourDepth(Enum):
    """How many colours one session gets; `codes` is what an SGR sequence may hold."""

    NONE = (0, "none")
    SIXTEEN = (16, "30-37, 90-97")
    INDEXED = (256, "38;5;n")
    TRUE = (1 << 24, "38;2;r;g;b")

    def __init__(self, colours: int, codes: str) -> None:
        self.colours = colours
        self.codes = codes

    @classmethod
    def of(cls, term: str, colorterm: str = "", no_color: str = "") -> Self:
        """The depth for these three variables (no-color.org: any value but the empty one counts)."""
        term = term.lower()
        if no_color or not can_draw(term):
            return cls.NONE
        if colorterm.lower() in ("truecolor", "24bit") or term.endswith("-direct") or term.startswith(_TRUE_TERMS):
            return cls.TRUE
        if "256color" in term or (term.startswith(_INDEXED_TERMS) and not term.endswith(("-16color", "-mono"))):
            return cls.INDEXED
        return cls.SIXTEEN


def can_draw(term: str) -> bool:
    """Whether a full-screen interface makes sense there at all: not on a dumb terminal, not on none."""
    return term.lower() not in ("", "dumb", "unknown")


@dataclass(frozen=True)
class Client:
    """One person's terminal. The client said all of it, so it may choose looks and nothing else."""

    term: str = "xterm-256color"
    colour: ColourDepth = ColourDepth.TRUE
    symbols: bool = True
    """Whether it can show ✓ ● ▰ and the like; otherwise their ASCII twins are drawn."""

    @classmethod
    def of(cls, term: str, environment: Mapping[str, str]) -> Self:
        """Read TERM (of the pty request) and COLORTERM, NO_COLOR, LANG and LC_* (of `SendEnv`)."""
        term = term[:64]
        depth = ColourDepth.of(term, environment.get("COLORTERM", ""), environment.get("NO_COLOR", ""))
        return cls(term=term, colour=depth, symbols=_shows_symbols(term, environment))

    @property
    def has_title(self) -> bool:
        """Whether it has a window title; a text console would print the sequence."""
        return self.term.startswith(_INDEXED_TERMS + _TRUE_TERMS)


def _shows_symbols(term: str, environment: Mapping[str, str]) -> bool:
    if term.lower().startswith(_POOR_TERMS):
        return False
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG")
    # Many clients forward no locale at all, and nearly every terminal of today draws UTF-8.
    return locale is None or "utf" in locale.lower()
