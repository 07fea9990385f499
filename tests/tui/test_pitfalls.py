"""Ten ways in which Textual and asyncssh in one process break production, and that none of them is left.

(The one about guessing codes on one connection, B, belongs to signing in: see the stories.)
"""

from __future__ import annotations

import asyncio
import gc
import io
import os
import webbrowser
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from sshd import memory
from sshd.loop import ConsoleLoop
from sshd.memory import TidyMemory
from tests.tui.apps import Blank, SignUp
from tests.tui.demo_app import DemoApp
from tests.tui.door import Door
from tests.tui.framed import Framed
from tests.tui.wire import Person, person
from tui.client import Client, ColourDepth
from tui.widgets.columns import Column
from tui.widgets.record_table import RecordTable


def test_a_an_app_cannot_change_how_the_loop_makes_tasks() -> None:
    """Eager tasks, which `run_async` installs on Python 3.12, make every later sign-in hang."""

    async def main() -> object:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(lambda loop, coro, **named: pytest.fail("an eager task"))
        async with person(Blank):
            return loop.get_task_factory()

    with asyncio.Runner(loop_factory=ConsoleLoop) as runner:
        assert runner.run(main()) is None


async def test_c_the_oldest_generation_is_collected_only_when_nobody_types(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "QUIET_AFTER", 0.02)
    monkeypatch.setattr(memory, "ENOUGH_ENDED", 1)
    full: list[str] = []
    hook = lambda phase, info: full.append(phase) if info["generation"] == 2 else None  # noqa: E731
    tidy = TidyMemory()
    tidy.start()
    gc.callbacks.append(hook)
    try:
        tidy.session_ended()
        for _ in range(5):
            tidy.typed()
            await asyncio.sleep(0.01)
        typing = list(full)
        await asyncio.sleep(0.1)
    finally:
        gc.callbacks.remove(hook)
        tidy.stop()
    assert typing == []
    assert full == ["start", "stop"]


async def test_c_an_ended_session_is_collected_at_last_even_while_somebody_types(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "QUIET_AFTER", 0.01)
    monkeypatch.setattr(memory, "LONGEST_DELAY", 0.05)
    tidy = TidyMemory()
    tidy.start()
    try:
        tidy.session_ended()
        for _ in range(20):
            tidy.typed()
            await asyncio.sleep(0.008)
        assert tidy.longest_pause > 0
    finally:
        tidy.stop()


async def test_d_a_hundred_thousand_rows_cost_a_screenful() -> None:
    asked: list[int] = []

    def cell(row: int) -> str:
        asked.append(row)
        return str(row)

    class Long(Framed):
        def __init__(self) -> None:
            super().__init__("long")
            self.table: RecordTable[int] = RecordTable([Column("n", cell, 8, right=True)], key=lambda row: row)

        def body(self) -> list[RecordTable[int]]:
            return [self.table]

        def on_mount(self) -> None:
            self.table.show(range(100_000))

    class LongApp(Blank):
        def on_mount(self) -> None:
            self.push_screen(Long())

    async with person(LongApp) as ana:
        await ana.until(lambda: "100" not in ana.wire.screen()[3] and asked, "the table")
        await ana.quiet()
        assert max(asked) < 24


async def test_e_an_idle_session_with_a_focused_field_has_no_timer() -> None:
    """A blinking cursor in 200 idle sessions took 91 % of a processor."""
    async with person(SignUp) as ana:
        await ana.quiet()
        assert ana.app.focused is ana.app.name_field.input
        loop: Any = asyncio.get_running_loop()
        await asyncio.sleep(0.2)
        waiting = [timer for timer in loop._scheduled if not timer.cancelled()]
        # What is left is the sleep of this very test, if that.
        assert len(waiting) <= 1, waiting


async def test_f_a_client_that_stops_reading_does_not_fill_our_memory() -> None:
    """asyncssh ignores TCP back-pressure; behind a 2 GiB window the transport's buffer grew without limit."""
    door = Door(DemoApp)
    server = await door.listen()
    async with (
        server,
        asyncssh.connect(
            "127.0.0.1", server.get_port(), known_hosts=None, username="x", client_keys=None, config=None
        ) as conn,
    ):
        chan, _ = await conn.create_session(
            asyncssh.SSHClientSession,
            term_type="xterm-256color",
            term_size=(300, 100),
            encoding=None,
            window=2**31 - 1,
        )
        (running,) = door.running
        await asyncio.wait_for(running._painted.wait(), 5)
        client: Any = conn
        client._transport.pause_reading()
        server_side = running._channel._conn._transport  # type: ignore[union-attr]
        largest = 0
        for at in range(400):
            chan.write(b"\x04" if at % 80 < 40 else b"\x15")
            await asyncio.sleep(0.002)
            largest = max(largest, server_side.get_write_buffer_size())
        assert running._slow, "nobody noticed"
        client._transport.resume_reading()
        for _ in range(300):
            if not running._slow:
                break
            await asyncio.sleep(0.01)
        assert not running._slow, "the frames never came back"
    assert largest < 500_000


async def test_g_an_app_leaves_the_executor_of_the_sign_ins_alone() -> None:
    async with person(SignUp) as ana:
        await ana.types(b"name\tsecret\r")
        loop: Any = asyncio.get_running_loop()
        assert loop._default_executor is None


async def test_h_two_depths_of_colour_do_not_mix() -> None:
    """Rendered lines are cached process-wide: the second session painted the first one's colours."""
    both = Client(colour=ColourDepth.TRUE), Client(colour=ColourDepth.INDEXED)
    async with (
        person(lambda: DemoApp(both[0]), both[0]) as ana,
        person(lambda: DemoApp(both[1]), both[1]) as boris,
    ):
        for one in (ana, boris, ana, boris):
            await one.types(b"jjj")
        assert b"8;2;" in ana.wire.bytes
        assert b"8;5;" not in ana.wire.bytes
        assert b"8;5;" in boris.wire.bytes
        assert b"8;2;" not in boris.wire.bytes


async def test_i_a_password_typed_ahead_lands_in_its_own_field() -> None:
    """Tab and text in one packet: the text went to the old field, which shows what is typed."""
    async with person(SignUp) as ana:
        await ana.types(b"ana\tcorrect horse")
        assert ana.app.name_field.value == "ana"
        assert ana.app.secret_field.value == "correct horse"
        assert b"correct" not in ana.wire.bytes


async def test_i_input_before_the_first_frame_waits_for_it() -> None:
    boris = Person(SignUp, Client(), (80, 24), None)
    boris.running.feed(b"boris\tsecret")
    await boris.painted()
    await boris.until(lambda: boris.app.secret_field.value == "secret", "the secret")
    assert boris.app.name_field.value == "boris"
    boris.running.end(None)
    await boris.running.wait()


async def test_j_nothing_is_opened_or_saved_on_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", lambda *_: pytest.fail("a browser on the server"))
    async with person(Blank) as ana:
        app = ana.app
        app.open_url("https://example.org")
        app._driver.open_url("https://example.org")
        app.deliver_screenshot()
        app.action_screenshot()
        app.deliver_text(io.StringIO("text"), save_directory=tmp_path)
        assert list(app.get_system_commands(app.screen)) == []
        # ctrl+z would stop the whole server.
        await ana.types(b"\x1a")
        assert app.is_running
    assert os.listdir(tmp_path) == []
