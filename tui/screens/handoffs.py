"""Work as it changes hands, live, newest at the top."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.worker import WorkType

from core.errors import CoreError
from core.operation import Kind
from core.pipeline.handoffs import FollowHandoffs, Handoff, ListHandoffs
from tui.asking import sentence_of
from tui.screens import product_words as words
from tui.screens import timeline
from tui.screens.listing import Narrowed
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece
from tui.widgets.record_table import RecordTable

KEPT = 2_000
SHOWN_EVERY = 0.25
"""Seconds in which what arrives is collected before it is shown: a burst paints once."""


class Handoffs(Narrowed[Handoff]):
    """The list, followed. The cursor on the newest row stays on the newest; elsewhere it stays where it is."""

    tab = "handoffs"
    areas = ("nothing",)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "blocked", show=False),
        Binding("o", "product", show=False),
        Binding("space", "hold", show=False),
        Binding("y", "copy", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._all: deque[Handoff] = deque(maxlen=KEPT)
        """Newest first."""
        self._blocked_only = False
        self._held = False
        self._late: Timer | None = None
        self._following = False

    def title_words(self) -> str:
        return self.t("Hand-offs")

    def table(self) -> RecordTable[Handoff]:
        t = self.t
        return RecordTable(
            timeline.columns(t, self.factory.symbols, with_product=True),
            key=lambda row: row.id,
            empty=[Piece(t("Nothing changed hands yet: make a product, and its way shows here."), Ink.DIM)],
        )

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
        self._all = deque(found, maxlen=KEPT)
        self.narrow()
        if not self._following:
            self._following = True
            follow: WorkType[None] = self._follow
            self.run_worker(follow, group="follow")

    async def _follow(self) -> None:
        after = self._all[0].position if self._all else 0
        try:
            async with aclosing(self.desk.watch(FollowHandoffs(after=after))) as stream:
                async for handoff in stream:
                    self._take(handoff)
        except CoreError as refusal:
            self.refuse(sentence_of(self.t, refusal), refusal)
        finally:
            self._following = False

    def _take(self, handoff: Handoff) -> None:
        if self._all and handoff.position <= self._all[0].position:
            return
        self._all.appendleft(handoff)
        if self._late is None and not self._held:
            self._late = self.set_timer(SHOWN_EVERY, self.narrow)

    def narrow(self) -> None:
        self._late = None
        found = self.found()
        timeline.show_newest_first(self._table, [row for row in found if row.blocked or not self._blocked_only])

    def texts(self, row: Handoff) -> Iterable[str]:
        t = self.t
        agents = words.agent_word(t, row.from_agent), words.agent_word(t, row.to_agent)
        return (row.product_name, *agents, words.reason_word(t, row.reason), row.product_id, *row.notes)

    # -- keys

    def moved(self, row: Handoff | None) -> None:
        self._card.show(timeline.handoff_lines(self.t, self.factory.symbols, row) if row else ())

    def chosen(self, row: Handoff) -> None:
        from tui.screens.papers import HandoffPage

        self.app.push_screen(HandoffPage(row))

    def action_product(self) -> None:
        from tui.screens.product import ProductScreen

        if (row := self._table.row) is not None:
            self.app.push_screen(ProductScreen(row.product_id))

    def action_blocked(self) -> None:
        self._blocked_only = not self._blocked_only
        self.show_hints()
        self.narrow()

    def action_hold(self) -> None:
        self._held = not self._held
        self.say(self.t("Standing still: what arrives waits until you press space again.") if self._held else "")
        self.show_hints()
        if not self._held:
            self.narrow()

    def action_copy(self) -> None:
        if row := self._table.row:
            self.copy(row.id)


def make() -> Handoffs:
    return Handoffs()
