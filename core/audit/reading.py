"""Reading the record: search, show, tail, export, verify, and how it stands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

import orjson
from pydantic import Field

from core.access.permissions import Permission
from core.audit.entry import Entry
from core.audit.query import parse_query
from core.audit.verify import Progress, Unreadable, verify
from core.clock import stamp
from core.errors import Conflict, NotFound
from core.house import House
from core.operation import Demo, Errand, Feed, Risk
from core.text import Query, Word
from core.work import Outing, View

MOST = 2_000
MOST_EXPORTED = 100_000
MOST_EXPORTED_BYTES = 64 * 1024 * 1024
"""All lines of one export are held in memory until they are on their way."""
LARGEST = 2**53
"""No entry has a larger number; SQLite and JSON would choke on some."""
STATE_FILE = "record_state.json"
_NUMBER = re.compile("[0-9]{1,16}")
# One verification at a time in this process, off the loop; it starts helpers of its own where the log is long.
_verifying = ThreadPoolExecutor(1, thread_name_prefix="verify")
# Every header reads the last verdict; it must not wait behind a verification.
_glancing = ThreadPoolExecutor(1, thread_name_prefix="verdict")


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """One entry of the record, as a list shows it."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("seq", "timestamp", "actor", "action", "resource", "outcome", "severity")

    seq: int
    timestamp: str
    action: str
    actor: str
    resource: str
    outcome: str
    severity: str
    details: dict[str, object]
    ip_address: str
    session_id: str
    id: str
    previous_hash: str
    hash: str
    file: str
    line: int
    sound: bool
    """Whether the line still makes the hash it carries."""


def row_of(entry: Entry) -> EntryRow:
    """An entry without its raw bytes."""
    return EntryRow(
        seq=entry.seq, timestamp=entry.timestamp, action=entry.action, actor=entry.actor, resource=entry.resource,
        outcome=entry.outcome, severity=entry.severity.value, details=dict(entry.details),
        ip_address=entry.ip_address, session_id=entry.session_id, id=entry.id, previous_hash=entry.previous_hash,
        hash=entry.hash, file=entry.file, line=entry.line, sound=entry.sound,
    )  # fmt: skip


class SearchRecord(Errand[tuple[EntryRow, ...]], name="audit.search", needs=Permission.AUDIT_READ,
                   risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """Find entries of the record, newest first."""

    query: Query = ""
    """Words such as actor:ana action:users.* on:bakery severity:warning since:1h, and plain text."""
    limit: int = 200
    before: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    """Only entries with a smaller number, for the next page."""

    async def run(self, outing: Outing) -> tuple[EntryRow, ...]:
        page = await outing.house.archive.search(
            parse_query(self.query), limit=max(1, min(self.limit, MOST)), before=self.before
        )
        return tuple(map(row_of, page.entries))


class ShowEntry(Errand[EntryRow], name="audit.show", needs=Permission.AUDIT_READ,
                risk=Risk.LOOK, demo=Demo.RUN, on="entry"):  # fmt: skip
    """Show one entry of the record with its links."""

    entry: Word
    """Its number or its id."""

    async def run(self, outing: Outing) -> EntryRow:
        archive = outing.house.archive
        found = await (archive.show(int(self.entry)) if _NUMBER.fullmatch(self.entry) else archive.by_id(self.entry))
        if found is None:
            raise NotFound("There is no entry {entry}.", entry=self.entry)
        return row_of(found)


class TailRecord(Feed[EntryRow], name="audit.tail", needs=Permission.AUDIT_READ,
                 risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """Print the newest entries, oldest first; with --follow, go on as new ones come."""

    query: Query = ""
    limit: int = 20
    follow: bool = False

    async def items(self, view: View) -> AsyncGenerator[EntryRow, None]:
        archive, query = view.house.archive, parse_query(self.query)
        page = await archive.search(query, limit=max(1, min(self.limit, MOST)))
        newest = page.total_in_chain
        for entry in reversed(page.entries):
            newest = max(newest, entry.seq)
            yield row_of(entry)
        if self.follow:
            async for entry in archive.follow(newest, query):
                yield row_of(entry)


class ExportRecord(Errand[tuple[str, ...]], name="audit.export", needs=Permission.AUDIT_EXPORT,
                   risk=Risk.REVEAL, demo=Demo.REFUSE):  # fmt: skip
    """Print raw lines of the record, byte for byte, oldest first; the export itself is on record."""

    query: Query = ""
    limit: Annotated[int, Field(ge=1, le=MOST_EXPORTED)] = MOST_EXPORTED

    async def run(self, outing: Outing) -> tuple[str, ...]:
        lines: list[str] = []
        async with outing.house.heavy.mine():
            room = MOST_EXPORTED_BYTES
            async for raw in outing.house.archive.export(parse_query(self.query)):
                room -= len(raw)
                if len(lines) >= self.limit or room < 0:
                    raise Conflict("That is more than {most} lines: narrow it with since: and until:.",
                                   most=str(len(lines)))  # fmt: skip
                lines.append(raw.decode("utf-8", "backslashreplace"))
        outing.note(lines=len(lines), query=self.query)
        return tuple(lines)


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a verification found."""

    whole: bool
    entries: int
    files: int
    unsigned_tail: int
    """Entries newer than the newest signed checkpoint."""
    signed_up_to: int
    broken_at: str
    """`file:line` of the first broken entry, or empty."""
    broken_seq: int
    kind: str
    sentence: str
    key: str
    """Fingerprint of the signing key; compare it with the one you wrote down."""
    at: str

    @property
    def exit_code(self) -> int:
        return 0 if self.whole else 1


class VerifyRecord(Errand[Verified], name="audit.verify", needs=Permission.AUDIT_VERIFY,
                   risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """Check the whole record and name the first broken entry."""

    deep: bool = False
    """Read every line, also of sealed segments."""

    async def run(self, outing: Outing) -> Verified:
        return await verify_now(outing.house, self.deep, outing.progress)


async def verify_now(house: House, deep: bool, progress: Callable[[int, int, str], None]) -> Verified:
    """Verify in a thread, tell the progress on the loop, and keep the verdict for the header of every screen.

    Raises Throttled when too many wait for theirs."""
    async with house.heavy.mine():
        return await _verify(house, deep, progress)


async def _verify(house: House, deep: bool, progress: Callable[[int, int, str], None]) -> Verified:
    loop = asyncio.get_running_loop()
    cancelled = False

    def tell(far: Progress) -> bool:
        loop.call_soon_threadsafe(progress, far.done, far.total, f"{far.rate:,.0f}/s")
        return not cancelled

    remembered = await house.chain.remembered_checkpoint() or None
    try:
        report = await loop.run_in_executor(
            _verifying, lambda: verify(house.config.audit_dir, deep=deep, checkpoint=remembered, progress=tell)
        )
    except asyncio.CancelledError:
        cancelled = True
        raise
    except Unreadable as fault:
        raise Conflict("The record cannot be read: {cause}", cause=str(fault)) from fault
    broken = report.first_break
    found = Verified(
        whole=report.whole, entries=report.entries, files=report.files, unsigned_tail=report.unsigned_tail,
        signed_up_to=report.covered, broken_at=f"{broken.file}:{broken.line}" if broken else "",
        broken_seq=(broken.seq or 0) if broken else 0, kind=broken.kind.value if broken else "",
        sentence=broken.sentence if broken else "", key=report.key, at=stamp(house.clock.now()),
    )  # fmt: skip
    state = house.config.state_dir / STATE_FILE
    # Whoever asked gets the verdict, whether or not the disk has room for the header's copy of it.
    with contextlib.suppress(OSError):
        await loop.run_in_executor(_glancing, _keep, state, orjson.dumps(
            {"whole": found.whole, "seq": found.broken_seq, "at": found.at, "entries": found.entries}
        ))  # fmt: skip
    return found


def _keep(target: Path, content: bytes) -> None:
    fresh = target.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(target)


@dataclass(frozen=True, kw_only=True)
class RecordState:
    """How the record stands, for the header."""

    last: int
    """Number of the newest entry."""
    signed: int
    """Entries up to this number are under a signed checkpoint."""
    whole: bool
    broken_seq: int
    verified_at: str
    trouble: str
    """Why entries cannot be written or signed at the moment, or empty."""


class ShowRecordState(Errand[RecordState], name="audit.status", needs=Permission.FACTORY_READ,
                      risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """Show how the record stands: its last number and what the last verification found."""

    async def run(self, outing: Outing) -> RecordState:
        house = outing.house
        path = house.config.state_dir / STATE_FILE
        try:
            kept = json.loads(await asyncio.get_running_loop().run_in_executor(_glancing, path.read_bytes))
        except (OSError, ValueError):
            kept = {}
        return RecordState(
            last=house.chain.tip[0], signed=house.chain.signed, whole=bool(kept.get("whole", True)),
            broken_seq=int(kept.get("seq", 0)),
            verified_at=str(kept.get("at", "")), trouble=house.chain.trouble,
        )  # fmt: skip
