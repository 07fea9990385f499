"""A small SSH server without accounts that gives everybody an app: for tests, benches and looking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncssh
from textual.app import App

from sshd.channel import Slow, SocketWatch
from sshd.running import RunningApp
from tui.client import Client

MakeApp = Callable[[Client], App[Any]]


class Door:
    """The server's shared part."""

    def __init__(self, make_app: MakeApp) -> None:
        self.make_app = make_app
        self.gate = asyncio.Lock()
        self.running: set[RunningApp] = set()
        self.crashes: list[tuple[str, BaseException]] = []
        self.on_session: Callable[[], None] = lambda: None
        self.on_session_end: Callable[[], None] = lambda: None
        self.on_typing: Callable[[], None] = lambda: None

    def on_crash(self, incident: str, error: BaseException) -> str:
        self.crashes.append((incident, error))
        return f"Something of ours broke. Incident {incident} is on the record."

    async def listen(self, port: int = 0) -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            port,
            server_factory=lambda: _Visitor(self),
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            encoding=None,
            line_editor=False,
            agent_forwarding=False,
            gss_host=None,
            compression_algs=None,
        )


class _Visitor(asyncssh.SSHServer):
    def __init__(self, door: Door) -> None:
        self.door = door

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.watch = SocketWatch(conn)

    def begin_auth(self, username: str) -> bool:
        return False

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return _Session(self.door, self.watch)


class _Session(asyncssh.SSHServerSession[bytes]):
    def __init__(self, door: Door, watch: SocketWatch) -> None:
        self.door = door
        self.watch = watch
        self.running: RunningApp | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self.chan = chan

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:
        return True

    def shell_requested(self) -> bool:
        return self.chan.get_terminal_type() is not None

    def session_started(self) -> None:
        client = Client.of(self.chan.get_terminal_type() or "", self.chan.get_environment())
        columns, rows, *_ = self.chan.get_terminal_size()
        self.running = RunningApp(
            lambda: self.door.make_app(client),
            self.chan,
            client,
            (columns, rows),
            gate=self.door.gate,
            on_crash=self.door.on_crash,
        )
        self.door.running.add(self.running)
        self.watch.add(self.running)
        self.door.on_session()

    def data_received(self, data: bytes, datatype: Any) -> None:
        if self.running is not None:
            self.running.feed(data)
            self.door.on_typing()

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        if self.running is not None:
            self.running.resize(width, height)

    def pause_writing(self) -> None:
        if self.running is not None:
            self.running.pause(Slow.WINDOW)

    def resume_writing(self) -> None:
        if self.running is not None:
            self.running.resume(Slow.WINDOW)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        running, self.running = self.running, None
        if running is not None:
            self.watch.remove(running)
            self.door.running.discard(running)
            running.lost()
            self.door.on_session_end()
