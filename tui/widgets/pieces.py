"""Lines made of inked pieces of text: what the kit's widgets draw instead of markup or nested widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.clean import one_line
from tui.inks import Ink as Ink
from tui.inks import inks
from tui.symbols import Sign, Symbols


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

    _inks: dict[Ink, Style] | None = None
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

    def repaint(self, top: int = 0) -> None:
        """Paint those lines that are others now, and nothing where none is; `top` lines are above what is in sight."""
        before, width = self._drawn, self._drawn_width
        if before is None:
            self.redraw(layout=True)
            return
        self._drawn = None
        now = self.lines(width)
        if len(now) != len(before):
            self.refresh(layout=True)
            return
        at = self.gutter.top - top
        others = [y for y, (old, new) in enumerate(zip(before, now, strict=True)) if old != new and y >= top]
        if others:
            self.refresh(*(Region(0, y + at, self.outer_size.width, 1) for y in others))

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
        words: list[tuple[str, Ink]] = []
        used = 0
        for text, ink in (*line, Piece(" " * width)):
            text = one_line(text)
            cells = cell_len(text)
            if used + cells > width:
                cells = width - used
                text = set_cell_size(text, cells)
            if cells:
                used += cells
                _join(words, text, over or ink)
        return Strip([Segment(text, self.style_of(ink)) for text, ink in words], width)

    def style_of(self, ink: Ink) -> Style:
        """The ink in this session's theme, on what is behind this widget."""
        if self._inks is None:
            self._inks = inks(self.app.current_theme, self.background_colors[1].hex6)
        return self._inks[ink]

    def notify_style_update(self) -> None:
        """Another theme, or another ground."""
        self._inks = None
        super().notify_style_update()


def _join(words: list[tuple[str, Ink]], text: str, ink: Ink) -> None:
    """Append, in one word with the last where nobody would see a difference: each change costs bytes."""
    if words:
        last, last_ink = words[-1]
        blank_alike = last_ink.shows_no_blank and ink.shows_no_blank
        if ink is last_ink or (blank_alike and text.isspace()):
            words[-1] = (last + text, last_ink)
            return
        if blank_alike and last.isspace():
            words[-1] = (last + text, ink)
            return
    words.append((text, ink))


_RICH = Symbols(rich=True)


class Text(Inked):
    """Lines that somebody else made; long ones are cut, not wrapped."""

    def __init__(self, *lines: Line, id: str | None = None) -> None:
        super().__init__(id=id)
        self._given: Sequence[Line] = lines

    def show(self, *lines: Line) -> None:
        """Show these lines instead."""
        self._given = lines
        self.repaint()

    def draw(self, width: int) -> Sequence[Line]:
        return self._given
