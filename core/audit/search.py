"""Looking things up in the record; every entry shown is read from its own line and its hash recomputed."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from core.audit.entry import Entry, segments
from core.audit.index import Index
from core.audit.query import Query, parse_query
from core.audit.scan import Stretch, backwards, entry_at, last_seq, needle_of, stretches, wanted
from core.audit.verify.chainfiles import offset_of
from core.errors import Throttled

__all__ = ["Archive", "Page", "Query", "parse_query"]

_LAG = 2 * 1024 * 1024
"""Bytes that a search takes into the index before it looks; behind more than that, it scans instead."""
_BLOCK = 1 << 20
IN_LINE = 64
"""Searches that may wait for their thread."""

T = TypeVar("T")


@dataclass(frozen=True)
class Page:
    """A screenful, newest first."""

    entries: tuple[Entry, ...]
    total_in_chain: int
    """The number of the newest entry."""
    next_before: int | None
    """Ask again with this as `before`; None when there is nothing older."""


class Archive:
    """The reading side of one folder; works beside any number of writers, and on copies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._searching = ThreadPoolExecutor(1, "record-search")
        self._following = ThreadPoolExecutor(1, "record-follow")
        self._indexes: dict[str, Index] = {}
        self._in_line = 0
        self.catching_up = False
        """The index is being brought up to date in the background."""

    async def close(self) -> None:
        """Let threads and files go."""
        await self._in(self._searching, self._close_indexes)
        self._searching.shutdown(wait=False, cancel_futures=True)
        self._following.shutdown(wait=False, cancel_futures=True)

    async def search(self, query: Query, *, limit: int = 200, before: int | None = None) -> Page:
        """The newest entries that the query finds, below the number `before` if given."""
        return await self._seek(lambda: self._search(query, limit, before))

    async def show(self, seq: int) -> Entry | None:
        """The entry of this number."""
        return await self._seek(lambda: self._show(seq))

    async def by_id(self, entry_id: str) -> Entry | None:
        """The entry with this id."""
        needle = b',"id":"' + entry_id.encode(errors="replace") + b'","hash":"'
        return await self._seek(lambda: self._first(needle))

    async def follow(self, after: int, query: Query, *, poll: float = 0.25) -> AsyncIterator[Entry]:
        """Entries numbered above `after`, oldest first, then new ones as they come, whoever writes them."""
        cursor: _Cursor | None = None
        while True:
            if cursor is None or cursor.news():
                cursor, found = await self._in(self._following, partial(self._onward, cursor, after, query))
                for entry in found:
                    yield entry
                if cursor is not None and cursor.more:
                    continue
            await asyncio.sleep(poll)

    async def export(self, query: Query) -> AsyncIterator[bytes]:
        """Raw lines, oldest first, byte for byte as they stand."""
        for path in await self._seek(lambda: segments(self._folder)):
            offset = 0
            while True:
                step = await self._seek(partial(_export_step, path, offset, query))
                if step is None:
                    break
                offset, lines = step
                for line in lines:
                    yield line

    async def _in(self, pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, call)

    async def _seek(self, call: Callable[[], T]) -> T:
        if self._in_line >= IN_LINE:
            raise Throttled("The record is busy; try again in a moment.")
        self._in_line += 1
        step = asyncio.get_running_loop().run_in_executor(self._searching, call)
        # Counted until the thread is done with it: whoever hangs up leaves their search behind.
        step.add_done_callback(self._one_less)
        return await asyncio.shield(step)

    def _one_less(self, _: object) -> None:
        self._in_line -= 1

    def _close_indexes(self) -> None:
        while self._indexes:
            self._indexes.popitem()[1].close()

    def _search(self, query: Query, limit: int, before: int | None) -> Page:
        parts = stretches(self._folder)
        if not parts:
            return Page((), 0, None)
        total = last_seq(parts[-1])
        found: list[Entry] = []
        for part in reversed(parts):
            if before is not None and part.first_seq >= before:
                continue
            found += self._search_one(part, query, limit - len(found), before)
            if len(found) >= limit:
                break
        return Page(tuple(found), total, found[-1].seq if len(found) >= limit else None)

    def _search_one(self, part: Stretch, query: Query, limit: int, before: int | None) -> list[Entry]:
        covered = 0
        index = None if query.text or query.everything else self._index(part)
        if index is not None:
            covered = index.covered()
            if part.size - covered <= _LAG:
                while index.take_in():
                    pass
                covered = index.covered()
            else:
                self._catch_up()
        end = offset_of(part.path, part.size, before) if before is not None else part.size
        found = _scan(part, max(covered, 0), end, query, limit)
        if index is not None and len(found) < limit:
            with part.path.open("rb") as file:
                for line, start, length in index.find(query, below=before, limit=limit - len(found)):
                    entry = entry_at(part, start, os.pread(file.fileno(), length, start), line)
                    if entry is not None:
                        found.append(entry)
        return found

    def _index(self, part: Stretch) -> Index | None:
        """None where no index can be kept, as in a folder that may only be read."""
        if part.name not in self._indexes:
            try:
                self._indexes[part.name] = Index(self._folder / "index", part.path)
            except Exception:  # the scan needs no index
                return None
        return self._indexes[part.name]

    def _catch_up(self) -> None:
        """Take segments in, newest first, in short jobs between which searches get their turn."""
        if not self.catching_up:
            self.catching_up = True
            self._searching.submit(self._catch_up_step)

    def _catch_up_step(self) -> None:
        for part in reversed(stretches(self._folder)):
            index = self._index(part)
            if index is not None and index.covered() < part.size and index.take_in():
                with contextlib.suppress(RuntimeError):  # closing
                    self._searching.submit(self._catch_up_step)
                return
        self.catching_up = False

    def _show(self, seq: int) -> Entry | None:
        for part in reversed(stretches(self._folder)):
            if part.first_seq <= seq:
                start = offset_of(part.path, part.size, seq)
                with part.path.open("rb") as file:
                    file.seek(start)
                    entry = entry_at(part, start, file.readline())
                return entry if entry is not None and entry.seq == seq else None
        return None

    def _first(self, needle: bytes) -> Entry | None:
        for part in reversed(stretches(self._folder)):
            for start, raw in backwards(part.path, 0, part.size, needle):
                return entry_at(part, start, raw)
        return None

    def _onward(self, cursor: _Cursor | None, after: int, query: Query) -> tuple[_Cursor | None, list[Entry]]:
        if cursor is None:
            cursor = _Cursor.begin(self._folder, after)
        return (cursor, cursor.read(query)) if cursor is not None else (None, [])


@dataclass
class _Cursor:
    """Where a follower has read to."""

    folder: Path
    part: Stretch
    offset: int
    more: bool = True

    @classmethod
    def begin(cls, folder: Path, after: int) -> _Cursor | None:
        parts = stretches(folder)
        if not parts:
            return None
        part = next((part for part in reversed(parts) if part.first_seq <= after + 1), parts[0])
        return cls(folder, part, offset_of(part.path, part.size, after + 1))

    def news(self) -> bool:
        """Whether there is something to read; two cheap looks, fit for the event loop."""
        try:
            state = os.stat(self.part.path)
        except OSError:
            return True
        return self.more or state.st_size > self.offset or not state.st_mode & 0o200

    def read(self, query: Query) -> list[Entry]:
        """The entries of the next block; moves on to the next file at the end of a finished one."""
        try:
            with self.part.path.open("rb") as file:
                data = os.pread(file.fileno(), _BLOCK, self.offset)
        except FileNotFoundError:
            data = b""
        whole = data[: data.rfind(b"\n") + 1]
        self.more = len(data) == _BLOCK
        if not whole:
            parts = stretches(self.folder)
            names = [part.name for part in parts]
            later = parts[names.index(self.part.name) + 1 :] if self.part.name in names else parts[-1:]
            self.more = bool(later)
            if later:
                self.part, self.offset = later[0], 0
            return []
        found = []
        for raw in whole.splitlines(keepends=True):
            if wanted(query, raw):
                entry = entry_at(self.part, self.offset, raw)
                if entry is not None:
                    found.append(entry)
            self.offset += len(raw)
        return found


def _scan(part: Stretch, start: int, end: int, query: Query, limit: int) -> list[Entry]:
    found: list[Entry] = []
    if start >= end or limit <= 0:
        return found
    for offset, raw in backwards(part.path, start, end, needle_of(query)):
        if wanted(query, raw):
            entry = entry_at(part, offset, raw)
            if entry is not None:
                found.append(entry)
                if len(found) >= limit:
                    break
    return found


def _export_step(path: Path, offset: int, query: Query) -> tuple[int, list[bytes]] | None:
    with path.open("rb") as file:
        data = os.pread(file.fileno(), _BLOCK, offset)
    end = data.rfind(b"\n") + 1
    if not end:
        return None
    return offset + end, [raw for raw in data[:end].splitlines(keepends=True) if wanted(query, raw)]
