"""What everybody may do about themselves: who am I, my password, my language and theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.access.permissions import Permission
from core.access.roles import GRANTS
from core.clock import stamp
from core.errors import Conflict, Invalid, NotFound
from core.identity import passwords, rows, sessions, totp
from core.identity.throttle import account_key
from core.operation import ANY_STAGE, Demo, Operation, Risk, Stage
from core.secret import Secret
from core.text import Word
from core.work import Outing, Work

LANGUAGES = ("en", "ru", "es")
Language = Literal["auto", "en", "ru", "es"]


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who this session is, and what it may."""

    username: str
    role: str
    stage: str
    session: str
    door: str
    address: str
    factor: str
    language: str
    theme: str
    permissions: tuple[str, ...]


class WhoAmI(Operation[Me], name="whoami.show", needs=Permission.SELF_READ,
             risk=Risk.LOOK, demo=Demo.RUN, at=ANY_STAGE):  # fmt: skip
    """Show who you are here and what your role may."""

    async def run(self, work: Work) -> Me:
        caller = work.caller
        person = await work.db.fetch_one("SELECT language, theme FROM people WHERE id = :id", {"id": caller.person_id})
        return Me(
            username=caller.username, role=caller.role.word, stage=caller.stage.value, session=caller.session_id,
            door=caller.door, address=caller.address, factor=caller.factor,
            language=person["language"] if person else "auto", theme=person["theme"] if person else "night",
            permissions=tuple(sorted(f"{p.value} ({r.name.lower()})" for p, r in GRANTS[caller.role].items())),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Changed:
    """The session's stage after the change, and how many other sessions it ended."""

    stage: str
    sessions_ended: int


class ChangePassword(Operation[Changed], name="password.change", needs=Permission.SELF_MANAGE,
                     risk=Risk.CHANGE, demo=Demo.REFUSE, at=(Stage.MUST_CHANGE, Stage.FULL)):  # fmt: skip
    """Change your password; your other sessions end."""

    new: Secret
    current: Secret | None = None
    """Asked for unless this sign-in just proved it and the password must be changed."""

    async def ahead(self, outing: Outing) -> object:
        house, caller = outing.house, outing.caller
        row = await house.store.fetch_one("SELECT * FROM people WHERE id = :id", {"id": caller.person_id})
        if row is None:
            raise NotFound("This session belongs to nobody with an account.")
        passwords.check_strength(self.new, caller.username)
        old = row["password_hash"]
        if old is not None and caller.stage is Stage.FULL:
            if self.current is None:
                raise Invalid("Type the current password as well.")
            await house.throttle.spend(account_key(caller.username))
            if not await house.hasher.verifies(self.current, old):
                raise Invalid("The current password is not right.")
            await house.throttle.refund(account_key(caller.username))
        if old is not None and await house.hasher.verifies(self.new, old):
            raise Invalid("The new password is the old one.")
        return old, await house.hasher.hash(self.new)

    async def run(self, work: Work) -> Changed:
        assert isinstance(work.ahead, tuple)
        old, new = work.ahead
        now = work.clock.now()
        person = await rows.by_id(work.db, work.caller.person_id)
        if person["password_hash"] != old:
            raise Conflict("The password was changed meanwhile; sign in again.")
        await work.db.execute(
            "UPDATE people SET password_hash = :new, must_change = 0, updated_at = :now WHERE id = :id",
            {"new": new, "now": stamp(now), "id": person["id"]},
        )
        ended = await sessions.end_all_of(work.db, person["id"], "the password was changed", now,
                                          but=work.caller.session_id)  # fmt: skip
        stage = work.caller.stage
        if stage is Stage.MUST_CHANGE:
            stage = await totp.next_stage(work.db, work.caller.session_id, person["id"], work.config.mfa_required)
        work.note(sessions_ended=ended)
        return Changed(stage=stage.value, sessions_ended=ended)

    async def afterwards(self, outing: Outing, result: Changed) -> None:
        # The password in the bootstrap file is worth nothing any more, and must not look as if it were.
        file = outing.house.config.bootstrap_file
        if file.exists() and f"username: {outing.caller.username}\n" in file.read_text(encoding="utf-8"):
            file.unlink()


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """How the console looks and talks to one person."""

    language: str
    theme: str


class SetPreferences(Operation[Preferences], name="preferences.set", needs=Permission.SELF_MANAGE,
                     risk=Risk.CHANGE, demo=Demo.REFUSE):  # fmt: skip
    """Choose your language and theme."""

    language: Language | None = None
    theme: Word | None = None

    async def run(self, work: Work) -> Preferences:
        person = await rows.by_id(work.db, work.caller.person_id)
        chosen = Preferences(language=self.language or person["language"], theme=self.theme or person["theme"])
        await work.db.execute("UPDATE people SET language = :language, theme = :theme WHERE id = :id",
                              {"language": chosen.language, "theme": chosen.theme, "id": person["id"]})  # fmt: skip
        work.note(language=chosen.language, theme=chosen.theme)
        return chosen
