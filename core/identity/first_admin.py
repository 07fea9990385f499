"""The very first administrator: by question, from the development setting, or with a random one-time password."""

from __future__ import annotations

from core.access.permissions import Permission
from core.access.roles import Role
from core.clock import stamp
from core.errors import Conflict
from core.identity import passwords, rows
from core.identity.rows import Person
from core.operation import Demo, Operation, Risk
from core.secret import Secret
from core.text import Username
from core.work import Outing, Work

ADMIN = "admin"


class CreateFirstAdmin(Operation[Person], name="factory.bootstrap", needs=Permission.FACTORY_BOOTSTRAP,
                       risk=Risk.CHANGE, demo=Demo.REFUSE, on="username"):  # fmt: skip
    """Open the first super_admin's account on an empty volume; only the machine itself may."""

    password: Secret
    username: Username = ADMIN
    must_change: bool = False

    async def ahead(self, outing: Outing) -> object:
        return await outing.house.hasher.hash(self.password)

    async def run(self, work: Work) -> Person:
        if await work.db.fetch_one("SELECT 1 FROM people LIMIT 1") is not None:
            raise Conflict("This volume has accounts already; it is never reset.")
        person_id = await rows.insert(work.db, self.username, Role.SUPER_ADMIN, stamp(work.clock.now()),
                                      password_hash=str(work.ahead), must_change=self.must_change)  # fmt: skip
        work.note(role_given=Role.SUPER_ADMIN.word, must_change=self.must_change)
        return await rows.shown(work.db, person_id)


def check_first(password: Secret, *, least: int = passwords.LEAST_AT_BOOTSTRAP) -> None:
    """Refuse a first password that is short; raises Invalid."""
    passwords.check_strength(password, ADMIN, least=least)
