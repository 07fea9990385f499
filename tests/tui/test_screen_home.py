"""Home: what needs me, what runs, whether all is well."""

from __future__ import annotations

import asyncio

import pytest

from core.pipeline.holds import HoldFactory
from tests.core.factory_floor import at_review, seen
from tests.house import OpenHouse
from tests.tui.seat import seated


async def test_what_waits_for_a_person_stands_there_and_a_lets_it_go_on(house: OpenHouse) -> None:
    product = await at_review(house, house.operator)
    async with seated(house.operator) as oleg:
        await oleg.sees("Waiting for a person", product.name, "a approve")
        await oleg.types("a")
        await oleg.sees("goes on to sales")
        assert (await seen(house, product)).state == "SALES_ACTIVE"


async def test_an_empty_factory_tells_who_may_how_to_begin_and_nobody_else(house: OpenHouse) -> None:
    async with seated(house.operator) as oleg:
        await oleg.sees("Nothing waits for a person.", "n  makes a product from a brief")
    async with seated(house.viewer) as vera:
        await vera.sees("Nothing runs.")
        assert "makes a product" not in vera.page


async def test_a_viewer_is_refused_and_a_question_mark_says_why_and_who_could_grant(house: OpenHouse) -> None:
    product = await at_review(house, house.operator)
    async with seated(house.viewer) as vera:
        await vera.sees(product.name)
        await vera.types("a")
        await vera.sees("Not allowed", "? why")
        await vera.types("?")
        await vera.sees("Why not", "sue can give you a role that may", "not with your role")
        assert (await seen(house, product)).standing == "waiting"


async def test_a_hold_says_whose_it_is_and_why(house: OpenHouse) -> None:
    await house.admin.run(HoldFactory(reason="the printer burns"))
    async with seated(house.viewer) as vera:
        await vera.sees("on hold by ada", "the printer burns", "The factory is on hold.")


@pytest.mark.parametrize(("size", "more"), [((80, 24), False), ((120, 30), True), ((160, 45), True)])
async def test_it_is_complete_at_every_size_and_shows_the_product_beside_the_list_where_there_is_room(
    house: OpenHouse, size: tuple[int, int], more: bool
) -> None:
    product = await at_review(house, house.operator)
    async with seated(house.operator, size=size) as oleg:
        await oleg.sees("Waiting for a person", "Running", "Factory", "Record", "People", product.name)
        if more:
            await oleg.sees("Next", "Sales when a person approves")
        else:
            assert "Sales when" not in oleg.page


async def test_refused_sign_ins_are_counted_for_those_who_may_read_the_record(house: OpenHouse) -> None:
    async with seated(house.operator, size=(120, 30)) as oleg:
        await oleg.sees("sign-ins refused")
    async with seated(house.viewer, size=(120, 30)) as vera:
        await vera.sees("Record")
        assert "refused" not in vera.page


async def test_moving_on_faster_than_answers_come_breaks_nothing(house: OpenHouse) -> None:
    """An answer that arrives while its screen is being taken down once ended the session."""
    await at_review(house, house.operator)
    async with seated(house.operator, size=(160, 45)) as oleg:
        await oleg.sees("Waiting")
        for pause in range(12):
            for key in "2\r3121\r3\rq":
                oleg.someone.running.feed(key.encode())
                await asyncio.sleep(0.004 * (pause % 5))
        await oleg.types("1")
        await oleg.sees("Waiting")
