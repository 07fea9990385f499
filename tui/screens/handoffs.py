"""Work as it changes hands, live, newest at the top."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.worker import WorkType

from core.errors import CoreError
from core.operation import Kind
from core.pipeline.handoffs import FollowHandoffs, Handoff, ListHandoffs
from tui.asking import sentence_of
from tui.screens import product_words as words
from tui.screens import timeline
from tui.screens.place import Place
from tui.widgets.filter_line import FilterLine, fits
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece
from tui.widgets.prose import Prose
from tui.widgets.record_table import RecordTable

KEPT = 2_000
SHOWN_EVERY = 0.25
"""Seconds in which what arrives is collected before it is shown: a burst paints once."""


class Handoffs(Place):
    """The list, followed. The cursor on the newest row stays on the newest; elsewhere it stays where it is."""

    tab = "handoffs"
    areas = ("nothing",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", show=False),
        Binding("b", "blocked", show=False),
        Binding("o", "product", show=False),
        Binding("space", "hold", show=False),
        Binding("y", "copy", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: deque[Handoff] = deque(maxlen=KEPT)
        """Newest first."""
        self._blocked_only = False
        self._held = False
        self._late: Timer | None = None
        self._following = False

    def title_words(self) -> str:
        return self.t("Hand-offs")

    def body(self) -> ComposeResult:
        t, symbols = self.t, self.factory.symbols
        self._filter = FilterLine()
        self._detail = Prose(id="card", classes="detail")
        self._table: RecordTable[Handoff] = RecordTable(
            timeline.columns(t, symbols, with_product=True),
            key=lambda row: row.id,
            empty=[Piece(t("Nothing changed hands yet: make a product, and its way shows here."), Ink.DIM)],
        )
        self._table.add_class("list")
        yield self._filter
        yield Horizontal(self._table, self._detail, classes="split")

    def on_mount(self) -> None:
        super().on_mount()
        self._table.focus()

    def hints(self) -> Sequence[Hint]:
        t = self.t
        return (
            Hint("enter", t("open")),
            Hint("o", t("product")),
            Hint("b", t("all") if self._blocked_only else t("blocked only")),
            Hint("space", t("go on") if self._held else t("stand still")),
            Hint("/", t("filter")),
            Hint("?", t("help")),
        )

    def all_keys(self) -> Sequence[Hint]:
        t = self.t
        return (
            Hint("enter", t("read the hand-off")),
            Hint("o", t("open its product")),
            Hint("b", t("only refusals, or everything")),
            Hint("space", t("stand still while you read, or follow again")),
            Hint("/", t("show only those with these words; !word leaves out")),
            Hint("y", t("copy its id")),
        )

    def kinds(self) -> Sequence[Kind]:
        return (ListHandoffs, FollowHandoffs)

    async def load(self) -> None:
        found = await self.look(ListHandoffs(limit=KEPT))
        self._rows = deque(found, maxlen=KEPT)
        self._show()
        if not self._following:
            self._following = True
            follow: WorkType[None] = self._follow
            self.run_worker(follow, group="follow")

    async def _follow(self) -> None:
        after = self._rows[0].position if self._rows else 0
        try:
            async with aclosing(self.desk.watch(FollowHandoffs(after=after))) as stream:
                async for handoff in stream:
                    self._take(handoff)
        except CoreError as refusal:
            self.refuse(sentence_of(self.t, refusal), refusal)
        finally:
            self._following = False

    def _take(self, handoff: Handoff) -> None:
        if self._rows and handoff.position <= self._rows[0].position:
            return
        self._rows.appendleft(handoff)
        if self._late is None and not self._held:
            self._late = self.set_timer(SHOWN_EVERY, self._show)

    def _show(self) -> None:
        self._late = None
        sought = self._filter.words
        timeline.show_newest_first(self._table, [row for row in self._rows if self._wanted(row, sought)])

    def _wanted(self, row: Handoff, sought: str) -> bool:
        t = self.t
        return (row.blocked or not self._blocked_only) and (
            not sought
            or fits(sought, row.product_name, words.agent_word(t, row.from_agent), words.agent_word(t, row.to_agent),
                    words.reason_word(t, row.reason), row.product_id, *row.notes)
        )  # fmt: skip

    # -- keys

    @on(RecordTable.Moved)
    def _moved(self) -> None:
        row = self._table.row
        self.show_place(self._table.place)
        self._detail.show(timeline.handoff_lines(self.t, self.factory.symbols, row) if row else ())

    @on(RecordTable.Chosen)
    def _open(self, event: RecordTable.Chosen) -> None:
        from tui.screens.papers import HandoffPage

        self.app.push_screen(HandoffPage(event.row))

    def action_product(self) -> None:
        from tui.screens.product import ProductScreen

        if (row := self._table.row) is not None:
            self.app.push_screen(ProductScreen(row.product_id))

    def action_blocked(self) -> None:
        self._blocked_only = not self._blocked_only
        self.show_hints()
        self._show()

    def action_hold(self) -> None:
        self._held = not self._held
        self.say(self.t("Standing still: what arrives waits until you press space again.") if self._held else "")
        self.show_hints()
        if not self._held:
            self._show()

    def action_copy(self) -> None:
        if (row := self._table.row) is not None:
            self.app.copy_to_clipboard(row.id)
            self.say(self.t("Copied {what}.", what=row.id))

    @on(FilterLine.Changed)
    def _filtered(self) -> None:
        self._show()

    @on(FilterLine.Done)
    def _filter_done(self) -> None:
        self._table.focus()

    def action_filter(self) -> None:
        self._filter.open()

    def action_back(self) -> None:
        if self._filter.display:
            self._filter.action_close()
        else:
            super().action_back()


def make() -> Handoffs:
    return Handoffs()
