"""Work as it changes hands, live."""

from __future__ import annotations

from tests.core.factory_floor import PAGE, ScriptedStudio, block, make, runner, until
from tests.house import OpenHouse
from tests.tui.seat import seated


async def test_what_happens_while_one_looks_comes_in_at_the_top(house: OpenHouse) -> None:
    async with seated(house.viewer, "handoffs") as vera:
        await vera.sees("Nothing changed hands yet")
        await make(house.operator, product="bakery")
        await vera.sees("bakery", "first", "1 of 1")
        await make(house.operator, product="museum")
        await vera.sees("museum", "1 of 2")
        rows = [line for line in vera.page.splitlines() if "first" in line]
        assert "museum" in rows[0]
        assert "bakery" in rows[1]


async def test_b_leaves_only_refusals_and_they_say_what_was_objected_to(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE, product="bakery")
    studio = ScriptedStudio(qa=[block("the menu has a dead link")])
    async with runner(house, studio):
        await until(house, product, "done")
    async with seated(house.operator, "handoffs", (160, 45)) as oleg:
        await oleg.sees("qa gate", "sequential")
        await oleg.types("b")
        await oleg.misses("sequential")
        await oleg.sees("qa gate", "the menu has a dead link", "What was said")


async def test_space_keeps_the_list_still_until_it_is_pressed_again(house: OpenHouse) -> None:
    async with seated(house.viewer, "handoffs") as vera:
        await make(house.operator, product="bakery")
        await vera.sees("bakery")
        await vera.types(" ")
        await vera.sees("Standing still")
        await make(house.operator, product="museum")
        async with seated(house.viewer, "handoffs") as other:
            await other.sees("museum")
        assert "museum" not in vera.page
        await vera.types(" ")
        await vera.sees("museum")


async def test_enter_reads_the_hand_off_and_o_opens_its_product(house: OpenHouse) -> None:
    await make(house.operator, product="bakery")
    async with seated(house.viewer, "handoffs") as vera:
        await vera.sees("bakery")
        await vera.types("\r")
        await vera.sees("a person → analyst", "Hand-off")
        await vera.types("q")
        await vera.sees("1 of 1")
        await vera.types("o")
        await vera.sees("owner oleg", "Repair rounds")
