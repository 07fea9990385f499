"""The palette and its forms: everything that people may ask, and nothing that the exec door could not."""

from __future__ import annotations

import shlex
from datetime import timedelta

from core.catalogue import BY_NAME, OPERATIONS
from core.command_line import for_people, line_for, line_of
from core.identity.people import DeletePerson
from core.identity.totp import Prove
from core.operation import Stage
from core.parse import inputs_of, request_of, split_options
from core.pipeline.holds import ShowFactory
from core.pipeline.steering import RejectProduct
from core.secret import Secret
from tests.core.factory_floor import make, seen
from tests.house import OpenHouse
from tests.tui.seat import Seated, seated
from tui.forms import Form
from tui.palette import entries_of

ENTER, ESCAPE, SEND = "\r", "\x1b", "\x13"


async def test_it_offers_every_operation_for_people_and_says_who_could_do_the_rest(house: OpenHouse) -> None:
    async with seated(house.viewer) as vera:
        entries = entries_of(vera.app)
        offered = {entry.kind.name for entry in entries}
        assert offered == {kind.name for kind in OPERATIONS if for_people(kind) and Stage.FULL in kind.at}
        for entry in entries:
            assert bool(entry.needs) is not house.viewer.may(entry.kind).allowed, entry.words
        await vera.types(":hold the")
        await vera.sees("factory hold", "needs admin", "ssh factory@host factory hold [--reason TEXT]")


async def test_choosing_what_one_may_not_do_says_why_instead_of_a_form(house: OpenHouse) -> None:
    async with seated(house.viewer) as vera:
        await vera.sees("Factory")
        await vera.types(":factory hold")
        await vera.sees("needs admin")
        await vera.types(ENTER)
        await vera.sees("Not allowed: factory.hold needs factory:hold; you are viewer.")


async def test_a_form_runs_the_operation_and_shows_its_answer_and_line(house: OpenHouse) -> None:
    async with seated(house.admin) as ada:
        await ada.sees("released")
        await ada.types(":factory hold")
        await ada.sees("[--reason TEXT]")
        await ada.types(ENTER)
        await ada.sees("Hold the whole factory", "reason")
        await ada.types("spring cleaning" + SEND)
        await ada.sees("held by", "ada", "ssh factory@host \"factory hold --reason 'spring cleaning'\"")
    assert (await house.viewer.run(ShowFactory())).hold_reason == "spring cleaning"


async def test_what_stands_under_the_cursor_is_filled_in(house: OpenHouse) -> None:
    product = await make(house.operator, product="bakery")
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("bakery")
        await oleg.types(":products share")
        await oleg.types(ENTER)
        await oleg.sees("ssh factory@host products share --product bakery", "username *")
        await oleg.types("vera" + SEND)
        await oleg.sees("products share")
    assert (await seen(house, product)).collaborators == ("vera",)


async def test_a_form_exists_for_every_operation_with_a_field_for_every_input(house: OpenHouse) -> None:
    async with seated(house.super_admin) as sue:
        await sue.sees("Factory")
        for kind in OPERATIONS:
            if not for_people(kind) or not inputs_of(kind):
                continue
            form = Form(kind)
            sue.app.call_later(sue.app.push_screen, form)
            await sue.sees(f"{kind.area} {kind.verb}")
            assert set(form._asked) == {each.name for each in inputs_of(kind)}, kind.name
            sue.app.call_later(sue.app.pop_screen)
            await sue.misses(f"ssh factory@host {kind.area} {kind.verb}")


async def test_a_secret_that_is_typed_appears_neither_in_the_field_nor_in_the_line(house: OpenHouse) -> None:
    async with seated(house.operator) as oleg:
        await oleg.sees("Factory")
        await oleg.types(":password change")
        await oleg.types(ENTER)
        await oleg.sees("new *")
        await oleg.types("correct horse staple")
        await oleg.sees("password change --new -")
        assert b"horse" not in oleg.someone.wire.bytes


async def test_missing_fields_are_named_and_nothing_is_asked(house: OpenHouse) -> None:
    async with seated(house.super_admin) as sue:
        await sue.sees("Factory")
        await sue.types(":users create")
        await sue.types(ENTER)
        await sue.sees("username *")
        house.turn_page()
        await sue.types(SEND)
        await sue.sees("Still needed: username")
        assert house.trail() == []


async def test_something_dangerous_asks_for_the_name_and_a_stale_factor_is_proved_afresh(house: OpenHouse) -> None:
    product = await make(house.operator, product="bakery")
    house.clock.turn(timedelta(minutes=11))
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("bakery")
        await _cancel_by_name(oleg)
        await oleg.sees("Prove that it is you")
        await oleg.types("000000" + ENTER)
        await oleg.sees("That code is not right")
        assert (await seen(house, product)).standing == "queued"
        await oleg.types(house.code().reveal() + ENTER)
        await oleg.sees("bakery is cancelled.")
    assert ("mfa.prove", "oleg", "done") in house.trail()


async def test_going_back_from_the_proof_leaves_everything_as_it_is(house: OpenHouse) -> None:
    product = await make(house.operator, product="bakery")
    house.clock.turn(timedelta(minutes=11))
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("bakery")
        await _cancel_by_name(oleg)
        await oleg.sees("Prove that it is you")
        await oleg.types(ESCAPE)
        await oleg.sees("prove your second factor again first")
    assert (await seen(house, product)).standing == "queued"


async def _cancel_by_name(someone: Seated) -> None:
    await someone.types("c")
    await someone.sees("Type bakery to go on")
    await someone.types("bakery" + ENTER)


async def test_the_line_of_a_request_is_one_that_a_shell_and_the_exec_door_read_back() -> None:
    asked = RejectProduct(product="a b; rm -rf /", note="it's wrong, all of it")
    # The shell at this end takes one layer of quotes away, ssh joins with blanks, the console takes the other.
    sent = " ".join(shlex.split(line_for(asked))[2:])
    words = split_options(shlex.split(sent))

    async def nothing() -> str:
        raise AssertionError("nothing comes on standard input")

    assert await request_of(RejectProduct, words.plain[2:], words, nothing) == asked


def test_a_secret_and_long_text_are_named_in_the_line_and_never_in_it() -> None:
    assert line_for(Prove(code=Secret("123456"))) == "ssh factory@host mfa prove --code -"
    long = line_of(BY_NAME["products.create"], {"brief": "first\nsecond"})
    assert long == "ssh factory@host products create --brief - < brief.txt"


def test_the_line_of_something_dangerous_confirms_itself() -> None:
    assert line_for(DeletePerson(username="eve")).endswith("users delete --username eve --confirm eve")
