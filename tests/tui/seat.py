"""Somebody of a house in front of the real app, with a terminal to look at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pyte

from core.desk import Desk
from core.i18n.tongue import Tongue
from tests.tui.wire import Person, person
from tui.app import make_app
from tui.client import Client


class Seated:
    """Types, and sees."""

    def __init__(self, someone: Person, size: tuple[int, int]) -> None:
        self.someone = someone
        self._screen = pyte.Screen(*size)
        self._terminal = pyte.ByteStream(self._screen)
        self._read = 0

    @property
    def app(self) -> Any:
        return self.someone.app

    @property
    def page(self) -> str:
        """What the terminal shows."""
        sent = self.someone.wire.sent
        self._terminal.feed(b"".join(sent[self._read :]))
        self._read = len(sent)
        return "\n".join(self._screen.display)

    async def types(self, keys: str) -> None:
        """Key by key, as fingers do."""
        for key in keys:
            self.someone.running.feed(key.encode())
            await asyncio.sleep(0.005)
        await self.someone.quiet()

    async def pastes(self, text: str) -> None:
        await self.someone.types(b"\x1b[200~" + text.encode() + b"\x1b[201~")

    async def sees(self, *words: str) -> None:
        """Wait until all of these stand on the screen."""
        await self.someone.until(lambda: all(word in self.page for word in words), " and ".join(words))

    async def misses(self, *words: str) -> None:
        """Wait until none of these stands there."""
        await self.someone.until(lambda: not any(word in self.page for word in words), f"an end of {words}")


async def escape(someone: Seated) -> None:
    """Press it and wait until it can be nothing else: what follows at once makes it an Alt."""
    someone.someone.running.feed(b"\x1b")
    await asyncio.sleep(0.12)
    await someone.someone.quiet()


@asynccontextmanager
async def seated(
    desk: Desk,
    screen: str = "home",
    size: tuple[int, int] = (80, 24),
    client: Client | None = None,
    language: str = "en",
) -> AsyncIterator[Seated]:
    """At a desk, on that screen; nothing may have crashed when they leave."""
    client = client or Client()
    async with person(lambda: make_app(desk, client, Tongue(language), "night", screen), client, size) as someone:
        yield Seated(someone, size)
        if someone.crashes:
            raise someone.crashes[0][1]
