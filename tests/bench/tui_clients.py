"""What the benches of the screens share: a server in its own process and many clients in this one.

Without `--server` that is the real console on a volume of demonstration data."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import shlex
import socket
import statistics
import subprocess
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

import asyncssh

from tests.bench.real_console import real_console

SIZE = (120, 40)
FIRST_FRAME = b"\x1b[1;1H"
"""Where Textual begins a frame that paints everything."""
_turn = itertools.count()


def arguments(sentence: str) -> argparse.Namespace:
    """The server to measure and how to sign in to it."""
    parser = argparse.ArgumentParser(description=sentence)
    parser.add_argument("--server", help="command that serves on {port} in the foreground; default: the real console")
    parser.add_argument("--user", default="factory")
    parser.add_argument("--identity", action="append", default=[], help="private key file; repeated: taken in turns")
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--open", default="", help="the place to start on, as in `open products`; default: home")
    parser.add_argument("--entries", type=int, default=0, help="entries on the record beside the demonstration's")
    parser.add_argument("--held", action="store_true", help="the factory stands still: nothing wakes a screen")
    return parser.parse_args()


@contextmanager
def server(options: argparse.Namespace) -> Iterator[tuple[int, int]]:
    """Start the server; gives its port and process id once it listens."""
    if options.server is None:
        with real_console(options.entries, options.held) as console:
            options.identity = options.identity or list(console.identities)
            yield console.port, console.pid
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(shlex.split(options.server.format(port=port)))
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


class Eyes(asyncssh.SSHClientSession[bytes]):
    """One client: knows when it was painted and when something came."""

    def __init__(self) -> None:
        self.painted: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.came: asyncio.Future[float] | None = None
        self.bytes = 0

    def data_received(self, data: bytes, datatype: Any) -> None:
        now = time.perf_counter()
        self.bytes += len(data)
        if not self.painted.done() and FIRST_FRAME in data:
            self.painted.set_result(now)
        if self.came is not None and not self.came.done():
            self.came.set_result(now)


@asynccontextmanager
async def signed_in(options: argparse.Namespace, port: int) -> AsyncIterator[tuple[Any, Eyes, float]]:
    """A session, its eyes, and the milliseconds from TCP connect to its first frame."""
    keys = [options.identity[next(_turn) % len(options.identity)]] if options.identity else None
    began = time.perf_counter()
    conn = await asyncssh.connect(
        "127.0.0.1",
        port,
        known_hosts=None,
        username=options.user,
        client_keys=keys,
        agent_path=None,
        config=None,
    )
    async with conn:
        chan, session = await conn.create_session(
            Eyes,
            command=f"open {options.open}" if options.open else None,
            term_type="xterm-256color",
            term_size=SIZE,
            encoding=None,
        )
        eyes = cast(Eyes, session)
        painted = await asyncio.wait_for(eyes.painted, 120)
        yield chan, eyes, (painted - began) * 1000


def resident(pid: int) -> int:
    """Kilobytes of the server's memory (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def processor(pid: int) -> float:
    """Seconds of processor that the server has used (Linux, 100 ticks a second)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def percentile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


def row(what: str, ours: str, target: str) -> str:
    """One line of the report."""
    return f"{what:<42}{ours:>28}   target {target}"


median = statistics.median
