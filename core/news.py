"""Tells whoever waits that something in the store changed, whichever process changed it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

POLL_SECONDS = 0.25


class News:
    """A counter that moves on every commit; waiting costs nothing, bursts collapse by themselves."""

    def __init__(self) -> None:
        self.generation = 0
        self._moved = asyncio.Event()

    def tell(self) -> None:
        """Something changed; wakes everybody who waits."""
        self.generation += 1
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def after(self, generation: int, timeout: float | None = None) -> int:
        """Wait until the counter has passed `generation`, at most `timeout` seconds; the counter then."""
        if self.generation == generation:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self._moved.wait()
        return self.generation

    async def follow(self, version: Callable[[], Awaitable[int]]) -> None:
        """Watch the store's version for commits of other processes; runs until cancelled."""
        seen = await version()
        while True:
            await asyncio.sleep(POLL_SECONDS)
            now = await version()
            if now != seen:
                seen = now
                self.tell()
