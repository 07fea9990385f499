"""Applies the numbered files of one list in order; a gap, a twin or a newer schema refuses to start."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.store.store import Connection

SCHEMA = Path(__file__).parent / "schema"

# Keep this in order of execution; never change a file that was released, add one.
FACTORY = ("0001_identity.sql", "0002_pipeline.sql", "0003_settings.sql")
SECURITY = ("0001_security.sql",)


class SchemaError(Exception):
    """The database and this program do not fit each other."""


def files(names: Sequence[str], folder: str = "factory") -> list[Path]:
    """The migration files by name; raises SchemaError on a gap or a twin in their numbers."""
    for position, name in enumerate(names, start=1):
        if int(name[:4]) != position:
            raise SchemaError(f"migration {name} stands at place {position}")
    return [SCHEMA / folder / name for name in names]


async def migrate(db: Connection, migrations: Sequence[Path]) -> None:
    """Bring the schema to the last migration, each in a transaction of its own."""
    for number, path in enumerate(migrations, start=1):
        if await _version(db, len(migrations)) >= number:
            continue
        await db.execute("BEGIN IMMEDIATE")
        try:
            # Looked at again with the lock held: another process may start on the same new volume.
            if await _version(db, len(migrations)) < number:
                for statement in statements(path.read_text(encoding="utf-8")):
                    await db.execute(statement)
                await db.execute(f"PRAGMA user_version={number:d}")
        except BaseException:
            await db.execute("ROLLBACK")
            raise
        await db.execute("COMMIT")


async def _version(db: Connection, newest: int) -> int:
    row = await db.fetch_one("PRAGMA user_version")
    assert row is not None
    have = int(row[0])
    if have > newest:
        raise SchemaError(f"the database is at schema {have}, this program knows {newest}: use a newer program")
    return have


def statements(script: str) -> list[str]:
    """The script's statements, split where SQLite says one is complete."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    if pending.strip():
        raise SchemaError("a migration ends in half a statement")
    return found
