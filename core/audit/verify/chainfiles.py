"""The chain's files as the verifier sees them: sizes, first lines, seals, and finding a hash in them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import mmap
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from core.audit.entry import MAX_LINE, own_hash, segments, seq_of
from core.audit.verify.report import Unreadable

_SEAL = b'"action":"segment_sealed","actor":"record"'


@dataclass(frozen=True)
class ChainFile:
    """One file of the chain, its size taken once: what is appended meanwhile is not looked at."""

    path: Path
    size: int

    @property
    def name(self) -> str:
        return self.path.name

    def head(self) -> bytes:
        """The first line, without LF."""
        with self.path.open("rb") as file:
            return file.read(min(self.size, 2 * MAX_LINE)).split(b"\n", 1)[0]

    def first_seq(self) -> int:
        """The first line's number, 0 when it has none."""
        return seq_of(self.head()) or 0

    def last_seq(self) -> int:
        """The last whole line's number, 0 when it has none."""
        with self.path.open("rb") as file:
            file.seek(max(0, self.size - 4 * MAX_LINE))
            lines = file.read(self.size - file.tell()).split(b"\n")
        return seq_of(lines[-2]) or 0 if len(lines) > 1 else 0

    def find(self, needle: bytes, start: int = 0) -> int:
        """Offset of some bytes, -1 when they are nowhere."""
        if not self.size:
            return -1
        with self.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return data.find(needle, start, self.size)

    def lines(self) -> Iterator[bytes]:
        """Every line as it stands, with its LF if it has one."""
        left = self.size
        with self.path.open("rb") as file:
            for line in file:
                yield line[:left]
                left -= len(line)
                if left <= 0:
                    return

    def cuts(self, step: int) -> list[tuple[int, int]]:
        """Ranges of whole lines of about `step` bytes each."""
        edges = [0]
        with self.path.open("rb") as file:
            while edges[-1] + step < self.size:
                file.seek(edges[-1] + step)
                file.readline()
                edges.append(min(file.tell(), self.size))
        if edges[-1] < self.size:
            edges.append(self.size)
        return list(pairwise(edges))


@dataclass(frozen=True)
class Seal:
    """What an entry of the chain says about a finished file."""

    seq: int
    """The number of the entry that says so."""
    file: str
    bytes: int
    lines: int
    first_seq: int
    last_seq: int
    last_hash: str
    sha256: str


def chain_files(folder: Path) -> list[ChainFile]:
    """The files, oldest first, sized while no write is under way; raises Unreadable."""
    try:
        with _writers_waiting(folder):
            found = [ChainFile(path, path.stat().st_size) for path in segments(folder)]
        for file in found:
            os.close(os.open(file.path, os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        raise Unreadable(f"{error.filename or folder}: {error.strerror}") from error
    return found


@contextlib.contextmanager
def _writers_waiting(folder: Path) -> Iterator[None]:
    """A shared lock where the lock file came along; copies may lack it, and nobody writes to those."""
    try:
        fd = os.open(folder / "chain.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_SH)
        yield
    finally:
        os.close(fd)


def find_seals(files: list[ChainFile], *, everywhere: bool = False) -> dict[str, Seal]:
    """The seals of finished files, newest file first: as a rule a file begins with the seal of the one before."""
    seals: dict[str, Seal] = {}
    position = {file.name: index for index, file in enumerate(files)}
    for index, file in reversed(list(enumerate(files))):
        offset = 0
        while everywhere or (index and files[index - 1].name not in seals):
            offset = file.find(_SEAL, offset)
            if offset < 0:
                break
            seal = _read_seal(file, offset)
            offset += len(_SEAL)
            if seal is not None and position.get(seal.file, -1) < index:
                seals.setdefault(seal.file, seal)
    return seals


def _read_seal(file: ChainFile, offset: int) -> Seal | None:
    with file.path.open("rb") as stream:
        start = max(0, offset - MAX_LINE)
        stream.seek(start)
        data = stream.read(2 * MAX_LINE)
    begin = data.rfind(b"\n", 0, offset - start) + 1
    line = data[begin : data.find(b"\n", offset - start)]
    if own_hash(line) is None:
        return None
    try:
        members = json.loads(line)
        if members["action"] != "segment_sealed":
            return None
        said = members["details"]
        return Seal(
            members["seq"], said["file"], said["bytes"], said["lines"], said["first_seq"], said["last_seq"],
            said["last_hash"], said["sha256"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        return None


def last_hashes(files: list[ChainFile], first: int, last: int) -> list[bytes]:
    """The stored hashes of the lines `first` to `last`, as 32 bytes each; only for lines already checked."""
    found: list[bytes] = []
    wanted = range(first, last + 1)
    for file in files:
        if len(found) == len(wanted) or not file.size or file.last_seq() < wanted[len(found)]:
            continue
        with file.path.open("rb") as stream:
            stream.seek(offset_of(file.path, file.size, wanted[len(found)]))
            for line in stream:
                if len(found) == len(wanted):
                    return found
                found.append(bytes.fromhex(line[-67:-3].decode()))
    return found


def offset_of(path: Path, size: int, seq: int) -> int:
    """Where the line of this number begins, or the first with a greater one: by halving, without an index."""
    low, high = 0, size
    with path.open("rb") as stream:
        while low < high:
            middle = (low + high) // 2
            stream.seek(max(0, middle - 1))
            if middle:
                stream.readline()
            start = stream.tell()
            line = stream.readline()
            if start >= high or not line or (seq_of(line) or 0) >= seq:
                high = middle
            else:
                low = start + len(line)
    return low


_HASH = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n')


def all_hashes(file: ChainFile) -> list[bytes]:
    """The stored hash of every line, hex, in order; a line without one gives an empty text."""
    return [line[-67:-3] if _HASH.fullmatch(line[-76:]) else b"" for line in file.lines()]
