"""Two people in one process, over real SSH, who see nothing of each other."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import asyncssh
import pyte

from tests.tui.demo_app import DemoApp
from tests.tui.door import Door
from tui.client import Client


class Eyes(asyncssh.SSHClientSession[bytes]):
    """A client that keeps what it was sent."""

    def __init__(self) -> None:
        self.seen = b""

    def data_received(self, data: bytes, datatype: Any) -> None:
        self.seen += data

    def screen(self, columns: int, rows: int) -> list[str]:
        screen = pyte.Screen(columns, rows)
        pyte.ByteStream(screen).feed(self.seen)
        return list(screen.display)


async def test_sizes_colours_signs_themes_and_places_stay_with_their_person() -> None:
    door = Door(lambda client: DemoApp(client, theme="day" if client.symbols else "night"))
    server = await door.listen()

    async def sign_in(term: str, size: tuple[int, int], **env: str) -> tuple[Any, Any, Eyes]:
        conn = await asyncssh.connect(
            "127.0.0.1", server.get_port(), known_hosts=None, username="x", client_keys=None, config=None
        )
        chan, eyes = await conn.create_session(
            Eyes, term_type=term, term_size=size, env=list(env.items()), encoding=None
        )
        return conn, chan, cast(Eyes, eyes)

    async with server:
        conn_ana, ana, sees_ana = await sign_in("xterm-kitty", (160, 45))
        conn_boris, boris, sees_boris = await sign_in("linux", (80, 24), LANG="C")
        conn_carl, carl, sees_carl = await sign_in("xterm-256color", (100, 30), NO_COLOR="1")
        people = ((ana, sees_ana, (160, 45)), (boris, sees_boris, (80, 24)), (carl, sees_carl, (100, 30)))
        for _, eyes, size in people:
            await _until(lambda eyes=eyes, size=size: "1 of 1000" in eyes.screen(*size)[-1])
        ana.write(b"jj")
        boris.write(b"jjjj")
        await _until(lambda: "3 of 1000" in sees_ana.screen(160, 45)[-1])
        await _until(lambda: "5 of 1000" in sees_boris.screen(80, 24)[-1])
        assert "1 of 1000" in sees_carl.screen(100, 30)[-1]
        assert b"38;2;34;39;46" in sees_ana.seen, "the day theme"
        assert b"38;2" not in sees_boris.seen + sees_carl.seen
        assert b"38;5" not in sees_boris.seen + sees_carl.seen
        assert "✓" not in sees_boris.seen.decode()
        assert "✓" in sees_carl.seen.decode()
        assert b"\x1b[3" not in sees_carl.seen.replace(b"\x1b[3;", b"").replace(b"\x1b[30;", b"")
        for conn in (conn_ana, conn_boris, conn_carl):
            conn.close()
            await conn.wait_closed()


async def test_a_pty_without_a_size_or_a_resize_to_nothing_breaks_nobody() -> None:
    door = Door(DemoApp)
    server = await door.listen()
    async with (
        server,
        asyncssh.connect(
            "127.0.0.1", server.get_port(), known_hosts=None, username="x", client_keys=None, config=None
        ) as conn,
    ):
        chan, session = await conn.create_session(Eyes, term_type="xterm", encoding=None)
        eyes = cast(Eyes, session)
        await _until(lambda: "1 of 1000" in eyes.screen(80, 24)[-1])
        chan.change_terminal_size(0, 0)
        chan.change_terminal_size(100, 30)
        await _until(lambda: "1 of 1000" in eyes.screen(100, 30)[-1])
        assert door.crashes == []


def test_the_client_decides_looks_only() -> None:
    client = Client.of("x" * 10_000, {"COLORTERM": "truecolor\x1b[31m", "LANG": "C.UTF-8"})
    assert len(client.term) == 64


async def _until(true: Any) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")
