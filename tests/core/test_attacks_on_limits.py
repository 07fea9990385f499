"""Attacks with numbers, times, files and disks at the end of what they can hold."""

from __future__ import annotations

import pytest

from core.audit.chain import Chain
from core.audit.reading import ExportRecord, SearchRecord, ShowEntry
from core.audit.verdict import VerifyRecord
from core.errors import CoreError, Invalid, NotFound, RecordUnavailable, StoreUnavailable
from core.identity.people import CreatePerson
from core.operation import Kind
from core.parse import build
from core.pipeline.handoffs import FollowHandoffs
from tests.house import OpenHouse

HUGE = "9" * 30


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (SearchRecord, {"before": HUGE}),
        (SearchRecord, {"before": "0"}),
        (ExportRecord, {"limit": "-1"}),
        (FollowHandoffs, {"after": HUGE}),
    ],
)
def test_a_number_that_no_machine_holds_is_the_callers_mistake(kind: Kind, given: dict[str, object]) -> None:
    """The hole: SQLite fell over a number of more than 64 bits, and the record filled with crashes of ours.

    What must hold: it is refused at the border, before anything is asked of the store."""
    with pytest.raises(Invalid):
        build(kind, given)


@pytest.mark.parametrize("query", ["since:0001-01-01T00:00:00+14:00", "until:9999-12-31T23:59:59-14:00"])
async def test_a_time_at_the_edge_of_the_calendar_is_the_callers_mistake(house: OpenHouse, query: str) -> None:
    """The hole: moved to UTC such a time leaves the calendar, where Python falls over it."""
    with pytest.raises(Invalid):
        await house.operator.run(SearchRecord(query=query))


@pytest.mark.parametrize("entry", ["²", "٣", "9" * 40])
async def test_a_number_in_strange_digits_is_no_entry(house: OpenHouse, entry: str) -> None:
    """The hole: what Unicode calls a digit, Python need not take for a number."""
    with pytest.raises(NotFound):
        await house.operator.run(ShowEntry(entry=entry))


async def as_many_people_as_fit(house: OpenHouse) -> int:
    for number in range(400):
        try:
            await house.super_admin.run(CreatePerson(username=f"nora.{number}"), awake=False)
        except StoreUnavailable:
            return number
    raise AssertionError("the store is not full")


async def test_a_full_store_refuses_a_change_and_says_why(house: OpenHouse) -> None:
    """The hole: a full disk looked like a crash of ours, and nobody was told to make room.

    What must hold: nothing happened, it is on record as refused, and it works again once there is room."""
    writer = house.core.house.store._writer
    (pages,) = await writer.fetch_all("PRAGMA page_count")
    await writer.execute(f"PRAGMA max_page_count={pages[0]}")
    made = await as_many_people_as_fit(house)

    assert house.trail()[-1] == ("users.create", "sue", "store_unavailable")
    await writer.execute("PRAGMA max_page_count=1000000")
    await house.super_admin.run(CreatePerson(username=f"nora.{made}"))
    assert house.trail().count(("users.create", "sue", "done")) == made + 1


async def test_a_damaged_memory_of_the_signer_stops_signing_and_not_the_console(house: OpenHouse) -> None:
    """The attack: write half a byte into the file beside the key, so that the next start, or the signer, dies of it.

    What must hold: entries go on, nothing is signed, the header says so, and no verdict pretends to know."""
    config, chain = house.config, house.core.house.chain
    (config.secrets_dir / "audit_signing.key.signed").write_bytes(b'{"a"')
    await house.super_admin.run(CreatePerson(username="nora"))
    await chain.sign_now()

    assert "memory is damaged" in chain.trouble
    with pytest.raises(CoreError):
        await house.operator.run(VerifyRecord())
    again = await Chain.open(config.audit_dir, config.secrets_dir / "audit_signing.key", origin="aifactory-console")
    assert "memory is damaged" in again.trouble
    with pytest.raises(RecordUnavailable):
        await again.remembered_checkpoint()
    await again.close()
