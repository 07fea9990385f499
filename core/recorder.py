"""Puts entries on the record: beside the change in its transaction, then into the chain, then forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

import orjson

from core.audit.chain import Chain
from core.audit.entry import Draft, Severity, fit
from core.clock import Clock, moment, stamp
from core.errors import CoreError, RecordUnavailable
from core.json_value import JsonObject
from core.news import moved
from core.operation import Policy
from core.store.store import Db, Row, Store
from core.text import clip
from core.work import Also, Caller, Remarks

R = TypeVar("R")

REPEAT_SECONDS = 60.0


def draft_of(
    caller: Caller,
    asked: Policy,
    outcome: str,
    remarks: Remarks,
    at: datetime,
    *,
    severity: Severity | None = None,
) -> Draft:
    """The entry about one request."""
    return Draft(
        action=asked.name,
        actor=caller.username,
        resource=remarks.resource or asked.resource(),
        outcome=outcome,
        details={**remarks.facts, "role": caller.role.word, "door": caller.door},
        severity=severity or remarks.severity,
        ip_address=caller.address,
        session_id=caller.session_id,
        at=at,
    )


def draft_of_also(caller: Caller, also: Also, at: datetime) -> Draft:
    """The entry about something that happened with the request, such as a hand-off."""
    return Draft(
        action=also.action, actor=also.actor, resource=also.resource, outcome=also.outcome, details=also.details,
        severity=also.severity, ip_address=caller.address, session_id=caller.session_id, at=at,
    )  # fmt: skip


def _pack(draft: Draft) -> str:
    fields = asdict(draft)
    fields["at"] = stamp(draft.at)
    fields["severity"] = draft.severity.value
    return orjson.dumps(fields).decode()


def _unpack(text: str) -> Draft:
    fields = orjson.loads(text)
    fields["at"] = moment(fields["at"])
    fields["severity"] = Severity(fields["severity"])
    return Draft(**fields)


class Recorder:
    """The only writer of entries; every method raises RecordUnavailable when the chain cannot be written."""

    def __init__(self, store: Store, chain: Chain, clock: Clock, server: str) -> None:
        self._store = store
        self._chain = chain
        self._clock = clock
        self._server = server
        self._delivered: list[str] = []
        self._stranded: set[str] = set()
        self._rescue = asyncio.Lock()
        self._repeats: dict[tuple[str, str, str], tuple[float, int, Draft]] = {}

    async def ready(self) -> None:
        """Refuse now rather than after the change: an entry that still waits must be written first."""
        await self._chain.ready()
        if self._stranded:
            await self._rescue_stranded()

    async def together(self, change: Callable[[Db], Awaitable[tuple[R, Sequence[Draft]]]]) -> R:
        """A change and its entries as one (docs/decisions/0003): stored in one transaction, then appended.

        Once begun it runs to its end, whoever cancels. Raises what the change raises, having done nothing;
        RecordUnavailable when the change is done and its entry waits in the outbox."""
        return await to_the_end(self._together(change))

    async def _together(self, change: Callable[[Db], Awaitable[tuple[R, Sequence[Draft]]]]) -> R:
        async with self._store.transaction() as db:
            cleared = self._delivered[:]
            result, drafts = await change(db)
            # Fitted before the commit: a draft that cannot stand on record must fail while it can be undone.
            drafts = [fit(draft) for draft in drafts]
            await self._clear(db, cleared)
            await moved(db, {draft.action.split(".")[0] for draft in drafts})
            for draft in drafts:
                await db.execute(
                    "INSERT INTO outbox (id, server, draft) VALUES (:id, :server, :draft)",
                    {"id": draft.id, "server": self._server, "draft": _pack(draft)},
                )
        del self._delivered[: len(cleared)]
        try:
            await self._chain.append_all(drafts)
        except Exception as fault:
            self._stranded.update(draft.id for draft in drafts)
            raise RecordUnavailable("This was done, but its entry still waits: nothing else can change before "
                                    "it is on record.") from fault  # fmt: skip
        self._delivered.extend(draft.id for draft in drafts)
        return result

    async def _clear(self, db: Db, ids: Iterable[str]) -> None:
        for entry_id in ids:
            await db.execute("DELETE FROM outbox WHERE id = :id", {"id": entry_id})

    async def write(self, draft: Draft) -> None:
        """An entry about something that changed none of our records."""
        await self._chain.append(draft)

    async def refusal(self, caller: Caller, asked: Policy, refusal: CoreError, remarks: Remarks) -> None:
        """A refusal; repeats of the same one within a minute are counted into one entry."""
        now = self._clock.now()
        remarks.note(reason=clip(str(refusal), 1_000))
        draft = draft_of(caller, asked, refusal.code, remarks, now, severity=Severity.WARNING)
        await self.counted((caller.session_id, asked.name, refusal.code), draft)

    async def counted(self, key: tuple[str, str, str], draft: Draft) -> None:
        """An entry that an attacker could repeat: the first is written, those of the next minute are counted."""
        now = self._clock.now().timestamp()
        await self._flush_repeats(now)
        known = self._repeats.get(key)
        if known is None:
            self._repeats[key] = (now, 0, draft)
            await self.write(draft)
        else:
            self._repeats[key] = (known[0], known[1] + 1, draft)

    async def _flush_repeats(self, now: float) -> None:
        # Taken out before the first wait: two who flush at once must not write a count twice.
        due = [key for key, (since, _more, _draft) in self._repeats.items() if not 0 <= now - since < REPEAT_SECONDS]
        for _since, more, draft in [self._repeats.pop(key) for key in due]:
            if more:
                await self.write(_counted(draft, more))

    async def settle(self) -> None:
        """Write the counts that still wait; called once a minute and at the end."""
        await self._flush_repeats(self._clock.now().timestamp())

    async def close(self) -> None:
        """Write every count, whatever its age, and clear the outbox."""
        await self._flush_repeats(float("inf"))
        async with self._store.transaction() as db:
            await self._clear(db, self._delivered)

    async def replay(self, servers: set[str]) -> int:
        """Append the entries that dead processes committed and never delivered, once each by id; how many."""
        async with self._store.transaction() as db:
            # Adopted first, in one transaction: of two processes that start at once only one finds them.
            before = {row["id"] for row in await self._outbox(db)}
            for gone in servers:
                await db.execute("UPDATE outbox SET server = :mine WHERE server = :gone",
                                 {"mine": self._server, "gone": gone})  # fmt: skip
            self._stranded |= {row["id"] for row in await self._outbox(db)} - before
        return await self._rescue_stranded()

    async def _outbox(self, db: Db) -> list[Row]:
        return await db.fetch_all("SELECT id, draft FROM outbox WHERE server = :mine ORDER BY position",
                                  {"mine": self._server})  # fmt: skip

    async def _rescue_stranded(self) -> int:
        """Append what an earlier append left behind, unless it got there after all; how many."""
        async with self._rescue:
            rows = [row for row in await self._outbox(self._store) if row["id"] in self._stranded]
            drafts = [_unpack(row["draft"]) for row in rows]
            if not drafts:
                return 0
            known = await self._chain.contains({each.id for each in drafts}, since=min(each.at for each in drafts))
            missing = [each for each in drafts if each.id not in known]
            await self._chain.append_all(missing)
            self._stranded -= {each.id for each in drafts}
            self._delivered.extend(each.id for each in drafts)
            return len(missing)


async def to_the_end(step: Coroutine[Any, Any, R]) -> R:
    """Run a step to its end even when the caller is cancelled meanwhile, then pass the cancellation on."""
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            # A second cancellation changes nothing either.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
        raise


def _counted(draft: Draft, more: int) -> Draft:
    details: JsonObject = {**draft.details, "repeats": more}
    return Draft(
        action=draft.action, actor=draft.actor, resource=draft.resource, outcome=draft.outcome, details=details,
        severity=draft.severity, ip_address=draft.ip_address, session_id=draft.session_id, at=draft.at,
    )  # fmt: skip
