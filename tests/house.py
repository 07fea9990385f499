"""The whole core on a folder of its own, with somebody of every role at a desk."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pyotp

from core.access.roles import Role
from core.assembly import Core
from core.clock import HandClock
from core.config import Config, read_config
from core.desk import Desk
from core.identity.first_admin import CreateFirstAdmin
from core.identity.people import CreatePerson
from core.identity.sessions import Opening
from core.operation import Stage
from core.pipeline.agents import Done, Job
from core.secret import Secret

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "a quiet blue teapot"
"""Everybody's."""
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Everybody's; sealed for each of them apart."""
NAMES = {Role.VIEWER: "vera", Role.OPERATOR: "oleg", Role.ADMIN: "ada", Role.SUPER_ADMIN: "sue"}
NOT_PEOPLE = {
    Role.VISITOR: ("visitor", "kiosk"),
    Role.RUNNER: ("runner", "inside"),
    Role.HOST: ("host", "inside"),
}
DEAD_SERVER = "4194305-1-dead00"
"""No process can have this pid (proc(5): pid_max is at most 2^22)."""

Trail = list[tuple[str, str, str]]


class QuietStudio:
    """Agents that approve whatever they are given, at once."""

    async def work(self, job: Job) -> Done:
        return Done(output={"agent": job.agent, "said": "done"})


@dataclass
class OpenHouse:
    """A running core with its clock in our hand and a desk for each role."""

    core: Core
    clock: HandClock
    config: Config
    desks: dict[Role, Desk] = field(default_factory=dict)
    _page: int = 0
    _others: list[Core] = field(default_factory=list)

    @property
    def visitor(self) -> Desk:
        return self.desks[Role.VISITOR]

    @property
    def viewer(self) -> Desk:
        return self.desks[Role.VIEWER]

    @property
    def operator(self) -> Desk:
        return self.desks[Role.OPERATOR]

    @property
    def admin(self) -> Desk:
        return self.desks[Role.ADMIN]

    @property
    def super_admin(self) -> Desk:
        return self.desks[Role.SUPER_ADMIN]

    @property
    def runner(self) -> Desk:
        return self.desks[Role.RUNNER]

    @property
    def host(self) -> Desk:
        return self.desks[Role.HOST]

    async def person(self, username: str, role: Role = Role.VIEWER, *, enrolled: bool = True,
                     must_change: bool = False) -> str:  # fmt: skip
        """Open an account by the real operation, then give it everybody's password and factor; its id."""
        made = await self.super_admin.run(CreatePerson(username=username, role=role.word))
        await give(self.core, username, enrolled=enrolled, must_change=must_change)
        return made.id

    async def sit(self, username: str, *, factor: str = "totp", method: str = "dialogue",
                  address: str = "192.0.2.7", key: str = "", core: Core | None = None) -> Desk:  # fmt: skip
        """One more session of somebody, as after a sign-in with that proof."""
        core = core or self.core
        row = await core.house.store.fetch_one("SELECT id FROM people WHERE username = :u", {"u": username})
        assert row is not None, f"nobody is called {username}"
        return await core.sit_down(Opening(
            username=username, person_id=row["id"], role=Role.VIEWER, stage=Stage.HALF_OPEN, door="ssh",
            address=address, client="SSH-2.0-Test", method=method, key_fingerprint=key, factor=factor,
        ))  # fmt: skip

    async def sit_as(self, role: Role, *, address: str = "192.0.2.9") -> Desk:
        """A session of a role that is nobody's: visitor, runner or host."""
        username, door = NOT_PEOPLE[role]
        return await self.core.sit_down(Opening(
            username=username, person_id=None, role=role, stage=Stage.FULL, door=door, address=address,
            method="none",
        ))  # fmt: skip

    async def at_stage(self, stage: Stage, role: Role = Role.SUPER_ADMIN) -> Desk:
        """Somebody of that role whose sign-in has come exactly so far, by the entrance's own judgement."""
        username = f"{stage.value}.{role.word}"
        if await self.core.house.store.fetch_one("SELECT 1 FROM people WHERE username = :u", {"u": username}) is None:
            await self.core.house.store.execute(
                "INSERT INTO people (id, username, role, created_at, updated_at) VALUES (:u, :u, :r, '', '')",
                {"u": username, "r": role.word},
            )
            await give(self.core, username, enrolled=stage is not Stage.MUST_ENROL,
                       must_change=stage is Stage.MUST_CHANGE)  # fmt: skip
        half = stage is Stage.HALF_OPEN
        desk = await self.sit(username, factor="" if half or stage is Stage.MUST_ENROL else "totp",
                              method="publickey" if half else "dialogue")  # fmt: skip
        assert desk.caller.stage is stage, f"the entrance says {desk.caller.stage}"
        return desk

    def code(self) -> Secret:
        """The authenticator's code at this moment; everybody's is the same. Turn the clock to get another."""
        return Secret(pyotp.TOTP(TOTP_SECRET).at(self.clock.now()))

    def next_code(self) -> Secret:
        """Half a minute later: a code that nobody can have used."""
        self.clock.turn(timedelta(seconds=30))
        return self.code()

    def entries(self) -> list[dict[str, Any]]:
        """Every line of the chain, as parsed JSON, oldest first."""
        return [json.loads(line) for line in self.record().splitlines()]

    def record(self) -> bytes:
        """The chain's bytes."""
        return b"".join(path.read_bytes() for path in sorted(self.config.audit_dir.glob("audit-*.jsonl")))

    def trail(self) -> Trail:
        """(action, actor, outcome) of each entry since the house was opened, or the page was turned."""
        return [(e["action"], e["actor"], e["outcome"]) for e in self.entries()[self._page :]]

    def last(self) -> dict[str, Any]:
        """The newest entry."""
        return self.entries()[-1]

    def turn_page(self) -> None:
        """Let `trail` begin here."""
        self._page = len(self.entries())

    async def second_core(self) -> Core:
        """Another core on the same volume, as a second process would open it; closed with the house."""
        core = await Core.open(self.config, clock=self.clock, studio=QuietStudio())
        self._others.append(core)
        return core

    async def kill(self) -> None:
        """Die as by kill -9: nothing is ended or delivered; the next start finds a dead process's rows."""
        for task in self.core._tasks:
            task.cancel()
        await asyncio.gather(*self.core._tasks, return_exceptions=True)
        await _let_go(self.core)
        with closing(connect(self.config.state_dir / "factory.db")) as db:
            for table, column in (("servers", "id"), ("sessions", "server"), ("outbox", "server")):
                db.execute(
                    f"UPDATE {table} SET {column} = ? WHERE {column} = ?",
                    (DEAD_SERVER, self.core.house.server),
                )
            db.commit()

    async def restart(self) -> None:
        """Start again on the same volume after `kill` or `close`; desks are gone, as they would be."""
        self.core = await Core.open(self.config, clock=self.clock, studio=QuietStudio())
        self.desks.clear()

    async def close(self) -> None:
        for core in [*self._others, self.core]:
            if not core.house.chain._closed:
                await core.close()


async def _let_go(core: Core) -> None:
    # What the operating system would take from a dead process; not one call that a graceful end makes.
    house = core.house
    for task in house.chain._tasks:
        task.cancel()
    await asyncio.gather(*house.chain._tasks, return_exceptions=True)
    house.chain._closed = True
    for part in (house.chain._reading, house.chain._writing, house.chain._tail, house.chain._signer):
        (part.close if hasattr(part, "close") else part.shutdown)()
    house.hasher.close()
    await house.store.close()
    await house.security.close()


async def give(core: Core, username: str, *, enrolled: bool, must_change: bool = False) -> None:
    """Everybody's password and factor for one account, straight into the store; furnish hashed it once."""
    store = core.house.store
    known = await store.fetch_one("SELECT password_hash FROM people WHERE password_hash IS NOT NULL LIMIT 1")
    row = await store.fetch_one("SELECT id FROM people WHERE username = :u", {"u": username})
    assert known is not None
    assert row is not None
    await store.execute(
        "UPDATE people SET password_hash = :h, must_change = :m, totp_sealed = :t WHERE id = :id",
        {"h": known["password_hash"], "m": int(must_change), "id": row["id"],
         "t": core.house.box.seal(TOTP_SECRET, row["id"]) if enrolled else None},
    )  # fmt: skip


async def furnish(folder: Path) -> None:
    """A volume with one person of each role: made once a test run and copied for every house."""
    config, clock = read_config(data_root=folder), HandClock(MORNING)
    house = OpenHouse(await Core.open(config, clock=clock, studio=QuietStudio()), clock, config)
    try:
        host = await house.sit_as(Role.HOST)
        await host.run(CreateFirstAdmin(username=NAMES[Role.SUPER_ADMIN], password=Secret(PASSWORD)))
        await give(house.core, NAMES[Role.SUPER_ADMIN], enrolled=True)
        house.desks[Role.SUPER_ADMIN] = await house.sit(NAMES[Role.SUPER_ADMIN])
        for role in (Role.VIEWER, Role.OPERATOR, Role.ADMIN):
            await house.person(NAMES[role], role)
        await house.core.get_up(host, "the work is done")
    finally:
        await house.close()


@asynccontextmanager
async def open_house(furnished: Path, folder: Path, **settings: object) -> AsyncIterator[OpenHouse]:
    """A copy of the furnished volume, its core running, everybody seated; `settings` as in core.config."""
    shutil.copytree(furnished, folder, symlinks=True)
    config, clock = read_config(data_root=folder, **settings), HandClock(MORNING + timedelta(hours=1))
    house = OpenHouse(core=await Core.open(config, clock=clock, studio=QuietStudio()), clock=clock, config=config)
    try:
        for role, username in NAMES.items():
            house.desks[role] = await house.sit(username)
        for role in NOT_PEOPLE:
            house.desks[role] = await house.sit_as(role)
        house.turn_page()
        yield house
    finally:
        with suppress(asyncio.CancelledError):
            await house.close()
