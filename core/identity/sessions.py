"""Sessions are rows: opened by a proof, re-read on every call, ended by anybody who may."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.access.roles import Role
from core.clock import Clock, moment, stamp
from core.config import Config
from core.errors import CoreError, Invalid, NotSignedIn
from core.operation import Stage
from core.store.store import Db, Row, Store
from core.work import Caller

SEEN_EVERY = timedelta(seconds=15)
KEPT = timedelta(days=30)
"""How long ended sessions stay listed."""

_SELECT = """
SELECT s.*, p.role AS person_role, p.enabled AS person_enabled, p.id AS person_found,
       p.username AS person_username, p.language, p.theme
FROM sessions s LEFT JOIN people p ON p.id = s.person_id
"""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a door knows when it opens a session."""

    username: str
    person_id: str | None
    role: Role
    stage: Stage
    door: str
    address: str
    client: str = ""
    method: str = ""
    key_fingerprint: str = ""
    factor: str = ""
    password_hash: str = field(default="", repr=False)
    """What the password was checked against; empty for every other proof."""


def new_id() -> str:
    """Sixteen base32 characters from the system's generator; a name, not a token."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


async def open_session(db: Db, server: str, opening: Opening, now: datetime) -> str:
    """Insert the row; its id."""
    session_id = new_id()
    await db.execute(
        "INSERT INTO sessions (id, server, person_id, username, role, stage, door, address, client, method,"
        " key_fingerprint, factor, factor_at, opened_at, seen_at) VALUES (:id, :server, :person_id, :username, :role,"
        " :stage, :door, :address, :client, :method, :key_fingerprint, :factor, :factor_at, :now, :now)",
        {
            "id": session_id, "server": server, "person_id": opening.person_id, "username": opening.username,
            "role": opening.role.word, "stage": opening.stage.value, "door": opening.door,
            "address": opening.address, "client": opening.client, "method": opening.method,
            "key_fingerprint": opening.key_fingerprint, "factor": opening.factor,
            "factor_at": stamp(now) if opening.factor else None, "now": stamp(now),
        },
    )  # fmt: skip
    return session_id


async def end(db: Db, session_id: str, reason: str, now: datetime) -> bool:
    """End a live session; whether there was one."""
    return (
        await db.execute(
            "UPDATE sessions SET ended_at = :now, end_reason = :reason WHERE id = :id AND ended_at IS NULL",
            {"id": session_id, "reason": reason, "now": stamp(now)},
        )
        > 0
    )


async def end_all_of(db: Db, person_id: str, reason: str, now: datetime, *, but: str = "") -> int:
    """End every live session of a person, except one; how many."""
    return await db.execute(
        "UPDATE sessions SET ended_at = :now, end_reason = :reason"
        " WHERE person_id = :person AND ended_at IS NULL AND id <> :but",
        {"person": person_id, "reason": reason, "now": stamp(now), "but": but},
    )


async def forget_old(store: Store, now: datetime) -> None:
    """Drop the rows of sessions that ended long ago, visitors' after a day; the record keeps what happened in them."""
    await store.execute(
        "DELETE FROM sessions WHERE ended_at < :old OR (ended_at < :yesterday AND role = :visitor)",
        {"old": stamp(now - KEPT), "yesterday": stamp(now - timedelta(days=1)), "visitor": Role.VISITOR.word},
    )


class Sessions:
    """What the gate reads on every call, and the limits of idleness and age."""

    def __init__(self, store: Store, clock: Clock, config: Config) -> None:
        self._store = store
        self._clock = clock
        self._idle = timedelta(minutes=config.session_idle_minutes)
        self._longest = timedelta(hours=config.session_max_hours)

    async def caller(self, session_id: str, *, awake: bool = True) -> Caller:
        """Who this session is, now; raises NotSignedIn. `awake` counts as activity against the idle limit."""
        row, caller = await self._admitted(self._store, session_id)
        now = self._clock.now()
        if awake and not timedelta() <= now - moment(row["seen_at"]) <= SEEN_EVERY:
            await self._store.execute(
                "UPDATE sessions SET seen_at = :now WHERE id = :id AND ended_at IS NULL",
                {"id": session_id, "now": stamp(now)},
            )
        return caller

    async def still(self, db: Db, session_id: str) -> Caller:
        """The same within a transaction: whoever was revoked while they waited for it changes nothing any more."""
        return (await self._admitted(db, session_id))[1]

    async def _admitted(self, db: Db, session_id: str) -> tuple[Row, Caller]:
        row = await db.fetch_one(_SELECT + " WHERE s.id = :id", {"id": session_id})
        if row is None:
            raise NotSignedIn("There is no such session.")
        caller, fault = self.judge(row)
        if fault is not None:
            raise fault
        return row, caller

    async def live(self, server: str) -> dict[str, tuple[Caller, CoreError | None]]:
        """Every session of this process that has not ended, with the reason why it should."""
        rows = await self._store.fetch_all(
            _SELECT + " WHERE s.server = :server AND s.ended_at IS NULL", {"server": server}
        )
        return {row["id"]: self.judge(row) for row in rows}

    def judge(self, row: Row) -> tuple[Caller, CoreError | None]:
        """The caller of a session row, and why it may no longer call."""
        fault: CoreError | None = None
        word = row["person_role"] if row["person_id"] is not None else row["role"]
        try:
            role = Role.named(word or "")
            known = role.for_people or row["person_id"] is None
        except Invalid:
            known = False
        if not known:
            # Fail closed: a role that this program does not know, or not for a person, reaches nothing.
            role, fault = Role.VISITOR, NotSignedIn("This account's role is not known here.")
        now = self._clock.now()
        if row["ended_at"] is not None:
            fault = NotSignedIn("This session was ended: {reason}.", reason=row["end_reason"])
        elif row["person_id"] is not None and row["person_found"] is None:
            fault = NotSignedIn("This account was deleted.")
        elif row["person_id"] is not None and not row["person_enabled"]:
            fault = NotSignedIn("This account is disabled.")
        # abs: when the clock is turned back, limits must not stretch by as much.
        elif abs(now - moment(row["opened_at"])) > self._longest and role not in (Role.RUNNER, Role.HOST):
            fault = NotSignedIn("This session has reached its longest time.")
        elif abs(now - moment(row["seen_at"])) > self._idle and role not in (Role.RUNNER, Role.HOST):
            fault = NotSignedIn("This session was idle for too long.")
        caller = Caller(
            session_id=row["id"],
            person_id=row["person_id"],
            username=row["person_username"] or row["username"],
            role=role,
            stage=Stage(row["stage"]),
            door=row["door"],
            address=row["address"],
            factor=row["factor"],
            factor_at=moment(row["factor_at"]) if row["factor_at"] else None,
        )
        return caller, fault
