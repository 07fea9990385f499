"""The style sheet of a site: one skeleton in style.template.css, dressed by palette, typeface and layout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Template

from core.pipeline.studio.look import Palette, Typeface

_SKELETON = Template((Path(__file__).parent / "style.template.css").read_text("utf-8"))
LAYOUTS = ("split", "banner", "quiet")
TEXT_PX = 17
LARGE_TEXT_PX = 20
LINE_CH = 66
"""Longest line of running text, in characters."""


@dataclass(frozen=True)
class Dress:
    """All that makes one site look unlike another."""

    palette: Palette
    typeface: Typeface
    layout: str
    corner: int
    """Radius in pixels."""
    text_px: int = TEXT_PX


def stylesheet(dress: Dress) -> bytes:
    """The whole style.css."""
    palette = dress.palette
    return _SKELETON.substitute(
        scheme="dark" if palette.dark else "light",
        paper=palette.paper,
        ink=palette.ink,
        muted=palette.muted,
        accent=palette.accent,
        on_accent=palette.on_accent,
        band=palette.band,
        spark=palette.spark,
        head=dress.typeface.head,
        body=dress.typeface.body,
        weight=dress.typeface.weight,
        tracking=dress.typeface.tracking,
        corner=f"{dress.corner}px",
        text=f"{dress.text_px / 16:g}rem",
        line=f"{LINE_CH}ch",
    ).encode()
