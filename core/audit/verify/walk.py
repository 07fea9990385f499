"""The hot loop: hashing lines, following their links; standard library only, as it also runs in helpers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256

BLOCK = 128 * 1024
"""Bytes read at once; larger blocks miss the cache and are slower."""


def check_lines(lines: list[bytes], previous: bytes, seq: int) -> tuple[int, bytes]:
    """Check lines (no LF) that should follow `previous` from `seq` on; how many do, and the last hash."""
    good = 0
    for line in lines:
        seal = sha256(line[:-75]).hexdigest().encode()
        if line[-75:] != b',"hash":"' + seal + b'"}' or not line.startswith(
            b'{"previous_hash":"%b","seq":%d,' % (previous, seq)
        ):
            break
        previous = seal
        seq += 1
        good += 1
    return good, previous


def blocks(fd: int, start: int, end: int) -> Iterator[tuple[bytes, list[bytes]]]:
    """Read a range block by block: the raw bytes, and the lines (without LF) that are complete with them."""
    rest = b""
    while start < end:
        raw = os.pread(fd, min(BLOCK, end - start), start)
        if not raw:
            break
        start += len(raw)
        lines = (rest + raw).split(b"\n")
        rest = lines.pop()
        yield raw, lines
