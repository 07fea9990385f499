"""Ends open desks within a second of whatever ended their session: one task a process, asleep while nothing changes."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from core.desk import Desk
from core.errors import NotSignedIn
from core.identity.sessions import Sessions
from core.news import News
from core.work import Caller

log = logging.getLogger("factory.watch")
LOOK_SECONDS = 5.0
"""Idle and absolute limits are looked at this often; changes at once."""


Close = Callable[[Caller, str], Awaitable[None]]


class Watch:
    """Knows this process's desks."""

    def __init__(self, reader: Sessions, news: News, server: str, close: Close) -> None:
        """`close` ends a session's row and puts that on record."""
        self._sessions, self._news, self._server, self._close = reader, news, server, close
        self._desks: dict[str, Desk] = {}

    def add(self, desk: Desk) -> None:
        self._desks[desk.caller.session_id] = desk

    def desks(self) -> tuple[Desk, ...]:
        """All that are open in this process, whoever sits at them."""
        return tuple(self._desks.values())

    def drop(self, session_id: str) -> None:
        self._desks.pop(session_id, None)

    async def look(self) -> None:
        """Compare every desk with its row; end what has run out."""
        if not self._desks:
            return
        live = await self._sessions.live(self._server)
        for session_id, desk in list(self._desks.items()):
            caller, fault = live[session_id] if session_id in live else (desk.caller, await self._why(session_id))
            desk.seen(caller, fault)
            if fault is not None:
                self.drop(session_id)
                if session_id in live:
                    await self._close(caller, fault.reason)

    async def _why(self, session_id: str) -> NotSignedIn:
        try:
            await self._sessions.caller(session_id, awake=False)
        except NotSignedIn as fault:
            return fault
        return NotSignedIn("This session was ended.")

    async def keep_looking(self) -> None:
        """Runs until cancelled."""
        generation = self._news.generation
        while True:
            generation = await self._news.after(generation, timeout=LOOK_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("the session watch could not look")
