"""From a key to its paint, while a tenth of the sessions type five keys a second; and while twenty sign in.

python -m tests.bench.tui_latency [--sessions 200] [--server 'COMMAND {port}' --user NAME --identity KEY]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

from tests.bench.tui_clients import Eyes, arguments, percentile, row, server, signed_in

KEYS = (b"j", b"k")
"""Down and up again: a list is needed where the server starts."""


async def typing(chan: Any, eyes: Eyes, seconds: float, offset: float) -> list[float]:
    """Latencies in milliseconds of one person who presses a key each fifth of a second."""
    await asyncio.sleep(offset)
    loop = asyncio.get_running_loop()
    took: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        eyes.came = loop.create_future()
        pressed = time.perf_counter()
        chan.write(KEYS[len(took) % 2])
        took.append((await asyncio.wait_for(eyes.came, 30) - pressed) * 1000)
        await asyncio.sleep(max(0.0, 0.2 - (time.perf_counter() - pressed)))
    return took


async def measure(options: argparse.Namespace, port: int) -> None:
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(signed_in(options, port)) for _ in range(options.sessions)]
        await asyncio.sleep(4)
        busy = people[:: max(1, options.sessions // max(1, options.sessions // 10))]
        sent = sum(eyes.bytes for _, eyes, _ in busy)

        async def all_type(count: int) -> list[float]:
            runs = [typing(chan, eyes, 10, n / max(count, 1) / 5) for n, (chan, eyes, _) in enumerate(busy[:count])]
            return [took for run in await asyncio.gather(*runs) for took in run]

        quiet = await all_type(len(busy))
        each = (sum(eyes.bytes for _, eyes, _ in busy) - sent) / len(quiet)
        during = asyncio.ensure_future(all_type(5))
        await asyncio.sleep(3)
        newcomers = [stack.enter_async_context(signed_in(options, port)) for _ in range(20)]
        await asyncio.gather(*newcomers)
        while_signing_in = await during

    def three(values: list[float]) -> str:
        return " / ".join(f"{value:.1f}" for value in (percentile(values, 0.5), percentile(values, 0.99), max(values)))

    lines = [
        row(f"{options.sessions} sessions, {len(busy)} type: p50/p99/max ms", three(quiet), "3 / 10 / 25"),
        row("5 type while 20 sign in: p50/p99/max ms", three(while_signing_in), "- / 8 / -"),
        row("bytes for a cursor move, 120 columns", f"{each:.0f}", "400"),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    asked = arguments(__doc__)
    with server(asked) as (listening, _):
        asyncio.run(measure(asked, listening))
