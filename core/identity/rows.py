"""Plain steps on the rows of people that several operations share; every one within the caller's transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import ClassVar

from core.access.roles import Role
from core.errors import Conflict, NotFound
from core.store.store import Db, Row


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account, as a list shows it."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "username", "role", "enabled", "second_factor", "keys", "live_sessions", "last_sign_in_at",
    )  # fmt: skip

    id: str
    username: str
    role: str
    enabled: bool
    has_password: bool
    must_change: bool
    second_factor: bool
    keys: int
    live_sessions: int
    created_at: str
    last_sign_in_at: str


LIST_PEOPLE = """
SELECT p.*, (SELECT count(*) FROM keys k WHERE k.person_id = p.id) AS key_count,
       (SELECT count(*) FROM sessions s WHERE s.person_id = p.id AND s.ended_at IS NULL) AS session_count
FROM people p
"""


def person_of(row: Row) -> Person:
    """What a row of LIST_PEOPLE says."""
    return Person(
        id=row["id"],
        username=row["username"],
        role=row["role"],
        enabled=bool(row["enabled"]),
        has_password=row["password_hash"] is not None,
        must_change=bool(row["must_change"]),
        second_factor=row["totp_sealed"] is not None,
        keys=row["key_count"],
        live_sessions=row["session_count"],
        created_at=row["created_at"],
        last_sign_in_at=row["last_sign_in_at"] or "",
    )


async def by_name(db: Db, username: str) -> Row:
    """The row of that name; raises NotFound."""
    row = await db.fetch_one("SELECT * FROM people WHERE username = :username", {"username": username})
    if row is None:
        raise NotFound("There is nobody called {username}.", username=username)
    return row


async def by_id(db: Db, person_id: str | None) -> Row:
    """The row of that id; raises NotFound."""
    row = await db.fetch_one("SELECT * FROM people WHERE id = :id", {"id": person_id})
    if row is None:
        raise NotFound("This session belongs to nobody with an account.")
    return row


async def shown(db: Db, person_id: str) -> Person:
    """The person as a list shows them."""
    row = await db.fetch_one(LIST_PEOPLE + " WHERE p.id = :id", {"id": person_id})
    assert row is not None
    return person_of(row)


async def insert(
    db: Db,
    username: str,
    role: Role,
    now: str,
    *,
    password_hash: str | None = None,
    must_change: bool = False,
) -> str:
    """Insert the account; its id. Raises Conflict when the name is taken."""
    taken = await db.fetch_one("SELECT 1 FROM people WHERE username = :username", {"username": username})
    if taken is not None:
        raise Conflict("There is already somebody called {username}.", username=username)
    person_id = secrets.token_hex(8)
    await db.execute(
        "INSERT INTO people (id, username, role, password_hash, must_change, created_at, updated_at)"
        " VALUES (:id, :username, :role, :hash, :must_change, :now, :now)",
        {"id": person_id, "username": username, "role": role.word, "hash": password_hash,
         "must_change": int(must_change), "now": now},
    )  # fmt: skip
    return person_id


async def keep_a_super_admin(db: Db) -> None:
    """Refuse, after the change and before the commit, to leave the house without an enabled super_admin."""
    left = await db.fetch_one(
        "SELECT 1 FROM people WHERE role = :role AND enabled = 1", {"role": Role.SUPER_ADMIN.word}
    )
    if left is None:
        raise Conflict("The last enabled super_admin stays.")
