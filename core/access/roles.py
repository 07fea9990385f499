"""Who may do what: one table, and the rules about handing roles out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from core.access.permissions import Permission as P
from core.access.permissions import Reach
from core.errors import Forbidden, Invalid


class Role(Enum):
    """A set of permissions with a rank; only roles for people can be handed out."""

    VISITOR = ("visitor", 0, False)
    VIEWER = ("viewer", 1, True)
    OPERATOR = ("operator", 2, True)
    ADMIN = ("admin", 3, True)
    SUPER_ADMIN = ("super_admin", 4, True)
    RUNNER = ("runner", 0, False)
    HOST = ("host", 0, False)

    def __init__(self, word: str, rank: int, for_people: bool) -> None:
        self.word = word
        self.rank = rank
        self.for_people = for_people

    @classmethod
    def named(cls, word: str) -> Role:
        """The role of that name; raises Invalid for an unknown one, never guesses."""
        for role in cls:
            if role.word == word:
                return role
        raise Invalid("There is no role {role}.", role=word)


_OWN, _ANY = Reach.OWN, Reach.ANY

_VISITOR: dict[P, Reach] = {
    P.FACTORY_READ: _ANY,
    P.HANDOFFS_READ: _ANY,
    P.PRODUCTS_CREATE: _OWN,
    P.PRODUCTS_READ: _ANY,
    P.SELF_READ: _OWN,
}
_VIEWER: dict[P, Reach] = {
    P.ACCESS_EXPLAIN: _OWN,
    P.FACTORY_READ: _ANY,
    P.HANDOFFS_READ: _ANY,
    P.PRODUCTS_READ: _ANY,
    P.SELF_MANAGE: _OWN,
    P.SELF_READ: _OWN,
    P.SESSIONS_END: _OWN,
    P.SESSIONS_READ: _OWN,
}
_OPERATOR: dict[P, Reach] = {
    **_VIEWER,
    P.AUDIT_READ: _ANY,
    P.AUDIT_VERIFY: _ANY,
    P.DEPLOY_TRIGGER: _OWN,
    P.DOCTOR_RUN: _ANY,
    P.PRODUCTS_CREATE: _OWN,
    P.PRODUCTS_STEER: _OWN,
    P.SETTINGS_READ: _ANY,
}
_ADMIN: dict[P, Reach] = {
    **_OPERATOR,
    P.ACCESS_EXPLAIN: _ANY,
    P.AUDIT_EXPORT: _ANY,
    P.DEPLOY_TRIGGER: _ANY,
    P.FACTORY_HOLD: _ANY,
    P.PRODUCTS_CREATE: _ANY,
    P.PRODUCTS_STEER: _ANY,
    P.SESSIONS_END: _ANY,
    P.SESSIONS_READ: _ANY,
    P.SETTINGS_CHANGE: _ANY,
}
_SUPER_ADMIN: dict[P, Reach] = {**_ADMIN, P.USERS_MANAGE: _ANY, P.USERS_READ: _ANY}

GRANTS: Mapping[Role, Mapping[P, Reach]] = MappingProxyType(
    {
        Role.VISITOR: _VISITOR,
        Role.VIEWER: _VIEWER,
        Role.OPERATOR: _OPERATOR,
        Role.ADMIN: _ADMIN,
        Role.SUPER_ADMIN: _SUPER_ADMIN,
        Role.RUNNER: {P.PIPELINE_RUN: _ANY, P.PRODUCTS_READ: _ANY, P.SELF_READ: _OWN},
        Role.HOST: {P.FACTORY_BOOTSTRAP: _ANY, P.DOCTOR_RUN: _ANY, P.SELF_READ: _OWN},
    }
)


def reach_of(role: Role, permission: P) -> Reach | None:
    """How far this role's grant of the permission goes; None when it has none."""
    return GRANTS[role].get(permission)


def roles_with(permission: P) -> tuple[Role, ...]:
    """Roles for people that hold the permission, lowest rank first."""
    return tuple(role for role in Role if role.for_people and permission in GRANTS[role])


def may_hand_out(giver: Role, given: Role) -> None:
    """Refuse to give a role that holds anything its giver does not hold, or that is not for people."""
    if not given.for_people:
        raise Invalid("The role {role} is not for people.", role=given.word)
    for permission, reach in GRANTS[given].items():
        held = GRANTS[giver].get(permission)
        if held is None or held < reach:
            raise Forbidden(
                "Nobody hands out more than they have: {role} holds {permission}.",
                role=given.word,
                permission=permission.value,
            )
