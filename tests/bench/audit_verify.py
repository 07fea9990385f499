"""Verifying a million entries: by seals, every line, every line strictly, beside SHA-256 of the files.

`python -m tests.bench.audit_verify [entries] [folder]`"""

# ruff: noqa: T201
from __future__ import annotations

import asyncio
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.audit.chain import Chain
from core.audit.entry import fit, segments
from core.audit.tail import Tail, encode
from core.audit.verify import verify
from tests.bench.audit_append import draft

ROUNDS = 3


def fill(folder: Path, entries: int) -> None:
    """Write quickly: large batches, the signer only at the end."""

    async def sign() -> None:
        chain = await Chain.open(folder / "audit", folder / "key", origin="bench/record")
        await chain.close()

    asyncio.run(sign())
    tail = Tail(folder / "audit")
    bodies = [encode(fit(draft(number))) for number in range(4096)]
    for start in range(0, entries, 4096):
        tail.write(bodies[: min(4096, entries - start)])
    tail.close()
    asyncio.run(sign())


def timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def sha_of_all(folder: Path) -> None:
    digest = hashlib.sha256()
    for path in segments(folder / "audit"):
        with path.open("rb") as file:
            while data := file.read(1 << 20):
                digest.update(data)


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else ".") as home:
        folder = Path(home)
        spent = timed(lambda: fill(folder, entries))
        size = sum(path.stat().st_size for path in segments(folder / "audit"))
        print(f"{entries:,} entries, {size / 1e6:.0f} MB, written and signed in {spent:.1f} s")

        def whole(*, deep: bool = False, strictly: bool = False) -> None:
            report = verify(folder / "audit", deep=deep, every_line_strictly=strictly)
            assert report.whole, report

        took: dict[str, list[float]] = {"limit": [], "default": [], "deep": []}
        for _ in range(ROUNDS):
            took["limit"].append(timed(lambda: sha_of_all(folder)))
            took["default"].append(timed(whole))
            took["deep"].append(timed(lambda: whole(deep=True)))
        took["strict"] = [timed(lambda: whole(strictly=True))]
        limit = statistics.median(took["limit"])
        for name, found in took.items():
            middle = statistics.median(found)
            print(f"{name:7} {middle:6.2f} s = {entries / middle:10,.0f}/s = {limit / middle:.2f}x limit")
    print("limit: one thread, SHA-256 of the files. targets: default >= 1.7x, deep >= 0.30x")


if __name__ == "__main__":
    main()
