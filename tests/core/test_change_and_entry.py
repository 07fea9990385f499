"""A change and its entry never come apart, whatever breaks between them."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import pytest

import core.gate
from core.access.permissions import Permission
from core.audit.disk import Disk
from core.catalogue import KNOWN
from core.errors import Crashed, RecordUnavailable
from core.identity.own import SetPreferences
from core.identity.people import CreatePerson, ListPeople
from core.operation import Demo, Operation, Risk
from core.store.store import Connection, Values
from core.work import Work
from tests.house import OpenHouse


class Overflow(Operation[None], name="bomb.overflow", needs=Permission.SELF_READ, risk=Risk.CHANGE,
               demo=Demo.REFUSE):  # fmt: skip
    """Say something for the record that cannot stand there."""

    async def run(self, work: Work) -> None:
        await work.db.execute("UPDATE people SET theme = 'changed'")
        work.note(number=2**60)


@pytest.fixture(autouse=True)
def overflow_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.gate, "KNOWN", KNOWN | {Overflow})


class BadDisk(Disk):
    """A disk that fills up, or fails to write, when told to."""

    full = False
    failing = False

    def free(self, folder: Path) -> int:
        return 0 if self.full else super().free(folder)

    def write(self, fd: int, data: bytes) -> int:
        if self.failing:
            raise OSError(errno.EIO, "Input/output error")
        return super().write(fd, data)


@pytest.fixture
def disk(house: OpenHouse) -> BadDisk:
    bad = BadDisk()
    house.core.house.chain._tail._disk = bad
    return bad


class SlowCommit(Connection):
    """The writer's connection, stopping at the commit until it is let go."""

    def __init__(self, real: Connection) -> None:
        super().__init__(real.raw)
        self.reached = asyncio.Event()
        self.go = asyncio.Event()

    async def execute(self, sql: str, values: Values = {}) -> int:  # noqa: B006
        if sql == "COMMIT":
            self.reached.set()
            await self.go.wait()
        return await super().execute(sql, values)


async def people(house: OpenHouse) -> set[str]:
    return {row["username"] for row in await house.core.house.store.fetch_all("SELECT username FROM people")}


async def outbox(house: OpenHouse) -> int:
    row = await house.core.house.store.fetch_one("SELECT count(*) AS n FROM outbox")
    assert row is not None
    return int(row["n"])


async def leave_waiting(house: OpenHouse, disk: BadDisk) -> None:
    """Make nora while the disk takes no entry: hers is committed and waits."""
    disk.failing = True
    with pytest.raises(RecordUnavailable, match="was done"):
        await house.super_admin.run(CreatePerson(username="nora"))


async def test_when_the_record_cannot_be_written_the_change_does_not_happen(house: OpenHouse, disk: BadDisk) -> None:
    disk.full = True

    with pytest.raises(RecordUnavailable):
        await house.super_admin.run(CreatePerson(username="nora"))

    assert "nora" not in await people(house)
    assert house.trail() == []


async def test_a_look_still_works_when_the_record_cannot_be_written(house: OpenHouse, disk: BadDisk) -> None:
    disk.full = True

    assert await house.super_admin.run(ListPeople())


async def test_when_the_append_fails_after_the_commit_its_entry_waits_and_nothing_else_changes(
    house: OpenHouse, disk: BadDisk
) -> None:
    await leave_waiting(house, disk)
    with pytest.raises(RecordUnavailable):
        await house.super_admin.run(CreatePerson(username="second"))

    assert {"nora", "second"} & await people(house) == {"nora"}
    assert await outbox(house) > 0


async def test_an_entry_that_waited_is_written_once_and_first_when_the_disk_is_well_again(
    house: OpenHouse, disk: BadDisk
) -> None:
    await leave_waiting(house, disk)

    disk.failing = False
    await house.super_admin.run(SetPreferences(language="ru"))
    await house.super_admin.run(SetPreferences(language="es"))

    assert [e["resource"] for e in house.entries()[-3:]] == ["users/nora", "preferences", "preferences"]


async def test_one_who_succeeds_does_not_hide_the_entry_that_another_left_waiting(
    house: OpenHouse, disk: BadDisk
) -> None:
    """The hole: one flag for everybody, cleared by whoever came next."""
    await leave_waiting(house, disk)
    disk.failing = False
    # A sign-out needs no probe: its append goes straight through while the first entry still waits.
    await house.core.get_up(house.viewer, "bye")

    await house.super_admin.run(SetPreferences(language="ru"))

    assert ("users.create", "sue", "done") in house.trail()


async def test_many_changes_at_once_are_each_on_record_exactly_once(house: OpenHouse) -> None:
    """The hole: a probe took another's append under way for one that had failed, and wrote it again."""
    await asyncio.gather(
        *(house.super_admin.run(CreatePerson(username=f"guest{n}")) for n in range(20)),
        *(house.viewer.run(SetPreferences(language="ru")) for _ in range(10)),
    )

    ids = [e["id"] for e in house.entries()]
    assert len(house.trail()) == 30
    assert len(ids) == len(set(ids))


async def test_a_kill_between_commit_and_append_is_made_good_once_at_the_next_start(
    house: OpenHouse, disk: BadDisk
) -> None:
    await leave_waiting(house, disk)
    await house.kill()

    await house.restart()
    await house.core.close()
    await house.restart()

    assert house.trail().count(("users.create", "sue", "done")) == 1
    assert await outbox(house) == 0


async def test_a_kill_after_the_append_does_not_make_a_second_entry(house: OpenHouse) -> None:
    await house.super_admin.run(CreatePerson(username="nora"))
    assert await outbox(house) > 0, "the row goes with the next change: deleting it would be a commit of its own"
    await house.kill()

    await house.restart()

    assert house.trail().count(("users.create", "sue", "done")) == 1


async def test_two_processes_that_start_at_once_make_a_dead_ones_entry_good_once(
    house: OpenHouse, disk: BadDisk
) -> None:
    await leave_waiting(house, disk)
    await house.kill()

    house.core, _other = await asyncio.gather(house.second_core(), house.second_core())

    assert house.trail().count(("users.create", "sue", "done")) == 1


async def test_what_cannot_stand_on_record_fails_while_it_can_still_be_undone(house: OpenHouse) -> None:
    """The hole: an entry that never fits waits for ever, and every later change waits behind it."""
    with pytest.raises(Crashed):
        await house.viewer.run(Overflow())

    rows = await house.core.house.store.fetch_all("SELECT 1 FROM people WHERE theme = 'changed'")
    assert rows == []
    await house.super_admin.run(CreatePerson(username="nora"))


async def test_a_caller_who_is_cut_off_during_the_commit_still_leaves_the_entry(house: OpenHouse) -> None:
    """The hole: the connection drops between COMMIT and append, and the change stands without an entry."""
    store = house.core.house.store
    slow = store._writer = SlowCommit(store._writer)
    change = asyncio.ensure_future(house.super_admin.run(CreatePerson(username="nora")))
    await slow.reached.wait()

    change.cancel()
    await asyncio.sleep(0)
    change.cancel()
    slow.go.set()
    with pytest.raises(asyncio.CancelledError):
        await change

    assert "nora" in await people(house)
    assert house.trail() == [("users.create", "sue", "done")]


async def test_a_caller_who_is_cut_off_while_signing_in_leaves_no_seat_taken(house: OpenHouse) -> None:
    store = house.core.house.store
    slow = store._writer = SlowCommit(store._writer)
    opening = asyncio.ensure_future(house.sit("vera"))
    await slow.reached.wait()

    opening.cancel()
    slow.go.set()
    with pytest.raises(asyncio.CancelledError):
        await opening

    rows = await store.fetch_all("SELECT 1 FROM sessions WHERE username = 'vera' AND ended_at IS NULL")
    assert len(rows) == 1
