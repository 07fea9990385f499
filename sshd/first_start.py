"""The first administrator's password: asked for, given by the environment, or left in a file nobody else can read."""

from __future__ import annotations

import getpass
import os
import secrets
import sqlite3
import sys
from dataclasses import dataclass

from core.access.roles import Role
from core.assembly import Core
from core.audit.disk import lock_file, locked
from core.config import Config
from core.errors import Invalid
from core.identity.first_admin import ADMIN, CreateFirstAdmin, check_first
from core.identity.passwords import KNOWN_WEAK, LEAST, LEAST_AT_BOOTSTRAP
from core.identity.sealed import private_file
from core.identity.sessions import Opening
from core.operation import Stage
from core.secret import Secret

TRIES = 3


@dataclass(frozen=True, kw_only=True)
class First:
    """What to create once the house is open."""

    password: Secret
    in_file: bool


def has_people(config: Config) -> bool:
    """Whether the volume has accounts; opens nothing for writing."""
    path = config.state_dir / "factory.db"
    if not path.exists():
        return False
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return db.execute("SELECT 1 FROM people LIMIT 1").fetchone() is not None
    except sqlite3.OperationalError:
        # Made, but never migrated: the first start was cut short.
        return False


def plan(config: Config, *, command: str, terminal: bool) -> First | None:
    """Decide, and ask, before anything is created; None when the volume has accounts already.

    Raises Invalid for a password that may not be, KeyboardInterrupt when the question was refused."""
    if has_people(config):
        if command == "init":
            raise Invalid("This volume has accounts already; it is never reset.")
        return None
    if command == "init":
        if not terminal:
            raise Invalid("init asks a question: run it with a terminal.")
        return First(password=ask(LEAST), in_file=False)
    given = config.dev_bootstrap_password
    if given is not None:
        if len(given) < LEAST_AT_BOOTSTRAP:
            raise Invalid("AIFACTORY_DEV_BOOTSTRAP_PASSWORD needs at least {least} characters.",
                          least=str(LEAST_AT_BOOTSTRAP))  # fmt: skip
        if config.prod and given.reveal().lower() in KNOWN_WEAK:
            raise Invalid("AIFACTORY_DEV_BOOTSTRAP_PASSWORD is a known weak password.")
        return First(password=given, in_file=False)
    if terminal:
        return First(password=ask(LEAST_AT_BOOTSTRAP), in_file=False)
    return First(password=Secret(secrets.token_urlsafe(18)), in_file=True)


def ask(least: int) -> Secret:
    """Ask twice, hidden; raises KeyboardInterrupt or Invalid after three tries."""
    sys.stderr.write(f"This volume is new. Choose the password of its first administrator, {ADMIN}.\n")
    for _ in range(TRIES):
        first = Secret(getpass.getpass(f"Password for {ADMIN} (at least {least} characters): "))
        try:
            check_first(first, least=least)
        except Invalid as refusal:
            sys.stderr.write(f"  {refusal}\n")
            continue
        if Secret(getpass.getpass("The same again: ")) == first:
            return first
        sys.stderr.write("  The two are not the same.\n")
    raise Invalid("No password was chosen.")


async def carry_out(first: First, core: Core) -> None:
    """Create the administrator, in a session of the machine itself that may do little else.

    A random password goes to its file before the account that it opens. Of several consoles that start at once on
    one new volume the first does both: another's file would hold a password that opens nothing."""
    config = core.house.config
    lock = lock_file(config.state_dir / "first_start.lock")
    try:
        with locked(lock):
            if not (first.in_file and has_people(config)):
                await _create(first, core)
    finally:
        os.close(lock)


async def _create(first: First, core: Core) -> None:
    config = core.house.config
    if first.in_file:
        words = f"username: {ADMIN}\npassword: {first.password.reveal()}\n"
        config.bootstrap_file.unlink(missing_ok=True)
        private_file(config.bootstrap_file, words.encode())
    desk = await core.sit_down(Opening(
        username="host", person_id=None, role=Role.HOST, stage=Stage.FULL, door="host", address="local", method="host",
    ))  # fmt: skip
    await desk.run(CreateFirstAdmin(password=first.password, must_change=first.in_file))
    await core.get_up(desk, "the first administrator is there")
