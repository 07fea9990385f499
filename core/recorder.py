"""Puts entries on the record: beside the change in its transaction, then into the chain, then forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import orjson

from core.audit.chain import Chain
from core.audit.entry import Draft, Severity
from core.clock import Clock, moment, stamp
from core.errors import CoreError
from core.json_value import JsonObject
from core.news import moved
from core.operation import Policy
from core.store.store import Db, Store
from core.work import Also, Caller, Remarks

REPEAT_SECONDS = 60.0


def draft_of(
    caller: Caller, asked: Policy, outcome: str, remarks: Remarks, at: datetime, *, severity: Severity | None = None
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
        self._waiting = False
        self._repeats: dict[tuple[str, str, str], tuple[float, int, Draft]] = {}

    async def ready(self) -> None:
        """Refuse now rather than after the change: an entry that still waits must be written first."""
        await self._chain.ready()
        if self._waiting:
            await self.replay({self._server})

    async def beside(self, db: Db, drafts: Sequence[Draft]) -> None:
        """Store the entries in the transaction of the change; also clears what has reached the chain since."""
        delivered, self._delivered = self._delivered, []
        for entry_id in delivered:
            await db.execute("DELETE FROM outbox WHERE id = :id", {"id": entry_id})
        await moved(db, {draft.action.split(".")[0] for draft in drafts})
        for draft in drafts:
            await db.execute(
                "INSERT INTO outbox (id, server, draft) VALUES (:id, :server, :draft)",
                {"id": draft.id, "server": self._server, "draft": _pack(draft)},
            )

    async def deliver(self, drafts: Sequence[Draft]) -> None:
        """Append what was stored beside a committed change; durable when this returns."""
        self._waiting = True
        await self._chain.append_all(drafts)
        self._waiting = False
        self._delivered.extend(draft.id for draft in drafts)

    async def write(self, draft: Draft) -> None:
        """An entry about something that changed none of our records."""
        await self._chain.append(draft)

    async def refusal(self, caller: Caller, asked: Policy, refusal: CoreError, remarks: Remarks) -> None:
        """A refusal; repeats of the same one within a minute are counted into one entry."""
        now = self._clock.now()
        remarks.note(reason=str(refusal.reason))
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
        for key, (since, more, draft) in list(self._repeats.items()):
            if now - since >= REPEAT_SECONDS:
                del self._repeats[key]
                if more:
                    await self.write(_counted(draft, more))

    async def settle(self) -> None:
        """Write the counts that still wait; called once a minute and at the end."""
        await self._flush_repeats(self._clock.now().timestamp())

    async def close(self) -> None:
        """Write every count, whatever its age, and clear the outbox."""
        for _since, more, draft in self._repeats.values():
            if more:
                await self.write(_counted(draft, more))
        self._repeats.clear()
        async with self._store.transaction() as db:
            await self.beside(db, ())

    async def replay(self, servers: set[str]) -> int:
        """Append the entries of committed changes that never reached the chain, once each by id; how many."""
        rows = await self._store.fetch_all("SELECT id, server, draft FROM outbox ORDER BY position")
        rows = [row for row in rows if row["server"] in servers]
        known = await self._chain.contains([row["id"] for row in rows])
        missing = [_unpack(row["draft"]) for row in rows if row["id"] not in known]
        if missing:
            await self._chain.append_all(missing)
        self._waiting = False
        async with self._store.transaction() as db:
            for row in rows:
                await db.execute("DELETE FROM outbox WHERE id = :id", {"id": row["id"]})
        return len(missing)


def _counted(draft: Draft, more: int) -> Draft:
    details: JsonObject = {**draft.details, "repeats": more}
    return Draft(
        action=draft.action, actor=draft.actor, resource=draft.resource, outcome=draft.outcome, details=details,
        severity=draft.severity, ip_address=draft.ip_address, session_id=draft.session_id, at=draft.at,
    )  # fmt: skip
