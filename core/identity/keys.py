"""SSH public keys: whose they are, and one's own list of them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import struct
from dataclasses import dataclass
from typing import ClassVar

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import Conflict, FactorNeeded, Invalid, NotFound
from core.operation import Demo, Operation, Risk
from core.store.store import Row
from core.text import Blob, Label, Word
from core.work import Work

ALGORITHMS = (
    "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "ecdsa-sha2-nistp256", "ssh-rsa",
)  # fmt: skip
_SHAPES: dict[str, tuple[int | None, ...]] = {
    "ssh-ed25519": (11, 32),
    "sk-ssh-ed25519@openssh.com": (26, 32, None),
    "ecdsa-sha2-nistp256": (19, 8, 65),
    "sk-ecdsa-sha2-nistp256@openssh.com": (34, 8, 65, None),
}
"""Bytes of each part of the blob: name, curve where there is one, point, application (RFC 5656, PROTOCOL.u2f)."""
LEAST_RSA_BITS = 3_072
KEYS_PER_PERSON = 20
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, kw_only=True)
class Key:
    """A public key of somebody's."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("id", "label", "algorithm", "fingerprint", "last_used_at")

    id: str
    label: str
    algorithm: str
    fingerprint: str
    hardware: bool
    created_at: str
    last_used_at: str
    last_address: str


@dataclass(frozen=True, kw_only=True)
class ParsedKey:
    """What a pasted line holds; its comment is thrown away."""

    algorithm: str
    line: str
    fingerprint: str

    @property
    def hardware(self) -> bool:
        return self.algorithm.startswith("sk-")


def fingerprint_of(blob: bytes) -> str:
    """As `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def parse(text: str) -> ParsedKey:
    """One OpenSSH public key line (RFC 4253 section 6.6 blob in base64); raises Invalid with what is wrong."""
    if "PRIVATE KEY" in text:
        raise Invalid("That is a private key: keep it, and paste the .pub file instead. Consider it seen.")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    words = lines[0].split() if len(lines) == 1 else []
    if words and words[0] not in ALGORITHMS and any(word in ALGORITHMS for word in words):
        # A quoted option may hold another key than the one that ssh-keygen would see; nor is from="…" kept here.
        raise Invalid("Options before a key are not kept here: paste the key alone, from its algorithm on.")
    if len(words) < 2 or words[0] not in ALGORITHMS or not _BASE64.fullmatch(words[1]):
        raise Invalid("Paste one line of an OpenSSH public key, such as ssh-ed25519 AAAA…")
    algorithm, encoded = words[:2]
    try:
        blob = base64.b64decode(encoded, validate=True)
        parts = _strings(blob)
    except (binascii.Error, struct.error, ValueError) as fault:
        raise Invalid("That public key is damaged.") from fault
    if not parts or parts[0] != algorithm.encode():
        raise Invalid("That public key is damaged.")
    _check_size(algorithm, parts)
    return ParsedKey(algorithm=algorithm, line=f"{algorithm} {encoded}", fingerprint=fingerprint_of(blob))


def _strings(blob: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(blob):
        (size,) = struct.unpack_from(">I", blob, at)
        if at + 4 + size > len(blob):
            raise ValueError
        parts.append(blob[at + 4 : at + 4 + size])
        at += 4 + size
    return parts


def _check_size(algorithm: str, parts: list[bytes]) -> None:
    if algorithm == "ssh-rsa":
        if len(parts) != 3 or int.from_bytes(parts[2], "big").bit_length() < LEAST_RSA_BITS:
            raise Invalid(
                "An RSA key needs at least {bits} bits; better make an ed25519 key.", bits=str(LEAST_RSA_BITS)
            )
        return
    shape = _SHAPES[algorithm]
    if len(parts) != len(shape) or any(size not in (None, len(part)) for size, part in zip(shape, parts, strict=True)):
        raise Invalid("That public key is damaged.")


def key_of(row: Row) -> Key:
    """What a row of `keys` says."""
    return Key(
        id=row["id"], label=row["label"], algorithm=row["algorithm"], fingerprint=row["fingerprint"],
        hardware=row["algorithm"].startswith("sk-"), created_at=row["created_at"],
        last_used_at=row["last_used_at"] or "", last_address=row["last_address"] or "",
    )  # fmt: skip


async def insert(work: Work, person_id: str, label: str, text: str) -> Key:
    """Add a parsed key to a person; raises Conflict when anybody has it already."""
    parsed = parse(text)
    if await work.db.fetch_one("SELECT 1 FROM keys WHERE fingerprint = :f", {"f": parsed.fingerprint}):
        raise Conflict("That key is already in use.")
    held = await work.db.fetch_one("SELECT count(*) AS n FROM keys WHERE person_id = :p", {"p": person_id})
    if held is not None and held["n"] >= KEYS_PER_PERSON:
        raise Conflict("There are {most} keys already; remove one first.", most=str(KEYS_PER_PERSON))
    key_id = "key-" + secrets.token_hex(6)
    await work.db.execute(
        "INSERT INTO keys (id, person_id, fingerprint, algorithm, public_key, label, created_at)"
        " VALUES (:id, :person, :fingerprint, :algorithm, :line, :label, :now)",
        {"id": key_id, "person": person_id, "fingerprint": parsed.fingerprint, "algorithm": parsed.algorithm,
         "line": parsed.line, "label": label, "now": stamp(work.clock.now())},
    )  # fmt: skip
    work.note(key=key_id, fingerprint=parsed.fingerprint, algorithm=parsed.algorithm, label=label)
    row = await work.db.fetch_one("SELECT * FROM keys WHERE id = :id", {"id": key_id})
    assert row is not None
    return key_of(row)


class ListKeys(Operation[tuple[Key, ...]], name="keys.list", needs=Permission.SELF_MANAGE,
               risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """List your own public keys and when each was last used."""

    async def run(self, work: Work) -> tuple[Key, ...]:
        rows = await work.db.fetch_all("SELECT * FROM keys WHERE person_id = :me ORDER BY created_at",
                                       {"me": work.caller.person_id})  # fmt: skip
        return tuple(map(key_of, rows))


class AddKey(Operation[Key], name="keys.add", needs=Permission.SELF_MANAGE,
             risk=Risk.CHANGE, demo=Demo.REFUSE, on="label"):  # fmt: skip
    """Add a public key of yours, so that you can sign in with it."""

    label: Label
    key: Blob
    """One line, as in the .pub file."""

    async def run(self, work: Work) -> Key:
        if work.caller.person_id is None:
            raise NotFound("This session belongs to nobody with an account.")
        if parse(self.key).hardware and work.config.mfa_required and not work.factor_is_fresh:
            # It can stand for both factors: a borrowed open session must not be enough to come back for ever.
            raise FactorNeeded("This is dangerous: prove your second factor again first.")
        return await insert(work, work.caller.person_id, self.label, self.key)


class RemoveKey(Operation[Key], name="keys.remove", needs=Permission.SELF_MANAGE,
                risk=Risk.CHANGE, demo=Demo.REFUSE, on="key"):  # fmt: skip
    """Remove one of your public keys; sessions that it opened end at once."""

    key: Word
    """Its id, label or fingerprint."""

    async def run(self, work: Work) -> Key:
        row = await work.db.fetch_one(
            "SELECT * FROM keys WHERE person_id = :me AND (id = :key OR fingerprint = :key OR label = :key)"
            " ORDER BY id = :key DESC",
            {"me": work.caller.person_id, "key": self.key},
        )
        if row is None:
            raise NotFound("You have no key {key}.", key=self.key)
        await work.db.execute("DELETE FROM keys WHERE id = :id", {"id": row["id"]})
        ended = await work.db.execute(
            "UPDATE sessions SET ended_at = :now, end_reason = 'its key was removed'"
            " WHERE key_fingerprint = :f AND ended_at IS NULL AND id <> :mine",
            {"now": stamp(work.clock.now()), "f": row["fingerprint"], "mine": work.caller.session_id},
        )
        work.note(key=row["id"], fingerprint=row["fingerprint"], sessions_ended=ended)
        return key_of(row)
