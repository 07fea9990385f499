"""Whoever comes in, and the door at which nothing is asked: a place, a desk, channels, an end."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

import asyncssh

from core.access.roles import Role
from core.assembly import Core
from core.desk import Desk
from core.errors import CoreError
from core.identity.entrance import VISITOR
from core.identity.sessions import Opening
from core.operation import Stage
from core.text import clip, one_line
from sshd.channel import SocketWatch
from sshd.doorway import Visit
from sshd.session import DoorSession, Front

log = logging.getLogger("factory.sign_in")

FAREWELL_SECONDS = 5.0
"""Between the end of a session and that of its connection: time to say why on every channel."""
CHANNELS = 10
"""Panes of one multiplexed connection."""


class Guest(asyncssh.SSHServer):
    """What every connection has, whatever proves it: a place, a desk, channels, an end."""

    door = "ssh"

    def __init__(self, core: Core, front: Front, visit: Visit) -> None:
        self.core = core
        self.front = front
        self.visit = visit
        self.desk: asyncio.Future[Desk] = asyncio.get_running_loop().create_future()
        self.conn: asyncssh.SSHServerConnection
        self.channels = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.conn = conn
        self.wire = SocketWatch(conn)

    @property
    def client(self) -> str:
        """What the other side says it is; washed, never trusted."""
        return clip(one_line(str(self.conn.get_extra_info("client_version") or "")), 80)

    def connection_lost(self, exc: Exception | None) -> None:
        self.visit.done()
        if not self.desk.done():
            self.desk.cancel()
        elif not self.desk.cancelled() and self.desk.exception() is None:
            self._later(self.core.get_up(self.desk.result(), "the connection closed"))

    def _later(self, step: Any) -> None:
        task = asyncio.ensure_future(step)
        self.front.tasks.add(task)
        task.add_done_callback(self.front.tasks.discard)

    async def let_in(self, opening: Opening) -> None:
        """Open the session; a refusal is said in the channel, where people see it."""
        self.visit.done()
        try:
            desk = await self.core.sit_down(opening)
        except Exception as refusal:
            if isinstance(refusal, CoreError):
                with suppress(CoreError):
                    await self.core.entrance.refused(opening.username, self.visit.address, opening.method,
                                                     refusal.code, client=self.client)  # fmt: skip
            else:
                log.exception("a session could not be opened")
            if not self.desk.done():
                self.desk.set_exception(refusal)
                self.desk.exception()
            self._hang_up_soon()
            return
        if self.desk.done():
            # The connection went while the session was being opened: `connection_lost` found nothing to close.
            await self.core.get_up(desk, "the connection closed")
        else:
            self.desk.set_result(desk)
            desk.ended.add_done_callback(lambda _: self._hang_up_soon())

    def _hang_up_soon(self) -> None:
        # Signed in without a session they count nowhere: whoever kept such connections could pile up any number.
        asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self.conn.close)

    def session_requested(self) -> DoorSession | bool:
        if self.channels >= CHANNELS:
            return False
        self.channels += 1
        return DoorSession(self.front, self.desk, self.wire, self._channel_gone)

    def _channel_gone(self) -> None:
        self.channels -= 1


class Kiosk(Guest):
    """The visitors' door: no account, no password, nothing to guess; an object of its own, opened in demo only."""

    door = "kiosk"

    def begin_auth(self, username: str) -> bool:
        return False

    async def auth_completed(self) -> None:
        await self.let_in(Opening(
            username=VISITOR, person_id=None, role=Role.VISITOR, stage=Stage.FULL, door=self.door,
            address=self.visit.address, client=self.client, method="none",
        ))  # fmt: skip
