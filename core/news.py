"""Tells whoever waits which areas of the store changed, whichever process changed them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection

from core.errors import StoreUnavailable
from core.store.store import Db, Store

POLL_SECONDS = 0.2
TROUBLED_SECONDS = 5.0
log = logging.getLogger("factory.news")
EVERYTHING: Collection[str] = ()
"""Waiting for this is waiting for any area."""


async def moved(db: Db, areas: Collection[str]) -> None:
    """Within the transaction that changes them: these areas are not what they were."""
    for area in sorted(areas):
        await db.execute(
            "INSERT INTO news (area, n) VALUES (:area, 1) ON CONFLICT (area) DO UPDATE SET n = news.n + 1",
            {"area": area},
        )


class News:
    """A counter that moves on every change; waiting costs nothing, bursts collapse by themselves."""

    def __init__(self) -> None:
        self.generation = 0
        self._areas: dict[str, int] = {}
        self._moved = asyncio.Event()

    def tell(self, *areas: str) -> None:
        """These areas changed; wakes everybody who waits."""
        self.generation += 1
        for area in areas:
            self._areas[area] = self.generation
        event, self._moved = self._moved, asyncio.Event()
        event.set()

    def newest(self, areas: Collection[str] = EVERYTHING) -> int:
        """The generation at which one of the areas moved last."""
        return max((self._areas.get(area, 0) for area in areas), default=0) if areas else self.generation

    async def after(
        self,
        generation: int,
        timeout: float | None = None,  # noqa: ASYNC109
        areas: Collection[str] = EVERYTHING,
    ) -> int:
        """Wait until one of the areas moved past `generation`, at most `timeout` seconds; the counter then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while self.newest(areas) <= generation:
                    await self._moved.wait()
        return self.generation

    async def follow(self, store: Store) -> None:
        """Watch the store for commits of any process; runs until cancelled."""
        version, known = await store.version(), await _counters(store)
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                now = await store.version()
                if now == version:
                    continue
                before, known = known, await _counters(store)
            except StoreUnavailable as fault:
                # Without this nobody would hear of anything any more, whatever it was that passed.
                log.warning("cannot look for news: %s", fault)
                await asyncio.sleep(TROUBLED_SECONDS)
                continue
            version = now
            if areas := [area for area, n in known.items() if before.get(area) != n]:
                self.tell(*areas)


async def _counters(store: Store) -> dict[str, int]:
    return {row["area"]: row["n"] for row in await store.fetch_all("SELECT area, n FROM news")}
