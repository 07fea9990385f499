"""The gate: what is refused, what is recorded, what is asked for once more."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import SkipValidation

import core.gate
from core.access.permissions import Permission
from core.access.roles import Role
from core.catalogue import KNOWN
from core.errors import (
    Conflict,
    CoreError,
    Crashed,
    FactorNeeded,
    Forbidden,
    Invalid,
    NotFound,
    NotSignedIn,
    Throttled,
    Unconfirmed,
)
from core.identity.own import WhoAmI
from core.identity.people import CreatePerson, DeletePerson, DisablePerson, ListPeople, SetRole
from core.identity.totp import Enrol, Prove
from core.operation import Demo, Errand, Operation, Risk
from core.secret import Secret
from core.text import Label
from core.work import Outing, Work
from tests.house import OpenHouse

MARK = "hunter2-marker"


class Hands:
    """Where a test can see that something was reached, and let it go on."""

    def __init__(self) -> None:
        self.reached, self.go = asyncio.Event(), asyncio.Event()


class Explode(Operation[None], name="bomb.explode", needs=Permission.SELF_READ, risk=Risk.CHANGE,
              demo=Demo.REFUSE, on="label"):  # fmt: skip
    """Fail in a way that nobody foresaw."""

    label: Label
    secret: Secret

    async def run(self, work: Work) -> None:
        work.note(step="lit the fuse")
        raise RuntimeError(f"cannot handle {self.secret.reveal()}")


class Wander(Errand[str], name="bomb.wander", needs=Permission.SELF_READ, risk=Risk.CHANGE,
             demo=Demo.REFUSE):  # fmt: skip
    """Go out and stay there."""

    async def run(self, outing: Outing) -> str:
        outing.progress(1, 2, "outside")
        await asyncio.Event().wait()
        return "back"


class Stroll(Errand[str], name="bomb.stroll", needs=Permission.SELF_READ, risk=Risk.CHANGE,
             demo=Demo.REFUSE):  # fmt: skip
    """Go out and come back."""

    async def run(self, outing: Outing) -> str:
        return "back"


class Prepare(Operation[str], name="bomb.prepare", needs=Permission.HANDOFFS_READ, risk=Risk.CHANGE,
              demo=Demo.REFUSE):  # fmt: skip
    """Get ready for long, then change what everybody sees."""

    hands: Annotated[Hands, SkipValidation]

    async def ahead(self, outing: Outing) -> object:
        self.hands.reached.set()
        await self.hands.go.wait()
        return None

    async def run(self, work: Work) -> str:
        await work.db.execute("UPDATE people SET theme = 'changed'")
        return work.caller.role.word


@pytest.fixture(autouse=True)
def bombs_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.gate, "KNOWN", KNOWN | {Explode, Wander, Stroll, Prepare})


async def people(house: OpenHouse) -> set[str]:
    return {row["username"] for row in await house.core.house.store.fetch_all("SELECT username FROM people")}


# What is recorded


async def test_a_refusal_is_on_record_with_who_and_what_they_lacked(house: OpenHouse) -> None:
    with pytest.raises(Forbidden):
        await house.viewer.run(ListPeople())

    assert house.trail() == [("users.list", "vera", "forbidden")]
    assert house.last()["severity"] == "warning"
    assert house.last()["session_id"] == house.viewer.caller.session_id


async def test_a_look_leaves_no_entry(house: OpenHouse) -> None:
    await house.super_admin.run(ListPeople())

    assert house.trail() == []


async def test_a_change_is_on_record_before_it_is_answered(house: OpenHouse) -> None:
    await house.super_admin.run(CreatePerson(username="nora", role="viewer"))

    assert house.trail() == [("users.create", "sue", "done")]
    assert house.last()["resource"] == "users/nora"


async def test_an_operation_that_no_list_names_is_refused_like_a_forbidden_one(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.gate, "KNOWN", frozenset())

    with pytest.raises(Forbidden):
        await house.super_admin.run(WhoAmI())


async def test_repeats_of_one_refusal_within_a_minute_are_counted_into_one_entry(house: OpenHouse) -> None:
    for _ in range(4):
        with pytest.raises(Forbidden):
            await house.viewer.run(ListPeople())
    house.clock.turn(timedelta(seconds=61))
    await house.core.recorder.settle()

    assert house.trail() == [("users.list", "vera", "forbidden")] * 2
    assert house.last()["details"]["repeats"] == 3


async def test_two_who_settle_the_counts_at_once_write_each_count_once(house: OpenHouse) -> None:
    """The hole: both saw the same list, and the second stumbled over what the first had taken."""
    for desk in (house.viewer, house.operator, house.admin):
        for _ in range(2):
            with pytest.raises(Forbidden):
                await desk.run(ListPeople())
    house.clock.turn(timedelta(seconds=61))
    house.turn_page()

    await asyncio.gather(house.core.recorder.settle(), house.core.recorder.settle())

    assert sorted(house.trail()) == [("users.list", who, "forbidden") for who in ("ada", "oleg", "vera")]


async def test_a_graceful_end_writes_the_counts_that_still_wait(house: OpenHouse) -> None:
    for _ in range(2):
        with pytest.raises(Forbidden):
            await house.viewer.run(ListPeople())

    await house.close()

    assert house.trail().count(("users.list", "vera", "forbidden")) == 2


async def test_a_crash_is_on_record_without_what_somebody_typed(
    house: OpenHouse, caplog: pytest.LogCaptureFixture
) -> None:
    """The hole: an exception's message quotes its argument. The attack: read the log."""
    with caplog.at_level(logging.DEBUG), pytest.raises(Crashed) as crash:
        await house.viewer.run(Explode(label="tea", secret=Secret(MARK)))

    incident = crash.value.facts["incident"]
    assert house.trail() == [("bomb.explode", "vera", "crashed")]
    assert house.last()["details"]["incident"] == incident
    assert incident in caplog.text
    assert "test_gate.py" in caplog.text
    assert MARK not in caplog.text + house.record().decode() + str(crash.value)


async def test_an_errand_is_on_record_before_and_after(house: OpenHouse) -> None:
    await house.viewer.run(Stroll())

    assert house.trail() == [("bomb.stroll", "vera", "attempted"), ("bomb.stroll", "vera", "done")]


async def test_an_errand_that_is_cut_off_is_on_record_as_abandoned(house: OpenHouse) -> None:
    outside = asyncio.Event()
    errand = asyncio.ensure_future(house.viewer.run(Wander(), progress=lambda *_: outside.set()))
    await outside.wait()
    errand.cancel()

    with pytest.raises(asyncio.CancelledError):
        await errand
    assert house.trail() == [("bomb.wander", "vera", "attempted"), ("bomb.wander", "vera", "abandoned")]


# Rehearsal


async def test_a_rehearsal_answers_and_changes_and_records_nothing(house: OpenHouse) -> None:
    would_be = await house.super_admin.run(CreatePerson(username="nora"), rehearse=True)

    assert would_be.username == "nora"
    assert "nora" not in await people(house)
    assert house.trail() == []


async def test_a_rehearsal_that_is_refused_is_on_record(house: OpenHouse) -> None:
    with pytest.raises(Forbidden):
        await house.viewer.run(CreatePerson(username="nora"), rehearse=True)

    assert house.trail() == [("users.create", "vera", "forbidden")]


@pytest.mark.parametrize("asked", [Enrol(), WhoAmI(), Stroll()], ids=["a reveal", "a look", "an errand"])
async def test_only_a_change_of_our_records_can_be_rehearsed(house: OpenHouse, asked: Operation[object]) -> None:
    """The hole: a rehearsed reveal shows the secret, and its entry is rolled back with it."""
    with pytest.raises(Invalid):
        await house.viewer.run(asked, rehearse=True)


# Danger


async def test_danger_asks_for_the_name_of_what_it_is_about(house: OpenHouse) -> None:
    for typed in (None, "", "Vera", "vera ", "oleg"):
        with pytest.raises(Unconfirmed):
            await house.super_admin.run(DeletePerson(username="vera"), confirm=typed)

    assert "vera" in await people(house)


async def test_danger_asks_for_a_second_factor_of_the_last_ten_minutes(house: OpenHouse) -> None:
    house.clock.turn(timedelta(minutes=10, seconds=1))
    with pytest.raises(FactorNeeded):
        await house.super_admin.run(DeletePerson(username="vera"), confirm="vera")

    await house.super_admin.run(Prove(code=house.next_code()))
    await house.super_admin.run(DeletePerson(username="vera"), confirm="vera")

    assert "vera" not in await people(house)


# Every call anew


async def test_a_call_of_an_ended_session_is_refused(house: OpenHouse) -> None:
    await house.core.get_up(house.viewer, "bye")

    with pytest.raises(NotSignedIn, match="ended"):
        await house.viewer.run(WhoAmI())


@pytest.mark.parametrize("revoked", ["ended", "disabled", "deleted"])
async def test_somebody_revoked_while_their_request_was_being_prepared_changes_nothing(
    house: OpenHouse, revoked: str
) -> None:
    """The hole: hashing takes seconds when many wait, and the judgement of before still held after them."""
    hands = Hands()
    asking = asyncio.ensure_future(house.viewer.run(Prepare(hands=hands)))
    await hands.reached.wait()
    if revoked == "ended":
        await house.core.get_up(house.viewer, "bye")
    elif revoked == "disabled":
        await house.super_admin.run(DisablePerson(username="vera"))
    else:
        await house.super_admin.run(DeletePerson(username="vera"), confirm="vera")

    hands.go.set()
    with pytest.raises(NotSignedIn):
        await asking

    assert await house.core.house.store.fetch_all("SELECT 1 FROM people WHERE theme = 'changed'") == []


async def test_what_runs_is_judged_by_the_role_of_the_moment_it_runs(house: OpenHouse) -> None:
    hands = Hands()
    asking = asyncio.ensure_future(house.admin.run(Prepare(hands=hands)))
    await hands.reached.wait()
    await house.super_admin.run(SetRole(username="ada", role="viewer"))

    hands.go.set()

    assert await asking == "viewer"


async def test_a_clock_that_was_turned_back_makes_no_proof_fresher(house: OpenHouse) -> None:
    house.clock.turn(timedelta(minutes=-20))

    with pytest.raises(FactorNeeded):
        await house.super_admin.run(DeletePerson(username="vera"), confirm="vera")


async def test_one_session_cannot_ask_without_end(house: OpenHouse) -> None:
    async def ask_on() -> None:
        for _ in range(int(core.gate.BURST) * 2):
            await house.viewer.run(WhoAmI())

    with pytest.raises(Throttled):
        await ask_on()
    await house.operator.run(WhoAmI())


async def test_a_screen_that_refreshes_by_itself_does_not_keep_its_session_awake(house: OpenHouse) -> None:
    for _ in range(3):
        house.clock.turn(timedelta(minutes=9))
        await house.viewer.run(WhoAmI(), awake=False)
    house.clock.turn(timedelta(minutes=9))

    with pytest.raises(NotSignedIn, match="idle"):
        await house.viewer.run(WhoAmI(), awake=False)


@pytest.mark.parametrize("fault", [Conflict, NotFound, Invalid], ids=lambda kind: kind.code)
async def test_every_refusal_of_a_body_is_on_record_under_its_code(house: OpenHouse, fault: type[CoreError]) -> None:
    asked = {
        Conflict: CreatePerson(username="vera"),
        NotFound: DeletePerson(username="nobody-here"),
        Invalid: CreatePerson(username="factory"),
    }[fault]
    with pytest.raises(fault):
        await house.super_admin.run(asked, confirm="nobody-here")

    assert house.trail()[-1][2] == fault.code
    assert Role.SUPER_ADMIN.word == house.last()["details"]["role"]
