"""The filter that every painted line goes through, whichever widget made it."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.clean import clean


class LastLine(LineFilter):
    """Removes control characters and hyperlinks: what got here unwashed cannot command a terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(text.isprintable() and not (style and style._link) for text, style, _ in segments):
            return segments
        return [
            Segment(clean(text), style.update_link(None) if style and style._link else style)
            for text, style, _ in segments
        ]


LAST_LINE = LastLine()
"""One for everybody: it has no state, and Textual's line caches are keyed by it."""
