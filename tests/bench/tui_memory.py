"""Memory and processor of idle sessions: one, and two hundred.

python -m tests.bench.tui_memory [--sessions 200] [--server 'COMMAND {port}' --user NAME --identity KEY]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import AsyncExitStack

from tests.bench.tui_clients import arguments, processor, resident, row, server, signed_in


async def measure(options: argparse.Namespace, port: int, pid: int) -> None:
    async with signed_in(options, port):
        pass
    await asyncio.sleep(1)
    base = resident(pid)
    lines = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(signed_in(options, port))
        await asyncio.sleep(1)
        lines.append(row("the first session, KiB", f"{resident(pid) - base}", "512 (goal), 1024 (issue)"))
        for _ in range(options.sessions - 1):
            await stack.enter_async_context(signed_in(options, port))
        await asyncio.sleep(3)
        each = (resident(pid) - base) / options.sessions
        lines.append(row(f"each of {options.sessions}, KiB", f"{each:.0f}", "512 (goal), 1024 (issue)"))
        before = processor(pid)
        await asyncio.sleep(10)
        used = (processor(pid) - before) * 10
        lines.append(row(f"processor of {options.sessions} idle, %", f"{used:.2f}", "0.00"))
    await asyncio.sleep(5)
    lines.append(row("all, and after they left, MiB", f"{base // 1024} -> {resident(pid) // 1024}", "reused"))
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    asked = arguments(__doc__)
    with server(asked) as (listening, process):
        asyncio.run(measure(asked, listening, process))
