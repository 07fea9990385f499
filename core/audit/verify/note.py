"""Reading signed notes and checkpoints as C2SP describes them (c2sp.org/signed-note, tlog-checkpoint)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"


class BadNote(ValueError):
    """Not a note, or not one that this key has signed."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key and the name that stands on its signature lines."""

    name: str
    public: bytes
    """32 bytes, Ed25519."""

    @property
    def id(self) -> bytes:
        """The four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """For people to compare."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.public).digest()).decode().rstrip("=")

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


@dataclass(frozen=True)
class Checkpoint:
    """What the signer said: so many lines had this root."""

    origin: str
    size: int
    root: bytes


def read_key(text: str) -> VerifierKey:
    """Read a verifier key in note format; raises BadNote."""
    name, _, rest = text.strip().partition("+")
    identity, _, encoded = rest.partition("+")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise BadNote("not a verifier key") from error
    key = VerifierKey(name, blob[1:])
    if not name or blob[:1] != ED25519 or len(blob) != 33 or identity != key.id.hex():
        raise BadNote("not a verifier key")
    return key


def open_note(note: bytes, key: VerifierKey) -> str:
    """The text of a note that `key` has signed; raises BadNote."""
    body, blank, signatures = note.rpartition(b"\n\n")
    text = body + b"\n"
    if not blank or not note.endswith(b"\n") or len(note) > 1_000_000:
        raise BadNote("not a signed note")
    for line in signatures.decode(errors="replace").splitlines():
        mark, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        try:
            blob = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadNote("not a signature line") from error
        if mark != "—" or len(blob) < 5:
            raise BadNote("not a signature line")
        if name == key.name and blob[:4] == key.id:
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(blob[4:], text)
            except InvalidSignature as error:
                raise BadNote("the signature does not fit the text") from error
            return text.decode()
    raise BadNote("not signed by this key")


def open_checkpoint(note: bytes, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a note that `key` has signed, its origin being the key's name; raises BadNote."""
    lines = open_note(note, key).split("\n")
    if len(lines) < 4 or lines[0] != key.name or not re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]):
        raise BadNote("not a checkpoint of this record")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as error:
        raise BadNote("not a checkpoint of this record") from error
    if len(root) != 32:
        raise BadNote("not a checkpoint of this record")
    return Checkpoint(lines[0], int(lines[1]), root)


def split_notes(data: bytes) -> list[bytes]:
    """The notes of a file that holds many, one after another."""
    return re.findall(rb"(?s)(?:[^\n]+\n)+\n(?:\xe2\x80\x94 [^\n]+\n)+", data)
