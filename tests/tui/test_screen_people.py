"""People, one person and sessions: who may do what to whom, and what is said before and after."""

from __future__ import annotations

import re

import pytest

from core.identity.people import CreatePerson, ListPeople
from core.identity.rows import Person
from core.identity.session_list import ListSessions
from tests.house import OpenHouse
from tests.tui.seat import Seated, seated

SIZES = [(80, 24), (160, 45)]
CTRL_S = "\x13"
CLIPBOARD = b"\x1b]52;"


async def people(house: OpenHouse) -> dict[str, Person]:
    return {person.username: person for person in await house.super_admin.run(ListPeople())}


async def at_person(sue: Seated, name: str) -> None:
    """Open somebody by the filter."""
    await sue.sees("who", "vera")
    await sue.types(f"/{name}\r\r")
    await sue.sees("account since")


@pytest.mark.parametrize("size", SIZES)
async def test_everybody_stands_there_with_role_and_factor(house: OpenHouse, size: tuple[int, int]) -> None:
    async with seated(house.super_admin, "users", size) as sue:
        await sue.sees("ada", "oleg", "sue", "vera", "super_admin", "enabled", "✓")
        if size[0] >= 120:
            await sue.sees("account since", "open sessions")


async def test_a_new_account_tells_what_it_still_lacks(house: OpenHouse) -> None:
    async with seated(house.super_admin, "users") as sue:
        await sue.sees("vera")
        await sue.types("n")
        await sue.sees("users create", "viewer", "super_admin")
        await sue.types(f"rita{CTRL_S}")
        await sue.sees("rita has an account; give them a way in", "no way in yet")
    assert (await people(house))["rita"].role == "viewer"


async def test_a_role_is_given_from_those_that_may_be_handed_out(house: OpenHouse) -> None:
    async with seated(house.super_admin, "users") as sue:
        await at_person(sue, "vera")
        await sue.types("o")
        await sue.sees("users set-role", "operator", "admin")
        assert "runner" not in sue.page
        await sue.types(CTRL_S)
        await sue.sees("vera is operator now.")
    assert (await people(house))["vera"].role == "operator"


async def test_shutting_an_account_asks_first_and_enter_means_no(house: OpenHouse) -> None:
    async with seated(house.super_admin, "users") as sue:
        await at_person(sue, "vera")
        await sue.types("e")
        await sue.sees("Disable vera?", "1 open session ends at once.", "users disable --username vera")
        await sue.types("\r")
        await sue.misses("Disable vera?")
        assert (await people(house))["vera"].enabled
        await sue.types("e")
        await sue.sees("Disable vera?")
        await sue.types("y")
        await sue.sees("vera is disabled.")
        await sue.someone.until(house.viewer.ended.done, "the end of the desk")
    assert not (await people(house))["vera"].enabled


async def test_an_account_goes_only_after_its_name_was_typed(house: OpenHouse) -> None:
    async with seated(house.super_admin, "users") as sue:
        await at_person(sue, "vera")
        await sue.types("d")
        await sue.sees("Type vera to go on:")
        await sue.types("vero\r")
        await sue.sees("That is not the name")
        assert "vera" in await people(house)
        await sue.types("\x7f" * 4 + "vera\r")
        await sue.sees("vera is deleted.")
    assert "vera" not in await people(house)


async def test_a_one_time_password_is_shown_once_and_never_copied(house: OpenHouse) -> None:
    async with seated(house.super_admin, "users") as sue:
        await at_person(sue, "vera")
        await sue.types("p")
        await sue.sees("Type vera to go on:")
        await sue.types("vera\r")
        await sue.sees("One-time password of vera")
        shown = re.search(r"  ([A-Za-z0-9_-]{20})  ", sue.page)
        assert shown is not None
        await sue.types("y\r\x1b")
        await sue.sees("Secrets are never copied", shown[1])
        assert CLIPBOARD not in b"".join(sue.someone.wire.sent)
        await sue.types("k")
        await sue.misses(shown[1])
    assert shown[1].encode() not in house.record()


async def test_an_admin_is_not_let_in_among_the_people(house: OpenHouse) -> None:
    async with seated(house.admin) as ada:
        await ada.sees("Waiting for a person")
        await ada.types("5")
        await ada.sees("users.list needs users:read; you are admin")


# -- sessions


async def test_my_own_session_is_marked_and_a_viewer_sees_no_other(house: OpenHouse) -> None:
    async with seated(house.viewer, "sessions", (160, 45)) as vera:
        await vera.sees("this is the session you are using", "dialogue + totp")
        assert "ada" not in vera.page


@pytest.mark.parametrize("size", SIZES)
async def test_a_session_is_ended_after_a_yes_and_its_desk_with_it(house: OpenHouse, size: tuple[int, int]) -> None:
    async with seated(house.admin, "sessions", size) as ada:
        await ada.sees("oleg", "vera")
        await ada.types("/vera\r")
        await ada.misses("oleg")
        await ada.types("x")
        await ada.sees("End the session of vera?", "sessions end --session")
        await ada.types("y")
        await ada.sees("The session of vera is ended.")
        await ada.someone.until(house.viewer.ended.done, "the end of the desk")
        await ada.types("e")
        await ada.sees("only open ones", "ended")


async def test_somebody_above_me_stays(house: OpenHouse) -> None:
    async with seated(house.admin, "sessions") as ada:
        await ada.sees("oleg")
        await ada.types("/sue\rx")
        await ada.sees("End the session of sue?")
        await ada.types("y")
        await ada.sees("You cannot end a session of somebody above you")
    open_ones = await house.super_admin.run(ListSessions())
    assert "sue" in {row.username for row in open_ones}


async def test_a_client_that_calls_itself_an_escape_sequence_stays_a_word(house: OpenHouse) -> None:
    # The attack: the version string of a client is what the client likes; put past the border, straight into the row.
    await house.super_admin.run(CreatePerson(username="eve"))
    await house.core.house.store.execute(
        "UPDATE sessions SET client = :evil, address = :evil WHERE username = 'vera'",
        {"evil": "SSH-2.0-\x1b]52;c;cm0gLXJm\x07\u202egnp\x9b2J"},
    )
    for size in SIZES:
        async with seated(house.admin, "sessions", size) as ada:
            await ada.sees("vera")
            await ada.types("/vera\r\r")
            await ada.sees("signed in by", "SSH-2.0-")
            sent = b"".join(ada.someone.wire.sent)
            assert CLIPBOARD not in sent
            assert "\u202e".encode() not in sent
            assert "\x9b".encode() not in sent
