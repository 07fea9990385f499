"""Builds the whole core from its settings; the only place where the parts meet."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import sqlite3
from dataclasses import dataclass, field

from core.access.roles import Role
from core.audit.chain import Chain
from core.audit.entry import Draft, Severity
from core.audit.search import Archive
from core.audit.verdict import verify_now
from core.clock import Clock, SystemClock, stamp
from core.config import Config
from core.desk import Desk
from core.errors import CoreError
from core.gate import Gate
from core.heartbeat import Heartbeat, alive, bury
from core.house import House
from core.identity.entrance import Entrance
from core.identity.passwords import Hasher
from core.identity.sealed import Box
from core.identity.sessions import Opening, Sessions, forget_old
from core.identity.throttle import Throttle
from core.news import News, moved
from core.operation import Stage
from core.pipeline.agents import Studio
from core.pipeline.runner import Runner
from core.pipeline.studio.offline import OfflineStudio
from core.recorder import Recorder
from core.store import migrate
from core.store.store import Store
from core.watch import Watch
from core.work import Caller, no_progress

ORIGIN = "aifactory-console"
SETTLE_SECONDS = 60.0
RUNNER_PAUSE = 5.0
FIRST_VERIFY_SECONDS, VERIFY_SECONDS = 5.0, 3_600.0
log = logging.getLogger("factory")


@dataclass
class Core:
    """One running core; `Core.open` makes it, `close` ends it gracefully with a checkpoint."""

    house: House
    gate: Gate
    sessions: Sessions
    recorder: Recorder
    entrance: Entrance
    watch: Watch
    _heartbeat: Heartbeat
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    async def open(cls, config: Config, *, clock: Clock | None = None, studio: Studio | None = None) -> Core:
        """Open stores and chain, replay what a crash left, sweep sessions of dead processes.

        Raises SchemaError, RecordUnavailable or OSError when the volume is not usable; nothing stays open then."""
        clock = clock or SystemClock()
        async with contextlib.AsyncExitStack() as undo:
            _make_folders(config)
            store = await Store.open(config.state_dir / "factory.db", migrate.files(migrate.FACTORY))
            undo.push_async_callback(store.close)
            security = await Store.open(config.state_dir / "security_store.db",
                                        migrate.files(migrate.SECURITY, "security"))  # fmt: skip
            undo.push_async_callback(security.close)
            chain = await Chain.open(config.audit_dir, config.secrets_dir / "audit_signing.key", origin=ORIGIN)
            undo.push_async_callback(chain.close)
            server = f"{os.getpid()}-{secrets.token_hex(8)}"
            heartbeat = Heartbeat(config.state_dir, server)
            undo.callback(heartbeat.stop)
            house = House(
                config=config, clock=clock, store=store, security=security, chain=chain,
                archive=Archive(config.audit_dir), hasher=Hasher(), throttle=Throttle(security, clock),
                box=Box.at(config.secrets_dir / "sealing.key"), news=News(),
                studio=studio or OfflineStudio(), server=server,
            )  # fmt: skip
            recorder = Recorder(store, chain, clock, server)
            sessions = Sessions(store, clock, config)
            await _sweep(config, store, recorder, clock)
            await store.execute("INSERT INTO servers (id, pid, started_at) VALUES (:id, :pid, :now)",
                                {"id": server, "pid": os.getpid(), "now": stamp(clock.now())})  # fmt: skip
            entrance = Entrance(house, sessions, recorder)
            core = cls(
                house=house, gate=Gate(house, sessions, recorder), sessions=sessions, recorder=recorder,
                entrance=entrance, watch=Watch(sessions, house.news, server, entrance.close),
                _heartbeat=heartbeat,
            )  # fmt: skip
            undo.pop_all()
        core._tasks = [
            asyncio.create_task(house.news.follow(store), name="news"),
            asyncio.create_task(core.watch.keep_looking(), name="session watch"),
            asyncio.create_task(core._settle(), name="settle"),
            asyncio.create_task(core._keep_verifying(), name="verify"),
        ]
        return core

    async def desk(self, session_id: str) -> Desk:
        """The desk of an open session, watched until it is closed; raises NotSignedIn."""
        desk = Desk(self.gate, await self.sessions.caller(session_id))
        self.watch.add(desk)
        return desk

    async def sit_down(self, opening: Opening) -> Desk:
        """Open a session and its desk in one step."""
        return await self.desk(await self.entrance.open(opening))

    async def get_up(self, desk: Desk, reason: str) -> None:
        """Close a desk and its session."""
        self.watch.drop(desk.caller.session_id)
        desk.close()
        await self.entrance.close(desk.caller, reason)

    async def start_runner(self) -> None:
        """Let the agents work, in a session of the runner's own that is opened again should it ever end."""
        self._tasks.append(asyncio.create_task(self._keep_running(), name="runner"))

    async def _keep_running(self) -> None:
        house = self.house
        while True:
            try:
                desk = await self.sit_down(Opening(
                    username="runner", person_id=None, role=Role.RUNNER, stage=Stage.FULL, door="runner",
                    address="local", method="runner",
                ))  # fmt: skip
                try:
                    await Runner(desk, house.studio, house.config.products_dir, house.clock).run()
                finally:
                    await self.get_up(desk, "the runner stopped")
            except CoreError as refusal:
                log.warning("the runner's session ended: %s", refusal)
            except Exception:
                log.exception("the runner fell over")
            await asyncio.sleep(RUNNER_PAUSE)

    async def crashed_screen(self, caller: Caller, incident: str, fault: BaseException) -> None:
        """Put the end of somebody's screen on record; the door has said the incident number to them."""
        await self.recorder.write(Draft(
            action="screen.crashed", actor=caller.username, resource=f"sessions/{caller.session_id}", outcome="crashed",
            details={"incident": incident, "fault": type(fault).__name__}, severity=Severity.ERROR,
            ip_address=caller.address, session_id=caller.session_id, at=self.house.clock.now(),
        ))  # fmt: skip

    async def _keep_verifying(self) -> None:
        """Verify the record soon after the start and then every hour, so that every header tells the truth."""
        await asyncio.sleep(FIRST_VERIFY_SECONDS)
        while True:
            try:
                found = await verify_now(self.house, deep=False, progress=no_progress)
                if not found.whole:
                    log.critical("the record is damaged at %s: %s", found.broken_at, found.kind)
            except Exception as fault:
                log.error("the record could not be verified: %s", fault)
            await asyncio.sleep(VERIFY_SECONDS)

    async def _settle(self) -> None:
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            try:
                await self.recorder.settle()
                # A console beside this one may have been killed, and nobody may start another for days.
                await _sweep(self.house.config, self.house.store, self.recorder, self.house.clock)
                await forget_old(self.house.store, self.house.clock.now())
            except Exception as fault:
                log.warning("could not settle: %s", fault)

    async def close(self) -> None:
        """End this process's sessions, write what waits, sign a last checkpoint."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        house = self.house
        try:
            await self._leave()
            await self.recorder.close()
        except (sqlite3.Error, CoreError) as fault:
            # A full disk: the next start finishes this as after a crash, and the checkpoint may still have room.
            log.error("could not leave in order: %s", fault)
        finally:
            await house.chain.close()
            await house.archive.close()
            house.hasher.close()
            await house.store.close()
            await house.security.close()
            self._heartbeat.stop()

    async def _leave(self) -> None:
        house = self.house
        for caller, _ in (await self.sessions.live(house.server)).values():
            await self.entrance.close(caller, "the console stopped")
        await house.store.execute("DELETE FROM servers WHERE id = :server", {"server": house.server})


def _make_folders(config: Config) -> None:
    for folder in (config.data_root, config.state_dir, config.secrets_dir, config.audit_dir, config.products_dir):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (config.data_root / "config").mkdir(exist_ok=True, mode=0o700)


async def _sweep(config: Config, store: Store, recorder: Recorder, clock: Clock) -> None:
    """End the sessions of processes that died, and bring their committed entries into the chain."""
    now = stamp(clock.now())
    rows = await store.fetch_all("SELECT id FROM servers UNION SELECT DISTINCT server FROM outbox")
    dead = {row[0] for row in rows if not alive(config.state_dir, row[0])}
    if not dead:
        return
    await recorder.replay(dead)
    async with store.transaction() as db:
        for gone in dead:
            await db.execute(
                "UPDATE sessions SET ended_at = :now, end_reason = 'the console was killed'"
                " WHERE server = :gone AND ended_at IS NULL", {"now": now, "gone": gone},
            )  # fmt: skip
            await db.execute("DELETE FROM servers WHERE id = :gone", {"gone": gone})
        await moved(db, {"sessions", "tasks"})
    for gone in dead:
        bury(config.state_dir, gone)
