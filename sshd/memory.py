"""When the garbage collector may run, so that nobody waits for it while typing.

A full collection walks every object of every session: about half a second with a hundred people. So the
oldest generation never runs by itself. What has settled is frozen (that costs nothing) and left out of the
walks; when enough sessions have ended and nobody types, it is thawed and collected, and at the latest after a
while. What came since (screens that fetch anew leave cycles behind) is collected alone, which takes milliseconds.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable

SETTLED_AFTER = 2.0
"""Seconds without a new session until what is there is frozen."""
QUIET_AFTER = 1.5
"""Seconds without a key until a collection may begin."""
ENOUGH_ENDED = 20
"""Ended sessions worth a collection (about 0.6 MB each)."""
LONGEST_DELAY = 300.0
"""Seconds after which an ended session is collected even while somebody types."""

YOUNG_EVERY = 5.0
"""Seconds between two looks at what came since the last freeze."""
ENOUGH_YOUNG = 2
"""Collections of the middle generation (100,000 objects each) worth one of the oldest."""

_THRESHOLDS = (10_000, 10, 1_000_000)


class TidyMemory:
    """One for the process; `start` once everything is imported and warm."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = 0
        self._first_end = 0.0
        self._last_key = 0.0
        self._freezing: asyncio.TimerHandle | None = None
        self._collecting: asyncio.TimerHandle | None = None
        self._glancing: asyncio.TimerHandle | None = None
        self.longest_pause = 0.0
        """Seconds that the longest collection took, for the metrics."""

    def start(self) -> None:
        """Take over from the interpreter's own rhythm."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_THRESHOLDS)
        self._glance_again()

    def stop(self) -> None:
        """Give it back."""
        for timer in (self._freezing, self._collecting, self._glancing):
            if timer is not None:
                timer.cancel()
        gc.unfreeze()
        gc.set_threshold(700, 10, 10)

    def typed(self) -> None:
        """Somebody pressed a key: not now."""
        self._last_key = self._loop.time()

    def session_began(self) -> None:
        """Freeze once no more sessions follow for a moment."""
        if self._freezing is not None:
            self._freezing.cancel()
        self._freezing = self._loop.call_later(SETTLED_AFTER, self._freeze)

    def session_ended(self) -> None:
        """Its objects are in cycles, and frozen: they wait for a collection."""
        if not self._ended:
            self._first_end = self._loop.time()
        self._ended += 1
        if self._collecting is None:
            self._look_again()

    def _freeze(self) -> None:
        self._freezing = None
        gc.freeze()

    def _glance_again(self) -> None:
        self._glancing = self._loop.call_later(YOUNG_EVERY, self._glance)

    def _glance(self) -> None:
        quiet = self._loop.time() - self._last_key > QUIET_AFTER
        enough = ENOUGH_YOUNG if quiet else 4 * ENOUGH_YOUNG
        # Not while people come: their screens are young too, and many.
        if self._freezing is None and gc.get_count()[2] >= enough:
            self._timed(lambda: None)
        self._glance_again()

    def _look_again(self) -> None:
        self._collecting = self._loop.call_later(QUIET_AFTER, self._perhaps_collect)

    def _perhaps_collect(self) -> None:
        now = self._loop.time()
        overdue = now - self._first_end > LONGEST_DELAY
        quiet = now - self._last_key > QUIET_AFTER
        if overdue or (quiet and self._ended >= ENOUGH_ENDED):
            self._collect()
            return
        self._look_again()

    def _collect(self) -> None:
        self._collecting = None
        self._ended = 0
        self._timed(gc.unfreeze)

    def _timed(self, first: Callable[[], None]) -> None:
        began = time.perf_counter()
        first()
        gc.collect()
        gc.freeze()
        self.longest_pause = max(self.longest_pause, time.perf_counter() - began)
