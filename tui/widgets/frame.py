"""The frame around every screen: who, where and in what mode above; the keys that matter here below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from tui.symbols import Sign
from tui.widgets.pieces import Ink, Inked, Line, Piece, shorten, spread, width_of


class Mode(Enum):
    """In what mode the console runs; `word` stands on a banner of its ink, in every language the same."""

    ORDINARY = ("", Ink.TEXT)
    DEMO = ("DEMO", Ink.DEMO)
    PRODUCTION = ("PRODUCTION", Ink.PRODUCTION)

    def __init__(self, word: str, ink: Ink) -> None:
        self.word = word
        self.ink = ink


@dataclass(frozen=True)
class Standing:
    """What the header says besides the place. The chain's state is never dropped, however narrow it gets."""

    who: str
    mode: Mode
    chain: str
    """The record's last number, or where it is broken, in words."""
    whole: bool = True


class Header(Inked):
    """Two lines and a rule: the place, the mode, the person, the record; and where one can go."""

    def __init__(self, place: str, tabs: Sequence[str], here: int, standing: Standing) -> None:
        """`tabs` are the places that the digits reach, from 1; `here` is the index of ours or -1."""
        super().__init__(id="header")
        self._place = place
        self._tabs = tabs
        self._here = here
        self._standing = standing

    def show(self, standing: Standing) -> None:
        """Somebody's role or the record has changed."""
        if standing != self._standing:
            self._standing = standing
            self.repaint()

    def rename(self, place: str) -> None:
        """The place has another name now."""
        if place != self._place:
            self._place = place
            self.redraw()

    def draw(self, width: int) -> Sequence[Line]:
        rule = [Piece(self.symbols(Sign.RULE) * width, Ink.RULE)]
        return [self._who_and_where(width), self._where_to(width), rule]

    def _who_and_where(self, width: int) -> Line:
        now = self._standing
        left = [
            Piece(f" {self.symbols(Sign.HOUSE)} factory", Ink.HERE),
            Piece("   "),
            Piece(self._place, Ink.STRONG),
        ]
        sign = self.symbols(Sign.DONE if now.whole else Sign.FAILED)
        chain = Piece(f"{sign} {now.chain} ", Ink.FINISHED if now.whole else Ink.REFUSES)
        banner = [Piece(f" {now.mode.word} ", now.mode.ink), Piece("  ")] if now.mode.word else []
        # The name gives way before the mode does, and the mode before the record.
        room = width - width_of(left) - width_of([*banner, chain]) - 4
        who = shorten(now.who, max(room, 0), self.symbols)
        name = [Piece(who, Ink.DIM), Piece("   ")] if who else []
        return spread(left, [*banner, *name, chain], width, self.symbols)

    def _where_to(self, width: int) -> Line:
        for gap in ("  ", " "):
            pieces = [Piece(" ")]
            for number, tab in enumerate(self._tabs, 1):
                here = number - 1 == self._here
                pieces += [
                    Piece(f"{number} ", Ink.HERE if here else Ink.DIM),
                    Piece(tab, Ink.HERE if here else Ink.TEXT),
                    Piece(gap),
                ]
            if width_of(pieces) <= width:
                return pieces
        return self._only_digits(width)

    def _only_digits(self, width: int) -> Line:
        numbered = [(number, tab) for number, tab in enumerate(self._tabs, 1)]
        words = [f"{n} {tab}" if n - 1 == self._here else f"{n}" for n, tab in numbered]
        inks = [Ink.HERE if n - 1 == self._here else Ink.DIM for n, _ in numbered]
        return [Piece(" "), *(Piece(f"{word}  ", ink) for word, ink in zip(words, inks, strict=True))]


POSITION_ROOM = 16
"""Cells kept free for the position, so that the keys do not jump while it counts: "12408 of 12408"."""


@dataclass(frozen=True)
class Hint:
    """A key and what it does here: `enter open`. `may` is False for what this person may not do."""

    key: str
    does: str
    may: bool = True


class Footer(Inked):
    """A line that is a rule until there is something to say, and a line of keys with the position.

    What is said never covers the work: it takes the rule's place.
    """

    def __init__(self, *hints: Hint) -> None:
        super().__init__(id="footer")
        self._hints: Sequence[Hint] = hints
        self._position = ""
        self._said: Piece | None = None

    def show(self, *hints: Hint) -> None:
        """Other keys matter now; the first ones stay when the terminal is narrow."""
        self._hints = hints
        self.repaint()

    def show_position(self, position: str) -> None:
        """For example "17 of 214"."""
        if position != self._position:
            self._position = position
            self.repaint()

    @property
    def said(self) -> str:
        """The sentence that stands there, or nothing."""
        return self._said.text if self._said else ""

    def say(self, sentence: str, ink: Ink = Ink.TEXT) -> None:
        """One sentence instead of the rule; an empty one brings the rule back."""
        self._said = Piece(sentence, ink) if sentence else None
        self.repaint()

    def draw(self, width: int) -> Sequence[Line]:
        return [self._status(width), self._keys(width)]

    def _status(self, width: int) -> Line:
        if self._said is None:
            return [Piece(self.symbols(Sign.RULE) * width, Ink.RULE)]
        text, ink = self._said
        sign = f" {self.symbols(Sign.REFUSED)}  " if ink is Ink.REFUSES else " "
        return spread([Piece(sign, ink), Piece(text, ink)], (), width, self.symbols)

    def _keys(self, width: int) -> Line:
        right = [Piece(f"{self._position} ", Ink.DIM)] if self._position else []
        room = width - max(width_of(right), POSITION_ROOM) - 1
        pieces = [Piece(" ")]
        for hint in self._hints:
            key = Piece(hint.key, Ink.HERE if hint.may else Ink.DIM)
            more = [key, Piece(f" {hint.does}", Ink.TEXT if hint.may else Ink.DIM), Piece("   ")]
            if width_of([*pieces, *more]) > room + 3:
                break
            pieces += more
        return spread(pieces, right, width, self.symbols)
