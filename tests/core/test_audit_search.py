"""Finding entries again."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.audit.chain import Chain
from core.audit.entry import Draft, Severity, segments
from core.audit.query import Query, parse_query
from core.audit.search import Archive
from core.errors import Invalid

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


def draft(number: int) -> Draft:
    return Draft(
        action=("agent_handoff", "users.create", "session.ended")[number % 3],
        actor=("agent:pm", "agent:developer", "ana", "bo")[number % 4],
        resource=("pipeline/museum", "pipeline/bakery", "people/museum", "")[number % 4],
        outcome="forbidden" if number % 7 == 0 else "done",
        details={
            "note": f"rollback number {number}" if number % 10 == 0 else 'quiet "night"',
            "task": number,
        },
        severity=Severity.WARNING if number % 7 == 0 else Severity.INFO,
        ip_address=f"10.0.0.{number % 5}",
        session_id=f"s{number % 6}",
        at=NOW + timedelta(minutes=number),
    )


@pytest.fixture
async def chain(tmp_path: Path) -> AsyncIterator[Chain]:
    chain = await Chain.open(tmp_path / "audit", tmp_path / "key", origin="t/r", segment_bytes=20_000)
    for start in range(0, 300, 20):
        await chain.append_all([draft(number) for number in range(start, start + 20)])
    yield chain
    await chain.close()


@pytest.fixture
async def archive(chain: Chain, tmp_path: Path) -> AsyncIterator[Archive]:
    archive = Archive(tmp_path / "audit")
    yield archive
    await archive.close()


QUERIES = [
    "",
    "action:agent_handoff",
    "actor:agent:*",
    "actor:ana action:users.create",
    "on:museum",
    "on:pipeline/museum",
    "on:pipeline/*",
    "on:mus*",
    "severity:warning outcome:forbidden",
    "session:s3 ip:10.0.0.2",
    "since:2026-11-21T16:00 until:2026-11-21T17:00",
    "until:2026-11-21 actor:bo",
    "rollback",
    '"rollback number 120"',
    "rollback actor:agent:*",
    "task 77",
    "77",
    "actor:nobody",
    "action:nothing*",
]


@pytest.mark.parametrize("text", QUERIES)
async def test_index_scan_and_common_sense_agree(archive: Archive, tmp_path: Path, text: str) -> None:
    query = parse_query(text, now=NOW)
    page = await archive.search(query, limit=1000)
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "audit", copy, ignore=shutil.ignore_patterns("index"))
    (copy / "index").write_text("no room for an index here")
    bare = Archive(copy)
    scanned = await bare.search(query, limit=1000)
    await bare.close()
    exported = [raw async for raw in archive.export(query)]
    assert page.entries == scanned.entries
    assert [entry.raw for entry in reversed(page.entries)] == exported
    assert all(entry.sound for entry in page.entries)
    assert [entry.seq for entry in page.entries] == sorted((one.seq for one in page.entries), reverse=True)


async def test_the_queries_find_what_was_put_there(archive: Archive) -> None:
    async def count(text: str) -> int:
        return len((await archive.search(parse_query(text, now=NOW), limit=1000)).entries)

    assert await count("action:users.create") == 100
    assert await count("rollback") == 30
    assert await count('"rollback number 120"') == 1
    assert await count('"quiet \\"') == 0
    assert await count("on:people/museum") == 75
    assert await count("severity:warning") == len(range(0, 300, 7))


async def test_pages_follow_each_other_without_gap_or_repetition(archive: Archive) -> None:
    query, seen, before = parse_query("actor:agent:*"), [], None
    while True:
        page = await archive.search(query, limit=17, before=before)
        seen += [entry.seq for entry in page.entries]
        before = page.next_before
        if before is None:
            break
    everything = await archive.search(query, limit=1000)
    assert seen == [entry.seq for entry in everything.entries]


async def test_an_entry_is_shown_by_number_and_by_id_with_its_place(archive: Archive, tmp_path: Path) -> None:
    found = await archive.show(123)
    assert found is not None
    path = tmp_path / "audit" / found.file
    assert path.read_bytes().splitlines(keepends=True)[found.line - 1] == found.raw
    assert await archive.by_id(found.id) == found
    assert await archive.show(100_000) is None
    assert await archive.by_id('x"') is None


async def test_an_edited_entry_is_shown_as_unsound(archive: Archive, tmp_path: Path) -> None:
    """The index may have been built before somebody edited the line; it is no authority."""
    query = parse_query("action:users.create")
    before = await archive.search(query)
    victim = before.entries[5]
    path = tmp_path / "audit" / victim.file
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(victim.raw, victim.raw.replace(b"quiet", b"noisy")))
    after = {entry.seq: entry for entry in (await archive.search(query)).entries}
    assert not after[victim.seq].sound
    assert sum(not entry.sound for entry in after.values()) == 1


async def test_a_spoiled_index_is_built_again(archive: Archive, tmp_path: Path) -> None:
    query = parse_query("action:users.create")
    before = await archive.search(query, limit=1000)
    for path in (tmp_path / "audit" / "index").iterdir():
        path.write_bytes(b"rubbish" * 1000)
    fresh = Archive(tmp_path / "audit")
    assert (await fresh.search(query, limit=1000)).entries == before.entries
    await fresh.close()


async def test_a_follower_sees_what_another_hand_writes_across_rotation(archive: Archive, chain: Chain) -> None:
    query = parse_query("outcome:done")
    start = chain.tip[0]
    seen: list[int] = []

    async def follow() -> None:
        async for entry in archive.follow(start - 50, query, poll=0.01):
            seen.append(entry.seq)
            if entry.action == "last":
                return

    task = asyncio.create_task(follow())
    for number in range(100):
        await chain.append(draft(number))
    await chain.append(replace(draft(1), action="last"))
    async with asyncio.timeout(10):
        await task
    expected = await archive.search(query, limit=1000)
    assert seen == sorted(entry.seq for entry in expected.entries if entry.seq > start - 50)


async def test_an_empty_record_has_nothing_to_show(tmp_path: Path) -> None:
    (tmp_path / "audit").mkdir()
    archive = Archive(tmp_path / "audit")
    assert (await archive.search(Query())).entries == ()
    assert await archive.show(1) is None
    await archive.close()


@pytest.mark.parametrize(
    "text",
    [
        "colour:red",
        "severity:loud",
        "since:yesterday",
        "since:2026-13-01",
        'half "open',
        "actor:a actor:b",
        'actor:""',
    ],
)
def test_a_query_that_means_nothing_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_query(text)
    assert refused.value.reason.endswith(".")


def test_a_query_reads_as_it_is_written() -> None:
    query = parse_query('actor:agent:* on:museum since:1h until:2026-11-21 ip:10.0.0.7 free "quoted phrase"', now=NOW)
    assert query == Query(
        actor="agent:*",
        on="museum",
        since=NOW - timedelta(hours=1),
        until=datetime(2026, 11, 22, tzinfo=UTC),
        ip="10.0.0.7",
        text=("free", "quoted phrase"),
    )


async def test_the_newest_file_is_followed_when_it_was_just_begun(chain: Chain, tmp_path: Path) -> None:
    assert segments(tmp_path / "audit")[-1].stat().st_size > 0
