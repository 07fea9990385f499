"""An agent's hold on its product's folder: whole files or none, and nothing outside."""

from __future__ import annotations

import os
import re
import secrets
import stat
import threading
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from core.pipeline.agents import Trouble

_PART = ".part"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class Shelf(StrEnum):
    """The folders of a product."""

    SPEC = "spec"
    ARCH = "arch"
    SITE = "site"
    PACKAGE = "package"


class Stopped(Exception):
    """Whoever asked for the work does not want it any more; nothing was put in place after that."""


class Workbench:
    """Writes and reads one product's files for one step, on a worker thread."""

    def __init__(self, folder: Path, stop: threading.Event) -> None:
        self.folder = folder
        self._stop = stop

    def pause_point(self) -> None:
        """Raise Stopped when the step has been cancelled."""
        if self._stop.is_set():
            raise Stopped

    def put(self, shelf: Shelf, files: Mapping[str, bytes], *, nothing_else: bool = False) -> None:
        """Put files in place together, durable on return; each appears whole under its name or not at all.

        With `nothing_else`, files of other names leave the folder."""
        place = self._open(shelf)
        parts: list[tuple[Path, Path]] = []
        try:
            for name, content in files.items():
                if not _NAME.fullmatch(name):
                    raise ValueError(f"not a file name: {name!r}")
                part = place / f".{name}.{secrets.token_hex(6)}{_PART}"
                parts.append((part, place / name))
                _write(part, content)
            self.pause_point()
            for part, final in parts:
                os.replace(part, final)
        finally:
            for part, _ in parts:
                part.unlink(missing_ok=True)
        for other in _plain_files(place):
            # A killed process leaves parts behind; they are nobody's work.
            if other.name.endswith(_PART) or (nothing_else and other.name not in files):
                other.unlink(missing_ok=True)
        _sync_folder(place)

    def files(self, shelf: Shelf) -> dict[str, bytes]:
        """Every finished regular file of a folder, by name; links and folders inside are not followed."""
        place = self.folder / shelf
        if place.is_symlink() or not place.is_dir():
            return {}
        return {
            one.name: one.read_bytes()
            for one in sorted(_plain_files(place))
            if not one.name.endswith(_PART) and one.stat().st_size <= FILE_AT_MOST
        }

    def strangers(self, shelf: Shelf) -> list[str]:
        """Names in a folder that are no plain file of a sensible size."""
        place = self.folder / shelf
        if place.is_symlink() or not place.is_dir():
            return [str(shelf)]
        known = self.files(shelf)
        return sorted(one for one in os.listdir(place) if one not in known and not one.endswith(_PART))

    def _open(self, shelf: Shelf) -> Path:
        self.pause_point()
        for place in (self.folder, self.folder / shelf):
            place.mkdir(mode=0o750, parents=True, exist_ok=True)
            if place.is_symlink():
                raise Trouble("The product's folder is a link.", passing=False)
        return self.folder / shelf


FILE_AT_MOST = 5_000_000
"""Bytes; the studio makes nothing near this and reads nothing above."""


def _write(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(path, flags, 0o640), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _plain_files(place: Path) -> list[Path]:
    with os.scandir(place) as entries:
        return [Path(one) for one in entries if stat.S_ISREG(one.stat(follow_symlinks=False).st_mode)]


def _sync_folder(place: Path) -> None:
    folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
