"""The second factor: RFC 6238 codes, each accepted once."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime

import pyotp

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import Conflict, Invalid
from core.identity import rows
from core.identity.recovery import RecoveryCodes, fresh_codes
from core.identity.sealed import Box, Unsealable
from core.operation import ANY_STAGE, FULL_ONLY, Demo, Operation, Risk, Stage
from core.secret import Secret
from core.store.store import Db, Row
from core.work import Outing, Work

ISSUER = "AI-Factory"
STEP_SECONDS = 30
DRIFT = 1
_DIGITS = re.compile("[0-9]{6}")


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, within one step of drift either way; None when there is none."""
    if not _DIGITS.fullmatch(code):
        return None
    clock = pyotp.TOTP(secret, interval=STEP_SECONDS)
    step = int(now.timestamp()) // STEP_SECONDS
    found = None
    for candidate in range(step - DRIFT, step + DRIFT + 1):
        # No early exit: the time taken must not tell which step matched.
        if hmac.compare_digest(clock.at(candidate * STEP_SECONDS), code):
            found = candidate
    return found


def tidy(code: Secret) -> str:
    """The code without the blanks and dashes that people type."""
    return re.sub(r"[\s-]", "", code.reveal()).lower()


async def consume(db: Db, box: Box, person: Row, code: Secret, now: datetime) -> str:
    """Use up a code of the person's, once and for ever: `totp`, `recovery`, or nothing when it is wrong.

    Must run inside a transaction: of two parallel uses one finds the step or the code taken."""
    typed = tidy(code)
    if person["totp_sealed"] is None:
        return ""
    step = matching_step(box.open(person["totp_sealed"], person["id"]), typed, now)
    if step is not None:
        taken = await db.execute(
            "UPDATE people SET totp_last_step = :step WHERE id = :id AND totp_last_step < :step",
            {"step": step, "id": person["id"]},
        )
        return "totp" if taken else ""
    used = await db.execute(
        "UPDATE recovery_codes SET used_at = :now WHERE person_id = :id AND digest = :digest AND used_at IS NULL",
        {"now": stamp(now), "id": person["id"], "digest": box.digest(typed)},
    )
    return "recovery" if used else ""


async def next_stage(db: Db, session_id: str, person_id: str, mfa_required: bool) -> Stage:
    """Move a session on after a password or a factor was made; the stage it is at then."""
    person = await rows.by_id(db, person_id)
    if person["must_change"]:
        stage = Stage.MUST_CHANGE
    elif person["totp_sealed"] is None and mfa_required:
        stage = Stage.MUST_ENROL
    else:
        stage = Stage.FULL
    await db.execute("UPDATE sessions SET stage = :stage WHERE id = :id", {"stage": stage.value, "id": session_id})
    return stage


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What somebody can prove themselves with."""

    second_factor: bool
    recovery_codes_left: int
    hardware_keys: int
    required: bool
    stage: str


class ShowFactors(Operation[Factors], name="mfa.show", needs=Permission.SELF_MANAGE,
                  risk=Risk.LOOK, demo=Demo.RUN, at=ANY_STAGE):  # fmt: skip
    """Show your second factors and how many recovery codes are left."""

    async def run(self, work: Work) -> Factors:
        person = await rows.by_id(work.db, work.caller.person_id)
        left = await work.db.fetch_one(
            "SELECT count(*) AS n FROM recovery_codes WHERE person_id = :id AND used_at IS NULL",
            {"id": person["id"]},
        )
        hardware = await work.db.fetch_one(
            "SELECT count(*) AS n FROM keys WHERE person_id = :id AND algorithm IN"
            " ('sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com')", {"id": person["id"]},
        )  # fmt: skip
        assert left is not None
        assert hardware is not None
        return Factors(second_factor=person["totp_sealed"] is not None, recovery_codes_left=left["n"],
                       hardware_keys=hardware["n"], required=work.config.mfa_required,
                       stage=work.caller.stage.value)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """What an authenticator app needs; shown once, worth nothing until a code proves it."""

    secret: str
    uri: str


class Enrol(Operation[Enrolment], name="mfa.enrol", needs=Permission.SELF_MANAGE,
            risk=Risk.REVEAL, demo=Demo.REFUSE, at=(Stage.MUST_ENROL, Stage.FULL)):  # fmt: skip
    """Start a new second factor; `mfa confirm` with a first code makes it yours."""

    async def run(self, work: Work) -> Enrolment:
        person = await rows.by_id(work.db, work.caller.person_id)
        _fresh_to_replace(work, person)
        secret = pyotp.random_base32(32)
        await work.db.execute("UPDATE people SET totp_pending = :sealed WHERE id = :id",
                              {"sealed": work.box.seal(secret, person["id"]), "id": person["id"]})  # fmt: skip
        uri = pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=person["username"], issuer_name=ISSUER)
        return Enrolment(secret=secret, uri=uri)


def _fresh_to_replace(work: Work, person: Row) -> None:
    # A borrowed open session must not be enough to swap the factor it was opened with.
    if person["totp_sealed"] is not None and not work.factor_is_fresh:
        raise Conflict("You have a second factor: prove it again (mfa prove) before you replace it.")


class Confirm(Operation[RecoveryCodes], name="mfa.confirm", needs=Permission.SELF_MANAGE,
              risk=Risk.REVEAL, demo=Demo.REFUSE, at=(Stage.MUST_ENROL, Stage.FULL)):  # fmt: skip
    """Prove the new second factor with its first code, and receive ten recovery codes."""

    code: Secret

    async def ahead(self, outing: Outing) -> object:
        await outing.house.throttle.spend(f"factor:{outing.caller.username}")
        return None

    async def run(self, work: Work) -> RecoveryCodes:
        person = await rows.by_id(work.db, work.caller.person_id)
        if person["totp_pending"] is None:
            raise Conflict("There is nothing to confirm: start with mfa enrol.")
        try:
            secret = work.box.open(person["totp_pending"], person["id"])
        except Unsealable as fault:
            raise Conflict("The pending second factor cannot be read any more: start again with mfa enrol.") from fault
        now = work.clock.now()
        step = matching_step(secret, tidy(self.code), now)
        if step is None:
            raise Invalid("That code is not right; check the clock of your phone and try the next one.")
        await work.db.execute(
            "UPDATE people SET totp_sealed = totp_pending, totp_pending = NULL, totp_last_step = :step,"
            " updated_at = :now WHERE id = :id",
            {"step": step, "now": stamp(now), "id": person["id"]},
        )
        codes = await fresh_codes(work.db, work.box, person["id"])
        await work.db.execute("UPDATE sessions SET factor = 'totp', factor_at = :now WHERE id = :id",
                              {"now": stamp(now), "id": work.caller.session_id})  # fmt: skip
        stage = await next_stage(work.db, work.caller.session_id, person["id"], work.config.mfa_required)
        return RecoveryCodes(codes=codes, stage=stage.value)

    async def afterwards(self, outing: Outing, result: RecoveryCodes) -> None:
        await outing.house.throttle.refund(f"factor:{outing.caller.username}")


@dataclass(frozen=True, kw_only=True)
class Proved:
    """The second factor counts for this whole connection."""

    factor: str
    stage: str


class Prove(Operation[Proved], name="mfa.prove", needs=Permission.SELF_MANAGE,
            risk=Risk.CHANGE, demo=Demo.RUN, at=(Stage.HALF_OPEN, *FULL_ONLY)):  # fmt: skip
    """Prove your second factor with a code or a recovery code: opens a half-open session, and freshens an open one."""

    code: Secret

    async def ahead(self, outing: Outing) -> object:
        # Spent before it is checked and refunded when right: parallel guesses cannot slip past the limit.
        await outing.house.throttle.spend(f"factor:{outing.caller.username}")
        return None

    async def run(self, work: Work) -> Proved:
        person = await rows.by_id(work.db, work.caller.person_id)
        now = work.clock.now()
        try:
            factor = await consume(work.db, work.box, person, self.code, now)
        except Unsealable as fault:
            raise Conflict("Your second factor cannot be read any more; ask for users reset-mfa.") from fault
        if not factor:
            raise Invalid("That code is not right, or was used already; wait for the next one.")
        await work.db.execute("UPDATE sessions SET factor = :factor, factor_at = :now WHERE id = :id",
                              {"factor": factor, "now": stamp(now), "id": work.caller.session_id})  # fmt: skip
        stage = Stage.FULL
        if work.caller.stage is Stage.HALF_OPEN:
            stage = await next_stage(work.db, work.caller.session_id, person["id"], work.config.mfa_required)
        work.note(factor=factor)
        return Proved(factor=factor, stage=stage.value)

    async def afterwards(self, outing: Outing, result: Proved) -> None:
        await outing.house.throttle.refund(f"factor:{outing.caller.username}")
