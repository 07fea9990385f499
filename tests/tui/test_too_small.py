"""A window too small for the screens says so and takes nothing away."""

from __future__ import annotations

import pytest

from tests.house import OpenHouse
from tests.tui.seat import seated


@pytest.mark.parametrize("size", [(59, 24), (80, 19), (20, 5), (1, 1)])
async def test_a_window_that_is_too_small_says_what_it_needs_until_it_has_grown(
    house: OpenHouse, size: tuple[int, int]
) -> None:
    async with seated(house.operator, "products", size) as oleg:
        if size > (2, 2):
            await oleg.sees("This window is")
        await oleg.types("1:?q\x1b")
        oleg.someone.running.resize(80, 24)
        await oleg.someone.until(lambda: "Products" in "".join(oleg.someone.wire.screen()[:1]), "the place")


async def test_what_was_typed_is_still_there_when_the_window_has_grown_again(house: OpenHouse) -> None:
    async with seated(house.operator, "products") as oleg:
        await oleg.types(":pau")
        await oleg.sees("products pause")
        for width, height in ((40, 10), (30, 8), (80, 24)):
            oleg.someone.running.resize(width, height)
            await oleg.someone.quiet()
        await oleg.types("s")
        await oleg.someone.until(lambda: "paus" in "\n".join(oleg.someone.wire.screen()), "the palette as it was")


async def test_the_smallest_window_that_may_be_shows_every_place(house: OpenHouse) -> None:
    async with seated(house.super_admin, "home", (60, 20)) as sue:
        await sue.sees("Home")
        for key, word in zip(
            "2345678", ("Products", "Hand-offs", "Record", "People", "Sessions", "Settings", "Me"), strict=True
        ):
            await sue.types(key)
            await sue.sees(word)
