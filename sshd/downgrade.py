"""From 24-bit colour to what one session's terminal can show, at the edge where bytes leave.

Textual caches rendered lines process-wide, colours included, so that two sessions of different depths would
paint each other's colours. So every app renders in 24 bits and each session translates its own frames here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rich.color import Color, ColorSystem

from tui.client import ColourDepth

_TRUECOLOUR_SGR = re.compile(r"\x1b\[([\d;]*[34]8;2;[\d;]+)m")
_BLACK, _WHITE = 0, 15
_CUBE = (0, 95, 135, 175, 215, 255)
_LIGHT = {7, 10, 11, 14, 15}
"""Of the sixteen, those on which black reads better than white."""


def downgrade(frame: str, depth: ColourDepth) -> str:
    """The same frame in at most the colours of `depth`; bold, underline and reverse stay."""
    if depth is ColourDepth.TRUE:
        return frame
    return _TRUECOLOUR_SGR.sub(lambda found: _sequence(found[1], depth), frame)


@lru_cache(maxsize=8192)
def _sequence(codes: str, depth: ColourDepth) -> str:
    attributes: list[str] = []
    inks: dict[str, tuple[int, int, int]] = {}
    for code, rgb in _parts(codes):
        if rgb is None:
            attributes.append(code)
        else:
            inks[code] = rgb
    match depth:
        case ColourDepth.INDEXED:
            for code, rgb in inks.items():
                attributes.append(f"{code};5;{_of_256(rgb)}")
        case ColourDepth.SIXTEEN:
            attributes += _sixteen(inks)
    return f"\x1b[{';'.join(attributes)}m" if attributes else ""


def _of_256(rgb: tuple[int, int, int]) -> int:
    """The nearest of xterm's cube (16-231) and grey ramp (232-255); dark blues become greys, not teal."""
    steps = [min(range(6), key=lambda step: abs(_CUBE[step] - value)) for value in rgb]
    red, green, blue = steps
    grey = max(0, min(23, round((sum(rgb) / 3 - 8) / 10)))
    shade = 8 + 10 * grey
    in_cube = sum((_CUBE[step] - value) ** 2 for step, value in zip(steps, rgb, strict=True))
    in_grey = sum((shade - value) ** 2 for value in rgb)
    return 232 + grey if in_grey < in_cube else 16 + 36 * red + 6 * green + blue


def _parts(codes: str) -> Iterator[tuple[str, tuple[int, int, int] | None]]:
    numbers = iter(codes.split(";"))
    for code in numbers:
        if code not in ("38", "48"):
            yield code, None
            continue
        kind = next(numbers, "")
        if kind == "2":
            red, green, blue = (min(int(next(numbers, "0") or 0), 255) for _ in range(3))
            yield code, (red, green, blue)
        else:
            yield f"{code};{kind};{next(numbers, '0')}", None


def _sixteen(inks: dict[str, tuple[int, int, int]]) -> Iterator[str]:
    numbers = {code: Color.from_rgb(*rgb).downgrade(ColorSystem.STANDARD).number or 0 for code, rgb in inks.items()}
    text, paper = numbers.get("38"), numbers.get("48")
    # Two shades that were legible may fall on one of sixteen: then text takes the opposite end.
    if text is not None and text == paper:
        text = _BLACK if paper in _LIGHT else _WHITE
    if text is not None:
        yield str(30 + text if text < 8 else 82 + text)
    if paper is not None:
        yield str(40 + paper if paper < 8 else 92 + paper)
