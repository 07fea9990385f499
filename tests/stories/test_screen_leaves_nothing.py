"""A client that is killed leaves nothing behind: no row, no task, no descriptor, no memory, and nobody notices."""

from __future__ import annotations

import random
import time
from contextlib import suppress
from pathlib import Path

from tests.bench.tui_clients import resident
from tests.stories.console import Console, Operator, eventually
from tests.stories.eyes import Eyes, looking
from tests.stories.volume import open_sessions

KILLS = 20
KEYS = "2jjkk\r\x1b3456:use\x1b?1\x1b78/ana\x1b"
GROWTH = 60_000
"""KiB that twenty sessions may leave in the heap for those who come next; alive they would be as many again."""


def descriptors(console: Console) -> list[str]:
    """What the process has open, but the record's index: each thread that reads it opens it once and keeps it."""
    links = []
    for each in Path(f"/proc/{console.pid}/fd").iterdir():
        # One may be closed between being listed and being looked at.
        with suppress(FileNotFoundError):
            links.append(str(each.readlink()))
    return [link for link in links if "/audit/index/" not in link]


def threads(console: Console) -> int:
    return len(list(Path(f"/proc/{console.pid}/task").iterdir()))


def test_twenty_clients_killed_at_any_moment_leave_nothing_and_the_other_one_types_on(
    console: Console, oleg: Operator, vera: Operator, sue: Operator
) -> None:
    luck = random.Random(20)
    with looking(Eyes(oleg, "open products")) as (others,):
        others.sees("Products")
        others.types("4")
        others.sees("session.open")
        with looking(Eyes(vera)) as (warm,):
            warm.sees("Home")
        assert eventually(lambda: not open_sessions(console.data, "vera"))
        time.sleep(1)
        base, base_threads, memory = descriptors(console), threads(console), resident(console.pid)
        for number in range(KILLS):
            eyes = Eyes(vera, size=(80 + 4 * number, 24 + number))
            # From the first packets of the handshake to well into the use of the screens.
            deadline = time.monotonic() + luck.uniform(0.01, 1.2)
            keys = iter(KEYS)
            while time.monotonic() < deadline:
                if b"\x1b[?1049h" in eyes.seen:
                    eyes.types(next(keys, "j"))
                eyes.look()
                time.sleep(0.02)
            eyes.kill()
            others.types("13"[number % 2])
            others.sees("Home" if number % 2 == 0 else "Hand-offs")
        assert eventually(lambda: not open_sessions(console.data, "vera"))
        here = {row["username"] for row in sue("sessions list --json").rows}
        assert "vera" not in here
        assert "oleg" in here
        assert eventually(lambda: len(descriptors(console)) <= len(base), 10), set(descriptors(console)) - set(base)
        assert threads(console) <= base_threads + 2, "pools may have grown to their size, and no further"
        assert resident(console.pid) - memory < GROWTH
        others.types("2")
        others.sees("Products")
