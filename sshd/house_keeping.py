"""One run of the console, from opening the core to the last checkpoint."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import socket
from collections.abc import Callable

from core.assembly import Core
from core.config import Config, Mode
from sshd import demo_volume, first_start
from sshd.first_start import First
from sshd.log_lines import nobody_caught, write_log
from sshd.loop import ConsoleLoop
from sshd.memory import TidyMemory
from sshd.server import Listening, listen
from tui.app import make_app
from tui.lean import check_textual

log = logging.getLogger("factory")


def serve(config: Config, asked: argparse.Namespace, first: First | None, tell: Callable[[str], None]) -> int:
    """Run until a signal ends it; raises CoreError or OSError when it cannot start."""
    write_log()
    check_textual()
    with asyncio.Runner(loop_factory=ConsoleLoop) as runner:
        return runner.run(_run(config, asked, first, tell))


async def _run(config: Config, asked: argparse.Namespace, first: First | None, tell: Callable[[str], None]) -> int:
    if asked.demo_data and first is not None:
        tell("Filling the volume with people, products and a few days of history ...")
        await demo_volume.fill(config, first)
        if asked.command == "demo-reset":
            tell("The demonstration data is new. ./run.sh starts the console.")
            return 0
    elif asked.demo_data:
        tell("The volume is not empty, so no demonstration data was added.")
    core = await Core.open(config)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(nobody_caught)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    listening: Listening | None = None
    try:
        if first is not None and not asked.demo_data:
            await first_start.carry_out(first, core)
        if asked.command == "init":
            tell("The first administrator is there. ./run.sh starts the console.")
            return 0
        await core.house.hasher.warm()
        demo = config.mode is Mode.DEMO
        memory = TidyMemory()
        listening = await listen(core, make_app, memory, host=asked.host, port=asked.port,
                                 kiosk_port=asked.kiosk_port if demo else None)  # fmt: skip
        await core.start_runner()
        _greet(config, asked, listening, first, tell)
        memory.start()
        await stopping.wait()
        memory.stop()
        return 0
    finally:
        if listening is not None:
            await listening.stop()
        await core.close()


def _greet(
    config: Config, asked: argparse.Namespace, listening: Listening, first: First | None, tell: Callable[[str], None]
) -> None:
    # Nobody can dial "all addresses"; the machine's name is what others know it by.
    name = socket.gethostname() if asked.host in ("0.0.0.0", "::") else asked.host  # noqa: S104
    where = f"ssh -p {listening.port} factory@{name}"
    tell(f"AI-Factory console: listening on {asked.host} port {listening.port}")
    if config.mode is not Mode.NORMAL:
        tell(f"Mode:        {config.mode.value}")
    tell(f"Host key:    {listening.fingerprint}")
    tell(f"Sign in:     {where}")
    if first is not None and first.in_file:
        tell(f"First sign-in as admin; the password is in {config.bootstrap_file}")
    if listening.kiosk_port is not None:
        tell(f"Visitors:    ssh -p {listening.kiosk_port} visitor@{name}")
