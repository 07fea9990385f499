"""A session ends cleanly, whatever ends it."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref

import asyncssh
import pytest

from sshd import running
from tests.tui.apps import Blank, SignUp
from tests.tui.demo_app import DemoApp
from tests.tui.door import Door
from tests.tui.wire import Person, person
from tui.client import Client

RESTORED = (
    b"\x1b[?1049l",
    b"\x1b[?25h",
    b"\x1b[?2004l",
    b"\x1b[?7h",
    b"\x1b[?1000l",
    b"\x1b[?1006l",
    b"\x1b[23;2t",
)


async def test_a_session_ended_by_the_server_gets_its_terminal_back_and_one_line_why() -> None:
    async with person(Blank) as ana:
        ana.running.end("Your session was ended by an administrator.\x1b]52;c;AAAA\x07")
        assert await ana.running.wait() == 0
        tail = ana.wire.bytes[ana.wire.bytes.rindex(b"\x1b[?1049l") :]
        assert all(mode in ana.wire.bytes for mode in RESTORED)
        assert tail.endswith(b"Your session was ended by an administrator.]52;c;AAAA\r\n")
        assert ana.wire.status == 0


async def test_a_crash_ends_one_session_with_an_incident_and_says_nothing_of_its_locals(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async with person(Blank) as ana, person(Blank) as boris:
        await ana.types(b"\x1b[20~")
        assert await ana.running.wait() == 70
        ((incident, error),) = ana.crashes
        assert ana.wire.bytes.endswith(f"Incident {incident}.\r\n".encode())
        assert isinstance(error, RuntimeError)
        assert error.__traceback__ is None
        assert boris.app.is_running
        assert boris.crashes == []
    out, err = capfd.readouterr()
    assert "hunter2" not in out + err + ana.wire.bytes.decode()


async def test_an_app_that_cannot_even_be_made_is_a_crash_too() -> None:
    def fail() -> Blank:
        raise ValueError("no")

    ana = Person(fail, Client(), (80, 24), None)
    assert await ana.running.wait() == 70
    assert len(ana.crashes) == 1


async def test_an_end_before_the_first_frame_is_no_crash() -> None:
    ana = Person(DemoApp, Client(), (80, 24), None)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ana.running.end("bye")
    assert await ana.running.wait() == 0
    assert ana.crashes == []
    assert ana.wire.bytes.endswith(b"bye\r\n")


async def test_a_hanging_app_is_put_down_with_its_terminal_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "END_PATIENCE", 0.1)
    async with person(Blank) as ana:
        tasks = asyncio.all_tasks()
        await ana.types(b"\x1b[19~")
        ana.running.end("too long")
        await asyncio.wait_for(ana.running.wait(), 5)
        assert RESTORED[0] in ana.wire.bytes
        await asyncio.sleep(0.05)
        assert len(asyncio.all_tasks() & tasks) <= 1, asyncio.all_tasks()


async def test_apps_start_one_at_a_time_in_order() -> None:
    order: list[str] = []

    def named(name: str) -> type[Blank]:
        return type(name, (Blank,), {"on_mount": lambda self: order.append(name)})

    gate = asyncio.Lock()
    people = [Person(named(name), Client(), (80, 24), gate) for name in "abcd"]
    for one in people:
        await one.painted()
    assert order == ["a", "b", "c", "d"]
    for one in people:
        one.running.end(None)
        await one.running.wait()


async def test_sessions_that_end_in_any_order_leave_stdout_alone() -> None:
    before = sys.stdout, sys.stderr
    async with person(Blank) as ana, person(Blank):
        ana.running.end(None)
        await ana.running.wait()
    assert (sys.stdout, sys.stderr) == before


@pytest.mark.parametrize("how", ["end", "lost", "crash"])
async def test_an_ended_session_leaves_no_object_and_no_task(how: str) -> None:
    async with person(SignUp):
        pass
    base = len(asyncio.all_tasks())
    ana = Person(Blank if how == "crash" else SignUp, Client(), (80, 24), None)
    await ana.painted()
    await ana.types(b"ana\x1b[97;5u\x1b[20~")
    app, terminal = weakref.ref(ana.app), weakref.ref(ana.app._driver)
    if how == "lost":
        ana.running.lost()
    else:
        ana.running.end(None)
    await ana.running.wait()
    ana.apps.clear()
    ana.crashes.clear()
    del ana
    await asyncio.sleep(0.05)
    gc.collect()
    assert app() is None, gc.get_referrers(app())
    assert terminal() is None
    assert len(asyncio.all_tasks()) <= base


async def test_a_client_killed_at_any_moment_leaves_nothing_behind() -> None:
    door = Door(DemoApp)
    server = await door.listen()
    apps: list[weakref.ref[DemoApp]] = []

    def make(client: Client) -> DemoApp:
        app = DemoApp(client)
        apps.append(weakref.ref(app))
        return app

    door.make_app = make
    async with server:
        for delay in (0.0, 0.01, 0.03, 0.06, 0.1, 0.3):
            conn = await asyncssh.connect(
                "127.0.0.1", server.get_port(), known_hosts=None, username="x", client_keys=None, config=None
            )
            await conn.create_session(asyncssh.SSHClientSession, term_type="xterm", encoding=None)
            await asyncio.sleep(delay)
            conn.abort()
        for _ in range(300):
            if not door.running and not any(task.get_name() in ("app", "textual") for task in asyncio.all_tasks()):
                break
            await asyncio.sleep(0.02)
        assert door.crashes == []
        await asyncio.sleep(0.1)
        gc.collect()
        assert [app() for app in apps if app() is not None] == []
