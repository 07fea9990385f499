"""For what keeps the whole machine busy: one at a time, a few in line, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.errors import Throttled


class Turns:
    """Whoever finds the line full is asked to come back: otherwise anybody could fill it for hours."""

    def __init__(self, in_line: int) -> None:
        self._one = asyncio.Lock()
        self._in_line = in_line
        self._here = 0

    @asynccontextmanager
    async def mine(self) -> AsyncIterator[None]:
        """Wait for one's turn and have it; raises Throttled."""
        if self._here >= self._in_line:
            raise Throttled("The machine is busy with this for others; try again in a moment.")
        self._here += 1
        try:
            async with self._one:
                yield
        finally:
            self._here -= 1
