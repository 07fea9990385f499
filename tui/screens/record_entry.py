"""One entry of the record: a pane beside the list where there is room, and a screen of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import orjson
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.worker import WorkType

from core.audit.reading import EntryRow, ShowEntry
from core.audit.verdict import ShowRecordState
from core.errors import CoreError
from core.operation import Kind
from core.written import plain
from tui.screens.place import Place
from tui.screens.record_words import entry_lines
from tui.widgets.frame import Hint
from tui.widgets.prose import Prose, Reader


class EntryCard(Prose):
    """Shows the entry under the cursor, and checks its link to the one before."""

    def __init__(self) -> None:
        super().__init__(id="card", classes="detail slim", hang=4)

    def about(self, place: Place, row: EntryRow | None, previous: EntryRow | None, signed: int) -> None:
        """Show this entry; `previous` is fetched when the list does not have it."""
        if row is None or not place.wide:
            self.show(())
            return
        fetch: WorkType[None] = partial(self._fetch, place, row, previous, signed)
        self.run_worker(fetch, group="card", exclusive=True)

    async def _fetch(self, place: Place, row: EntryRow, previous: EntryRow | None, signed: int) -> None:
        previous = previous or await before(place, row)
        self.show(entry_lines(place.t, self.symbols, row, previous, signed))


async def before(place: Place, row: EntryRow) -> EntryRow | None:
    """The entry before this one; None for the first, and where it cannot be read."""
    if row.seq <= 1:
        return None
    try:
        return await place.look(ShowEntry(entry=str(row.seq - 1)))
    except CoreError:
        return None


class EntryScreen(Place):
    """All of one entry, and from it to its neighbours in the chain."""

    areas = ("audit",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "older", show=False),
        Binding("right_square_bracket", "newer", show=False),
        Binding("y", "copy", show=False),
        Binding("Y", "copy_all", show=False),
    ]

    def __init__(self, seq: int, row: EntryRow | None = None) -> None:
        super().__init__()
        self._seq = seq
        self._row = row

    def title_words(self) -> str:
        return self.t("Record")

    def hints(self) -> Sequence[Hint]:
        t = self.t
        return (
            Hint("[ ]", t("older, newer")),
            Hint("y", t("copy id")),
            Hint("Y", t("copy as JSON")),
            Hint("esc", t("back")),
            Hint("?", t("help")),
        )

    def kinds(self) -> Sequence[Kind]:
        return (ShowEntry,)

    def body(self) -> ComposeResult:
        yield Reader(id="entry")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#entry").focus()

    async def load(self) -> None:
        state = await self.look(ShowRecordState())
        self._row = row = await self.look(ShowEntry(entry=str(self._seq)))
        lines = entry_lines(self.t, self.factory.symbols, row, await before(self, row), state.signed)
        self.query_one("#entry", Reader).show(lines)
        self.show_place((self._seq, state.last))

    def action_older(self) -> None:
        self._go(self._seq - 1)

    def action_newer(self) -> None:
        self._go(self._seq + 1)

    def _go(self, seq: int) -> None:
        if seq >= 1:
            self.do(self._turn(seq))

    async def _turn(self, seq: int) -> None:
        await self.look(ShowEntry(entry=str(seq)))
        self._seq = seq
        self.say("")

    def action_copy(self) -> None:
        if self._row is not None:
            self.copy(self._row.id)

    def action_copy_all(self) -> None:
        if self._row is not None:
            self.app.copy_to_clipboard(orjson.dumps(plain(self._row)).decode())
            self.say(self.t("Copied entry {seq} as JSON.", seq=f"{self._seq:,}"))
