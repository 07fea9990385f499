"""Durable appends a second at 1, 8, 64 and 512 writers, and from four processes, beside bare fdatasync.

`python -m tests.bench.audit_append [folder]`; run it on a quiet machine and read the ratios."""

# ruff: noqa: T201
from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.audit.chain import Chain
from core.audit.entry import Draft, Severity

SECONDS = 2.0
ROUNDS = 3


def draft(number: int) -> Draft:
    return Draft(
        action="agent_handoff", actor=f"agent:{number % 48}", resource=f"pipeline/{number % 40}",
        outcome="done", details={"from": "pm", "to": "qa", "task": number, "note": "seven words or so of it"},
        severity=Severity.INFO, ip_address="10.0.0.7", session_id="k3v9",
    )  # fmt: skip


def bare(folder: Path) -> tuple[float, float]:
    """Rate and median milliseconds of `append 400 B + fdatasync`."""
    fd = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    took = []
    end = time.perf_counter() + 1
    while (begun := time.perf_counter()) < end:
        os.write(fd, b"x" * 400)
        os.fdatasync(fd)
        took.append(time.perf_counter() - begun)
    os.close(fd)
    return len(took), statistics.median(took) * 1000


async def load(folder: Path, writers: int) -> tuple[float, float, float]:
    """Rate, p50 and p99 in milliseconds; a closed loop of so many writers."""
    chain = await Chain.open(folder / "audit", folder / "key", origin="bench/record")
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    async def on(number: int) -> None:
        while (begun := time.perf_counter()) < end:
            await chain.append(draft(number))
            took.append(time.perf_counter() - begun)

    await asyncio.gather(*(on(number) for number in range(writers)))
    await chain.close()
    took.sort()
    return len(took) / SECONDS, took[len(took) // 2] * 1000, took[len(took) * 99 // 100] * 1000


def four(folder: Path) -> float:
    """Four processes of sixteen writers each on one chain."""
    command = [sys.executable, "-m", "tests.bench.audit_append", "--load", str(folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    return sum(float(one.communicate()[0]) for one in running)


def main() -> None:
    if sys.argv[1:2] == ["--load"]:
        print(asyncio.run(load(Path(sys.argv[2]), 16))[0])
        return
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else ".") as home:
        folder = Path(home)
        rates: dict[int, list[tuple[float, float, float]]] = {1: [], 8: [], 64: [], 512: []}
        yard: list[tuple[float, float]] = []
        many: list[float] = []
        for _ in range(ROUNDS):
            for writers, found in rates.items():
                yard.append(bare(folder))
                found.append(asyncio.run(load(folder, writers)))
            many.append(four(folder))
    bare_rate, bare_p50 = statistics.median(one[0] for one in yard), statistics.median(one[1] for one in yard)
    print(f"bare append + fdatasync: {bare_rate:,.0f}/s, p50 {bare_p50:.2f} ms")
    for writers, found in rates.items():
        rate, p50, p99 = (statistics.median(one[part] for one in found) for part in range(3))
        print(
            f"{writers:4} writers: {rate:9,.0f}/s = {rate / bare_rate:5.1f}x bare; p50 {p50:.2f} ms = "
            f"{p50 / bare_p50:.1f}x bare, p99 {p99:.2f} ms = {p99 / bare_p50:.1f}x bare p50"
        )
    together = statistics.median(many)
    alone = statistics.median(one[0] for one in rates[64])
    print(f"4 processes x 16: {together:,.0f}/s = {together / alone:.2f}x one process with 64")
    print(
        "targets: 64 writers >= 10x bare (quiet: >= 45,000/s), 512 >= 20x; p99 at 64 <= 10x bare p50,"
        " alone p50 <= 3x; 4 processes >= 0.8x one with 64"
    )


if __name__ == "__main__":
    main()
