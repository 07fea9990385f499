"""How a small secret is kept at rest: AES-256-GCM under a key file that only we can read."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
KEY_BYTES = 32


class Unsealable(Exception):
    """The sealed bytes do not belong to this key or this owner."""


def private_file(path: Path, content: bytes) -> None:
    """Make a file, complete and 0600 from the first byte; raises FileExistsError when it is there already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    finally:
        unfinished.unlink()


class Box:
    """Seals and opens; the owner's id is bound in, so a sealed secret cannot be moved to another row."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._pepper = hmac.digest(key, b"recovery codes", hashlib.sha256)

    @classmethod
    def at(cls, path: Path) -> Box:
        """The box of this key file, made when it is missing; raises OSError when it cannot be read or is no key."""
        if not path.exists():
            # Of two processes that start at once the first makes it, and both read that one.
            with contextlib.suppress(FileExistsError):
                private_file(path, secrets.token_bytes(KEY_BYTES))
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise OSError(errno.EBADMSG, "the sealing key is damaged: put back the file of a backup", str(path))
        return cls(key)

    def seal(self, plain: str, owner: str) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """The plain text; raises Unsealable."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode()).decode()
        except (InvalidTag, ValueError) as fault:
            raise Unsealable from fault

    def digest(self, word: str) -> str:
        """Keyed SHA-256, for random codes that need no slow hash."""
        return hmac.digest(self._pepper, word.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
