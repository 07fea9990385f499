"""The few calls that make a line durable, in one place so that a test can let each of them fail."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class Disk:
    """The real thing."""

    def write(self, fd: int, data: bytes) -> int:
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        os.fdatasync(fd)

    def free(self, folder: Path) -> int:
        """Bytes that an ordinary process may still fill."""
        room = os.statvfs(folder)
        return room.f_bavail * room.f_frsize


@contextlib.contextmanager
def locked(fd: int) -> Iterator[None]:
    """Hold the one lock among processes; released by the kernel when a holder dies."""
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def lock_file(path: Path) -> int:
    """Open a lock file, which is never renamed nor removed."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _write_whole(fd: int, data: bytes) -> None:
    """Raise OSError instead of leaving half behind: a disk that fills up takes the beginning."""
    while data:
        data = data[os.write(fd, data) :]


def replace_file(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Put new contents under a name so that a reader, or a crash, meets the old or the new, never a half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        _write_whole(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    os.replace(fresh, path)


def make_file(path: Path, data: bytes) -> bool:
    """Create a private file, complete and 0600 from the first byte; False when somebody else has made it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _write_whole(fd, data)
        os.fsync(fd)
        os.link(fresh, path)
    except FileExistsError:
        return False
    finally:
        os.close(fd)
        fresh.unlink()
    sync_folder(path.parent)
    return True
