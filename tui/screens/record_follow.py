"""Entries as they are written, in handfuls: a burst paints once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing

from textual.timer import Timer
from textual.worker import Worker, WorkType

from core.audit.reading import EntryRow, TailRecord
from core.errors import CoreError
from tui.asking import sentence_of
from tui.screens.place import Place

SHOWN_EVERY = 0.25
"""Seconds in which what arrives is collected before it is shown."""


class Follower:
    """Follows the record for one place; what is new is handed over newest first."""

    def __init__(self, place: Place, take: Callable[[Sequence[EntryRow]], None]) -> None:
        self._place = place
        self._hand_over = take
        self._worker: Worker[None] | None = None
        self._arrived: list[EntryRow] = []
        self._late: Timer | None = None
        self._newest = 0

    @property
    def running(self) -> bool:
        """Whether it follows now."""
        return self._worker is not None

    def start(self, query: str, newest: int, limit: int) -> None:
        """Follow what the query finds, from the entry after `newest`; `limit` older ones are looked at again."""
        self._newest = newest
        asked = TailRecord(query=query, limit=limit, follow=True)

        async def follow() -> None:
            try:
                async with aclosing(self._place.desk.watch(asked)) as feed:
                    async for row in feed:
                        self._take(row)
            except CoreError as refusal:
                self._worker = None
                self._place.refuse(sentence_of(self._place.t, refusal), refusal)
                self._place.show_hints()

        work: WorkType[None] = follow
        self._worker = self._place.run_worker(work, group="follow", exclusive=True)

    def stop(self) -> None:
        """Follow no longer."""
        if self._worker is not None:
            self._worker.cancel()
            self._worker = None

    def _take(self, row: EntryRow) -> None:
        if row.seq <= self._newest:
            return
        self._newest = row.seq
        self._arrived.append(row)
        if self._late is None:
            self._late = self._place.set_timer(SHOWN_EVERY, self._show)

    def _show(self) -> None:
        self._late = None
        arrived, self._arrived = self._arrived[::-1], []
        self._hand_over(arrived)
