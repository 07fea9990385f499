"""Reading segments without an index: newest first by blocks, and to a number by halving."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from core.audit.entry import Entry, read_entry, segments, seq_of
from core.audit.query import Query

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Stretch:
    """A segment and how much of it was there when we looked."""

    path: Path
    size: int
    first_seq: int

    @property
    def name(self) -> str:
        return self.path.name


def stretches(folder: Path) -> list[Stretch]:
    """The segments that have lines, oldest first."""
    found = []
    for path in segments(folder):
        with path.open("rb") as file:
            head = file.readline()
            size = os.fstat(file.fileno()).st_size
        if head:
            found.append(Stretch(path, size, seq_of(head) or 0))
    return found


def last_seq(stretch: Stretch) -> int:
    """Number of the last whole line; 0 when nothing can be read."""
    for _, line in backwards(stretch.path, 0, stretch.size, b""):
        return seq_of(line) or 0
    return 0


def backwards(path: Path, start: int, end: int, needle: bytes) -> Iterator[tuple[int, bytes]]:
    """Offset and bytes of the whole lines in a range that hold `needle`, last one first."""
    rest = b""
    with path.open("rb", buffering=0) as file:
        while end > start:
            begin = max(start, end - _BLOCK)
            data = os.pread(file.fileno(), end - begin, begin) + rest
            first = 0 if begin == start else data.find(b"\n") + 1
            if begin != start and not first:  # a block without any line end: widen it
                rest, end = data, begin
                continue
            yield from _in_block(data, first, begin, needle)
            rest, end = data[:first], begin


def _in_block(data: bytes, first: int, begin: int, needle: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines of a block from `first` on; a last line without LF is torn and not shown."""
    end = data.rfind(b"\n") + 1
    while end > first:
        if needle:
            hit = data.rfind(needle, first, end)
            if hit < 0:
                return
            end = data.find(b"\n", hit) + 1
            if not end:
                return
        start = data.rfind(b"\n", first, end - 1) + 1 or first
        yield begin + start, data[start:end]
        end = start


def needle_of(query: Query) -> bytes:
    """Bytes that every line which the query finds must hold; the longest known."""
    needles = [orjson.dumps(words)[1:-1] for words in query.text]
    if query.action and not query.action.endswith("*"):
        needles.append(b'"action":' + orjson.dumps(query.action))
    return max(needles, key=len, default=b"")


def entry_at(stretch: Stretch, start: int, raw: bytes, line: int | None = None) -> Entry | None:
    """The entry in these bytes, with its line number."""
    seq = seq_of(raw)
    if line is None:
        line = seq - stretch.first_seq + 1 if seq and stretch.first_seq else 0
    entry = read_entry(raw, stretch.name, line)
    if entry is None or entry.sound:
        return entry
    with stretch.path.open("rb") as file:  # a forged number must not move it: count
        return read_entry(raw, stretch.name, file.read(start).count(b"\n") + 1)


def wanted(query: Query, raw: bytes) -> bool:
    """Whether the query finds this line; a damaged line that cannot be read is not found."""
    try:
        return query.everything or query.matches(orjson.loads(raw))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
