"""A place that is a list: a line to look by, a table, and beside it what is known of the row under the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from tui.screens.place import Place
from tui.widgets.filter_line import FilterLine, fits
from tui.widgets.prose import Prose
from tui.widgets.record_table import RecordTable

Row = TypeVar("Row")


class Listing(Place, Generic[Row]):
    """Subclasses give the line, the table, and what happens as the cursor moves and a row is chosen."""

    _table: RecordTable[Row]
    _card: Prose

    def line(self) -> Widget:
        """The line above the table, by which one looks."""
        raise NotImplementedError

    def table(self) -> RecordTable[Row]:
        """The table, empty still."""
        raise NotImplementedError

    def card(self) -> Prose:
        """The pane beside the table, where there is room for one."""
        return Prose(id="card", classes="detail")

    def moved(self, row: Row | None) -> None:
        """The cursor stands on another row, or on none."""

    def chosen(self, row: Row) -> None:
        """Enter was pressed on a row."""

    def body(self) -> ComposeResult:
        self._table = self.table()
        self._table.add_class("list")
        self._card = self.card()
        yield self.line()
        yield Horizontal(self._table, self._card, classes="split")

    def on_mount(self) -> None:
        super().on_mount()
        self._table.focus()

    @on(RecordTable.Moved)
    def _table_moved(self) -> None:
        self.show_place(self._table.place)
        self.moved(self._table.row)

    @on(RecordTable.Chosen)
    def _table_chosen(self, event: RecordTable.Chosen) -> None:
        self.chosen(event.row)


class Narrowed(Listing[Row]):
    """A list that is here as a whole; typing leaves only the rows with the words."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("slash", "filter", show=False)]

    _all: Sequence[Row] = ()
    """Every row that was fetched."""

    def texts(self, row: Row) -> Iterable[str]:
        """What the words are looked for in."""
        raise NotImplementedError

    def line(self) -> Widget:
        self._filter = FilterLine()
        return self._filter

    def found(self) -> Sequence[Row]:
        """The rows that have the words."""
        sought = self._filter.words
        return [row for row in self._all if fits(sought, *self.texts(row))] if sought else self._all

    def narrow(self) -> None:
        """Show what was found."""
        self._table.show(self.found())

    @on(FilterLine.Changed)
    def _filter_changed(self) -> None:
        self.narrow()

    @on(FilterLine.Done)
    def _filter_done(self) -> None:
        self._table.focus()

    def action_filter(self) -> None:
        self._filter.open()

    def action_back(self) -> None:
        """Escape takes the words away before it leaves."""
        if self._filter.display:
            self._filter.action_close()
        else:
            super().action_back()
