"""Attacks with what is expensive: asked for often enough, it would stop everybody else."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.audit.reading import SearchRecord
from core.audit.search import IN_LINE
from core.audit.verdict import ShowRecordState, VerifyRecord
from core.doctor import RunDoctor
from core.errors import Throttled
from core.house import HEAVY_AT_MOST
from tests.house import OpenHouse


async def outcomes(*asked: object) -> list[str]:
    done = await asyncio.gather(*asked, return_exceptions=True)  # type: ignore[call-overload]
    return [type(each).__name__ for each in done]


async def test_verifications_queue_up_to_a_few_and_nobody_waits_for_hours(house: OpenHouse) -> None:
    """The hole: every `audit verify` joined one endless line, up to 200 a session.

    The attack: an operator asks 200 times; the hourly verification, and everybody's, comes after them all.
    What must hold: a few wait, the others are told to come back, and the line empties."""
    async with house.core.house.heavy.mine():
        many = [asyncio.ensure_future(house.operator.run(VerifyRecord())) for _ in range(20)]
        await asyncio.sleep(0.1)
        assert sum(each.done() for each in many) == 20 - (HEAVY_AT_MOST - 1)
    said = await outcomes(*many)

    assert said.count("Throttled") == 20 - (HEAVY_AT_MOST - 1)
    assert said.count("Verified") == HEAVY_AT_MOST - 1
    assert (await house.operator.run(VerifyRecord())).whole


async def test_a_verification_that_is_cut_off_gives_its_turn_away(house: OpenHouse) -> None:
    """What must hold: whoever hangs up while they wait leaves no place taken in the line."""
    async with house.core.house.heavy.mine():
        waiting = [asyncio.ensure_future(house.operator.run(VerifyRecord())) for _ in range(HEAVY_AT_MOST - 1)]
        await asyncio.sleep(0.05)
        for each in waiting:
            each.cancel()
        await outcomes(*waiting)

    assert (await house.operator.run(VerifyRecord())).whole


async def test_a_check_up_holds_none_of_the_readers_that_every_call_needs(house: OpenHouse) -> None:
    """The hole: the doctor read the whole store on one of two readers; two at once stopped everybody.

    What must hold: with every reader taken the doctor's own look at the store still comes to its verdict."""
    store = house.core.house.store
    async with store.reading(), store.reading():
        from core import doctor

        verdict = await asyncio.to_thread(doctor._store, house.core.house)

    assert verdict.well
    findings = await house.operator.run(RunDoctor())
    assert {each.what for each in findings} >= {"store", "record", "disk"}


async def test_searches_that_pile_up_are_sent_away_and_headers_still_answer(house: OpenHouse) -> None:
    """The hole: searches waited without limit for one thread, and hanging up did not take them back.

    What must hold: the surplus is refused at once, and the header of every screen does not wait for any of it."""
    archive, stop = house.core.house.archive, threading.Event()
    archive._searching.submit(stop.wait)
    many = [asyncio.ensure_future(archive.show(1)) for _ in range(IN_LINE)]
    await asyncio.sleep(0)
    try:
        with pytest.raises(Throttled):
            await house.operator.run(SearchRecord())
        assert (await house.visitor.run(ShowRecordState())).last > 0
        for each in many:
            each.cancel()
        with pytest.raises(Throttled):
            await house.operator.run(SearchRecord())
    finally:
        stop.set()
        await asyncio.gather(*many, return_exceptions=True)
