"""Listening, limits, and a graceful stop; no forwarding of any kind."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncssh

from core.assembly import Core
from core.config import Config
from core.errors import NotSignedIn
from sshd import algorithms
from sshd.doorway import Doorway, Visit
from sshd.guest import Kiosk
from sshd.host_keys import host_key
from sshd.memory import TidyMemory
from sshd.session import Front
from sshd.sign_in import SignIn

log = logging.getLogger("factory.server")

BACKLOG = 512
KEEPALIVE_SECONDS = 20
STOP_SECONDS = 4.0


@dataclass
class Listening:
    """A running server; `stop` says goodbye to everybody."""

    front: Front
    port: int
    kiosk_port: int | None
    fingerprint: str
    _listeners: list[socket.socket]
    _doorways: list[Doorway]
    _tasks: list[asyncio.Task[None]]
    _connections: set[asyncssh.SSHServerConnection]

    async def stop(self) -> None:
        """Tell everybody why, so that terminals are restored and followers know, then end the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listener in self._listeners:
            listener.close()
        for desk in self.front.core.watch.desks():
            desk.close(NotSignedIn("The console is stopping; see you soon."))
        if serving := set(self.front.tasks):
            await asyncio.wait(serving, timeout=STOP_SECONDS)
        connections = list(self._connections)
        for connection in connections:
            connection.close()
        if connections:
            gone = [asyncio.ensure_future(connection.wait_closed()) for connection in connections]
            await asyncio.wait(gone, timeout=STOP_SECONDS)
        # Last: a doorway closes the sockets of everybody who came through it, farewell or not.
        for doorway in self._doorways:
            doorway.close()
        if self.front.tasks:
            await asyncio.wait(set(self.front.tasks), timeout=STOP_SECONDS)


def options(config: Config, key: asyncssh.SSHKey) -> dict[str, Any]:
    """What asyncssh is told; its defaults forward agents, offer SHA-1 and never notice a vanished client."""
    return {
        "server_host_keys": [key],
        "server_version": "AIFactory",
        "kex_algs": algorithms.STRICT_PQ_KEX if config.ssh_strict_pq else algorithms.KEX,
        "encryption_algs": algorithms.ENCRYPTION,
        "mac_algs": algorithms.MAC,
        "signature_algs": algorithms.SIGNATURE,
        "compression_algs": ["none"],
        "password_auth": False,
        "host_based_auth": False,
        "gss_host": None,
        "gss_kex": False,
        "gss_auth": False,
        "agent_forwarding": False,
        "x11_forwarding": False,
        "allow_scp": False,
        "rdns_lookup": False,
        "login_timeout": config.ssh_login_seconds,
        "keepalive_interval": KEEPALIVE_SECONDS,
        "keepalive_count_max": 3,
        "encoding": None,
        "line_editor": False,
        "window": 65_536,
    }


async def listen(
    core: Core, make_app: Callable[..., Any], memory: TidyMemory, *, host: str, port: int, kiosk_port: int | None
) -> Listening:
    """Open the doors; raises OSError when a port is taken."""
    config = core.house.config
    key = host_key(config.secrets_dir)
    front = Front(core=core, make_app=make_app, memory=memory)
    running = Listening(front, 0, None, key.get_fingerprint(), [], [], [], set())
    said = options(config, key)

    async def greet(sock: socket.socket, visit: Visit) -> None:
        await _serve(running, sock, lambda: SignIn(core, front, visit), said)

    visitors: Counter[str] = Counter()

    async def greet_visitor(sock: socket.socket, visit: Visit) -> None:
        full = visitors.total() >= config.kiosk_max_sessions
        if full or visitors[visit.address] >= config.kiosk_max_per_address:
            visit.done()
            sock.close()
            return
        visitors[visit.address] += 1
        try:
            await _serve(running, sock, lambda: Kiosk(core, front, visit), said)
        finally:
            visitors[visit.address] -= 1

    async def open_door(where: int, greeting: Any) -> int:
        listener = _bind(host, where)
        doorway = Doorway(greeting, in_all=config.ssh_max_unauthenticated, per_address=config.ssh_max_per_address)
        running._listeners.append(listener)
        running._doorways.append(doorway)
        running._tasks.append(asyncio.create_task(doorway.stand_open(listener), name="doorway"))
        return int(listener.getsockname()[1])

    try:
        running.port = await open_door(port, greet)
        if kiosk_port is not None:
            running.kiosk_port = await open_door(kiosk_port, greet_visitor)
    except OSError:
        await running.stop()
        raise
    return running


async def _serve(running: Listening, sock: socket.socket, owner: Callable[[], Any], said: dict[str, Any]) -> None:
    try:
        connection = await asyncssh.run_server(sock, server_factory=owner, **said)
    except (asyncssh.Error, ValueError, OverflowError) as fault:
        # Strangers, scanners and people who gave up; whoever tried to sign in is on record already. The last two
        # are what asyncssh lets out of its own decoders (a version line that is not ASCII, for one).
        log.info("nobody signed in: %s", type(fault).__name__)
        return
    running._connections.add(connection)
    try:
        await connection.wait_closed()
    finally:
        running._connections.discard(connection)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
