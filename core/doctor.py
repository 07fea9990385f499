"""Looks the house over and says what is wrong and what to do about it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from typing import ClassVar

from core.access.permissions import Permission
from core.errors import CoreError
from core.house import House
from core.operation import Demo, Errand, Risk
from core.sentence import Sentence, say
from core.startup import loose_files
from core.work import Outing

# Not the default pool: asyncssh verifies signatures there, and file systems can hang.
_looking = ThreadPoolExecutor(1, thread_name_prefix="doctor")
LEAST_FREE = 500 * 1_048_576
"""Bytes; below this the record and the stores are in danger."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("well", "what", "found", "cure")

    what: str
    well: bool
    found: Sentence
    cure: Sentence


_NOTHING = say("nothing to do")


class Findings(tuple[Finding, ...]):
    """All of them; an exit code of 1 when anything is wrong."""

    @property
    def exit_code(self) -> int:
        return 0 if all(each.well for each in self) else 1


class RunDoctor(Errand[Findings], name="doctor.run", needs=Permission.DOCTOR_RUN, risk=Risk.LOOK, demo=Demo.REFUSE):
    """Look the console over: stores, record, disk, file modes, flags, versions."""

    async def run(self, outing: Outing) -> Findings:
        house, loop = outing.house, asyncio.get_running_loop()
        async with house.heavy.mine():
            store = await loop.run_in_executor(_looking, _store, house)
            files = await loop.run_in_executor(_looking, _files, house)
        return Findings([store, await _record(house), *files, _flags(house), _versions()])


def _store(house: House) -> Finding:
    # With a connection of its own: two who asked at once would have held both readers, and everybody's next call.
    try:
        with closing(sqlite3.connect(f"file:{house.config.state_dir / 'factory.db'}?mode=ro", uri=True)) as db:
            verdict = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as fault:
        verdict = str(fault)
    return Finding(
        what="store",
        well=verdict == "ok",
        found=say("quick check: {verdict}", verdict=verdict),
        cure=_NOTHING if verdict == "ok" else say("Stop the console and restore the store from a backup."),
    )


async def _record(house: House) -> Finding:
    try:
        await house.chain.ready()
    except CoreError as refusal:
        return Finding(
            what="record",
            well=False,
            found=Sentence(refusal.reason, refusal.facts),
            cure=say("Make room or mend the folder; until then nothing that must be on record can happen."),
        )
    waiting = await house.store.fetch_one("SELECT count(*) AS n FROM outbox")
    n = waiting["n"] if waiting is not None else 0
    return Finding(
        what="record",
        well=not house.chain.trouble,
        found=say(
            "writable, at entry {seq}, {n} in the outbox {trouble}",
            seq=str(house.chain.tip[0]),
            n=str(n),
            trouble=house.chain.trouble,
        ),
        cure=say("Run audit verify.") if house.chain.trouble else _NOTHING,
    )


def _files(house: House) -> list[Finding]:
    free = shutil.disk_usage(house.config.data_root).free
    loose = loose_files(house.config)
    waiting = house.config.bootstrap_file.exists()
    return [
        Finding(
            what="disk",
            well=free >= LEAST_FREE,
            found=say("{mb} MB free", mb=str(free // 1_048_576)),
            cure=_NOTHING if free >= LEAST_FREE else say("Make room on the data volume."),
        ),
        Finding(
            what="secrets",
            well=not loose,
            found=say("{n} files can be read by others", n=str(len(loose))),
            cure=say("chmod 600 {paths}", paths=" ".join(map(str, loose))) if loose else _NOTHING,
        ),
        Finding(
            what="bootstrap",
            well=not waiting,
            found=say("the first password's file is there") if waiting else say("no first password lies about"),
            cure=say("Sign in as admin and replace the password; that removes the file.") if waiting else _NOTHING,
        ),
        Finding(
            what="root",
            well=os.geteuid() != 0,
            found=say("runs as user {uid}", uid=str(os.geteuid())),
            cure=say("Run the console as a user of its own.") if os.geteuid() == 0 else _NOTHING,
        ),
    ]


def _flags(house: House) -> Finding:
    config = house.config
    well = config.mfa_required and not (config.prod and config.demo_readonly)
    return Finding(
        what="flags",
        well=well,
        found=say(
            "mode {mode}, second factor required: {mfa}", mode=config.mode.value, mfa=str(config.mfa_required).lower()
        ),
        cure=_NOTHING if well else say("Unset AIFACTORY_MFA_REQUIRED."),
    )


def _versions() -> Finding:
    names = ("textual", "asyncssh", "cryptography", "bcrypt", "aiosqlite")
    found = " ".join(f"{name} {version(name)}" for name in names)
    return Finding(
        what="versions",
        well=True,
        found=say("python {python} {found}", python=sys.version.split()[0], found=found),
        cure=_NOTHING,
    )
