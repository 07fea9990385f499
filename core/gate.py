"""The one way in: admit, run, record."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from core.access import guards
from core.access.permissions import Reach
from core.access.roles import Role, reach_of
from core.audit.entry import Draft, Severity, Unfit
from core.catalogue import KNOWN
from core.errors import (
    CoreError,
    Crashed,
    FactorNeeded,
    Forbidden,
    Invalid,
    RecordUnavailable,
    Throttled,
    Unconfirmed,
)
from core.house import House
from core.identity.sessions import Sessions
from core.operation import Asked, Errand, Feed, Kind, Operation, Risk, Stage
from core.recorder import Recorder, draft_of, draft_of_also, to_the_end
from core.store.store import Db
from core.work import Caller, Outing, Remarks, View, Work, is_fresh, no_progress

R = TypeVar("R")
log = logging.getLogger("factory.gate")

CALLS_PER_SECOND, BURST = 50.0, 500.0


class _Rehearsed(Exception):
    """Rolls a dry run back, and carries what would have come of it."""

    def __init__(self, result: Any) -> None:
        self.result = result


@dataclass
class _Bucket:
    left: float
    at: float


class Gate:
    """session → throttle → role → demo/prod guard → run → record, for every request of every door."""

    def __init__(self, house: House, sessions: Sessions, recorder: Recorder) -> None:
        self.house = house
        self.sessions = sessions
        self.recorder = recorder
        self._buckets: dict[str, _Bucket] = {}

    async def run(
        self,
        session_id: str,
        asked: Operation[R] | Errand[R],
        *,
        confirm: str | None = None,
        rehearse: bool = False,
        awake: bool = True,
        progress: Callable[[int, int, str], None] = no_progress,
    ) -> R:
        """Do what was asked and put it on record; raises a CoreError and has done nothing otherwise.

        `confirm` is the object's name as typed, for DANGER. `rehearse` runs a change and takes it back."""
        caller = await self.sessions.caller(session_id, awake=awake)
        remarks = Remarks()
        try:
            if awake:
                self._spend(session_id)
            reach = self.admit(caller, type(asked))
            if rehearse:
                _check_rehearsable(asked)
            else:
                self._confirm(caller, asked, confirm)
            if asked.risk.always_recorded:
                await self.recorder.ready()
            if isinstance(asked, Operation):
                return await self._perform(caller, reach, asked, remarks, rehearse)
            return await self._go_out(caller, reach, asked, remarks, progress)
        except RecordUnavailable:
            raise
        except CoreError as refusal:
            await self.recorder.refusal(caller, asked, refusal, remarks)
            raise
        except Exception as fault:
            raise await self._crash(caller, asked, remarks, fault) from fault

    def admit(self, caller: Caller, kind: Kind) -> Reach:
        """How far this caller's grant goes; raises FactorNeeded, Forbidden or GuardRefused."""
        if kind not in KNOWN:
            raise Forbidden("There is no operation of that name for you.")
        if caller.stage not in kind.at:
            raise FactorNeeded(STAGE_REASONS[caller.stage])
        reach = reach_of(caller.role, kind.needs)
        if reach is None:
            raise Forbidden("{operation} needs {permission}; you are {role}.", operation=kind.name,
                            permission=kind.needs.value, role=caller.role.word)  # fmt: skip
        # A sign-in that is not complete may do nothing but complete itself, and must be able to: in demo as well.
        if caller.role not in (Role.HOST, Role.RUNNER) and caller.stage not in (Stage.MUST_CHANGE, Stage.MUST_ENROL):
            guards.check(kind, self.house.config.mode)
        return reach

    async def watch(self, session_id: str, feed: Feed[R]) -> AsyncGenerator[R, None]:
        """The feed's items for as long as the session may see them; raises the refusal that ends it."""
        caller = await self.sessions.caller(session_id)
        try:
            self._spend(session_id)
            reach = self.admit(caller, type(feed))
        except CoreError as refusal:
            await self.recorder.refusal(caller, feed, refusal, Remarks())
            raise
        view = View(caller=caller, reach=reach, house=self.house)
        try:
            async with (
                aclosing(feed.items(view)) as items,
                aclosing(self._guarded(caller, feed, items)) as allowed,
            ):
                async for item in allowed:
                    yield item
        except CoreError:
            raise
        except Exception as fault:
            raise await self._crash(caller, feed, Remarks(), fault) from fault

    async def _guarded(self, caller: Caller, feed: Feed[R], items: AsyncGenerator[R, None]) -> AsyncGenerator[R, None]:
        """The items, with a look at the session whenever anything changed and every few seconds."""
        news = self.house.news
        pending: asyncio.Future[R] = asyncio.ensure_future(anext(items))
        try:
            while True:
                seen = news.generation
                change = asyncio.ensure_future(news.after(seen, timeout=5.0))
                waiting: set[asyncio.Future[Any]] = {pending, change}
                try:
                    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    change.cancel()
                if news.generation != seen or not pending.done():
                    self.admit(await self.sessions.caller(caller.session_id, awake=False), type(feed))
                if pending.done():
                    yield pending.result()
                    pending = asyncio.ensure_future(anext(items))
        except StopAsyncIteration:
            return
        finally:
            if not pending.done():
                pending.cancel()
                await asyncio.wait({pending})

    def _spend(self, session_id: str) -> None:
        # In memory on purpose: a session lives in one process only.
        now = time.monotonic()
        bucket = self._buckets.setdefault(session_id, _Bucket(BURST, now))
        bucket.left = min(BURST, bucket.left + (now - bucket.at) * CALLS_PER_SECOND)
        bucket.at = now
        if bucket.left < 1:
            raise Throttled("Too many commands in this session; slow down.")
        bucket.left -= 1

    def forget(self, session_id: str) -> None:
        """The session is over; drop what was kept about it."""
        self._buckets.pop(session_id, None)

    def _confirm(self, caller: Caller, asked: Asked, confirm: str | None) -> None:
        if asked.risk is not Risk.DANGER or caller.role is Role.HOST:
            return
        name = str(getattr(asked, asked.on)) if asked.on else asked.name
        if confirm != name:
            raise Unconfirmed("This cannot be taken back: type {name} to confirm.", name=name)
        if not is_fresh(caller, self.house.clock.now()) and self.house.config.mfa_required:
            raise FactorNeeded("This is dangerous: prove your second factor again first.")

    async def _perform(self, caller: Caller, reach: Reach, asked: Operation[R], remarks: Remarks, rehearse: bool) -> R:
        house = self.house
        ahead = await asked.ahead(Outing(caller=caller, reach=reach, house=house, remarks=remarks))
        if asked.risk is Risk.LOOK:
            async with house.store.reading() as db:
                return await asked.run(self._work(caller, reach, db, ahead, remarks))

        async def change(db: Db) -> tuple[R, list[Draft]]:
            # Read again with the writer's lock held: `ahead` may have hashed, and waited, for seconds.
            still = await self.sessions.still(db, caller.session_id)
            result = await asked.run(self._work(still, self.admit(still, type(asked)), db, ahead, remarks))
            if rehearse:
                raise _Rehearsed(result)
            at = house.clock.now()
            also = [draft_of_also(still, each, at) for each in remarks.also]
            return result, [draft_of(still, asked, "done", remarks, at), *also]

        try:
            result = await self.recorder.together(change)
        except _Rehearsed as rehearsed:
            return rehearsed.result  # type: ignore[no-any-return]
        await asked.afterwards(Outing(caller=caller, reach=reach, house=house, remarks=remarks), result)
        return result

    def _work(self, caller: Caller, reach: Reach, db: Db, ahead: object, remarks: Remarks) -> Work:
        house = self.house
        return Work(caller=caller, reach=reach, db=db, clock=house.clock, config=house.config,
                    box=house.box, ahead=ahead, remarks=remarks)  # fmt: skip

    async def _go_out(
        self,
        caller: Caller,
        reach: Reach,
        asked: Errand[R],
        remarks: Remarks,
        progress: Callable[[int, int, str], None],
    ) -> R:
        house = self.house
        outing = Outing(caller=caller, reach=reach, house=house, remarks=remarks, progress=progress)
        if not asked.risk.always_recorded:
            return await asked.run(outing)

        async def say(outcome: str, so_far: Remarks) -> None:
            await to_the_end(self.recorder.write(draft_of(caller, asked, outcome, so_far, house.clock.now())))

        try:
            await say("attempted", Remarks())
            result = await asked.run(outing)
        except asyncio.CancelledError:
            await say("abandoned", remarks)
            raise
        await say("done", remarks)
        return result

    async def _crash(self, caller: Caller, asked: Asked, remarks: Remarks, fault: Exception) -> Crashed:
        incident = secrets.token_hex(4)
        # Where, but not what: an exception's words and a frame's locals may carry what somebody typed.
        log.error("incident %s: %s crashed: %s\n%s", incident, asked.name, type(fault).__name__, _frames(fault))
        remarks.note(incident=incident, fault=type(fault).__name__)
        draft = draft_of(caller, asked, "crashed", remarks, self.house.clock.now(), severity=Severity.ERROR)
        try:
            await self.recorder.write(draft)
        except (CoreError, Unfit):
            log.exception("incident %s is in this log only: it cannot be put on record", incident)
        return Crashed("Our fault, not yours: incident {incident}.", incident=incident)


def _frames(fault: BaseException) -> str:
    return "".join(traceback.format_tb(fault.__traceback__))


def _check_rehearsable(asked: Asked) -> None:
    # Nor a REVEAL: its rehearsal would show the secret and leave no entry.
    if not isinstance(asked, Operation) or asked.risk not in (Risk.CHANGE, Risk.DANGER):
        raise Invalid("Only a change of our own records can be rehearsed.")


STAGE_REASONS = {
    Stage.HALF_OPEN: "Your key opened the door half-way: prove your second factor first.",
    Stage.MUST_CHANGE: "Replace the password you were given first.",
    Stage.MUST_ENROL: "Make a second factor first; nothing else is open to you before.",
    Stage.FULL: "That is already behind you.",
}
