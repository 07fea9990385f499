"""The sign-in conversation's rules: which proof opens which session. Knows no SSH; the door brings the proofs."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.access.roles import Role
from core.audit.entry import Draft, Severity
from core.clock import stamp
from core.errors import NotSignedIn, RecordUnavailable, StoreUnavailable, Throttled
from core.house import House
from core.identity import sessions, totp
from core.identity.sealed import Unsealable
from core.identity.sessions import Opening, Sessions
from core.identity.throttle import account_key, address_key
from core.operation import Stage
from core.recorder import Recorder, to_the_end
from core.secret import Secret
from core.store.store import Db, Row
from core.work import Caller

log = logging.getLogger("factory.entrance")

SHARED_NAME = "factory"
VISITOR = "visitor"


@dataclass(frozen=True, kw_only=True)
class KeyHolder:
    """Whose key it is, and which."""

    person_id: str
    username: str
    key_id: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A password that was right; a code may still be due."""

    person_id: str
    username: str
    code_due: bool
    stored: str = field(default="", repr=False)
    """The hash that it was checked against: a password that was replaced meanwhile opens nothing any more."""


class Entrance:
    """Checks proofs, opens sessions and records both outcomes; every store or record failure refuses."""

    def __init__(self, house: House, reader: Sessions, recorder: Recorder) -> None:
        self._house = house
        self._sessions = reader
        self._recorder = recorder

    async def holder(self, login: str, fingerprint: str) -> KeyHolder | None:
        """Who signs in with this key under this login name; None is one answer for every reason."""
        row = await self._house.store.fetch_one(
            "SELECT k.id AS key_id, p.id, p.username FROM keys k JOIN people p ON p.id = k.person_id"
            " WHERE k.fingerprint = :f AND p.enabled = 1",
            {"f": fingerprint},
        )
        if row is None or login not in (SHARED_NAME, row["username"]):
            return None
        return KeyHolder(person_id=row["id"], username=row["username"], key_id=row["key_id"], fingerprint=fingerprint)

    async def password(self, username: str, password: Secret, address: str) -> Passed | None:
        """Check a password; takes the same time whoever it is. Raises Throttled."""
        await self._house.throttle.spend(account_key(username), address_key(address))
        row = await self._person(username)
        stored = row["password_hash"] if row is not None and row["enabled"] else None
        if not await self._house.hasher.verifies(password, stored) or row is None:
            return None
        code_due = row["totp_sealed"] is not None
        if not code_due:
            await self._house.throttle.refund(account_key(username), address_key(address))
        return Passed(person_id=row["id"], username=row["username"], code_due=code_due, stored=stored or "")

    async def code(self, passed: Passed, code: Secret, address: str) -> str:
        """Use up a code or a recovery code: `totp`, `recovery`, or nothing when it is wrong."""
        house = self._house
        async with house.store.transaction() as db:
            row = await db.fetch_one("SELECT * FROM people WHERE id = :id AND enabled = 1", {"id": passed.person_id})
            try:
                factor = await totp.consume(db, house.box, row, code, house.clock.now()) if row is not None else ""
            except Unsealable:
                factor = ""
        if factor:
            await house.throttle.refund(account_key(passed.username), address_key(address))
        return factor

    async def _person(self, username: str) -> Row | None:
        return await self._house.store.fetch_one("SELECT * FROM people WHERE username = :u", {"u": username})

    async def open(self, opening: Opening) -> str:
        """Open the session that the proof allows and put it on record: its id. Raises CoreError when it cannot be."""
        house = self._house
        await self._recorder.ready()
        opened: list[str] = []

        async def change(db: Db) -> tuple[str, list[Draft]]:
            now = house.clock.now()
            allowed = opening if opening.person_id is None else await self._come_in(db, opening, opening.person_id)
            opened.append(await sessions.open_session(db, house.server, allowed, now))
            return opened[0], [_entry(allowed, opened[0], now)]

        try:
            session_id = await self._recorder.together(change)
        except BaseException:
            # Whoever waited for this session will never sit in it: it must not count as one of theirs.
            if opened:
                await to_the_end(house.store.execute(
                    "UPDATE sessions SET ended_at = opened_at, end_reason = 'nobody sat down' WHERE id = :id",
                    {"id": opened[0]},
                ))  # fmt: skip
            raise
        return session_id

    async def _come_in(self, db: Db, opening: Opening, person_id: str) -> Opening:
        """What the store says about a person at this moment, instead of what the door remembers."""
        house = self._house
        person = await db.fetch_one("SELECT * FROM people WHERE id = :id AND enabled = 1", {"id": person_id})
        if person is None:
            raise NotSignedIn("This account is disabled.")
        if opening.password_hash and opening.password_hash != person["password_hash"]:
            # Between the password and the code somebody may think for a minute.
            raise NotSignedIn("The password was changed meanwhile; sign in again.")
        live = await db.fetch_one(
            "SELECT count(*) AS n FROM sessions WHERE person_id = :p AND ended_at IS NULL", {"p": person_id}
        )
        if live is not None and live["n"] >= house.config.sessions_per_person:
            raise Throttled("There are {most} sessions of yours open; end one first.",
                            most=str(house.config.sessions_per_person))  # fmt: skip
        now = stamp(house.clock.now())
        await db.execute("UPDATE people SET last_sign_in_at = :now WHERE id = :id", {"now": now, "id": person_id})
        held = await db.execute(
            "UPDATE keys SET last_used_at = :now, last_address = :address WHERE fingerprint = :f AND person_id = :p",
            {"now": now, "address": opening.address, "f": opening.key_fingerprint, "p": person_id},
        )
        if opening.key_fingerprint and not held:
            raise NotSignedIn("That key was removed.")
        return replace(opening, username=person["username"], role=Role.named(person["role"]),
                       stage=self._stage(opening, person))  # fmt: skip

    def _stage(self, opening: Opening, person: Row) -> Stage:
        enrolled, required = person["totp_sealed"] is not None, self._house.config.mfa_required
        if opening.method == "dialogue" and person["must_change"]:
            return Stage.MUST_CHANGE
        if opening.factor:
            return Stage.FULL
        if enrolled:
            return Stage.HALF_OPEN
        return Stage.MUST_ENROL if required else Stage.FULL

    async def refused(self, login: str, address: str, method: str, why: str, **facts: str) -> None:
        """Put a failed sign-in on record; repeats from one address within a minute are counted."""
        name = facts.get("name", login)
        if name != login and await self._person(name) is None:
            # Sooner or later everybody types their password where the name belongs, and the record is for ever.
            facts["name"] = "(nobody here)"
        draft = Draft(
            action="session.open", actor=login, resource="door/ssh", outcome="refused",
            details={"method": method, "why": why, **facts}, severity=Severity.WARNING,
            ip_address=address, session_id="", at=self._house.clock.now(),
        )  # fmt: skip
        # By name as well, so that a guess at one account hides behind no other; once throttled, names are free to try.
        about = "" if why == "throttled" else facts.get("name", "")
        await self._recorder.counted((address, method, f"{why} {about}"), draft)

    async def close(self, caller: Caller, reason: str) -> None:
        """The connection is gone or said goodbye: end the row, once. Works without the record, to fail closed."""
        house = self._house

        async def change(db: Db) -> tuple[bool, list[Draft]]:
            now = house.clock.now()
            if not await sessions.end(db, caller.session_id, reason, now):
                return False, []
            return True, [Draft(
                action="session.close", actor=caller.username, resource=f"sessions/{caller.session_id}",
                outcome="done", details={"why": reason}, severity=Severity.INFO, ip_address=caller.address,
                session_id=caller.session_id, at=now,
            )]  # fmt: skip

        try:
            await self._recorder.together(change)
        except RecordUnavailable:
            log.warning("the end of a session waits in the outbox: the record cannot be written")
        except StoreUnavailable as fault:
            log.warning("the end of session %s is not kept: %s", caller.session_id, fault)


def _entry(opening: Opening, session_id: str, at: datetime) -> Draft:
    return Draft(
        action="session.open", actor=opening.username, resource=f"sessions/{session_id}", outcome="done",
        details={"method": opening.method, "factor": opening.factor, "key": opening.key_fingerprint,
                 "client": opening.client, "role": opening.role.word, "door": opening.door,
                 "stage": opening.stage.value},
        severity=Severity.INFO, ip_address=opening.address, session_id=session_id, at=at,
    )  # fmt: skip
