"""Which consoles of a volume are alive: each holds a lock that the kernel lets go of when it dies.

Numbers of processes would not do: two containers on one volume do not see each other's, and would each take the
other for dead, end its sessions and write its entries a second time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

FOLDER = "consoles"


class Heartbeat:
    """One console's lock, held for as long as its process lives."""

    def __init__(self, state_dir: Path, server: str) -> None:
        """Take the lock; must stand before anything in the store carries the name `server`."""
        self._path = _file(state_dir, server)
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        self._lock = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def stop(self) -> None:
        """Nothing carries the name any more."""
        self._path.unlink(missing_ok=True)
        os.close(self._lock)


def alive(state_dir: Path, server: str) -> bool:
    """Whether a process of any container holds this name."""
    try:
        lock = os.open(_file(state_dir, server), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def bury(state_dir: Path, server: str) -> None:
    """Take away what a dead console left."""
    with contextlib.suppress(OSError):
        _file(state_dir, server).unlink()


def _file(state_dir: Path, server: str) -> Path:
    return state_dir / FOLDER / server
