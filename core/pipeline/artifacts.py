"""What agents left in a product's folder, read without trusting a name in it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from core.access.permissions import Permission
from core.errors import Invalid, NotFound
from core.operation import Demo, Errand, Risk
from core.pipeline.rows import find
from core.text import Line, Word, one_line, wash
from core.work import Outing

LISTED_AT_MOST = 500
DEPTH_AT_MOST = 8
SHOWN_AT_MOST = 256 * 1024
"""Bytes of one artifact that are shown."""

# Not the loop's default executor: asyncssh signs people in on that one.
_READERS = ThreadPoolExecutor(2, thread_name_prefix="artifacts")


@dataclass(frozen=True, kw_only=True)
class ArtifactFile:
    """A file below the product's folder."""

    path: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """One file as text, washed; bytes that are no UTF-8 show as replacement characters."""

    path: str
    size: int
    text: str
    truncated: bool


async def listed(folder: Path) -> tuple[ArtifactFile, ...]:
    """Regular files below a product's folder by path; links are not followed, odd names are not listed."""
    return await asyncio.get_running_loop().run_in_executor(_READERS, _listed, folder)


def _listed(folder: Path) -> tuple[ArtifactFile, ...]:
    return tuple(sorted(_files(folder, "", DEPTH_AT_MOST), key=lambda file: file.path)[:LISTED_AT_MOST])


def _files(folder: Path, prefix: str, depth: int) -> Iterator[ArtifactFile]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith(".") or one_line(entry.name) != entry.name:
            continue
        if entry.is_file(follow_symlinks=False):
            yield ArtifactFile(path=prefix + entry.name, size=entry.stat(follow_symlinks=False).st_size)
        elif entry.is_dir(follow_symlinks=False) and depth > 1:
            yield from _files(folder / entry.name, f"{prefix}{entry.name}/", depth - 1)


class ShowArtifact(Errand[Artifact], name="products.artifact", needs=Permission.PRODUCTS_READ,
                   risk=Risk.LOOK, demo=Demo.RUN, on="product"):  # fmt: skip
    """Show one file that agents made for a product, as text."""

    product: Word
    """Its id or name."""
    path: Line
    """As `products show` lists it."""

    async def run(self, outing: Outing) -> Artifact:
        async with outing.house.store.reading() as db:
            product = await find(db, self.product, outing.reach, outing.caller)
        folder = outing.house.config.products_dir / product["id"]
        try:
            size, head = await asyncio.get_running_loop().run_in_executor(_READERS, _head, folder, self.path)
        except ValueError as fault:
            raise Invalid("A path is written as products show lists it.") from fault
        except OSError as fault:
            raise NotFound("{product} has no file {path}.", product=product["name"], path=self.path) from fault
        text = wash(head.decode("utf-8", "replace"))
        return Artifact(path=self.path, size=size, text=text, truncated=size > len(head))


async def digest_of(folder: Path, path: str) -> str:
    """SHA-256 of one artifact; raises OSError or ValueError when there is no such file."""
    return await asyncio.get_running_loop().run_in_executor(_READERS, _digest, folder, path)


def _head(folder: Path, path: str) -> tuple[int, bytes]:
    with _open(folder, path) as file:
        return os.fstat(file.fileno()).st_size, file.read(SHOWN_AT_MOST)


def _digest(folder: Path, path: str) -> str:
    with _open(folder, path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(folder: Path, path: str) -> BufferedReader:
    parts = path.split("/")
    if any(not part or part.startswith(".") for part in parts) or len(parts) > DEPTH_AT_MOST:
        raise ValueError(path)
    # Step by step from the folder, refusing links at every one: a name checked first and opened later could
    # have become a link to our keys in between.
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for part in parts[:-1]:
            inside = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = inside
        # O_NONBLOCK: a pipe put there would otherwise hold the thread for ever.
        file = os.fdopen(os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here), "rb")
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise FileNotFoundError(path)
    return file
