"""Looking things up among a million entries: building the index, filters, free text, one by number.

`python -m tests.bench.audit_search [entries] [folder]`"""

# ruff: noqa: T201
from __future__ import annotations

import asyncio
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core.audit.chain import Chain
from core.audit.entry import Draft, Severity, fit, segments
from core.audit.query import parse_query
from core.audit.search import Archive
from core.audit.tail import Tail, encode

ACTIONS = ("agent_handoff", "users.create", "session.ended", "products.create", "settings.set")
WORDS = [
    "rollback",
    "reviewer",
    "import",
    "bakery",
    "oven",
    "museum",
    "ticket",
    "queue",
    "brief",
    "landing",
    "hero",
    "copy",
    "font",
    "grid",
]


def draft(number: int) -> Draft:
    words = " ".join(WORDS[(number * step) % len(WORDS)] for step in (1, 3, 5, 7, 11, 13, 17))
    return Draft(
        action=ACTIONS[number % 5], actor=f"agent:{number % 48}", resource=f"pipeline/p{number % 40}",
        outcome="done", details={"from": "pm", "to": "developer", "task": number, "note": words},
        severity=Severity.INFO, ip_address="10.0.0.7", session_id=f"k{number % 97}",
    )  # fmt: skip


def fill(folder: Path, entries: int) -> None:
    tail = Tail(folder / "audit")
    for start in range(0, entries, 4096):
        tail.write([encode(fit(draft(number))) for number in range(start, min(start + 4096, entries))])
    tail.close()


async def measure(folder: Path, entries: int) -> None:
    chain = await Chain.open(folder / "audit", folder / "key", origin="bench/record")
    archive = Archive(folder / "audit")
    begun = time.perf_counter()
    await archive.search(parse_query("action:nothing"))
    while archive.catching_up:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    spent = time.perf_counter() - begun
    print(f"index built in {spent:.1f} s = {spent / entries * 1e6:.1f} us an entry (target <= 25)")
    for text, target in (
        ("actor:agent:7 action:users.create since:1h", "<= 5 ms"),
        ("action:agent_handoff on:p20", "<= 5 ms"),
        ("on:p7", "<= 5 ms"),
        ("actor:agent:1* action:session.ended", ""),
        ("", ""),
        ("rollback", "first 200 <= 30 ms"),
        ('"rollback reviewer import"', ""),
        ('"nowhere to be found"', "<= 1.5x ripgrep"),
    ):
        took, found = [], 0
        for _ in range(5):
            begun = time.perf_counter()
            found = len((await archive.search(parse_query(text))).entries)
            took.append((time.perf_counter() - begun) * 1000)
        print(f"{text or '(newest 200)':45} {found:4} found {statistics.median(took):8.2f} ms   {target}")
    begun = time.perf_counter()
    for seq in range(1, entries, max(1, entries // 200)):
        await archive.show(seq)
    print(f"show by number: {(time.perf_counter() - begun) * 5:.2f} ms")
    begun = time.perf_counter()
    count = 0
    async for entry in archive.follow(entries - 50_000, parse_query("")):
        count += 1
        if entry.seq >= entries:
            break
    print(f"follow: {count / (time.perf_counter() - begun):,.0f} entries/s behind; ", end="")
    lags = []
    for number in range(20):
        begun = time.perf_counter()
        receipt = await chain.append(draft(number))
        async for _ in archive.follow(receipt.seq - 1, parse_query(""), poll=0.05):
            break
        lags.append((time.perf_counter() - begun) * 1000)
    print(f"append to seen, a fresh follower: {statistics.median(lags):.1f} ms")
    await archive.close()
    await chain.close()


def elsewhere(folder: Path) -> None:
    """The same free text by other tools."""
    for command in (["rg", "-F", "--no-ignore"], ["grep", "-F", "-r"]):
        if shutil.which(command[0]):
            begun = time.perf_counter()
            files = [str(path) for path in segments(folder / "audit")]
            subprocess.run([*command, "nowhere to be found", *files], check=False)
            print(f"{command[0]} for the same: {(time.perf_counter() - begun) * 1000:.0f} ms")


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else ".") as home:
        folder = Path(home)
        (folder / "audit").mkdir()
        begun = time.perf_counter()
        fill(folder, entries)
        print(f"{entries:,} entries written in {time.perf_counter() - begun:.1f} s")
        asyncio.run(measure(folder, entries))
        elsewhere(folder)


if __name__ == "__main__":
    main()
