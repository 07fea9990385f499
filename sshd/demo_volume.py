"""A volume of demonstration data: filled once while it is empty, and emptied again by one command."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

from core import demo_cast
from core.assembly import Core
from core.clock import HandClock
from core.config import Config
from core.errors import Conflict
from core.heartbeat import alive
from sshd import first_start
from sshd.first_start import First

MARK = "demonstration_data"
_EMPTIED = ("factory.db", "factory.db-wal", "factory.db-shm", "security_store.db", "security_store.db-wal",
            "security_store.db-shm", "record_state.json", MARK)  # fmt: skip
# A new record begins with a new key: the old one remembers what it signed, and would call the new one rolled back.
_KEYS = ("audit_signing.key", "audit_signing.key.signed", "sealing.key", "bootstrap_admin.txt")


async def fill(config: Config, first: First) -> None:
    """Create the administrator and a few days of life, with a clock that is turned by hand."""
    end = datetime.now(UTC)
    clock = HandClock(end - demo_cast.HISTORY)
    # The demo guard would refuse what makes a demonstration: it goes up with the console, not before.
    core = await Core.open(config.model_copy(update={"demo_readonly": False}), clock=clock)
    try:
        (config.state_dir / MARK).touch(mode=0o600)
        await first_start.carry_out(first, core)
        await demo_cast.fill(core, clock, end)
    finally:
        await core.close()


def empty(config: Config) -> None:
    """Take everything away but the host key; raises Conflict unless this is demonstration data and nobody uses it."""
    if not (config.state_dir / MARK).exists():
        raise Conflict("This volume does not hold demonstration data; it is never emptied.")
    with closing(sqlite3.connect(f"file:{config.state_dir / 'factory.db'}?mode=ro", uri=True)) as db:
        if any(alive(config.state_dir, server) for (server,) in db.execute("SELECT id FROM servers")):
            raise Conflict("A console is running on this volume; stop it first.")
    for name in _EMPTIED:
        (config.state_dir / name).unlink(missing_ok=True)
    for name in _KEYS:
        (config.secrets_dir / name).unlink(missing_ok=True)
    shutil.rmtree(config.audit_dir, ignore_errors=True)
    shutil.rmtree(config.products_dir, ignore_errors=True)
