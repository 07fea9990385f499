"""Why somebody may or may not do something, in words, and who could change that."""

from __future__ import annotations

from dataclasses import dataclass

from core.access import guards
from core.access.permissions import Permission, Reach
from core.access.roles import Role, reach_of, roles_with
from core.config import Mode
from core.errors import GuardRefused, Invalid, NotFound
from core.operation import Demo, Kind, Operation, Risk
from core.sentence import Sentence, say
from core.text import Word
from core.work import Work


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """A verdict with its reasons, one sentence each."""

    operation: str
    username: str
    role: str
    needs: str
    allowed: bool
    reach: str
    because: tuple[Sentence, ...]
    grantors: tuple[str, ...]
    """People who could change the role, by name."""


def reasons(kind: Kind, role: Role, mode: Mode) -> tuple[bool, list[Sentence]]:
    """The verdict for a role in a mode, and every sentence that leads to it."""
    reach = reach_of(role, kind.needs)
    words: list[Sentence] = []
    if reach is None:
        holders = ", ".join(r.word for r in roles_with(kind.needs)) or "-"
        words.append(say("{operation} needs {permission}; {role} does not hold it, held by: {holders}.",
                         operation=kind.name, permission=kind.needs.value, role=role.word,
                         holders=holders))  # fmt: skip
    elif reach is Reach.OWN:
        words.append(say("{role} holds {permission} for their own things only.",
                         role=role.word, permission=kind.needs.value))  # fmt: skip
    else:
        words.append(say("{role} holds {permission} for everybody's things.",
                         role=role.word, permission=kind.needs.value))  # fmt: skip
    allowed = reach is not None
    try:
        guards.check(kind, mode)
    except GuardRefused as refusal:
        allowed = False
        words.append(Sentence(refusal.reason, refusal.facts))
    if kind.risk is Risk.DANGER:
        words.append(say("It is dangerous: a fresh second factor and the typed name are asked for."))
    return allowed, words


class ExplainAccess(Operation[Explanation], name="access.explain", needs=Permission.ACCESS_EXPLAIN,
                    risk=Risk.LOOK, demo=Demo.RUN, on="operation"):  # fmt: skip
    """Say why somebody may or may not do something, and who could grant it."""

    operation: Word
    """Its name, such as users.create."""
    user: Word | None = None
    """Whom it is about; yourself when left out."""

    async def run(self, work: Work) -> Explanation:
        # The catalogue imports this file, so it is looked up when asked.
        from core.catalogue import BY_NAME

        kind = BY_NAME.get(self.operation.replace(" ", "."))
        if kind is None:
            raise NotFound("There is no operation {operation}; see help.", operation=self.operation)
        username = self.user or work.caller.username
        if username != work.caller.username and work.reach is not Reach.ANY:
            raise NotFound("There is nobody called {username} within your reach.", username=username)
        role, extra = work.caller.role, []
        row = await work.db.fetch_one("SELECT * FROM people WHERE username = :u", {"u": username})
        if row is not None:
            try:
                role = Role.named(row["role"])
            except Invalid as fault:
                raise NotFound("The role of {username} is not known here.", username=username) from fault
            if not row["enabled"]:
                extra.append(say("The account {username} is disabled.", username=username))
            if row["totp_sealed"] is None and work.config.mfa_required:
                extra.append(say("{username} has no authenticator code yet; without a second factor nothing opens.",
                                 username=username))  # fmt: skip
        elif self.user is not None:
            raise NotFound("There is nobody called {username}.", username=username)
        allowed, words = reasons(kind, role, work.config.mode)
        allowed = allowed and (row is None or bool(row["enabled"]))
        givers = await work.db.fetch_all(
            "SELECT username FROM people WHERE role = :role AND enabled = 1 ORDER BY username",
            {"role": roles_with(Permission.USERS_MANAGE)[0].word},
        )
        reach = reach_of(role, kind.needs)
        return Explanation(
            operation=kind.name, username=username, role=role.word, needs=kind.needs.value, allowed=allowed,
            reach=reach.name.lower() if reach else "none", because=(*words, *extra),
            grantors=tuple(giver["username"] for giver in givers),
        )  # fmt: skip
