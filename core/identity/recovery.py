"""Recovery codes: what stands in for a second factor that was lost; `totp.consume` takes them."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

from core.access.permissions import Permission
from core.errors import Conflict
from core.identity import rows
from core.identity.sealed import Box
from core.operation import Demo, Operation, Risk
from core.store.store import Db
from core.work import Work

RECOVERY_CODES = 10


@dataclass(frozen=True, kw_only=True)
class RecoveryCodes:
    """Each works once, in place of a code; shown now and never again."""

    codes: tuple[str, ...]
    stage: str


async def fresh_codes(db: Db, box: Box, person_id: str) -> tuple[str, ...]:
    """Replace a person's recovery codes; 80 bits each, stored as keyed digests."""
    await db.execute("DELETE FROM recovery_codes WHERE person_id = :id", {"id": person_id})
    codes = []
    for _ in range(RECOVERY_CODES):
        code = base64.b32encode(secrets.token_bytes(10)).decode().lower()
        await db.execute("INSERT INTO recovery_codes (person_id, digest) VALUES (:id, :digest)",
                         {"id": person_id, "digest": box.digest(code)})  # fmt: skip
        codes.append("-".join(code[at : at + 4] for at in range(0, 16, 4)))
    return tuple(codes)


class NewRecoveryCodes(Operation[RecoveryCodes], name="mfa.recovery", needs=Permission.SELF_MANAGE,
                       risk=Risk.DANGER, demo=Demo.REFUSE):  # fmt: skip
    """Replace your recovery codes by ten new ones."""

    async def run(self, work: Work) -> RecoveryCodes:
        person = await rows.by_id(work.db, work.caller.person_id)
        if person["totp_sealed"] is None:
            raise Conflict("Recovery codes stand in for a second factor; make one first.")
        return RecoveryCodes(codes=await fresh_codes(work.db, work.box, person["id"]), stage=work.caller.stage.value)
