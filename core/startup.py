"""Refuses to start when the house is not in order; every reason at once, each with its cure."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.config import Config
from core.identity.passwords import KNOWN_WEAK, verifies
from core.secret import Secret
from core.sentence import Sentence, say


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why not, and what to do about it."""

    what: Sentence
    cure: Sentence


def loose_files(config: Config) -> list[Path]:
    """Secrets that somebody else on this machine may read or write."""
    if not config.secrets_dir.exists():
        return []
    paths = [config.secrets_dir, *config.secrets_dir.rglob("*")]
    return [path for path in paths if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077]


def before_opening(config: Config) -> list[Reason]:
    """Every reason, told from the environment, the files and the store, before anything is made or opened."""
    found: list[Reason] = []
    if not config.prod:
        return found
    if config.demo_readonly:
        found.append(Reason(
            what=say("AIFACTORY_PROD=1 and AIFACTORY_DEMO_READONLY=1 exclude each other."),
            cure=say("Unset one of them: a public demo is never production."),
        ))  # fmt: skip
    if not config.mfa_required:
        found.append(Reason(
            what=say("AIFACTORY_MFA_REQUIRED=0 is for development only."),
            cure=say("Unset AIFACTORY_MFA_REQUIRED."),
        ))  # fmt: skip
    dev = config.dev_bootstrap_password
    if dev is not None and (dev.reveal().lower() in KNOWN_WEAK or len(dev) < 8):
        found.append(Reason(
            what=say("AIFACTORY_DEV_BOOTSTRAP_PASSWORD is a known weak password."),
            cure=say("Unset AIFACTORY_DEV_BOOTSTRAP_PASSWORD; ./run.sh asks for a password instead."),
        ))  # fmt: skip
    found.extend(
        Reason(
            what=say("{path} can be read or written by others.", path=str(path)),
            cure=say("chmod {mode} {path}", mode="700" if path.is_dir() else "600", path=str(path)),
        )
        for path in loose_files(config)
    )
    return [*found, *weak_accounts(config)]


def weak_accounts(config: Config) -> list[Reason]:
    """Accounts that still open with a password that everybody knows; about a second each, before anything listens."""
    path = config.state_dir / "factory.db"
    if not path.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        try:
            rows = db.execute("SELECT username, password_hash FROM people WHERE password_hash IS NOT NULL").fetchall()
        except sqlite3.OperationalError:
            # Made, but never migrated: nobody is in there.
            return []

    def weak(stored: str) -> bool:
        return any(verifies(Secret(word), stored) for word in KNOWN_WEAK)

    with ThreadPoolExecutor() as threads:
        verdicts = threads.map(weak, (stored for _, stored in rows))
        return [
            Reason(
                what=say("The account {username} still opens with a known weak password.", username=username),
                cure=say("Start without AIFACTORY_PROD once, change that password, start again."),
            )
            for (username, _), is_weak in zip(rows, verdicts, strict=True)
            if is_weak
        ]
