"""A table that paints only what is seen: thousands of rows cost no more than a screenful."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tui.symbols import Sign
from tui.widgets.columns import Column, Layout
from tui.widgets.pieces import Ink, Inked, Line, Piece

Row = TypeVar("Row")


class RecordTable(Inked, Generic[Row], can_focus=True):
    """Rows of one kind with a cursor. The rows are the screen's: the table keeps the sequence it is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("g,home", "first", show=False),
        Binding("G,end", "last", show=False),
        Binding("pagedown", "page(1.0)", show=False),
        Binding("pageup", "page(-1.0)", show=False),
        Binding("ctrl+d", "page(0.5)", show=False),
        Binding("ctrl+u", "page(-0.5)", show=False),
        Binding("l,right", "pan(8)", show=False),
        Binding("h,left", "pan(-8)", show=False),
        Binding("enter", "choose", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a row."""

        table: RecordTable[Any]
        row: Any

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, or on none."""

        table: RecordTable[Any]
        row: Any | None

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        *,
        empty: Line = (),
        row_ink: Callable[[Row], Ink | None] | None = None,
        id: str | None = None,
    ) -> None:
        """`key` tells rows apart when they are shown anew; `empty` says what to do when there are none."""
        super().__init__(id=id)
        self._columns = columns
        self._key = key
        self._empty = empty
        self._row_ink = row_ink
        self._rows: Sequence[Row] = ()
        self._fit = Layout(columns)
        self._cursor = 0
        self._top = 0
        self._left = 0

    # -- what is shown

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def place(self) -> tuple[int, int]:
        """Where the cursor stands, from 1, and of how many: "17 of 214"."""
        return (self._cursor + 1 if self._rows else 0), len(self._rows)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows. The cursor stays on its row while that is among them, else on its place."""
        held = None if self.row is None else self._key(self.row)
        here = self._cursor
        self._rows = rows
        if held is not None and not (here < len(rows) and self._key(rows[here]) == held):
            here = next((at for at, row in enumerate(rows) if self._key(row) == held), here)
        self._cursor = max(0, min(here, len(rows) - 1))
        self._keep_in_sight()
        self.refresh()
        self.post_message(self.Moved(self, self.row))

    def changed(self, at: int) -> None:
        """The row at this index is another now (the screen replaced it in its list): paint its line."""
        self._paint(at)
        if at == self._cursor:
            self.post_message(self.Moved(self, self.row))

    def go_to(self, at: int) -> None:
        """Put the cursor on a row by index."""
        at = max(0, min(at, len(self._rows) - 1))
        if at == self._cursor:
            return
        old, top = self._cursor, self._top
        self._cursor = at
        self._keep_in_sight()
        if self._top != top:
            self.refresh()
        else:
            self._paint(old)
            self._paint(at)
        self.post_message(self.Moved(self, self.row))

    # -- painting

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return self._panned(self._fit.header(width, self.symbols), width, None)
        if not self._rows:
            return self.strip([Piece("  "), *self._empty] if y == 2 else (), width)
        at = self._top + y - 1
        if at >= len(self._rows):
            return self.strip((), width)
        row = self._rows[at]
        here = at == self._cursor
        mark = Piece(f"{self.symbols(Sign.HERE)} " if here else "  ", Ink.HERE)
        ink = self._row_ink(row) if self._row_ink else None
        line = [mark, *self._fit.cells(row, width, self.symbols, ink)]
        return self._panned(line, width, Ink.CURSOR if here else None)

    def _panned(self, line: Line, width: int, over: Ink | None) -> Strip:
        full = max(width, self._fit.width)
        strip = self.strip(line, full, over)
        return strip.crop(self._left, self._left + width) if self._left or full > width else strip

    def _paint(self, at: int) -> None:
        y = at - self._top + 1
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    @property
    def _page(self) -> int:
        return max(self.size.height - 1, 1)

    def _keep_in_sight(self) -> None:
        lowest = max(len(self._rows) - self._page, 0)
        self._top = min(max(self._top, self._cursor - self._page + 1), self._cursor, lowest)

    def on_resize(self, event: events.Resize) -> None:
        self._fit.fit(event.size.width, self.symbols)
        self._left = max(0, min(self._left, self._fit.width - event.size.width))
        self._keep_in_sight()

    # -- keys and mouse

    def action_move(self, by: int) -> None:
        self.go_to(self._cursor + by)

    def action_first(self) -> None:
        self.go_to(0)

    def action_last(self) -> None:
        self.go_to(len(self._rows) - 1)

    def action_page(self, part: float) -> None:
        self.go_to(self._cursor + round(self._page * part))

    def action_pan(self, by: int) -> None:
        left = max(0, min(self._left + by, self._fit.width - self.size.width))
        if left != self._left:
            self._left = left
            self.refresh()

    def action_choose(self) -> None:
        if self.row is not None:
            self.post_message(self.Chosen(self, self.row))

    def on_mouse_scroll_down(self) -> None:
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-3)

    def on_click(self, event: events.Click) -> None:
        at = self._top + event.y - 1
        if event.y < 1 or at >= len(self._rows):
            return
        if at == self._cursor:
            self.action_choose()
        else:
            self.go_to(at)
