"""From TCP connect to the first painted frame: cold, warm, and fifty at once.

python -m tests.bench.tui_first_frame [--server 'COMMAND {port}' --user NAME --identity KEY]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import AsyncExitStack

from tests.bench.tui_clients import arguments, median, percentile, row, server, signed_in


async def once(options: argparse.Namespace, port: int) -> float:
    async with signed_in(options, port) as (_, _, took):
        return took


async def at_once(options: argparse.Namespace, port: int, count: int) -> tuple[list[float], float]:
    async with AsyncExitStack() as stack:
        began = time.perf_counter()
        people = await asyncio.gather(*(stack.enter_async_context(signed_in(options, port)) for _ in range(count)))
        return [took for _, _, took in people], (time.perf_counter() - began) * 1000


async def measure(options: argparse.Namespace, port: int) -> None:
    cold = await once(options, port)
    warm = [await once(options, port) for _ in range(30)]
    many, all_of_them = await at_once(options, port, 50)
    lines = [
        row("cold, ms", f"{cold:.0f}", "(start-up, none)"),
        row(
            "warm p50 / p99, ms",
            f"{median(warm):.0f} / {percentile(warm, 0.99):.0f}",
            "8 / 15 (splash: later)",
        ),
        row("50 at once p50 / all, ms", f"{median(many):.0f} / {all_of_them:.0f}", "- / 200 (splash: later)"),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    asked = arguments(__doc__)
    with server(asked) as (listening, _):
        asyncio.run(measure(asked, listening))
