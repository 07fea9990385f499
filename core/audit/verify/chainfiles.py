"""The chain's files as the verifier sees them: sizes, first lines, seals, and finding a hash in them."""

from __future__ import annotations

import json
import mmap
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
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
        return list(zip(edges, edges[1:], strict=False))


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
    """The files, oldest first; raises Unreadable."""
    try:
        found = [ChainFile(path, path.stat().st_size) for path in segments(folder)]
        for file in found:
            os.close(os.open(file.path, os.O_RDONLY | os.O_CLOEXEC))
    except OSError as error:
        raise Unreadable(f"{error.filename or folder}: {error.strerror}") from error
    return found


def find_seals(files: list[ChainFile]) -> dict[str, Seal]:
    """The first seal of each file that has one; a seal stands in a later file, as a rule at its beginning."""
    seals: dict[str, Seal] = {}
    names = {file.name for file in files}
    for index, file in enumerate(files):
        offset = 0
        while not all(earlier.name in seals for earlier in files[:index]) or not index:
            offset = file.find(_SEAL, offset)
            if offset < 0:
                break
            seal = _read_seal(file, offset)
            offset += len(_SEAL)
            if seal is not None and (seal.file not in names or seal.file < file.name):
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
        begin = file.first_seq()
        if not file.size or begin > last or file.last_seq() < first:
            continue
        skip = max(0, wanted[len(found)] - begin)
        offset = _offset_of(file, begin + skip) if skip else 0
        with file.path.open("rb") as stream:
            stream.seek(offset)
            for line in stream:
                if len(found) == len(wanted):
                    return found
                found.append(bytes.fromhex(line[-67:-3].decode()))
    return found


def _offset_of(file: ChainFile, seq: int) -> int:
    """Where the line of this number begins, by halving."""
    low, high = 0, file.size
    with file.path.open("rb") as stream:
        while low < high:
            middle = (low + high) // 2
            stream.seek(middle)
            stream.readline()
            here = stream.tell()
            number = seq_of(stream.readline()) if here < file.size else None
            if number is None or number > seq:
                high = middle
            elif number == seq:
                return here
            else:
                low = max(here, low + 1)
    return low if low == 0 else _next_line(file, low, seq)


def _next_line(file: ChainFile, low: int, seq: int) -> int:
    with file.path.open("rb") as stream:
        stream.seek(max(0, low - 2 * MAX_LINE))
        if stream.tell():
            stream.readline()
        while True:
            here = stream.tell()
            line = stream.readline()
            if not line or seq_of(line) == seq:
                return here


_HASH = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n')


def all_hashes(file: ChainFile) -> list[bytes]:
    """The stored hash of every line, hex, in order; a line without one gives an empty text."""
    return [line[-67:-3] if _HASH.fullmatch(line[-77 + 1 :]) else b"" for line in file.lines()]
