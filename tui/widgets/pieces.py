"""Lines made of inked pieces of text: what the kit's widgets draw instead of markup or nested widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import ClassVar, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tui.clean import one_line
from tui.symbols import Sign, Symbols


class Ink(Enum):
    """What a piece of text means; `css` is the component class that `app.tcss` colours."""

    TEXT = "ink--text"
    STRONG = "ink--strong"
    DIM = "ink--dim"
    HERE = "ink--here"
    ASKS = "ink--asks"
    REFUSES = "ink--refuses"
    FINISHED = "ink--finished"
    RULE = "ink--rule"
    DEMO = "ink--demo"
    PRODUCTION = "ink--production"
    CURSOR = "ink--cursor"
    QR = "ink--qr"

    def __init__(self, css: str) -> None:
        self.css = css


class Piece(NamedTuple):
    """Some text in one ink. The text may be anybody's: it is cleaned where it is drawn."""

    text: str
    ink: Ink = Ink.TEXT


Line = Sequence[Piece]


def width_of(line: Iterable[Piece]) -> int:
    """Cells that a line takes."""
    return sum(cell_len(one_line(text)) for text, _ in line)


def shorten(text: str, width: int, symbols: Symbols) -> str:
    """Text of exactly `width` cells or fewer, the cut marked; never half of a wide character."""
    if cell_len(text) <= width:
        return text
    mark = symbols(Sign.MORE)
    if width <= len(mark):
        return mark[: max(width, 0)]
    return set_cell_size(text, width - len(mark)).rstrip() + mark


def shorten_middle(text: str, width: int, symbols: Symbols) -> str:
    """An id or a path: both ends tell things apart, so the middle goes."""
    if cell_len(text) <= width or width < 5:
        return shorten(text, width, symbols)
    mark = symbols(Sign.MORE)
    kept = width - len(mark)
    return f"{text[: kept - kept // 2]}{mark}{text[len(text) - kept // 2 :]}"


def spread(left: Line, right: Line, width: int, symbols: Symbols) -> list[Piece]:
    """Left pieces and right pieces on one line; where both do not fit, the left is cut."""
    room = max(width - width_of(right) - 1, 0) if right else width
    drawn: list[Piece] = []
    for text, ink in left:
        cut = shorten(one_line(text), room, symbols)
        room -= cell_len(cut)
        drawn.append(Piece(cut, ink))
    return [*drawn, Piece(" " * (room + bool(right))), *right]


class Inked(Widget):
    """A widget that draws lines of pieces and nothing else: no children, no timer."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {ink.css for ink in Ink}

    _drawn: list[Line] | None = None
    _drawn_width = -1

    @property
    def symbols(self) -> Symbols:
        """The signs that this session's terminal can show."""
        found: Symbols = getattr(self.app, "symbols", _RICH)
        return found

    def draw(self, width: int) -> Sequence[Line]:
        """The lines for this width; called when something changed, not for each paint."""
        raise NotImplementedError

    def redraw(self, layout: bool = False) -> None:
        """Draw again; with `layout` when the number of lines may have changed."""
        self._drawn = None
        self.refresh(layout=layout)

    def lines(self, width: int) -> list[Line]:
        """What `draw` gave for this width."""
        if self._drawn is None or width != self._drawn_width:
            self._drawn, self._drawn_width = list(self.draw(width)), width
        return self._drawn

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return max((width_of(line) for line in self.lines(container.width)), default=0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width))

    def render_line(self, y: int) -> Strip:
        lines = self.lines(self.size.width)
        return self.strip(lines[y] if y < len(lines) else (), self.size.width)

    def strip(self, line: Line, width: int, over: Ink | None = None) -> Strip:
        """The line as a strip of exactly `width` cells; `over` inks all of it, as a cursor does."""
        segments, used = [], 0
        for text, ink in line:
            text = one_line(text)
            cells = cell_len(text)
            if used + cells > width:
                text = set_cell_size(text, width - used)
                cells = width - used
            if cells:
                segments.append(Segment(text, self.style_of(over or ink)))
                used += cells
        segments.append(Segment(" " * (width - used), self.style_of(over or Ink.TEXT)))
        return Strip(segments, width)

    def style_of(self, ink: Ink) -> Style:
        """The ink in this session's theme."""
        return self.get_component_rich_style(ink.css)


_RICH = Symbols(rich=True)


class Text(Inked):
    """Lines that somebody else made; long ones are cut, not wrapped."""

    def __init__(self, *lines: Line, id: str | None = None) -> None:
        super().__init__(id=id)
        self._given: Sequence[Line] = lines

    def show(self, *lines: Line) -> None:
        """Show these lines instead."""
        self._given = lines
        self.redraw(layout=True)

    def draw(self, width: int) -> Sequence[Line]:
        return self._given
