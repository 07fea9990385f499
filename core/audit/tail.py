"""The end of the chain on disk, and the only code that writes there; runs in the chain's own thread.

Several processes share the files: each takes the lock, looks where the chain ends now, writes one batch and
lets go before it waits for the disk. That is sound because a batch is acknowledged only after a sync that
began after its write, on the same file: everything before it in the file, whoever wrote it, is durable too.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from core.audit.disk import Disk, lock_file, locked, sync_folder
from core.audit.entry import (
    GENESIS,
    MAX_LINE,
    Draft,
    Severity,
    link,
    members_of,
    own_hash,
    segment_name,
    segment_stamp,
    segments,
    seq_of,
    shorten,
)
from core.errors import RecordUnavailable

SEGMENT_BYTES = 64 * 1024 * 1024
LEAST_FREE = 1024 * 1024
_READ_BACK = 8 * 1024
_OWN_AT_MOST = 200_000
_LONGEST_BODY = MAX_LINE - 256


@dataclass(frozen=True)
class Receipt:
    """The proof of an append: where the entry stands."""

    seq: int
    hash: str


def encode(draft: Draft) -> bytes:
    """The body of a line, washed and short enough; raises Unfit like `fit`."""
    members = members_of(draft)
    body = orjson.dumps(members)
    if len(body) > _LONGEST_BODY:
        members["details"] = shorten(members["details"])
        body = orjson.dumps(members)
    return body[1:-1]


class Tail:
    """Where the chain ends, for one process; not for two threads at once."""

    def __init__(
        self,
        folder: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        disk: Disk | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.seq = 0
        self.tip = GENESIS.encode()
        self.own: set[bytes] = set()
        """Hashes of lines that this process wrote and nobody signed yet, as far as it knows."""
        self._folder = folder
        self._limit = segment_bytes
        self._disk = disk or Disk()
        self._now = now
        self._lock = lock_file(folder / "chain.lock")
        self._file: Path | None = None
        self._fd = -1
        self._size = -1
        """Bytes of the segment when we last knew it whole; -1 makes the next look read the tip from disk."""
        self._doubtful: int | None = None
        """From this offset on a sync has failed: the kernel may have forgotten what it did not write."""
        self._before = 0
        self._torn: bytes | None = None

    def close(self) -> None:
        """Let the files go; everything acknowledged is durable already."""
        if self._fd >= 0:
            os.close(self._fd)
        os.close(self._lock)
        self._fd = self._lock = -1

    def look(self) -> None:
        """Find the end of the chain, repairing what a crash has left; creates the first file."""
        with self._trouble_named(), locked(self._lock):
            self._find_end()

    def ready(self) -> None:
        """Raise RecordUnavailable when the next append would probably fail."""
        with self._trouble_named():
            if self._size < 0 or self._doubtful is not None:
                self.look()
            if self._file is None or not os.access(self._folder, os.W_OK | os.X_OK):
                raise RecordUnavailable("The folder of the record cannot be written.")
            if not os.access(self._file, os.W_OK) and stat.S_IMODE(os.fstat(self._fd).st_mode) & 0o200:
                raise RecordUnavailable("The file of the record cannot be written.")
            if self._disk.free(self._folder) < LEAST_FREE:
                raise RecordUnavailable("The disk of the record is full.")

    def write(self, bodies: Sequence[bytes]) -> list[Receipt]:
        """Write one batch; durable when this returns, RecordUnavailable when that is not certain."""
        with self._trouble_named():
            with locked(self._lock):
                self._find_end()
                self._rotate_when_due()
                receipts = self._put(self._repairs() + list(bodies))
            try:
                self._disk.sync(self._fd)
            except OSError:
                self._doubtful = self._before
                raise
            return receipts[len(receipts) - len(bodies) :]

    @contextlib.contextmanager
    def _trouble_named(self) -> Iterator[None]:
        """Turn what the disk says into a refusal, and trust nothing that we remember."""
        try:
            yield
        except RecordUnavailable:
            self._size = -1
            raise
        except OSError as error:
            self._size = -1
            cause = error.strerror or type(error).__name__
            raise RecordUnavailable("The record cannot be written: {cause}.", cause=cause) from error

    def _put(self, bodies: list[bytes]) -> list[Receipt]:
        seq, tip = self.seq, self.tip
        lines, receipts, own = [], [], []
        for body in bodies:
            seq += 1
            line, tip = link(tip, seq, body)
            lines.append(line)
            receipts.append(Receipt(seq, tip.decode()))
            own.append(tip)
        data = b"".join(lines)
        self._before, self._size = self._size, -1  # until the write is known to be whole
        try:
            written = self._disk.write(self._fd, data)
            if written != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            with contextlib.suppress(OSError):  # what stays behind is a torn tail, which the next look repairs
                os.ftruncate(self._fd, self._before)
            raise
        self.seq, self.tip, self._size = seq, tip, self._before + len(data)
        self._torn = None
        if len(self.own) > _OWN_AT_MOST:  # another process signs
            self.own.clear()
        self.own.update(own)
        return receipts

    def _find_end(self) -> None:
        """Under the lock: make fd, size, seq and tip true."""
        state = os.fstat(self._fd) if self._fd >= 0 else None
        if state is None or not state.st_mode & 0o200 or not state.st_nlink:  # sealed by another, or gone
            self._open_newest()
            state = os.fstat(self._fd)
        if self._doubtful is not None:
            self._write_again(self._doubtful, state.st_size)
            self._doubtful = None
        if state.st_size != self._size:
            self._size = self._read_tip(state.st_size)

    def _open_newest(self) -> None:
        names = segments(self._folder)
        if not names:
            self._begin(None)
            return
        self._take(names[-1])
        if not os.fstat(self._fd).st_mode & 0o200:
            self._begin(names[-1])

    def _take(self, path: Path) -> None:
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        if self._fd >= 0:
            os.close(self._fd)
        self._file, self._fd, self._size, self._doubtful = path, fd, -1, None

    def _begin(self, last: Path | None) -> None:
        """Create the next file; its name sorts after the last one even when the clock was turned back."""
        begun, number = self._now().replace(microsecond=0), 0
        if last is not None:
            stamp, count = segment_stamp(last.name)
            if begun <= stamp:
                begun, number = (stamp, count + 1) if count < 999 else (stamp + timedelta(seconds=1), 0)
        path = self._folder / segment_name(begun, number)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        sync_folder(self._folder)
        self._take(path)

    def _rotate_when_due(self) -> None:
        if self._file is None or not self._size:
            return
        begun, _ = segment_stamp(self._file.name)
        if self._size < self._limit and self._now().date() <= begun.date():
            return
        self._disk.sync(self._fd)  # what others wrote and still wait for: ours will lean on it from another file
        os.fchmod(self._fd, 0o440)  # first of all, so that nobody goes on writing here whatever happens to us
        self._begin(self._file)
        self._size = 0

    def _read_tip(self, size: int) -> int:
        """Read seq and tip from the last line, after moving torn bytes aside; the size of what is whole."""
        back = _READ_BACK
        while True:
            start = max(0, size - back)
            data = os.pread(self._fd, size - start, start)
            end = data.rfind(b"\n") + 1
            begin = data.rfind(b"\n", 0, max(0, end - 1)) + 1
            if start == 0 or begin:
                break
            back *= 8
        if end < len(data):
            self._set_aside(start + end, data[end:])
        if not end:
            self._lean_on_earlier_file()
        else:
            self._accept(data[begin : end - 1])
        return start + end

    def _accept(self, line: bytes) -> None:
        seal, seq = own_hash(line), seq_of(line)
        if seal is None or seq is None:
            assert self._file is not None
            raise RecordUnavailable("The last line of {file} is damaged.", file=self._file.name)
        self.seq, self.tip = seq, seal

    def _lean_on_earlier_file(self) -> None:
        assert self._file is not None
        earlier = [path for path in segments(self._folder) if path.name != self._file.name and path.stat().st_size]
        if not earlier:
            self.seq, self.tip = 0, GENESIS.encode()
            return
        size = earlier[-1].stat().st_size
        with earlier[-1].open("rb") as file:
            file.seek(max(0, size - 2 * MAX_LINE))
            self._accept(file.read().rstrip(b"\n").rsplit(b"\n", 1)[-1])

    def _set_aside(self, offset: int, torn: bytes) -> None:
        """Keep the torn bytes in a file of their own and cut them off; the next batch begins by saying so."""
        assert self._file is not None
        side = self._folder / f"torn-{self._file.stem}-{offset}"
        fd = os.open(side, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, torn)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.ftruncate(self._fd, offset)
        draft = Draft(
            action="record.torn_tail", actor="record", resource=self._file.name, outcome="repaired",
            details={"bytes": len(torn), "kept_in": side.name, "sha256": hashlib.sha256(torn).hexdigest()},
            severity=Severity.WARNING, ip_address="", session_id="", at=self._now(),
        )  # fmt: skip
        self._torn = encode(draft)

    def _repairs(self) -> list[bytes]:
        return [self._torn] if self._torn is not None else []

    def _write_again(self, offset: int, size: int) -> None:
        """After a failed sync, make the same bytes dirty and sync them; asking again alone would lie."""
        data = os.pread(self._fd, size - offset, offset)
        assert self._file is not None
        again = os.open(self._file, os.O_WRONLY | os.O_CLOEXEC)  # on our own descriptor pwrite would append
        try:
            os.pwrite(again, data, offset)
            self._disk.sync(self._fd)
        finally:
            os.close(again)
        self._size = -1
