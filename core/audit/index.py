"""A small SQLite file for each segment that finds entries quickly; no authority, rebuilt when in doubt."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import orjson

from core.audit.entry import timestamp
from core.audit.query import Query, last_part

STEP = 4096
"""Lines that are taken in at once."""

_SCHEMA = """
CREATE TABLE progress (bytes INTEGER NOT NULL, lines INTEGER NOT NULL);
INSERT INTO progress VALUES (0, 0);
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE entry (
    line INTEGER PRIMARY KEY, seq INTEGER, start INTEGER, length INTEGER, at TEXT, action INTEGER,
    actor INTEGER,
    resource INTEGER, part INTEGER, severity INTEGER, outcome INTEGER, session INTEGER, ip INTEGER
);
CREATE INDEX by_action ON entry (action, part, line);
CREATE INDEX by_actor ON entry (actor, action, line);
CREATE INDEX by_part ON entry (part, line);
PRAGMA user_version = 1;
"""
_INSERT = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_MEMBERS = ("action", "actor", "resource", "severity", "outcome", "session_id", "ip_address")
_COLUMNS = ("action", "actor", "severity", "outcome", "session", "ip")


class Index:
    """The index of one segment; belongs to one thread."""

    def __init__(self, folder: Path, segment: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._segment = segment
        self._path = folder / f"{segment.stem}.sqlite"
        self._names: dict[str, int] = {}
        self._db = self._open()

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def _open(self) -> sqlite3.Connection:
        with contextlib.suppress(sqlite3.DatabaseError):
            db = self._connect()
            if self._usable(db):
                return db
            db.close()
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        db = self._connect()
        db.executescript(_SCHEMA)
        return db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")
        return db

    def _usable(self, db: sqlite3.Connection) -> bool:
        if db.execute("PRAGMA user_version").fetchone() != (1,):
            return False
        covered: int = db.execute("SELECT bytes FROM progress").fetchone()[0]
        return covered <= self._segment.stat().st_size

    def covered(self) -> int:
        """Bytes of the segment that are taken in; always whole lines."""
        covered: int = self._db.execute("SELECT bytes FROM progress").fetchone()[0]
        return covered

    def take_in(self, limit: int = STEP) -> bool:
        """Take in up to `limit` lines more; whether there may be more still."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")  # another process may be at it; both see what the other has done
        try:
            covered, count = db.execute("SELECT bytes, lines FROM progress").fetchone()
            rows: list[tuple[object, ...]] = []
            with self._segment.open("rb") as stream:
                stream.seek(covered)
                for line in stream:
                    if len(rows) >= limit or not line.endswith(b"\n"):
                        break
                    count += 1
                    rows.append((count, *self._row(line, covered)))
                    covered += len(line)
            if rows:
                db.executemany(_INSERT, rows)
                db.execute("UPDATE progress SET bytes = ?, lines = ?", (covered, count))
            db.execute("COMMIT")
        except BaseException:
            self._names.clear()
            db.execute("ROLLBACK")
            raise
        return len(rows) >= limit

    def _row(self, line: bytes, start: int) -> tuple[object, ...]:
        try:
            members = orjson.loads(line)
            action, actor, resource, severity, outcome, session, ip = (members[name] for name in _MEMBERS)
            texts = (action, actor, resource, last_part(resource), severity, outcome, session, ip)
            numbers = [self._id(text) for text in texts]
            return (members["seq"], start, len(line), members["timestamp"], *numbers)
        except (ValueError, KeyError, TypeError, AttributeError):  # damaged: not found by fields
            return (None, start, len(line), *[None] * 9)

    def _id(self, text: str) -> int:
        number = self._names.get(text)
        if number is None:
            self._db.execute("INSERT OR IGNORE INTO name (text) VALUES (?)", (text,))
            number = int(self._db.execute("SELECT id FROM name WHERE text = ?", (text,)).fetchone()[0])
            self._names[text] = number
        return number

    def find(self, query: Query, *, below: int | None, limit: int) -> list[tuple[int, int, int]]:
        """Line, offset and length of the newest entries that the query's fields (not its text) ask for."""
        where: list[str] = ["seq IS NOT NULL"]
        values: list[object] = []
        if below is not None:
            where.append("seq < ?")
            values.append(below)
        for column in _COLUMNS:
            wanted: str = getattr(query, column)
            if wanted:
                where.append(f"{column} {_among(wanted, values)}")
        if query.on:
            where.append(_place(query.on, values))
        for moment, sign in ((query.since, ">="), (query.until, "<")):
            if moment is not None:
                where.append(f"at {sign} ?")
                values.append(timestamp(moment))
        rows: Iterable[tuple[int, int, int]] = self._db.execute(
            f"SELECT line, start, length FROM entry WHERE {' AND '.join(where)} ORDER BY line DESC LIMIT ?",  # noqa: S608
            (*values, limit),
        )
        return list(rows)


def _among(wanted: str, values: list[object]) -> str:
    if wanted.endswith("*"):
        values += [wanted[:-1], wanted[:-1] + "\U0010ffff"]
        return "IN (SELECT id FROM name WHERE text >= ? AND text < ?)"
    values.append(wanted)
    return "= (SELECT id FROM name WHERE text = ?)"


def _place(wanted: str, values: list[object]) -> str:
    if wanted.endswith("*"):
        return f"(resource {_among(wanted, values)} OR part {_among(wanted, values)})"
    if "/" in wanted:
        return f"part {_among(last_part(wanted), values)} AND resource {_among(wanted, values)}"
    return f"part {_among(wanted, values)}"
