"""The columns of a table: which fit, how wide each is, and how a row's cells fill them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from rich.cells import cell_len

from tui.clean import one_line
from tui.symbols import Symbols
from tui.widgets.pieces import Ink, Line, Piece, shorten, width_of

Row = TypeVar("Row")
MARK = 2
"""Cells before the first column, for the cursor's sign."""
GAP = 2


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column. `of` gives a row's text, or pieces where one cell has several inks."""

    title: str
    of: Callable[[Row], str | Line]
    width: int
    """Cells it needs at least."""
    grow: int = 0
    """Its share of the room that is left."""
    right: bool = False
    """Numbers stand at the right."""
    priority: int = 0
    """0 stays whatever happens; of the others the highest goes first when the terminal is narrow."""
    ink: Ink = Ink.TEXT


class Layout(Generic[Row]):
    """The columns as they fit one width."""

    def __init__(self, columns: Sequence[Column[Row]]) -> None:
        # A title is longer in some languages than what stands under it.
        self._columns = [replace(each, width=max(each.width, cell_len(each.title))) for each in columns]
        self._fitted: list[tuple[Column[Row], int]] = []
        self._for = -1

    @property
    def width(self) -> int:
        """Cells that the columns take; more than the terminal has when even those that stay do not fit."""
        return MARK + sum(width + GAP for _, width in self._fitted) - (GAP if self._fitted else 0)

    def fit(self, width: int, symbols: Symbols) -> None:
        """Drop and stretch columns for this width."""
        if width == self._for:
            return
        kept = list(self._columns)
        while _needed(kept) > width and (droppable := [column for column in kept if column.priority]):
            kept.remove(max(droppable, key=lambda column: column.priority))
        # One cell stays free at the right, as in the header, where there is one to spare.
        spare, shares = max(width - 1 - _needed(kept), 0), sum(column.grow for column in kept)
        self._fitted = []
        for column in kept:
            more = spare * column.grow // shares if column.grow else 0
            spare, shares = spare - more, shares - column.grow
            self._fitted.append((column, column.width + more))
        self._for = width

    def header(self, width: int, symbols: Symbols) -> Line:
        """The line of titles."""
        self.fit(width, symbols)
        pieces = [Piece(" " * MARK)]
        for column, cells in self._fitted:
            pieces += _filled([Piece(column.title, Ink.DIM)], cells, column.right, symbols)
        return pieces

    def cells(self, row: Row, width: int, symbols: Symbols, row_ink: Ink | None) -> Line:
        """A row's cells, each exactly as wide as its column, whatever is in them."""
        self.fit(width, symbols)
        pieces: list[Piece] = []
        for column, cells in self._fitted:
            value = column.of(row)
            content = [Piece(value, row_ink or column.ink)] if isinstance(value, str) else value
            pieces += _filled(content, cells, column.right, symbols)
        return pieces


def _needed(columns: Sequence[Column[Row]]) -> int:
    return MARK + sum(column.width + GAP for column in columns) - GAP


def _filled(content: Line, cells: int, right: bool, symbols: Symbols) -> Line:
    room, drawn = cells, []
    for text, ink in content:
        # Four characters to a cell is generous even for combining marks; 100 kB are not looked at.
        text = shorten(one_line(text, limit=4 * cells), room, symbols)
        room -= cell_len(text)
        drawn.append(Piece(text, ink))
    blank = Piece(" " * (cells - width_of(drawn)))
    return [blank, *drawn, Piece(" " * GAP)] if right else [*drawn, blank, Piece(" " * GAP)]
