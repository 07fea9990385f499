"""200 people at once, by key, one command each: time from connect to the answer. `python -m tests.bench.sign_in [N]`

The clients run in a process of their own; both share the machine's cores, so read the figures as ratios."""

# ruff: noqa: T201
from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncssh

from tests.house import furnish
from tests.stories.console import HOST, ROOT, Console
from tests.stories.volume import give_key, make_key, without_factors

NAMES = ("sue", "ada", "oleg", "vera")


async def one(port: int, key: asyncssh.SSHKey) -> tuple[float, str]:
    """Seconds until the answer, and the fault when there was none."""
    started = time.perf_counter()
    try:
        async with asyncssh.connect(
            HOST,
            port,
            username="factory",
            client_keys=[key],
            known_hosts=None,
            config=None,
            agent_path=None,
            connect_timeout=60,
            login_timeout=60,
        ) as connection:
            done = await connection.run("whoami --json", timeout=60)
    except (OSError, asyncssh.Error, TimeoutError) as fault:
        return time.perf_counter() - started, f"{type(fault).__name__}: {fault}"
    wrong = "" if done.exit_status == 0 and '"username"' in str(done.stdout) else f"{done.exit_status}: {done.stderr!r}"
    return time.perf_counter() - started, wrong


async def crowd(port: int, folder: Path, people: int) -> dict[str, object]:
    """Everybody at once."""
    keys = [asyncssh.read_private_key(folder / name) for name in NAMES]
    started = time.perf_counter()
    seen = await asyncio.gather(*(one(port, keys[n % len(keys)]) for n in range(people)))
    times = sorted(seconds for seconds, _ in seen)
    return {
        "people": people,
        "failures": sum(bool(fault) for _, fault in seen),
        "first_fault": next((f for _, f in seen if f), ""),
        "p50_ms": round(statistics.median(times) * 1_000),
        "p99_ms": round(times[int(len(times) * 0.99)] * 1_000),
        "all_ms": round((time.perf_counter() - started) * 1_000),
    }


def main(people: int) -> int:
    """Measure and print; 1 when anybody was not served."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(furnish(folder / "data"))
        for who in NAMES:
            give_key(folder / "data", who, make_key(folder / who))
        without_factors(folder / "data")
        console = Console(folder / "data", {"AIFACTORY_MFA_REQUIRED": "0", "AIFACTORY_SESSIONS_PER_PERSON": "100"})
        started = time.perf_counter()
        console.start()
        print(f"start to listening: {(time.perf_counter() - started) * 1_000:.0f} ms")
        failures = 0
        try:
            for count in (1, 20, people, people):
                words = [sys.executable, "-m", "tests.bench.sign_in", "--crowd", str(console.port), name, str(count)]
                said = json.loads(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
                failures += said["failures"]
                print(
                    f"{said['people']:>4} at once: p50 {said['p50_ms']} ms, p99 {said['p99_ms']} ms,"
                    f" all {said['all_ms']} ms, {said['failures']} failures {said['first_fault']}"
                )
        finally:
            console.close()
        print(console.said.partition("Sign in")[2].partition("\n")[2], end="")
    return 1 if failures else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--crowd"]:
        print(json.dumps(asyncio.run(crowd(int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))))
    else:
        raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
