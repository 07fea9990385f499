"""Who is here now, and ending a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.access.permissions import Permission, Reach
from core.access.roles import Role
from core.errors import Forbidden, NotFound
from core.identity import sessions
from core.operation import Demo, Operation, Risk
from core.store.store import Row
from core.text import Word
from core.work import Work


@dataclass(frozen=True, kw_only=True)
class SessionRow:
    """One session, open or ended."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "id", "username", "role", "door", "address", "method", "factor", "opened_at", "seen_at", "mine",
    )  # fmt: skip

    id: str
    username: str
    role: str
    stage: str
    door: str
    address: str
    client: str
    method: str
    key_fingerprint: str
    factor: str
    opened_at: str
    seen_at: str
    ended_at: str
    end_reason: str
    mine: bool


def session_of(row: Row, mine: str) -> SessionRow:
    """What a row of `sessions` says."""
    return SessionRow(
        id=row["id"], username=row["username"], role=row["person_role"] or row["role"], stage=row["stage"],
        door=row["door"], address=row["address"], client=row["client"], method=row["method"],
        key_fingerprint=row["key_fingerprint"], factor=row["factor"], opened_at=row["opened_at"],
        seen_at=row["seen_at"], ended_at=row["ended_at"] or "", end_reason=row["end_reason"], mine=row["id"] == mine,
    )  # fmt: skip


_SELECT = "SELECT s.*, p.role AS person_role FROM sessions s LEFT JOIN people p ON p.id = s.person_id"
# Reach is a predicate in the query: a stranger's session and a missing one give the same answer.
_REACH = {Reach.OWN: " (s.person_id = :me OR s.id = :mine)", Reach.ANY: " 1 = 1"}


class ListSessions(Operation[tuple[SessionRow, ...]], name="sessions.list", needs=Permission.SESSIONS_READ,
                   risk=Risk.LOOK, demo=Demo.REFUSE):  # fmt: skip
    """List open sessions, your own or everybody's as far as your role reaches."""

    ended: bool = False
    """Also those that have ended, newest first."""
    limit: int = 200

    async def run(self, work: Work) -> tuple[SessionRow, ...]:
        only = "" if self.ended else " AND s.ended_at IS NULL"
        rows = await work.db.fetch_all(
            f"{_SELECT} WHERE {_REACH[work.reach]}{only} ORDER BY s.opened_at DESC LIMIT :limit",
            {
                "me": work.caller.person_id,
                "mine": work.caller.session_id,
                "limit": max(1, min(self.limit, 2_000)),
            },
        )
        return tuple(session_of(row, work.caller.session_id) for row in rows)


class EndSession(Operation[SessionRow], name="sessions.end", needs=Permission.SESSIONS_END,
                 risk=Risk.CHANGE, demo=Demo.REFUSE, on="session"):  # fmt: skip
    """End a session at once: its screen, command or follow is cut."""

    session: Word

    async def run(self, work: Work) -> SessionRow:
        row = await work.db.fetch_one(
            f"{_SELECT} WHERE s.id = :id AND {_REACH[work.reach]} AND s.ended_at IS NULL",
            {"id": self.session, "me": work.caller.person_id, "mine": work.caller.session_id},
        )
        if row is None:
            raise NotFound("There is no open session {session}.", session=self.session)
        role = Role.named(row["person_role"] or row["role"])
        if role.rank > work.caller.role.rank or role in (Role.RUNNER, Role.HOST):
            raise Forbidden("You cannot end a session of somebody above you, nor the factory's own.")
        await sessions.end(work.db, row["id"], f"{work.caller.username} ended it", work.clock.now())
        work.note(of=row["username"])
        return session_of(row, work.caller.session_id)
