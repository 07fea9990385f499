"""One session's handle on the gate; all that a screen or a command ever holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import TypeVar

from core.access.roles import Role, roles_with
from core.config import Mode
from core.errors import CoreError, NotSignedIn
from core.gate import Gate
from core.operation import Errand, Feed, Kind, Operation
from core.work import Caller, no_progress

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class MayBe:
    """Whether a kind of request would be admitted; for greying out only, `run` decides again."""

    allowed: bool
    refusal: CoreError | None = None
    grantors: tuple[Role, ...] = ()
    """Roles that hold the permission, lowest first."""


class Desk:
    """Runs requests for one session; `ended` is done, with the reason, as soon as the session is over."""

    def __init__(self, gate: Gate, caller: Caller) -> None:
        self._gate = gate
        self.caller = caller
        """As of the last look; the gate re-reads it on every call."""
        self.ended: asyncio.Future[CoreError] = asyncio.get_running_loop().create_future()
        self._changed: set[Callable[[], None]] = set()

    @property
    def mode(self) -> Mode:
        return self._gate.house.config.mode

    async def run(
        self,
        asked: Operation[R] | Errand[R],
        *,
        confirm: str | None = None,
        rehearse: bool = False,
        awake: bool = True,
        progress: Callable[[int, int, str], None] = no_progress,
    ) -> R:
        """Do it; raises a CoreError. `awake=False` for a screen that refreshes by itself."""
        return await self._gate.run(
            self.caller.session_id, asked, confirm=confirm, rehearse=rehearse, awake=awake, progress=progress
        )

    def watch(self, feed: Feed[R]) -> AsyncGenerator[R, None]:
        """Follow it until the session may no longer see it; raises the CoreError that ends it."""
        return self._gate.watch(self.caller.session_id, feed)

    def may(self, kind: Kind) -> MayBe:
        """Whether this kind would be admitted, and who could grant it."""
        try:
            self._gate.admit(self.caller, kind)
        except CoreError as refusal:
            return MayBe(allowed=False, refusal=refusal, grantors=roles_with(kind.needs))
        return MayBe(allowed=True)

    async def news(self, generation: int, *areas: str, timeout: float | None = None) -> int:  # noqa: ASYNC109
        """Wait until one of these areas (or any) changed since that generation; start with -1."""
        return await self._gate.house.news.after(generation, timeout, areas)

    def on_change(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call `tell` when the caller's role or stage changed; returns what stops it."""
        self._changed.add(tell)
        return lambda: self._changed.discard(tell)

    def seen(self, caller: Caller, fault: CoreError | None) -> None:
        """The session watch looked: end, or take over what is new. Called by `core.watch` only."""
        if fault is not None:
            self.close(fault)
        elif (caller.role, caller.stage) != (self.caller.role, self.caller.stage):
            self.caller = caller
            for tell in tuple(self._changed):
                tell()
        else:
            self.caller = caller

    def close(self, fault: CoreError | None = None) -> None:
        """The session is over."""
        if not self.ended.done():
            self.ended.set_result(fault or NotSignedIn("This session has ended."))
        self._changed.clear()
        self._gate.forget(self.caller.session_id)
