"""Colours and typefaces, and whether people can read them (WCAG 2.2 contrast)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from core.pipeline.studio.subject import Subject
from core.pipeline.studio.words import strings, table

READABLE = (
    ("ink", "paper"),
    ("ink", "band"),
    ("muted", "paper"),
    ("muted", "band"),
    ("accent", "paper"),
    ("accent", "band"),
    ("on_accent", "accent"),
)
"""Text and ground of every pair of colours that carries words on a page."""
_COLOURS = ("paper", "ink", "muted", "accent", "on_accent", "band", "spark")


@dataclass(frozen=True)
class Palette:
    """Seven colours as `#rrggbb`."""

    name: str
    moods: tuple[str, ...]
    paper: str
    ink: str
    muted: str
    accent: str
    on_accent: str
    band: str
    spark: str

    @property
    def dark(self) -> bool:
        """Whether text is lighter than its background."""
        return _luminance(self.ink) > _luminance(self.paper)

    @property
    def readable_pairs(self) -> dict[str, tuple[str, str]]:
        """Every pair of colours that carries text on a page, by name."""
        return {
            f"{text} on {ground}": (str(getattr(self, text)), str(getattr(self, ground))) for text, ground in READABLE
        }


@dataclass(frozen=True)
class Typeface:
    """A pair of system font stacks."""

    name: str
    head: str
    body: str
    weight: int
    tracking: str


def _palettes() -> dict[str, Palette]:
    palettes = table("looks")["palettes"]
    return {
        name: Palette(name, tuple(strings(entry["moods"])), **{key: str(entry[key]) for key in _COLOURS})
        for name, entry in palettes.items()
        if isinstance(entry, dict)
    }


def _typefaces() -> dict[str, Typeface]:
    types = table("looks")["types"]
    return {
        name: Typeface(name, str(entry["head"]), str(entry["body"]), int(entry["weight"]), str(entry["tracking"]))
        for name, entry in types.items()
        if isinstance(entry, dict)
    }


PALETTES = _palettes()
TYPEFACES = _typefaces()


def ranked(product_id: str, subject: Subject, moods: tuple[str, ...]) -> list[Palette]:
    """Every palette, the best first: what the brief asks for, the subject's own, chance by product."""
    turn = seed(product_id)
    own = [PALETTES[name] for name in subject.palettes]
    own = own[turn % len(own) :] + own[: turn % len(own)]
    everything = [*own, *(one for one in PALETTES.values() if one not in own)]
    return sorted(everything, key=lambda palette: (-len(set(moods) & set(palette.moods)), palette not in own))


def seed(product_id: str) -> int:
    """A number that is the same for a product everywhere and always."""
    return int.from_bytes(hashlib.sha256(product_id.encode("utf-8", "replace")).digest()[:6], "big")


def contrast_x100(first: str, second: str) -> int:
    """Contrast ratio of two `#rrggbb` colours in hundredths: 100 to 2100."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return int((lighter + 0.05) / (darker + 0.05) * 100)


def _luminance(colour: str) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
