"""What the SSH phase has proved so far. Identity comes from here and from nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from asyncssh.packet import SSHPacket

from core.identity.entrance import KeyHolder, Passed

USER_VERIFIED = 0x04


@dataclass(frozen=True, kw_only=True)
class KeyProof:
    """A signature that verified, by a key that somebody registered."""

    holder: KeyHolder
    user_verified: bool
    """A hardware key that says its owner's PIN or finger was checked: counts as both factors."""


@dataclass(frozen=True, kw_only=True)
class DialogueProof:
    """A password that was right, and the code where one was due."""

    passed: Passed
    factor: str


Proof = KeyProof | DialogueProof


def user_verified(key_data: bytes, signature: bytes) -> bool:
    """Whether a verified sk- signature carries the user-verified flag (OpenSSH PROTOCOL.u2f: alg, sig, flags, counter).

    asyncssh checks touch only, and drops the flags."""
    if not SSHPacket(key_data).get_string().startswith(b"sk-"):
        return False
    packet = SSHPacket(signature)
    packet.get_string()
    packet.get_string()
    return bool(packet.get_byte() & USER_VERIFIED)
