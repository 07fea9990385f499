"""What holds for every operation, whoever adds it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import fields
from itertools import pairwise

import orjson
import pytest

import core.gate
from core.access.permissions import Permission, Reach
from core.access.roles import GRANTS
from core.catalogue import BY_NAME, OPERATIONS
from core.errors import CoreError, Forbidden
from core.operation import Asked, Demo, Feed, Kind, Operation, Risk
from core.parse import build, inputs_of
from core.text import wash
from sshd.answers import plain
from sshd.helping import facts
from tests.house import OpenHouse
from tests.samples import sample

every = pytest.mark.parametrize("kind", OPERATIONS, ids=lambda kind: kind.name)
NAME = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")
CHANGES_IN_DEMO = {
    # A visitor may make a product, within limits: that is what a demo is for.
    "products.create",
    # Proving a second factor changes nothing but one's own session.
    "mfa.prove",
}


async def ask(house: OpenHouse, asked: Asked, who: str = "viewer") -> str:
    """The code of the refusal, or `done`."""
    desk = getattr(house, who)
    try:
        if isinstance(asked, Feed):
            await asyncio.wait_for(anext(desk.watch(asked)), 5)
        else:
            await desk.run(asked)
    except CoreError as refusal:
        return refusal.code
    return "done"


@every
def test_it_says_in_one_sentence_what_it_does(kind: Kind) -> None:
    sentence = kind.sentence()

    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert not re.search(r"[.!?] [A-Z]", sentence), "two sentences"
    assert len(sentence) <= 120, "help shows it on one line"
    assert sentence == wash(sentence)


@every
def test_its_name_is_an_area_and_a_verb(kind: Kind) -> None:
    assert NAME.fullmatch(kind.name)
    assert BY_NAME[kind.name] is kind


@every
def test_what_it_is_about_is_one_of_its_fields(kind: Kind) -> None:
    assert kind.on == "" or kind.on in {each.name for each in inputs_of(kind)}


@every
def test_what_is_dangerous_names_what_is_in_danger(kind: Kind) -> None:
    if kind.risk is Risk.DANGER:
        assert kind.on or kind.needs is Permission.SELF_MANAGE, "or else anybody types the verb and not the object"


@every
def test_it_can_be_asked_for_with_sample_values(kind: Kind) -> None:
    """Rules that walk the catalogue rely on this: see tests/samples.py when it fails."""
    assert isinstance(sample(kind), kind)
    assert isinstance(sample(kind, whole=False), kind)


@every
def test_a_field_that_nobody_declared_is_refused(kind: Kind) -> None:
    given = {field.name: getattr(sample(kind), field.name) for field in fields(sample(kind))}  # type: ignore[arg-type]

    with pytest.raises(CoreError):
        build(kind, {**given, "smuggled": "in"})


@every
def test_a_request_cannot_be_changed_after_it_was_checked(kind: Kind) -> None:
    asked = sample(kind)

    with pytest.raises((AttributeError, TypeError)):
        asked.smuggled = "in"  # type: ignore[union-attr]


@every
def test_a_demo_refuses_what_changes_or_reveals_unless_this_test_says_otherwise(kind: Kind) -> None:
    if kind.risk is not Risk.LOOK:
        assert (kind.demo is Demo.RUN) == (kind.name in CHANGES_IN_DEMO)


@every
def test_a_feed_and_an_errand_that_only_look_are_the_only_ones_without_a_transaction(kind: Kind) -> None:
    if issubclass(kind, Feed):
        assert kind.risk is Risk.LOOK, "a feed is not on record, so it may not change or reveal"


@every
async def test_whoever_holds_nothing_is_refused_and_on_record(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    monkeypatch.setattr("core.access.roles.GRANTS", {role: {} for role in GRANTS})

    assert await ask(house, sample(kind)) == "forbidden"
    assert house.trail() == [(kind.name, "vera", "forbidden")]


@every
async def test_a_stranger_of_the_same_shape_and_name_is_refused(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    """The hole: a list of names instead of classes would let anything in that calls itself users.list."""
    monkeypatch.setattr(core.gate, "KNOWN", core.gate.KNOWN - {kind})  # type: ignore[attr-defined]

    with pytest.raises(Forbidden):
        house.core.gate.admit(house.super_admin.caller, kind)


async def test_an_operation_that_no_list_holds_does_not_run(house: OpenHouse) -> None:
    class Intruder(Operation[str], name="users.list", needs=Permission.SELF_READ, risk=Risk.LOOK, demo=Demo.RUN):
        """Pretend."""

        async def run(self, work: object) -> str:
            return "in"

    assert await ask(house, Intruder()) == "forbidden"


@every
def test_what_help_tells_scripts_is_the_class_line_and_nothing_else(kind: Kind) -> None:
    told = orjson.loads(orjson.dumps(plain(facts(kind))))

    assert {key: told[key] for key in ("name", "permission", "risk", "demo", "sentence")} == {
        "name": kind.name,
        "permission": kind.needs.value,
        "risk": kind.risk.word,
        "demo": kind.demo.value,
        "sentence": kind.sentence(),
    }
    assert told["options"] == [f"--{each.name.replace('_', '-')}" for each in inputs_of(kind)]


def test_every_permission_is_needed_by_something_and_held_by_somebody() -> None:
    needed = {kind.needs for kind in OPERATIONS}
    held = {permission for grants in GRANTS.values() for permission in grants}

    assert needed == held == set(Permission)


def test_a_higher_role_holds_whatever_a_lower_one_holds() -> None:
    people = sorted((role for role in GRANTS if role.for_people), key=lambda role: role.rank)
    for lower, higher in pairwise(people):
        for permission, reach in GRANTS[lower].items():
            assert (GRANTS[higher].get(permission) or Reach(1)) >= reach, (higher, permission)
            assert permission in GRANTS[higher]
