"""What a story changes on its volume before the server starts, and what it looks up there afterwards."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

from core.identity import keys


def make_key(path: Path, kind: str = "ed25519", *more: str, environment: dict[str, str] | None = None) -> Path:
    """A key pair as `ssh-keygen` makes it; the private file's path."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "story", *more, "-f", str(path)],
        check=True,
        capture_output=True,
        env=environment,
    )
    return path


def public(key: Path) -> str:
    """The line of the .pub file."""
    return Path(f"{key}.pub").read_text()


def fingerprint(key: Path) -> str:
    """SHA256:…"""
    return keys.parse(public(key)).fingerprint


def give_key(data: Path, username: str, key: Path) -> None:
    """Register a public key while the console is not running."""
    parsed = keys.parse(public(key))
    change(
        data,
        "INSERT INTO keys (id, person_id, fingerprint, algorithm, public_key, label, created_at)"
        " SELECT :id, id, :f, :a, :line, :id, '2026-03-02T09:00:00.000000Z' FROM people WHERE username = :u",
        {"id": f"key-{key.name}", "f": parsed.fingerprint, "a": parsed.algorithm, "line": parsed.line, "u": username},
    )


def without_factors(data: Path) -> None:
    """Nobody has a second factor: for stories that are about something else, with AIFACTORY_MFA_REQUIRED=0."""
    change(data, "UPDATE people SET totp_sealed = NULL, totp_pending = NULL")


def change(data: Path, sql: str, given: dict[str, Any] | None = None) -> None:
    """One statement on the volume's database."""
    with closing(sqlite3.connect(data / "state" / "factory.db")) as db, db:
        db.execute(sql, given or {})


def look(data: Path, sql: str, given: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Rows of the volume's database; may be asked while the console runs."""
    with closing(sqlite3.connect(data / "state" / "factory.db")) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql, given or {})]


def open_sessions(data: Path, username: str) -> list[dict[str, Any]]:
    """The rows of somebody's sessions that have not ended."""
    return look(data, "SELECT * FROM sessions WHERE username = :u AND ended_at IS NULL", {"u": username})
