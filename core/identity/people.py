"""People: accounts, their roles, whether they are enabled."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from core.access.permissions import Permission
from core.access.roles import Role, may_hand_out
from core.clock import stamp
from core.errors import Conflict, Invalid
from core.identity import keys as key_rows
from core.identity import passwords, rows, sessions
from core.identity.rows import LIST_PEOPLE, Person, person_of
from core.operation import Demo, Operation, Risk
from core.secret import Secret
from core.text import RESERVED_NAMES, Blob, Label, Username, Word
from core.work import Outing, Work


class ListPeople(Operation[tuple[Person, ...]], name="users.list", needs=Permission.USERS_READ,
                 risk=Risk.LOOK, demo=Demo.REFUSE):  # fmt: skip
    """List all accounts with their roles and factors."""

    async def run(self, work: Work) -> tuple[Person, ...]:
        return tuple(map(person_of, await work.db.fetch_all(LIST_PEOPLE + " ORDER BY p.username")))


class ShowPerson(Operation[Person], name="users.show", needs=Permission.USERS_READ,
                 risk=Risk.LOOK, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Show one account."""

    username: Word

    async def run(self, work: Work) -> Person:
        return await rows.shown(work.db, (await rows.by_name(work.db, self.username))["id"])


class CreatePerson(Operation[Person], name="users.create", needs=Permission.USERS_MANAGE,
                   risk=Risk.CHANGE, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Open an account with one role; without a password nobody can sign in to it yet."""

    username: Username
    role: Word = Role.VIEWER.word
    password: Secret | None = None
    """Must be replaced at the first sign-in, since somebody else knows it."""

    async def ahead(self, outing: Outing) -> object:
        if self.password is None:
            return None
        passwords.check_strength(self.password, self.username)
        return await outing.house.hasher.hash(self.password)

    async def run(self, work: Work) -> Person:
        role = Role.named(self.role)
        may_hand_out(work.caller.role, role)
        if self.username in RESERVED_NAMES:
            raise Invalid("The name {username} is reserved.", username=self.username)
        password_hash = str(work.ahead) if work.ahead is not None else None
        person_id = await rows.insert(work.db, self.username, role, stamp(work.clock.now()),
                                      password_hash=password_hash, must_change=password_hash is not None)  # fmt: skip
        work.note(username=self.username, role_given=role.word, password=password_hash is not None)
        return await rows.shown(work.db, person_id)


class SetRole(Operation[Person], name="users.set-role", needs=Permission.USERS_MANAGE,
              risk=Risk.CHANGE, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Give somebody another role; it holds from their next call on."""

    username: Word
    role: Word

    async def run(self, work: Work) -> Person:
        role = Role.named(self.role)
        may_hand_out(work.caller.role, role)
        row = await rows.by_name(work.db, self.username)
        await work.db.execute("UPDATE people SET role = :role, updated_at = :now WHERE id = :id",
                              {"role": role.word, "now": stamp(work.clock.now()), "id": row["id"]})  # fmt: skip
        await rows.keep_a_super_admin(work.db)
        work.note(role_before=row["role"], role_given=role.word)
        return await rows.shown(work.db, row["id"])


class EnablePerson(Operation[Person], name="users.enable", needs=Permission.USERS_MANAGE,
                   risk=Risk.CHANGE, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Let a disabled account sign in again."""

    username: Word

    async def run(self, work: Work) -> Person:
        return await _set_enabled(work, self.username, True)


class DisablePerson(Operation[Person], name="users.disable", needs=Permission.USERS_MANAGE,
                    risk=Risk.CHANGE, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Shut an account and end its sessions at once."""

    username: Word

    async def run(self, work: Work) -> Person:
        return await _set_enabled(work, self.username, False)


async def _set_enabled(work: Work, username: str, enabled: bool) -> Person:
    row = await rows.by_name(work.db, username)
    now = work.clock.now()
    await work.db.execute("UPDATE people SET enabled = :enabled, updated_at = :now WHERE id = :id",
                          {"enabled": int(enabled), "now": stamp(now), "id": row["id"]})  # fmt: skip
    if not enabled:
        await rows.keep_a_super_admin(work.db)
        ended = await sessions.end_all_of(work.db, row["id"], "the account was disabled", now)
        work.note(sessions_ended=ended)
    return await rows.shown(work.db, row["id"])


class DeletePerson(Operation[Person], name="users.delete", needs=Permission.USERS_MANAGE,
                   risk=Risk.DANGER, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Delete an account with its keys and factors; what it did stays on record."""

    username: Word

    async def run(self, work: Work) -> Person:
        row = await rows.by_name(work.db, self.username)
        if row["id"] == work.caller.person_id:
            raise Conflict("Nobody deletes the account they are using.")
        gone = await rows.shown(work.db, row["id"])
        ended = await sessions.end_all_of(work.db, row["id"], "the account was deleted", work.clock.now())
        await work.db.execute("DELETE FROM people WHERE id = :id", {"id": row["id"]})
        await rows.keep_a_super_admin(work.db)
        work.note(role_before=row["role"], sessions_ended=ended)
        return gone


@dataclass(frozen=True, kw_only=True)
class OneTimePassword:
    """Shown once; its owner replaces it at the next sign-in."""

    username: str
    password: str


class ResetPassword(Operation[OneTimePassword], name="users.reset-password", needs=Permission.USERS_MANAGE,
                    risk=Risk.DANGER, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Replace somebody's password by a random one that must be changed at sign-in; factors stay."""

    username: Word

    async def ahead(self, outing: Outing) -> object:
        password = Secret(secrets.token_urlsafe(15))
        return password, await outing.house.hasher.hash(password)

    async def run(self, work: Work) -> OneTimePassword:
        assert isinstance(work.ahead, tuple)
        password, password_hash = work.ahead
        row = await rows.by_name(work.db, self.username)
        now = work.clock.now()
        await work.db.execute(
            "UPDATE people SET password_hash = :hash, must_change = 1, updated_at = :now WHERE id = :id",
            {"hash": password_hash, "now": stamp(now), "id": row["id"]},
        )
        ended = await sessions.end_all_of(work.db, row["id"], "the password was reset", now, but=work.caller.session_id)
        work.note(sessions_ended=ended)
        return OneTimePassword(username=row["username"], password=password.reveal())


class ResetFactor(Operation[Person], name="users.reset-mfa", needs=Permission.USERS_MANAGE,
                  risk=Risk.DANGER, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Remove somebody's lost second factor; they make a new one at their next sign-in."""

    username: Word

    async def run(self, work: Work) -> Person:
        row = await rows.by_name(work.db, self.username)
        now = work.clock.now()
        await work.db.execute(
            "UPDATE people SET totp_sealed = NULL, totp_pending = NULL, updated_at = :now WHERE id = :id",
            {"now": stamp(now), "id": row["id"]},
        )
        await work.db.execute("DELETE FROM recovery_codes WHERE person_id = :id", {"id": row["id"]})
        ended = await sessions.end_all_of(work.db, row["id"], "the second factor was reset", now)
        work.note(sessions_ended=ended)
        return await rows.shown(work.db, row["id"])


class AddKeyFor(Operation[key_rows.Key], name="users.add-key", needs=Permission.USERS_MANAGE,
                risk=Risk.DANGER, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Add a public key to somebody's account, so that they can sign in for the first time."""

    username: Word
    label: Label
    key: Blob

    async def run(self, work: Work) -> key_rows.Key:
        row = await rows.by_name(work.db, self.username)
        return await key_rows.insert(work, row["id"], self.label, self.key)
