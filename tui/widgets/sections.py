"""A few short lists under headings with one cursor through all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.symbols import Sign
from tui.widgets.columns import Column, Layout
from tui.widgets.pieces import Ink, Inked, Line, Piece, spread


@dataclass(frozen=True)
class Section:
    """A heading, how many there are in all, and the rows that are shown of them."""

    title: str
    count: int
    rows: Sequence[Any]
    columns: Sequence[Column[Any]]
    empty: str
    """One sentence for when there is no row."""


class Sections(Inked, can_focus=True):
    """Headings with rows under them. `key` tells rows apart when they are shown anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("g,home", "move(-1000000)", show=False),
        Binding("G,end", "move(1000000)", show=False),
        Binding("pagedown,ctrl+d", "move(8)", show=False),
        Binding("pageup,ctrl+u", "move(-8)", show=False),
        Binding("enter", "choose", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a row."""

        row: Any

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, or on none."""

        row: Any | None

    def __init__(self, key: Callable[[Any], Hashable], id: str | None = None) -> None:
        super().__init__(id=id)
        self._key = key
        self._sections: Sequence[Section] = ()
        self._rows: list[Any] = []
        self._at_line: list[int] = []
        self._cursor = 0
        self._top = 0

    @property
    def row(self) -> Any | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def place(self) -> tuple[int, int]:
        """Where the cursor stands, from 1, and of how many."""
        return (self._cursor + 1 if self._rows else 0), len(self._rows)

    def show(self, *sections: Section) -> None:
        """Show these; the cursor stays on its row while that is among them, else on its place."""
        held = None if self.row is None else self._key(self.row)
        self._sections = sections
        self._rows = [row for section in sections for row in section.rows]
        found = next((at for at, row in enumerate(self._rows) if self._key(row) == held), self._cursor)
        self._cursor = max(0, min(found, len(self._rows) - 1))
        self._repaint()
        self.post_message(self.Moved(self.row))

    def draw(self, width: int) -> Sequence[Line]:
        lines: list[Line] = []
        self._at_line = []
        for section in self._sections:
            count = [Piece(f"{section.count} ", Ink.DIM)] if section.count else []
            lines.append(spread([Piece(" "), Piece(section.title, Ink.STRONG)], count, width, self.symbols))
            if not section.rows:
                lines.append([Piece("   "), Piece(section.empty, Ink.DIM)])
            fit: Layout[Any] = Layout(section.columns)
            for row in section.rows:
                here = len(self._at_line) == self._cursor
                mark = Piece(f"{self.symbols(Sign.HERE)} " if here else "  ", Ink.HERE)
                cells: Line = [mark, *fit.cells(row, width, self.symbols, None)]
                self._at_line.append(len(lines))
                lines.append([Piece(text, Ink.CURSOR) for text, _ in cells] if here else cells)
            lines.append([])
        return lines[:-1]

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self.lines(width)
        self._keep_in_sight(len(lines))
        at = self._top + y
        line = lines[at] if at < len(lines) else ()
        here = bool(self._at_line) and at == self._at_line[self._cursor]
        return self.strip(line, width, Ink.CURSOR if here else None)

    def _repaint(self) -> None:
        if self._drawn is None:
            self.redraw()
            return
        top = self._top
        self.repaint(top)
        self._keep_in_sight(len(self.lines(self._drawn_width)))
        if self._top != top:
            self.refresh()

    def _keep_in_sight(self, total: int) -> None:
        height = max(self.size.height, 1)
        here = self._at_line[self._cursor] if self._at_line else 0
        # The heading above the first row comes into sight with it.
        first = 0 if self._cursor == 0 else here
        self._top = max(0, min(max(self._top, here - height + 1), first, max(total - height, 0)))

    def on_resize(self, event: events.Resize) -> None:
        self.redraw()

    def action_move(self, by: int) -> None:
        at = max(0, min(self._cursor + by, len(self._rows) - 1))
        if at != self._cursor:
            self._cursor = at
            self._repaint()
            self.post_message(self.Moved(self.row))

    def action_choose(self) -> None:
        if self.row is not None:
            self.post_message(self.Chosen(self.row))

    def on_mouse_scroll_down(self) -> None:
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-3)

    def on_click(self, event: events.Click) -> None:
        line = self._top + event.y
        if line in self._at_line:
            at = self._at_line.index(line)
            if at == self._cursor:
                self.action_choose()
            else:
                self.action_move(at - self._cursor)
