"""The signer's key and what it writes: notes and checkpoints (c2sp.org/signed-note, tlog-checkpoint)."""

from __future__ import annotations

import base64
import errno
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from core.audit.disk import make_file
from core.audit.verify.note import VerifierKey


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key under the record's name; never shown."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> VerifierKey:
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The note: `text`, which ends in a newline, a blank line and our signature line."""
        signature = base64.b64encode(self.public.id + self.private.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {signature}\n".encode()

    def checkpoint(self, size: int, root: bytes) -> bytes:
        """A signed checkpoint over so many lines."""
        return self.sign(f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n")


def load_or_make_key(path: Path, name: str) -> tuple[SigningKey, bool]:
    """The key in `path`, and whether it was made just now; several processes may ask at once."""
    if not re.fullmatch(r"[^\s+]{1,200}", name):
        raise ValueError("the origin is one word without a plus sign")
    made = False
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        made = make_file(path, fresh)
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise OSError(errno.EBADMSG, "the record's key is damaged: put back the file of a backup", str(path))
    return SigningKey(name, private), made
