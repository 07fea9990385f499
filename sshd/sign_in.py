"""asyncssh's callbacks at the operators' door, translated to core/identity/entrance.py and back."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import asyncssh

from core.access.roles import Role
from core.assembly import Core
from core.errors import CoreError, Throttled
from core.identity.entrance import SHARED_NAME
from core.identity.keys import fingerprint_of
from core.identity.sessions import Opening
from core.operation import Stage
from core.secret import Secret
from core.text import clip, one_line
from sshd.dialogue import Dialogue, Question
from sshd.doorway import Visit
from sshd.guest import Guest
from sshd.proof import DialogueProof, KeyProof, Proof, user_verified
from sshd.session import Front

log = logging.getLogger("factory.sign_in")

FAILURES = 3
"""Wrong passwords, codes or signatures on one connection; asyncssh itself never stops counting."""
OFFERS = 10
"""Different unknown keys on one connection; twice as many times in all."""


class SignIn(Guest):
    """The operators' door: a key that signs, or the dialogue."""

    def __init__(self, core: Core, front: Front, visit: Visit) -> None:
        super().__init__(core, front, visit)
        self.login = ""
        self.proof: Proof | None = None
        self.failures = self.offers = 0
        self.refused: list[str] = []
        self.dialogue: Dialogue | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        super().connection_made(conn)
        self._verify = conn.validate_public_key
        conn.validate_public_key = self._key  # type: ignore[method-assign]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.desk.done() and self.login:
            self._later(self._record_leaving())
        super().connection_lost(exc)

    async def _record_leaving(self) -> None:
        if self.refused:
            await self._refused("publickey", "unknown key", keys=" ".join(self.refused[:5]))

    async def _refused(self, method: str, why: str, **facts: str) -> None:
        await self.core.entrance.refused(self.login, self.visit.address, method, why, client=self.client, **facts)

    def begin_auth(self, username: str) -> bool:
        """Called for the first request and again whenever the client changes the name: all proofs are void then."""
        self.login = clip(one_line(username).lower(), 64)
        self.proof = self.dialogue = None
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        # The dialogue asks for the code as well; a lone password message could not.
        return False

    # -- keys --------------------------------------------------------------------------------------------------------

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """A mere offer, or the first half of a signed request: answers whether the key is known, proves nothing."""
        return await self.core.entrance.holder(self.login, fingerprint_of(key.public_data)) is not None

    async def _key(self, username: str, key_data: bytes, msg: bytes, signature: bytes) -> bool:
        """Around asyncssh's own check: the only place where a key becomes a proof, after its signature verified."""
        self.proof = self.dialogue = None
        try:
            known = await self._verify(username, key_data, msg, signature)
            if known and msg:
                holder = await self.core.entrance.holder(self.login, fingerprint_of(key_data))
                if holder is not None:
                    self.proof = KeyProof(holder=holder, user_verified=user_verified(key_data, signature))
                return holder is not None
        except (ValueError, OverflowError, asyncssh.Error) as fault:
            # Malformed keys reach asyncssh's decoders before anybody signed in: an attack, not an error of ours.
            log.info("a malformed key from %s: %s", self.visit.address, type(fault).__name__)
            await self._refused("publickey", "malformed key")
            self._failed()
            return False
        if not known:
            fingerprint = fingerprint_of(key_data)
            if msg and await self.core.entrance.holder(self.login, fingerprint) is not None:
                await self._refused("publickey", "bad signature", keys=fingerprint)
                self._failed()
            else:
                # Paramiko and libssh sign with each of their keys without asking first: no attack, an offer.
                self._offer_refused(fingerprint)
        return known

    def _offer_refused(self, fingerprint: str) -> None:
        self.offers += 1
        if self.offers >= 2 * OFFERS:
            self._goodbye("Too many offers")
        if fingerprint in self.refused:
            return
        self.refused.append(fingerprint)
        words = f"factory: key {fingerprint} is not known here."
        if len(self.refused) == 1:
            words += "\n         To offer one key only: ssh -o IdentitiesOnly=yes -i ~/.ssh/that_key ..."
        self.conn.send_auth_banner(words + "\n")
        if len(self.refused) >= OFFERS:
            self._goodbye("Too many unknown keys: use -o IdentitiesOnly=yes -i KEYFILE")

    # -- the dialogue ------------------------------------------------------------------------------------------------

    async def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        self.proof = None
        self.dialogue = Dialogue(self.core.entrance, self.login, SHARED_NAME, self.visit.address)
        return self.dialogue.first(self.refused).challenge()

    async def validate_kbdint_response(self, username: str, responses: Any) -> Any:
        dialogue = self.dialogue
        if dialogue is None:
            return False
        try:
            step = await dialogue.answer([Secret(text) for text in responses])
        except Throttled as refusal:
            await self._refused("dialogue", "throttled", name=dialogue.name)
            step = dialogue.farewell(str(refusal))
        except CoreError as refusal:
            step = dialogue.farewell(str(refusal))
        except Exception:
            log.exception("a dialogue failed")
            return False
        if isinstance(step, Question):
            return step.challenge()
        if isinstance(step, DialogueProof) and self.dialogue is dialogue:
            self.proof = step
            return True
        await self._refused("dialogue", dialogue.fault or "wrong", name=dialogue.name)
        self.dialogue = None
        self._failed()
        return False

    def _failed(self) -> None:
        self.failures += 1
        if self.failures >= FAILURES:
            self._goodbye("Too many authentication failures")

    def _goodbye(self, words: str) -> None:
        self.conn.disconnect(asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, words)

    # -- in ----------------------------------------------------------------------------------------------------------

    async def auth_completed(self) -> None:
        """Take identity from the proof; there is one exactly when the last method tried was the one that proved it."""
        proof = self.proof
        if isinstance(proof, KeyProof):
            holder = proof.holder
            opening = self._opening(holder.username, holder.person_id, "publickey", holder.fingerprint,
                                    "key+pin" if proof.user_verified else "")  # fmt: skip
        elif isinstance(proof, DialogueProof):
            passed = proof.passed
            opening = replace(self._opening(passed.username, passed.person_id, "dialogue", "", proof.factor),
                              password_hash=passed.stored)  # fmt: skip
        else:
            self._goodbye("Not signed in")
            return
        await self.let_in(opening)

    def _opening(self, username: str, person_id: str, method: str, fingerprint: str, factor: str) -> Opening:
        return Opening(
            username=username, person_id=person_id, role=Role.VIEWER, stage=Stage.HALF_OPEN, door=self.door,
            address=self.visit.address, client=self.client, method=method, key_fingerprint=fingerprint, factor=factor,
        )  # fmt: skip
