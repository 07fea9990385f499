"""A channel that leads nowhere: what an app wrote can be read as bytes or as a screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pyte
from textual.app import App

from sshd.running import RunningApp
from tui.client import Client


class Wire:
    """Satisfies `sshd.channel.Channel`."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.status: int | None = None
        self.reading = True

    def write(self, data: bytes, /) -> None:
        self.sent.append(data)

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def exit(self, status: int, /) -> None:
        self.status = status

    @property
    def bytes(self) -> bytes:
        return b"".join(self.sent)

    def screen(self, columns: int = 80, rows: int = 24) -> list[str]:
        """What a terminal of that size shows now."""
        screen = pyte.Screen(columns, rows)
        stream = pyte.ByteStream(screen)
        stream.feed(self.bytes)
        return list(screen.display)


class Crashes(list[tuple[str, BaseException]]):
    """The record of crashes."""

    def __call__(self, incident: str, error: BaseException) -> str:
        self.append((incident, error))
        return f"Incident {incident}."


class Person:
    """Somebody in front of an app."""

    def __init__(
        self, make: Callable[[], App[Any]], client: Client, size: tuple[int, int], gate: asyncio.Lock | None
    ) -> None:
        self.wire = Wire()
        self.crashes = Crashes()
        self.apps: list[App[Any]] = []

        def made() -> App[Any]:
            self.apps.append(make())
            return self.apps[-1]

        self.running = RunningApp(made, self.wire, client, size, gate=gate or asyncio.Lock(), on_crash=self.crashes)

    @property
    def app(self) -> Any:
        return self.apps[0]

    async def until(self, true: Callable[[], object], what: str = "it") -> None:
        """Wait for something to become true; fail after five seconds."""
        for _ in range(500):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{what} never came: {self.wire.screen()}")

    async def painted(self) -> None:
        await self.until(lambda: len(self.wire.sent) > 1 and self.apps, "a frame")

    async def types(self, *packets: bytes) -> None:
        """Send input and wait until the app has taken it."""
        for packet in packets:
            self.running.feed(packet)
        await self.quiet()

    async def quiet(self) -> None:
        """Until nothing is painted any more."""
        before = -1
        while before != len(self.wire.sent):
            before = len(self.wire.sent)
            await asyncio.sleep(0.06)


@asynccontextmanager
async def person(
    make: Callable[[], App[Any]],
    client: Client | None = None,
    size: tuple[int, int] = (80, 24),
    gate: asyncio.Lock | None = None,
) -> AsyncIterator[Person]:
    """Somebody whose app has painted; it ends with the block."""
    someone = Person(make, client or Client(), size, gate)
    try:
        await someone.painted()
        yield someone
    finally:
        someone.running.end(None)
        await someone.running.wait()
        someone.apps.clear()
