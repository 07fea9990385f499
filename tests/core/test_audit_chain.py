"""Appending to the record: alone, together, across files, and to the end."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.audit.chain import QUEUE, Chain
from core.audit.entry import GENESIS, Draft, Severity, Unfit, segments
from core.audit.verify import verify
from core.clock import HandClock
from core.errors import RecordUnavailable, Throttled

ORIGIN = "test.example/record"


def draft(number: int = 0, **more: Any) -> Draft:
    return Draft(
        action="agent_handoff", actor="agent:pm", resource="pipeline/bakery", outcome="done",
        details={"task": number, **more}, severity=Severity.INFO, ip_address="", session_id="",
    )  # fmt: skip


async def open_chain(home: Path, **more: Any) -> Chain:
    return await Chain.open(home / "audit", home / "key", origin=ORIGIN, **more)


def lines(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in segments(home / "audit") for line in path.read_bytes().splitlines()]


async def test_the_first_entry_follows_genesis_and_each_the_one_before(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    receipts = [await chain.append(draft(number)) for number in range(3)]
    await chain.close()
    found = lines(tmp_path)
    assert [line["previous_hash"] for line in found] == [GENESIS, *(line["hash"] for line in found[:-1])]
    assert [(line["seq"], line["hash"]) for line in found] == [(one.seq, one.hash) for one in receipts]


async def test_folder_and_key_are_private_and_nothing_else_can_be_read_by_others_but_what_is_public(
    tmp_path: Path,
) -> None:
    chain = await open_chain(tmp_path)
    await chain.append(draft())
    await chain.close()
    assert stat.S_IMODE((tmp_path / "audit").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(segments(tmp_path / "audit")[0].stat().st_mode) == 0o600


async def test_entries_of_one_batch_stand_together_among_hundreds_of_others(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    groups = await asyncio.gather(
        *(chain.append_all([draft(number), draft(number), draft(number)]) for number in range(100))
    )
    await chain.close()
    for group in groups:
        assert [one.seq for one in group] == list(range(group[0].seq, group[0].seq + 3))
    assert sorted(one.seq for group in groups for one in group) == list(range(1, 301))
    assert verify(tmp_path / "audit").whole


async def test_two_hands_on_one_chain_never_fork_it(tmp_path: Path) -> None:
    one, two = await open_chain(tmp_path), await open_chain(tmp_path)
    await asyncio.gather(*((one, two)[number % 2].append(draft(number)) for number in range(200)))
    await one.close()
    await two.append(draft(200))
    await two.close()
    report = verify(tmp_path / "audit", deep=True)
    assert (report.whole, report.entries, report.unsigned_tail) == (True, 201, 0)


async def test_a_graceful_close_ends_in_a_checkpoint_that_covers_everything(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    pending = [asyncio.create_task(chain.append(draft(number))) for number in range(50)]
    await asyncio.sleep(0)
    await chain.close()
    assert [(await task).seq for task in pending] == list(range(1, 51))
    report = verify(tmp_path / "audit")
    assert (report.covered, report.entries) == (50, 50)
    with pytest.raises(RecordUnavailable):
        await chain.append(draft())


async def test_a_checkpoint_follows_within_the_second_while_entries_come(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    await chain.append(draft())
    async with asyncio.timeout(10):
        while chain.signed < 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert verify(tmp_path / "audit").covered == 1
    await chain.close()


async def test_files_rotate_by_size_and_finished_ones_are_read_only_and_sealed(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path, segment_bytes=2000)
    for number in range(40):
        await chain.append(draft(number))
    await chain.close()
    files = segments(tmp_path / "audit")
    sealed = {line["details"]["file"] for line in lines(tmp_path) if line["action"] == "segment_sealed"}
    assert len(files) > 5
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o440 for path in files[:-1])
    assert {path.name for path in files[:-2]} <= sealed
    assert verify(tmp_path / "audit").unsigned_tail == 0


async def test_a_new_day_begins_a_new_file_and_a_clock_turned_back_does_not_disorder_names(
    tmp_path: Path,
) -> None:
    clock = HandClock(datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC))
    chain = await open_chain(tmp_path, now=clock.now)
    await chain.append(draft(1))
    clock.turn(timedelta(seconds=2))
    await chain.append(draft(2))
    clock.turn(timedelta(days=-30))
    await chain.append(draft(3))
    await chain.close()
    again = await open_chain(tmp_path, now=clock.now, segment_bytes=1)
    await again.append(draft(4))
    await again.close()
    names = [path.name for path in segments(tmp_path / "audit")]
    assert names[:2] == ["audit-20261121-235959.jsonl", "audit-20261122-000001.jsonl"]
    assert names[2].startswith("audit-20261122-000001-001")
    assert verify(tmp_path / "audit", deep=True).whole


async def test_the_outbox_learns_which_entries_have_reached_the_chain(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path, segment_bytes=1500)
    drafts = [draft(number) for number in range(10)]
    for one in drafts:
        await chain.append(one)
    ids = [one.id for one in drafts]
    assert await chain.contains([*ids[6:], "stranger"]) == set(ids[6:])
    assert await chain.contains(ids, since=drafts[0].at) == set(ids)
    assert await chain.contains([]) == set()
    await chain.close()


async def test_an_id_quoted_in_somebody_elses_details_is_not_taken_for_an_entry(tmp_path: Path) -> None:
    """The hole: replay skips what is already there. The attack: let a brief contain the end of a line."""
    chain = await open_chain(tmp_path)
    await chain.append(draft(brief=',"id":"victim","hash":"' + "0" * 64 + '"}\n'))
    assert await chain.contains(["victim"]) == set()
    await chain.close()


async def test_the_queue_is_bounded(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    tasks = [asyncio.create_task(chain.append(draft(number))) for number in range(QUEUE + 5)]
    done = await asyncio.gather(*tasks, return_exceptions=True)
    await chain.close()
    assert sum(isinstance(one, Throttled) for one in done) == 5


async def test_who_was_cancelled_leaves_the_others_in_peace(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    tasks = [asyncio.create_task(chain.append(draft(number))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    await chain.close()
    assert all(not isinstance(one, BaseException) for one in done[1::2])
    assert verify(tmp_path / "audit").whole


async def test_nobody_but_the_signer_seals_files(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    forged = Draft(
        action="segment_sealed", actor="record", resource="", outcome="", details={},
        severity=Severity.INFO, ip_address="", session_id="",
    )  # fmt: skip
    with pytest.raises(Unfit):
        await chain.append(forged)
    await chain.close()


async def test_an_unfit_draft_harms_only_its_author(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    bad, good = await asyncio.gather(chain.append(draft(share=0.5)), chain.append(draft()), return_exceptions=True)
    await chain.close()
    assert isinstance(bad, Unfit)
    assert not isinstance(good, BaseException)


async def test_after_a_folder_is_rolled_back_the_signer_refuses_and_says_so_on_record(tmp_path: Path) -> None:
    """The hole: a restore brings last week's record back. What must hold: nothing is signed over the gap."""
    chain = await open_chain(tmp_path)
    for number in range(5):
        await chain.append(draft(number))
    await chain.close()
    newest = segments(tmp_path / "audit")[-1]
    newest.write_bytes(b"".join(newest.read_bytes().splitlines(keepends=True)[:2]))
    for name in ("checkpoint", "checkpoints"):
        (tmp_path / "audit" / name).unlink()
    again = await open_chain(tmp_path)
    assert again.trouble.startswith("Nothing is signed")
    assert lines(tmp_path)[-1]["action"] == "record.not_signed"
    kept = await again.remembered_checkpoint()
    await again.close()
    assert not verify(tmp_path / "audit", checkpoint=kept).whole


async def test_a_lost_key_is_replaced_and_the_change_is_on_record(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    await chain.append(draft())
    await chain.close()
    for name in ("key", "key.signed"):
        os.unlink(tmp_path / name)
    again = await open_chain(tmp_path)
    await again.close()
    assert lines(tmp_path)[-1]["action"] == "record.key_changed"
