"""The store: all or nothing, one writer at a time, and a schema that fits or refuses."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import CoreError
from core.store import migrate
from core.store.migrate import SchemaError
from core.store.store import Connection, Db, Store, Values

TABLE = "CREATE TABLE notes (id TEXT PRIMARY KEY, word TEXT NOT NULL);\n"


def numbered(folder: Path, *scripts: str) -> list[Path]:
    """Migration files with these contents, in order."""
    paths = []
    for number, script in enumerate(scripts, start=1):
        path = folder / f"{number:04d}_step.sql"
        path.write_text(script, encoding="utf-8")
        paths.append(path)
    return paths


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "a.db", numbered(tmp_path, TABLE))
    yield opened
    await opened.close()


class Stopping(Connection):
    """The writer's connection, which stops before one statement until it is let go."""

    def __init__(self, real: Connection, at: str) -> None:
        super().__init__(real.raw)
        self.at = at
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    async def execute(self, sql: str, values: Values = {}) -> int:  # noqa: B006
        if sql == self.at:
            self.reached.set()
            await self.go.wait()
        return await super().execute(sql, values)


async def put(db: Db, key: str) -> int:
    return await db.execute("INSERT INTO notes (id, word) VALUES (:id, 'x')", {"id": key})


async def keys(store: Store) -> list[str]:
    return [row["id"] for row in await store.fetch_all("SELECT id FROM notes ORDER BY id")]


async def test_everything_in_a_transaction_happens_or_nothing_of_it(store: Store) -> None:
    async with store.transaction() as db:
        await put(db, "kept")

    async def give_up() -> None:
        async with store.transaction() as db:
            await put(db, "lost")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await give_up()

    assert await keys(store) == ["kept"]


async def test_a_failed_statement_leaves_the_next_transaction_unharmed(store: Store) -> None:
    async def put_twice() -> None:
        async with store.transaction() as db:
            await put(db, "a")
            await put(db, "a")

    with pytest.raises(sqlite3.IntegrityError):
        await put_twice()

    await store.execute("INSERT INTO notes (id, word) VALUES ('b', 'x')")
    assert await keys(store) == ["b"]


async def test_nobody_reads_what_is_not_committed(store: Store) -> None:
    async with store.transaction() as db:
        await put(db, "a")
        assert await keys(store) == []

    assert await keys(store) == ["a"]


async def test_writers_who_read_before_they_write_take_turns(store: Store) -> None:
    async def count_up() -> None:
        async with store.transaction() as db:
            row = await db.fetch_one("SELECT count(*) AS n FROM notes")
            assert row is not None
            await put(db, f"{row['n']}")

    await asyncio.gather(*(count_up() for _ in range(20)))

    assert len(await keys(store)) == 20


@pytest.mark.parametrize(("stop", "survives"), [("BEGIN IMMEDIATE", []), ("COMMIT", ["a"]), ("body", [])])
async def test_a_writer_who_is_cancelled_anywhere_does_not_block_the_next(
    store: Store, stop: str, survives: list[str]
) -> None:
    """The hole: a cancelled caller leaves the one writer inside a transaction, for everybody and for ever."""
    real = store._writer
    stopping = store._writer = Stopping(real, stop)
    statement = "INSERT INTO notes (id, word) VALUES ('a', 'x')"
    if stop == "body":
        stopping.at = statement
    writing = asyncio.ensure_future(store.execute(statement))
    await stopping.reached.wait()

    for _ in range(3):
        writing.cancel()
        await asyncio.sleep(0)
    stopping.go.set()
    with pytest.raises(asyncio.CancelledError):
        await writing

    store._writer = real
    await put_in_its_own(store, "b")
    assert await keys(store) == [*survives, "b"]


async def put_in_its_own(store: Store, key: str) -> None:
    async with store.transaction() as db:
        await put(db, key)


async def test_a_reader_cannot_write(store: Store) -> None:
    async with store.reading() as db:
        with pytest.raises((sqlite3.OperationalError, CoreError)):
            await put(db, "a")
    assert await keys(store) == []


async def test_a_referenced_row_takes_its_dependents_with_it(tmp_path: Path) -> None:
    steps = numbered(tmp_path, TABLE + "CREATE TABLE pages (note TEXT REFERENCES notes (id) ON DELETE CASCADE);")
    store = await Store.open(tmp_path / "b.db", steps)
    async with store.transaction() as db:
        await put(db, "a")
        await db.execute("INSERT INTO pages (note) VALUES ('a')")

    await store.execute("DELETE FROM notes")

    assert await store.fetch_all("SELECT * FROM pages") == []
    await store.close()


async def test_nobody_else_on_the_machine_may_read_the_store(store: Store, tmp_path: Path) -> None:
    await store.execute("INSERT INTO notes (id, word) VALUES ('a', 'x')")

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("a.db*")}  # noqa: ASYNC240
    assert modes == dict.fromkeys(("a.db", "a.db-wal", "a.db-shm"), 384)


# Several processes


async def test_another_process_hears_that_something_changed(store: Store, tmp_path: Path) -> None:
    before = await store.version()
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("INSERT INTO notes (id, word) VALUES ('b', 'x')")
        other.commit()

    assert await store.version() != before


async def test_a_read_is_not_news(store: Store) -> None:
    before = await store.version()
    await keys(store)

    assert await store.version() == before


async def test_two_processes_wait_for_each_other_to_write(store: Store, tmp_path: Path) -> None:
    other = await Store.open(tmp_path / "a.db", numbered(tmp_path, TABLE))

    await asyncio.gather(
        *(put_in_its_own(store, f"a{n}") for n in range(10)),
        *(put_in_its_own(other, f"b{n}") for n in range(10)),
    )

    assert len(await keys(store)) == len(await keys(other)) == 20
    await other.close()


async def test_two_processes_that_start_on_a_new_volume_at_once_both_start(tmp_path: Path) -> None:
    """The hole: both saw schema 0, and the second failed on the table that the first had made meanwhile."""
    steps = numbered(tmp_path, TABLE, "CREATE TABLE more (id TEXT);")

    for store in await asyncio.gather(*(Store.open(tmp_path / "new.db", steps) for _ in range(4))):
        await store.close()


# Migrations


async def test_a_later_program_brings_an_older_schema_up_to_date_and_keeps_what_was_there(
    tmp_path: Path,
) -> None:
    old = await Store.open(tmp_path / "c.db", numbered(tmp_path, TABLE))
    await put_in_its_own(old, "kept")
    await old.close()

    new = await Store.open(tmp_path / "c.db", numbered(tmp_path, TABLE, "ALTER TABLE notes ADD COLUMN more TEXT;"))

    row = await new.fetch_one("SELECT * FROM notes")
    assert row is not None
    assert row.keys() == ["id", "word", "more"]
    await new.close()


async def test_an_older_program_refuses_a_newer_schema(tmp_path: Path) -> None:
    await (await Store.open(tmp_path / "d.db", numbered(tmp_path, TABLE, "CREATE TABLE more (id TEXT);"))).close()

    with pytest.raises(SchemaError, match="newer"):
        await Store.open(tmp_path / "d.db", numbered(tmp_path, TABLE))


async def test_a_migration_that_fails_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await Store.open(
            tmp_path / "e.db", numbered(tmp_path, TABLE + "CREATE TABLE more (id TEXT);\nSELECT nonsense;")
        )

    store = await Store.open(tmp_path / "e.db", numbered(tmp_path, TABLE))
    assert await keys(store) == []
    await store.close()


@pytest.mark.parametrize(
    "names", [("0001_a.sql", "0003_b.sql"), ("0001_a.sql", "0001_b.sql"), ("0002_a.sql",)],
    ids=["a gap", "a twin", "a late start"],
)  # fmt: skip
def test_migrations_count_without_a_gap_or_a_twin(names: tuple[str, ...]) -> None:
    with pytest.raises(SchemaError):
        migrate.files(names)


def test_the_lists_name_exactly_the_files_that_lie_there() -> None:
    for names, folder in ((migrate.FACTORY, "factory"), (migrate.SECURITY, "security")):
        lying = sorted(path.name for path in (migrate.SCHEMA / folder).glob("*.sql"))
        assert list(names) == lying


def test_half_a_statement_at_the_end_of_a_migration_is_refused() -> None:
    with pytest.raises(SchemaError, match="half"):
        migrate.statements("CREATE TABLE a (id TEXT);\nCREATE TABLE b (")


def test_a_semicolon_inside_a_text_does_not_end_a_statement() -> None:
    assert len(migrate.statements("INSERT INTO a VALUES ('one; two');\nDELETE FROM a;\n")) == 2
