"""Reading the record: search, show, tail, export."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from core.access.permissions import Permission
from core.audit.entry import Entry
from core.audit.query import parse_query
from core.errors import Conflict, NotFound
from core.operation import Demo, Errand, Feed, Risk
from core.text import Query, Word
from core.work import Outing, View

MOST = 2_000
MOST_EXPORTED = 100_000
MOST_EXPORTED_BYTES = 64 * 1024 * 1024
"""All lines of one export are held in memory until they are on their way."""
LARGEST = 2**53
"""No entry has a larger number; SQLite and JSON would choke on some."""
_NUMBER = re.compile("[0-9]{1,16}")


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
