"""The real console with demonstration data, as a process, and the keys of people who may sign in to it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.audit.entry import Draft, Severity, fit
from core.audit.tail import Tail, encode
from core.config import read_config
from core.secret import Secret
from sshd import demo_volume
from sshd.first_start import First
from tests.stories.console import Console
from tests.stories.volume import give_key, make_key, without_factors

PEOPLE = ("admin", "li.na", "boris", "tomas", "vera")
"""Of the demonstration's people, those whose accounts are open."""
ROOM = {
    "AIFACTORY_MFA_REQUIRED": "0",
    "AIFACTORY_SESSIONS_PER_PERSON": "1000",
    "AIFACTORY_SSH_MAX_UNAUTHENTICATED": "1000",
    "AIFACTORY_SSH_MAX_PER_ADDRESS": "1000",
}
"""Everybody comes from one address here: what is measured is the console, not its limits."""


@dataclass(frozen=True)
class Serving:
    """A console that listens."""

    port: int
    pid: int
    identities: tuple[str, ...]
    """Private key files, one a person."""


@contextmanager
def real_console(entries: int = 0, held: bool = False) -> Iterator[Serving]:
    """Start one on a volume of its own; `entries` more than the demonstration's go onto its record first.

    With `held` the factory stands still; otherwise its agents work on, and screens follow them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        identities = _furnish(folder, entries)
        console = Console(folder / "data", ROOM | ({"AIFACTORY_FACTORY_ON_HOLD": "1"} if held else {})).start()
        try:
            yield Serving(console.port, console.pid, identities)
        finally:
            console.close()


def _furnish(folder: Path, entries: int) -> tuple[str, ...]:
    config = read_config(data_root=folder / "data")
    asyncio.run(demo_volume.fill(config, First(password=Secret("a bench of oak and ash"), in_file=False)))
    identities = [make_key(folder / name) for name in PEOPLE]
    for who, key in zip(PEOPLE, identities, strict=True):
        give_key(config.data_root, who, key)
    without_factors(config.data_root)
    tail = Tail(config.audit_dir)
    for start in range(0, entries, 4096):
        tail.write([encode(fit(_entry(number))) for number in range(start, min(start + 4096, entries))])
    tail.close()
    return tuple(str(path) for path in identities)


def _entry(number: int) -> Draft:
    return Draft(
        action="agent_handoff", actor=f"agent:{number % 48}", resource=f"pipeline/p{number % 40}", outcome="done",
        details={"from": "pm", "to": "developer", "task": number}, severity=Severity.INFO, ip_address="10.0.0.7",
        session_id=f"k{number % 97}",
    )  # fmt: skip
