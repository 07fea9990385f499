"""Passwords: bcrypt over a pre-hash, off the loop and bounded in number; what counts as weak."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import NewType

import bcrypt

from core.errors import Invalid, Throttled
from core.secret import Secret

PasswordHash = NewType("PasswordHash", str)

COST = 12
LEAST = 12
LEAST_AT_BOOTSTRAP = 8
LONGEST = 256
KNOWN_WEAK = ("demo123", "admin123", "password", "changeme", "admin", "factory")
# Offline list of what is guessed first; compared without case. Known-weak ones stand first on purpose.
_GUESSED_FIRST = frozenset(
    [
        *KNOWN_WEAK,
        "12345678", "123456789", "1234567890", "123456789012", "password1", "password123", "passw0rd", "qwertyuiop",
        "qwerty123456", "iloveyou", "letmein", "welcome", "welcome1", "administrator", "adminadmin", "changeme123",
        "passwordpassword", "qwertyqwerty", "111111111111", "000000000000", "abcdefghijkl", "trustno1", "aifactory",
        "factory123", "correcthorsebatterystaple",
    ]
)  # fmt: skip
_WAITING = 32


def prehash(password: Secret) -> bytes:
    """SHA-384 in base64 (64 bytes): bcrypt stops at 72 bytes and at NUL, a long pass phrase must count to its end."""
    return base64.b64encode(hashlib.sha384(password.reveal().encode("utf-8", "surrogatepass")).digest())


def check_strength(password: Secret, username: str, *, least: int = LEAST) -> None:
    """Refuse what is short, guessed first or contains the name; raises Invalid with the reason."""
    text = password.reveal()
    if len(text) < least:
        raise Invalid("A password needs at least {least} characters.", least=str(least))
    if len(text) > LONGEST:
        raise Invalid("A password has at most {most} characters.", most=str(LONGEST))
    folded = text.casefold()
    if folded in _GUESSED_FIRST or len(set(folded)) < 4:
        raise Invalid("That password is among the first that anybody would guess.")
    if username in folded or "aifactory" in folded:
        raise Invalid("A password must not contain the user name or the product's.")


def verifies(password: Secret, stored: str) -> bool:
    """Whether the password made that hash; takes a quarter of a second, never call it on the loop."""
    try:
        return bcrypt.checkpw(prehash(password), stored.encode())
    except ValueError:
        return False


def make_hash(password: Secret) -> PasswordHash:
    """bcrypt at cost 12; takes a quarter of a second, never call it on the loop."""
    return PasswordHash(bcrypt.hashpw(prehash(password), bcrypt.gensalt(COST)).decode())


class Hasher:
    """Its own two threads: asyncssh signs everybody in on the loop's default pool, hashing must not stand there."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="hash")
        self._waiting = 0
        self._decoy = ""

    async def _run(self, work: object, *arguments: object) -> object:
        if self._waiting >= _WAITING:
            raise Throttled("Too many people are signing in right now; try again in a moment.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)  # type: ignore[arg-type]
        finally:
            self._waiting -= 1

    async def hash(self, password: Secret) -> PasswordHash:
        """Hash a new password; raises Throttled when too many wait."""
        return PasswordHash(str(await self._run(make_hash, password)))

    async def verifies(self, password: Secret, stored: str | None) -> bool:
        """Check a password; a missing hash costs the same time and is never right. Raises Throttled."""
        if stored is None:
            self._decoy = self._decoy or await self.hash(Secret(secrets.token_urlsafe(32)))
            await self._run(verifies, password, self._decoy)
            return False
        return bool(await self._run(verifies, password, stored))

    async def warm(self) -> None:
        """Make the decoy now, so that the first unknown name takes no longer than the second."""
        await self.verifies(Secret(""), None)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
