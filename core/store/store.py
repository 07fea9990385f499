"""SQLite, one writer at a time and a few readers beside it; five methods and no more (docs/decisions/0002)."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import aiosqlite

from core.errors import StoreUnavailable
from core.store.migrate import migrate

Value: TypeAlias = int | str | bytes | None
Values: TypeAlias = Mapping[str, Value]
Row: TypeAlias = sqlite3.Row

READERS = 2
_MACHINE = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
)  # fmt: skip
_NONE: Values = {}


class Db(Protocol):
    """What a body may do with the store."""

    async def fetch_all(self, sql: str, values: Values = _NONE) -> list[Row]: ...

    async def fetch_one(self, sql: str, values: Values = _NONE) -> Row | None: ...

    async def execute(self, sql: str, values: Values = _NONE) -> int: ...


class Connection:
    """One SQLite connection; every statement is one hop to its thread."""

    def __init__(self, raw: aiosqlite.Connection) -> None:
        self.raw = raw

    async def fetch_all(self, sql: str, values: Values = _NONE) -> list[Row]:
        """All rows; named parameters only."""
        with _trouble_named():
            return list(await self.raw.execute_fetchall(sql, dict(values)))

    async def fetch_one(self, sql: str, values: Values = _NONE) -> Row | None:
        """The first row, or none."""
        rows = await self.fetch_all(sql, values)
        return rows[0] if rows else None

    async def execute(self, sql: str, values: Values = _NONE) -> int:
        """Run a statement that changes something; how many rows it touched."""
        with _trouble_named():
            return await self.raw._execute(_run, self.raw._conn, sql, dict(values))  # type: ignore[no-any-return,no-untyped-call]


@contextlib.contextmanager
def _trouble_named() -> Iterator[None]:
    """Tell the machine's trouble, which passes, from a mistake of ours."""
    try:
        yield
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorcode & 0xFF not in _MACHINE:
            raise
        raise StoreUnavailable("The store cannot be used: {cause}.", cause=str(fault)) from fault


def _run(raw: sqlite3.Connection, sql: str, values: dict[str, Any]) -> int:
    # execute() through aiosqlite's public face is two hops (cursor, then rowcount is free but close is another).
    return raw.execute(sql, values).rowcount


async def _settled(step: asyncio.Future[int]) -> None:
    """Wait until it is done, however often the waiting is cancelled."""
    while not step.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([step])


async def _connect(path: Path, *, read_only: bool) -> Connection:
    raw = await aiosqlite.connect(path, isolation_level=None, timeout=10.0)
    raw.row_factory = sqlite3.Row
    try:
        await _switch_to_wal(raw)
        # FULL: a committed change survives a power cut; the outbox that feeds the record relies on it.
        await raw.execute_fetchall("PRAGMA synchronous=FULL")
        await raw.execute_fetchall("PRAGMA foreign_keys=ON")
        if read_only:
            await raw.execute_fetchall("PRAGMA query_only=ON")
    except BaseException:
        await raw.close()
        raise
    return Connection(raw)


async def _switch_to_wal(raw: aiosqlite.Connection) -> None:
    # On a new file this wants it alone, and of two processes that start at once SQLite lets the second fail
    # at once, whatever the timeout says.
    for _ in range(100):
        try:
            await raw.execute_fetchall("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as fault:
            if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await asyncio.sleep(0.05)
        else:
            return
    await raw.execute_fetchall("PRAGMA journal_mode=WAL")


class Store:
    """A database file; open it with `Store.open`."""

    def __init__(self, writer: Connection, readers: Sequence[Connection]) -> None:
        self._writer = writer
        self._readers: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        self._all = [writer, *readers]
        for reader in readers:
            self._readers.put_nowait(reader)
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, migrations: Sequence[Path]) -> Store:
        """Open or make the file, bring its schema up to date; raises SchemaError for a newer or gapped schema."""
        # Two calls at the start, before anybody is on the loop.
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)  # noqa: ASYNC240
        writer = await _connect(path, read_only=False)
        try:
            await migrate(writer, migrations)
            readers = [await _connect(path, read_only=True) for _ in range(READERS)]
        except BaseException:
            await writer.raw.close()
            raise
        return cls(writer, readers)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Db]:
        """A reader of one's own for a while."""
        reader = await self._readers.get()
        try:
            yield reader
        finally:
            self._readers.put_nowait(reader)

    async def fetch_all(self, sql: str, values: Values = _NONE) -> list[Row]:
        async with self.reading() as db:
            return await db.fetch_all(sql, values)

    async def fetch_one(self, sql: str, values: Values = _NONE) -> Row | None:
        async with self.reading() as db:
            return await db.fetch_one(sql, values)

    async def execute(self, sql: str, values: Values = _NONE) -> int:
        """One statement in a transaction of its own; how many rows it touched."""
        async with self.transaction() as db:
            return await db.execute(sql, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Db]:
        """Everything inside happens, durably, or nothing of it; never await anything but the store in here."""
        async with self._writing:
            await self._shielded("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                await self._roll_back()
                raise
            try:
                await self._shielded("COMMIT")
            except (sqlite3.Error, StoreUnavailable):
                await self._roll_back()
                raise

    async def _roll_back(self) -> None:
        # A full disk makes SQLite roll back by itself; a second ROLLBACK would hide the first fault.
        with contextlib.suppress(sqlite3.OperationalError, StoreUnavailable):
            await self._shielded("ROLLBACK")

    async def _shielded(self, sql: str) -> None:
        # A cancelled caller must not leave the writer between BEGIN and COMMIT: finish the statement, then cancel.
        step = asyncio.ensure_future(self._writer.execute(sql))
        try:
            await asyncio.shield(step)
        except asyncio.CancelledError:
            await _settled(step)
            if sql == "BEGIN IMMEDIATE" and step.exception() is None:
                await _settled(asyncio.ensure_future(self._writer.execute("ROLLBACK")))
            raise

    async def version(self) -> int:
        """A number that changes when any connection of any process commits."""
        reader = self._all[-1]
        row = await reader.fetch_one("PRAGMA data_version")
        assert row is not None
        return int(row[0])

    async def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log back."""
        for connection in reversed(self._all):
            await connection.raw.close()
