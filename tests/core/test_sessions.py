"""Sessions: they end when idle, old or ended by somebody, and an open desk hears of it within a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

import core.gate
from core.access.permissions import Permission
from core.access.roles import Role
from core.assembly import Core
from core.catalogue import KNOWN
from core.clock import stamp
from core.desk import Desk
from core.errors import CoreError, Crashed, Forbidden, NotFound, NotSignedIn
from core.identity.keys import AddKey, RemoveKey
from core.identity.own import ChangePassword, WhoAmI
from core.identity.people import DeletePerson, DisablePerson, ResetFactor, ResetPassword, SetRole
from core.identity.session_list import EndSession
from core.identity.sessions import forget_old
from core.operation import Demo, Feed, Operation, Risk
from core.secret import Secret
from core.settings.changes import ListSettings
from core.work import View
from tests.house import PASSWORD, OpenHouse
from tests.keyring import ED25519, FINGERPRINT

SOON = 4.0
"""Longer than a second for a slow machine's sake, shorter than the look that finds the limits of time."""


class Ticking(Feed[int], name="clock.tick", needs=Permission.AUDIT_READ, risk=Risk.LOOK, demo=Demo.RUN):
    """Count, when the clock's owner lets it."""

    async def items(self, view: View) -> AsyncGenerator[int, None]:
        yield 1
        await asyncio.Event().wait()


class Breaking(Feed[int], name="clock.break", needs=Permission.SELF_READ, risk=Risk.LOOK, demo=Demo.RUN):
    """Break after the first."""

    async def items(self, view: View) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("spring")


@pytest.fixture(autouse=True)
def clocks_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.gate, "KNOWN", KNOWN | {Ticking, Breaking})


async def ended(desk: Desk) -> str:
    """Why it ended, once it does."""
    async with asyncio.timeout(SOON):
        fault = await desk.ended
    return str(fault.reason).replace("{reason}", fault.facts.get("reason", ""))


# Limits


async def test_a_session_ends_after_half_an_hour_without_a_call(house: OpenHouse) -> None:
    house.clock.turn(timedelta(minutes=30, seconds=1))

    with pytest.raises(NotSignedIn, match="idle"):
        await house.viewer.run(WhoAmI())


async def test_every_call_starts_the_half_hour_anew(house: OpenHouse) -> None:
    for _ in range(3):
        house.clock.turn(timedelta(minutes=29))
        await house.viewer.run(WhoAmI())


async def test_no_session_outlives_twelve_hours_however_busy(house: OpenHouse) -> None:
    for _ in range(12 * 3):
        house.clock.turn(timedelta(minutes=20))
        await house.viewer.run(WhoAmI())
    house.clock.turn(timedelta(minutes=1))

    with pytest.raises(NotSignedIn, match="longest"):
        await house.viewer.run(WhoAmI())


async def test_a_clock_that_was_turned_back_does_not_stretch_a_session(house: OpenHouse) -> None:
    house.clock.turn(timedelta(hours=-13))

    with pytest.raises(NotSignedIn):
        await house.viewer.run(WhoAmI())


async def test_the_factory_itself_is_never_idle(house: OpenHouse) -> None:
    house.clock.turn(timedelta(days=3))

    await house.runner.run(WhoAmI())
    await house.host.run(WhoAmI())


async def test_a_limit_that_has_passed_closes_the_desk_and_the_row(house: OpenHouse) -> None:
    house.clock.turn(timedelta(minutes=31))

    await house.core.watch.look()

    assert "idle" in await ended(house.viewer)
    row = await house.core.house.store.fetch_one(
        "SELECT end_reason FROM sessions WHERE id = :id", {"id": house.viewer.caller.session_id}
    )
    assert row is not None
    assert "idle" in row["end_reason"]


# Ended by somebody, seen by an open desk


ENDINGS: dict[str, Operation[Any]] = {
    "disabled": DisablePerson(username="vera"),
    "deleted": DeletePerson(username="vera"),
    "password was reset": ResetPassword(username="vera"),
    "second factor was reset": ResetFactor(username="vera"),
}


@pytest.mark.parametrize("far", [False, True], ids=["in this process", "from another process"])
@pytest.mark.parametrize("how", ["ended", *ENDINGS])
async def test_an_open_desk_ends_by_itself_when_somebody_ends_its_session(
    house: OpenHouse, how: str, far: bool
) -> None:
    other: Core = await house.second_core() if far else house.core
    chief = await house.sit("sue", core=other)
    asked = EndSession(session=house.viewer.caller.session_id) if how == "ended" else ENDINGS[how]

    await chief.run(asked, confirm="vera")

    await ended(house.viewer)
    with pytest.raises(NotSignedIn):
        await house.viewer.run(WhoAmI())
    assert not house.operator.ended.done()


@pytest.mark.parametrize("far", [False, True], ids=["in this process", "from another process"])
async def test_an_open_desk_hears_that_its_person_was_given_another_role(house: OpenHouse, far: bool) -> None:
    chief = await house.sit("sue", core=await house.second_core() if far else house.core)
    changed = asyncio.Event()
    house.admin.on_change(changed.set)

    await chief.run(SetRole(username="ada", role="viewer"))

    async with asyncio.timeout(SOON):
        await changed.wait()
    assert house.admin.caller.role is Role.VIEWER
    assert not house.admin.may(ListSettings).allowed


async def test_a_demotion_bites_at_the_very_next_call(house: OpenHouse) -> None:
    await house.person("second", enrolled=True)
    await house.super_admin.run(SetRole(username="second", role="super_admin"))
    second = await house.sit("second")
    await second.run(SetRole(username="sue", role="viewer"))

    with pytest.raises(Forbidden):
        await house.super_admin.run(DisablePerson(username="vera"))


async def test_changing_the_password_ends_ones_other_sessions_and_not_this_one(house: OpenHouse) -> None:
    other = await house.sit("vera")

    await house.viewer.run(ChangePassword(new=Secret("a louder green kettle"), current=Secret(PASSWORD)))

    assert "password" in await ended(other)
    await house.viewer.run(WhoAmI())


async def test_removing_a_key_ends_the_sessions_that_it_opened(house: OpenHouse) -> None:
    await house.viewer.run(AddKey(label="laptop", key=ED25519))
    by_key = await house.sit("vera", key=FINGERPRINT, method="publickey")

    await house.viewer.run(RemoveKey(key="laptop"))

    assert "key" in await ended(by_key)
    await house.viewer.run(WhoAmI())


async def test_a_closed_desk_stays_closed_and_is_forgotten(house: OpenHouse) -> None:
    await house.core.get_up(house.viewer, "bye")
    await house.core.get_up(house.viewer, "bye again")

    assert house.trail() == [("session.close", "vera", "done")]
    assert house.viewer.caller.session_id not in house.core.watch._desks


# Feeds


async def test_a_feed_ends_with_its_session(house: OpenHouse) -> None:
    feed = house.operator.watch(Ticking())
    assert await anext(feed) == 1

    next_item = asyncio.ensure_future(anext(feed))
    await house.super_admin.run(DisablePerson(username="oleg"))

    with pytest.raises(NotSignedIn):
        await asyncio.wait_for(next_item, SOON)


async def test_a_feed_ends_when_the_role_no_longer_reaches_it(house: OpenHouse) -> None:
    feed = house.operator.watch(Ticking())
    await anext(feed)

    next_item = asyncio.ensure_future(anext(feed))
    await house.super_admin.run(SetRole(username="oleg", role="viewer"))

    with pytest.raises(Forbidden):
        await asyncio.wait_for(next_item, SOON)


async def test_a_feed_that_is_not_for_this_role_gives_nothing_and_is_on_record(house: OpenHouse) -> None:
    with pytest.raises(Forbidden):
        await anext(house.viewer.watch(Ticking()))

    assert house.trail() == [("clock.tick", "vera", "forbidden")]


async def test_a_feed_that_breaks_is_our_fault_and_on_record(house: OpenHouse) -> None:
    feed = house.viewer.watch(Breaking())
    await anext(feed)

    with pytest.raises(Crashed):
        await anext(feed)
    assert house.trail() == [("clock.break", "vera", "crashed")]


async def test_a_feed_that_nobody_reads_any_more_leaves_no_task_behind(house: OpenHouse) -> None:
    before = asyncio.all_tasks()
    feed = house.operator.watch(Ticking())
    await anext(feed)
    waiting = asyncio.ensure_future(anext(feed))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await feed.aclose()
    await asyncio.sleep(0.05)

    assert asyncio.all_tasks() == before


# Ending, who may


async def test_one_may_end_ones_own_session_and_not_a_strangers(house: OpenHouse) -> None:
    mine = await house.sit("vera")
    await house.viewer.run(EndSession(session=mine.caller.session_id))

    with pytest.raises(NotFound):
        await house.viewer.run(EndSession(session=house.operator.caller.session_id))


@pytest.mark.parametrize("who", ["super_admin", "runner", "host"])
async def test_nobody_ends_a_session_above_them_nor_the_factorys_own(house: OpenHouse, who: str) -> None:
    victim: Desk = getattr(house, who)
    with pytest.raises(CoreError):
        await house.admin.run(EndSession(session=victim.caller.session_id))

    await victim.run(WhoAmI())


async def test_a_graceful_stop_ends_this_processes_sessions_and_no_others(house: OpenHouse) -> None:
    other = await house.second_core()
    far = await house.sit("vera", core=other)

    await house.core.close()

    await far.run(WhoAmI())
    rows = await other.house.store.fetch_all("SELECT id FROM sessions WHERE ended_at IS NULL")
    assert [row["id"] for row in rows] == [far.caller.session_id]


async def test_after_a_kill_the_next_start_ends_what_was_left_open(house: OpenHouse) -> None:
    await house.kill()
    await house.restart()

    rows = await house.core.house.store.fetch_all("SELECT end_reason FROM sessions WHERE ended_at IS NULL")
    assert rows == []


async def test_a_living_processes_sessions_survive_the_start_of_another(house: OpenHouse) -> None:
    await house.second_core()

    await house.viewer.run(WhoAmI())


async def test_sessions_that_ended_long_ago_leave_the_list_and_visitors_leave_it_sooner(house: OpenHouse) -> None:
    store, now = house.core.house.store, house.clock.now()
    await store.execute("UPDATE sessions SET ended_at = :then", {"then": stamp(now - timedelta(days=2))})
    await forget_old(store, now)
    left = {row["role"] for row in await store.fetch_all("SELECT role FROM sessions")}
    assert "viewer" in left
    assert "visitor" not in left

    await forget_old(store, now + timedelta(days=40))
    assert await store.fetch_all("SELECT id FROM sessions") == []
