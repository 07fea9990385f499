"""Public keys for tests, made on the spot: nobody holds their other halves."""

from __future__ import annotations

import base64
import hashlib
import struct


def blob(*parts: bytes) -> bytes:
    """Length-prefixed strings (RFC 4251 section 5)."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def line(algorithm: str, *parts: bytes, comment: str = "") -> str:
    """One line as in a .pub file."""
    encoded = base64.b64encode(blob(algorithm.encode(), *parts)).decode()
    return f"{algorithm} {encoded} {comment}".rstrip()


def ed25519(seed: int = 0, comment: str = "") -> str:
    """A different key for each seed."""
    return line("ssh-ed25519", hashlib.sha256(bytes([seed])).digest(), comment=comment)


def rsa(bits: int) -> str:
    return line("ssh-rsa", b"\x01\x00\x01", b"\x00" + ((1 << (bits - 1)) | 1).to_bytes(bits // 8, "big"))


ED25519 = ed25519()
FINGERPRINT = "SHA256:" + base64.b64encode(
    hashlib.sha256(base64.b64decode(ED25519.split()[1])).digest()
).decode().rstrip("=")
