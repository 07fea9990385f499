"""The constitution: who may ask for what, and how far it reaches. Change it here first, with open eyes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.access.roles import GRANTS, Role, reach_of
from core.catalogue import BY_NAME, OPERATIONS
from core.desk import Desk
from core.errors import CoreError
from core.operation import Feed, Kind, Operation, Risk, Stage
from tests.house import OpenHouse
from tests.samples import sample

COLUMNS = ("visitor", "viewer", "operator", "admin", "super_admin", "runner", "host")

# own: one's own things; any: everybody's; -: not at all.
CONSTITUTION = """
#                      visitor  viewer  operator  admin  super_admin  runner  host
whoami.show            own      own     own       own    own          own     own
mfa.show               -        own     own       own    own          -       -
mfa.enrol              -        own     own       own    own          -       -
mfa.confirm            -        own     own       own    own          -       -
mfa.prove              -        own     own       own    own          -       -
mfa.recovery           -        own     own       own    own          -       -
keys.list              -        own     own       own    own          -       -
keys.add               -        own     own       own    own          -       -
keys.remove            -        own     own       own    own          -       -
password.change        -        own     own       own    own          -       -
preferences.set        -        own     own       own    own          -       -

products.create        own      -       own       any    any          -       -
products.list          any      any     any       any    any          any     -
products.show          any      any     any       any    any          any     -
products.artifact      any      any     any       any    any          any     -
tasks.list             any      any     any       any    any          any     -
tasks.show             any      any     any       any    any          any     -
products.pause         -        -       own       any    any          -       -
products.resume        -        -       own       any    any          -       -
products.retry         -        -       own       any    any          -       -
products.cancel        -        -       own       any    any          -       -
products.share         -        -       own       any    any          -       -
products.unshare       -        -       own       any    any          -       -
products.approve       -        -       own       any    any          -       -
products.reject        -        -       own       any    any          -       -
handoffs.list          any      any     any       any    any          -       -
handoffs.follow        any      any     any       any    any          -       -

factory.status         any      any     any       any    any          -       -
factory.hold           -        -       -         any    any          -       -
factory.release        -        -       -         any    any          -       -
factory.focus          -        -       -         any    any          -       -
settings.list          -        -       any       any    any          -       -
settings.show          -        -       any       any    any          -       -
settings.set           -        -       -         any    any          -       -
settings.reset         -        -       -         any    any          -       -

users.list             -        -       -         -      any          -       -
users.show             -        -       -         -      any          -       -
users.create           -        -       -         -      any          -       -
users.add-key          -        -       -         -      any          -       -
users.set-role         -        -       -         -      any          -       -
users.enable           -        -       -         -      any          -       -
users.disable          -        -       -         -      any          -       -
users.delete           -        -       -         -      any          -       -
users.reset-password   -        -       -         -      any          -       -
users.reset-mfa        -        -       -         -      any          -       -
sessions.list          -        own     own       any    any          -       -
sessions.end           -        own     own       any    any          -       -
access.explain         -        own     own       any    any          -       -

audit.search           -        -       any       any    any          -       -
audit.show             -        -       any       any    any          -       -
audit.tail             -        -       any       any    any          -       -
audit.verify           -        -       any       any    any          -       -
audit.export           -        -       -         any    any          -       -
audit.status           any      any     any       any    any          -       -
doctor.run             -        -       any       any    any          -       any

factory.bootstrap      -        -       -         -      -            -       any
tasks.due              -        -       -         -      -            any     -
tasks.claim            -        -       -         -      -            any     -
tasks.finish           -        -       -         -      -            any     -
tasks.fail             -        -       -         -      -            any     -
tasks.release          -        -       -         -      -            any     -
tasks.recover          -        -       -         -      -            any     -
"""

# Before a sign-in is complete. Whatever is not named here is open to a complete one only.
UNFINISHED = {
    "whoami.show": {Stage.HALF_OPEN, Stage.MUST_CHANGE, Stage.MUST_ENROL},
    "mfa.show": {Stage.HALF_OPEN, Stage.MUST_CHANGE, Stage.MUST_ENROL},
    "mfa.prove": {Stage.HALF_OPEN},
    "password.change": {Stage.MUST_CHANGE},
    "mfa.enrol": {Stage.MUST_ENROL},
    "mfa.confirm": {Stage.MUST_ENROL},
}

TABLE: dict[str, dict[str, str]] = {
    words[0]: dict(zip(COLUMNS, words[1:], strict=True))
    for words in map(str.split, CONSTITUTION.splitlines())
    if words and words[0] != "#"
}
ADMITTED = "admitted"


async def admission(desk: Desk, kind: Kind) -> str:
    """`admitted`, or the code of the refusal, by asking at the front door without changing anything.

    A change is rehearsed; what follows the admission (no such product, a wrong code) is not the matter here."""
    asked: Any = sample(kind)
    try:
        if isinstance(asked, Feed):
            feed = desk.watch(asked)
            first = asyncio.ensure_future(anext(feed))
            await asyncio.wait({first}, timeout=0.2)
            refused = first.done() and not first.cancelled() and isinstance(first.exception(), CoreError)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await feed.aclose()
            if refused:
                await first
        else:
            await desk.run(asked, rehearse=not (isinstance(asked, Operation) and asked.risk is Risk.LOOK))
    except CoreError as refusal:
        if refusal.code in ("forbidden", "factor_needed", "guard", "not_signed_in", "crashed"):
            return refusal.code
    return ADMITTED


def test_the_constitution_names_every_operation_and_nothing_else() -> None:
    missing = [kind.name for kind in OPERATIONS if kind.name not in TABLE]
    assert missing == [], "add a line to CONSTITUTION for each: who may, and how far?"
    assert [name for name in TABLE if name not in BY_NAME] == [], "gone from the catalogue"
    assert set(UNFINISHED) <= set(TABLE)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.word)
def test_a_role_reaches_exactly_as_far_as_the_constitution_says(role: Role) -> None:
    reaches = {kind.name: reach_of(role, kind.needs) for kind in OPERATIONS}

    told = {name: reach.name.lower() if reach else "-" for name, reach in reaches.items()}
    assert told == {name: row[role.word] for name, row in TABLE.items()}


@pytest.mark.parametrize("role", Role, ids=lambda role: role.word)
async def test_at_the_front_door_a_role_gets_what_the_constitution_says(house: OpenHouse, role: Role) -> None:
    got = {kind.name: await admission(house.desks[role], kind) for kind in OPERATIONS}

    assert got == {name: "forbidden" if row[role.word] == "-" else ADMITTED for name, row in TABLE.items()}


@pytest.mark.parametrize("stage", [Stage.HALF_OPEN, Stage.MUST_CHANGE, Stage.MUST_ENROL])
async def test_before_a_sign_in_is_complete_even_the_highest_role_gets_only_what_completes_it(
    house: OpenHouse, stage: Stage
) -> None:
    desk = await house.at_stage(stage)

    got = {kind.name: await admission(desk, kind) for kind in OPERATIONS}

    open_now = {name for name, verdict in got.items() if verdict != "factor_needed"}
    assert open_now == {name for name, stages in UNFINISHED.items() if stage in stages}


@pytest.mark.parametrize("role", Role, ids=lambda role: role.word)
async def test_what_a_screen_greys_out_is_what_the_gate_refuses(house: OpenHouse, role: Role) -> None:
    desk = house.desks[role]

    greyed = {kind.name for kind in OPERATIONS if not desk.may(kind).allowed}

    assert greyed == {name for name, row in TABLE.items() if row[role.word] == "-"}


async def test_every_refusal_at_the_front_door_is_on_record(house: OpenHouse) -> None:
    for kind in OPERATIONS:
        await admission(house.visitor, kind)

    refused = {action for action, actor, outcome in house.trail() if (actor, outcome) == ("visitor", "forbidden")}
    assert refused == {name for name, row in TABLE.items() if row["visitor"] == "-"}


def test_only_the_house_itself_and_the_runner_have_roles_that_nobody_can_be_given() -> None:
    assert {role.word for role in GRANTS if not role.for_people} == {"visitor", "runner", "host"}
