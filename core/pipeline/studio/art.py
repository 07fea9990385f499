"""The picture of a site: a calm pattern of tiles from the subject's shapes, always the same for a product."""

from __future__ import annotations

import random
from collections.abc import Callable

from core.pipeline.studio.look import Palette, seed
from core.pipeline.studio.markup import Markup, xml
from core.pipeline.studio.subject import Subject

_SIDE = 120  # one tile, in user units
Draw = Callable[[str, str], tuple[Markup, ...]]
"""Draws on a square of 120 with two colours."""


def _path(d: str, fill: str) -> Markup:
    return xml("path", d=d, fill=fill)


def _circle(x: int, y: int, r: int, fill: str) -> Markup:
    return xml("circle", cx=str(x), cy=str(y), r=str(r), fill=fill)


def _bar(x: int, y: int, width: int, height: int, fill: str) -> Markup:
    return xml("rect", x=str(x), y=str(y), width=str(width), height=str(height), fill=fill)


SHAPES: dict[str, Draw] = {
    "leaf": lambda a, b: (
        _path("M0 120A120 120 0 0 1 120 0A120 120 0 0 1 0 120Z", a),
        _path("M30 90A85 85 0 0 1 90 30A85 85 0 0 1 30 90Z", b),
    ),
    "half": lambda a, b: (_path("M0 120A60 60 0 0 1 120 120Z", a), _path("M0 60A60 60 0 0 1 120 60Z", b)),
    "round": lambda a, b: (_circle(60, 60, 60, a), _circle(60, 60, 26, b)),
    "sun": lambda a, b: (
        _circle(60, 60, 34, a),
        *(_bar(56, y, 8, 18, b) for y in (0, 102)),
        _bar(0, 56, 18, 8, b),
        _bar(102, 56, 18, 8, b),
    ),
    "quarter": lambda a, b: (
        _path("M0 0H120A120 120 0 0 1 0 120Z", a),
        _path("M0 0H60A60 60 0 0 1 0 60Z", b),
    ),
    "arch": lambda a, b: (
        _path("M10 120V60A50 50 0 0 1 110 60V120Z", a),
        _path("M38 120V66A22 22 0 0 1 82 66V120Z", b),
    ),
    "stripes": lambda a, b: tuple(_bar(0, y, 120, 12, a if y % 48 else b) for y in range(0, 120, 24)),
    "frame": lambda a, b: (_path("M8 8H112V112H8ZM24 24V96H96V24Z", a), _bar(40, 40, 40, 40, b)),
    "square": lambda a, b: (_bar(0, 0, 120, 120, a), _bar(60, 0, 60, 60, b)),
    "dots": lambda a, b: tuple(
        _circle(x, y, 9, a if (x + y) % 60 else b) for x in (20, 60, 100) for y in (20, 60, 100)
    ),
    "step": lambda a, b: (_path("M0 120V80H40V40H80V0H120V120Z", a), _bar(0, 0, 40, 40, b)),
    "ring": lambda a, b: (
        _path("M60 0A60 60 0 1 0 60 120A60 60 0 1 0 60 0ZM60 26A34 34 0 1 1 60 94A34 34 0 1 1 60 26Z", a),
        _circle(60, 60, 12, b),
    ),
    "wave": lambda a, b: (
        _path("M0 80C30 40 90 120 120 80V120H0Z", a),
        _path("M0 40C30 0 90 80 120 40V60C90 100 30 20 0 60Z", b),
    ),
}


def pattern(product_id: str, subject: Subject, palette: Palette, columns: int, rows: int) -> bytes:
    """A picture of columns x rows tiles."""
    dice = random.Random(seed(product_id))  # noqa: S311 - ornament, and it must repeat
    width, height = columns * _SIDE, rows * _SIDE
    tiles = [_bar(0, 0, width, height, palette.band)]
    before = ""
    for place in range(columns * rows):
        if dice.random() < 0.1:
            continue  # a gap lets the eye rest
        shape = dice.choice([one for one in subject.shapes if one != before])
        before = shape
        tiles.append(_tile(shape, place % columns, place // columns, dice, palette))
    return _document(width, height, *tiles)


def _tile(shape: str, column: int, row: int, dice: random.Random, palette: Palette) -> Markup:
    first, second = dice.choice(
        (
            (palette.accent, palette.spark),
            (palette.spark, palette.accent),
            (palette.accent, palette.band),
            (palette.ink, palette.spark),
            (palette.spark, palette.paper),
            (palette.paper, palette.accent),
        )
    )
    turn = dice.choice((0, 90, 180, 270))
    ground = dice.choice((palette.band, palette.band, palette.paper))
    if shape in ("arch", "sun", "step"):
        turn = 0  # these stand on something
    if first == ground:
        ground = palette.band if ground == palette.paper else palette.paper
    where = f"translate({column * _SIDE} {row * _SIDE}) rotate({turn} {_SIDE // 2} {_SIDE // 2})"
    return xml("g", _bar(0, 0, _SIDE + 1, _SIDE + 1, ground), *SHAPES[shape](first, second), transform=where)


def icon(subject: Subject, palette: Palette) -> bytes:
    """The small picture of a browser's tab."""
    shape = SHAPES[subject.shapes[0]](palette.on_accent, palette.spark)
    tile = xml("g", *shape, transform="translate(18 18) scale(.7)")
    ground = xml("rect", width="120", height="120", rx="26", fill=palette.accent)
    return _document(120, 120, ground, tile)


def _document(width: int, height: int, *children: Markup) -> bytes:
    root = xml(
        "svg",
        Markup("\n"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=str(width),
        height=str(height),
    )
    return root.encode()
