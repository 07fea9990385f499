"""People: the last super_admin stays, nobody hands out more than they have, and names mean one thing."""

from __future__ import annotations

import asyncio

import pytest

from core.access.roles import GRANTS, Role, may_hand_out
from core.desk import Desk
from core.errors import Conflict, CoreError, Forbidden, Invalid, NotFound, NotSignedIn
from core.identity.first_admin import CreateFirstAdmin
from core.identity.own import ChangePassword, WhoAmI
from core.identity.people import (
    CreatePerson,
    DeletePerson,
    DisablePerson,
    EnablePerson,
    ListPeople,
    ResetPassword,
    SetRole,
    ShowPerson,
)
from core.operation import Operation, Stage
from core.secret import Secret
from core.text import RESERVED_NAMES
from tests.house import PASSWORD, OpenHouse

NEW = Secret("a louder green kettle")


async def second_chief(house: OpenHouse) -> Desk:
    await house.person("second", Role.SUPER_ADMIN)
    return await house.sit("second")


async def chiefs(house: OpenHouse) -> list[str]:
    people = await house.core.house.store.fetch_all(
        "SELECT username FROM people WHERE role = 'super_admin' AND enabled = 1 ORDER BY username"
    )
    return [row["username"] for row in people]


# The last super_admin


@pytest.mark.parametrize(
    "asked",
    [DisablePerson(username="sue"), SetRole(username="sue", role="admin"), DeletePerson(username="sue")],
    ids=["disable", "demote", "delete"],
)
async def test_the_last_super_admin_stays_whatever_is_tried(house: OpenHouse, asked: Operation[object]) -> None:
    with pytest.raises(Conflict):
        await house.super_admin.run(asked, confirm="sue")

    assert await chiefs(house) == ["sue"]
    await house.super_admin.run(WhoAmI())


async def test_a_disabled_super_admin_does_not_count_as_the_one_who_stays(house: OpenHouse) -> None:
    await second_chief(house)
    await house.super_admin.run(DisablePerson(username="second"))

    with pytest.raises(Conflict):
        await house.super_admin.run(SetRole(username="sue", role="viewer"))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (SetRole(username="second", role="admin"), SetRole(username="sue", role="admin")),
        (DisablePerson(username="second"), DisablePerson(username="sue")),
        (DeletePerson(username="second"), DeletePerson(username="sue")),
        (SetRole(username="sue", role="viewer"), DisablePerson(username="second")),
    ],
    ids=["demote each other", "disable each other", "delete each other", "step down both"],
)
async def test_two_super_admins_at_once_cannot_leave_the_house_without_one(
    house: OpenHouse, mine: Operation[object], theirs: Operation[object]
) -> None:
    """The attack: two requests that are each allowed alone, in the same instant."""
    second = await second_chief(house)

    answers = await asyncio.gather(
        house.super_admin.run(mine, confirm="second"), second.run(theirs, confirm="sue"), return_exceptions=True
    )

    assert await chiefs(house)
    assert sum(isinstance(each, CoreError) for each in answers) >= 1


# Handing out roles


def test_nobody_hands_out_more_than_they_have() -> None:
    for giver in Role:
        for given in Role:
            more = any((GRANTS[giver].get(p) or 0) < reach for p, reach in GRANTS[given].items())
            try:
                may_hand_out(giver, given)
                allowed = True
            except (Forbidden, Invalid):
                allowed = False
            assert allowed is (given.for_people and not more), f"{giver.word} gives {given.word}"


@pytest.mark.parametrize("role", ["runner", "host", "visitor", "root", "SUPER_ADMIN"])
async def test_a_role_that_is_not_for_people_or_unknown_is_refused(house: OpenHouse, role: str) -> None:
    for asked in (CreatePerson(username="nora", role=role), SetRole(username="vera", role=role)):
        with pytest.raises(Invalid):
            await house.super_admin.run(asked)


@pytest.mark.parametrize("role", ["emperor", "runner", "host", "visitor", "", "Super_Admin"])
async def test_a_role_in_the_store_that_is_unknown_or_not_for_people_reaches_nothing(
    house: OpenHouse, role: str
) -> None:
    """The attack: write the store. `runner` on a person's row would also have escaped every time limit."""
    await house.core.house.store.execute("UPDATE people SET role = :r WHERE username = 'ada'", {"r": role})

    with pytest.raises(NotSignedIn):
        await house.admin.run(WhoAmI())


# Accounts


async def test_names_that_mean_something_else_cannot_be_taken(house: OpenHouse) -> None:
    for name in RESERVED_NAMES:
        with pytest.raises(Invalid):
            await house.super_admin.run(CreatePerson(username=name))


async def test_a_name_is_taken_in_any_case(house: OpenHouse) -> None:
    with pytest.raises(Conflict):
        await house.super_admin.run(CreatePerson(username="VERA"))


async def test_one_name_asked_for_twice_at_once_is_given_once(house: OpenHouse) -> None:
    answers = await asyncio.gather(
        *(house.super_admin.run(CreatePerson(username="nora")) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in answers) == ["Conflict"] * 3 + ["Person"]


async def test_nobody_deletes_the_account_they_are_using(house: OpenHouse) -> None:
    await second_chief(house)

    with pytest.raises(Conflict):
        await house.super_admin.run(DeletePerson(username="sue"), confirm="sue")


async def test_a_deleted_person_leaves_no_key_and_no_factor_and_their_deeds_stay_on_record(
    house: OpenHouse,
) -> None:
    await house.operator.run(ChangePassword(new=NEW, current=Secret(PASSWORD)))
    await house.super_admin.run(DeletePerson(username="oleg"), confirm="oleg")

    with pytest.raises(NotFound):
        await house.super_admin.run(ShowPerson(username="oleg"))
    assert ("password.change", "oleg", "done") in house.trail()
    for table in ("keys", "recovery_codes"):
        left = await house.core.house.store.fetch_all(
            f"SELECT 1 FROM {table} t LEFT JOIN people p ON p.id = t.person_id WHERE p.id IS NULL"
        )
        assert left == []


async def test_a_new_account_of_an_old_name_is_another_person(house: OpenHouse) -> None:
    await house.super_admin.run(DeletePerson(username="vera"), confirm="vera")
    await house.super_admin.run(CreatePerson(username="vera", role="admin"))

    with pytest.raises(NotSignedIn):
        await house.viewer.run(WhoAmI())


async def test_a_disabled_account_can_be_enabled_again_with_everything_it_had(house: OpenHouse) -> None:
    await house.super_admin.run(DisablePerson(username="vera"))
    person = await house.super_admin.run(EnablePerson(username="vera"))

    assert (person.enabled, person.second_factor, person.has_password) == (True, True, True)
    assert (await house.sit("vera")).caller.stage is Stage.FULL


async def test_a_list_of_people_says_what_they_can_sign_in_with_and_no_secret(house: OpenHouse) -> None:
    people = {each.username: each for each in await house.super_admin.run(ListPeople())}

    assert people["vera"].second_factor
    assert people["vera"].live_sessions == 1
    assert "$2b$" not in repr(people)


# Passwords of one's own and of others


async def test_changing_a_password_asks_for_the_current_one(house: OpenHouse) -> None:
    """The attack: an unlocked screen."""
    for current in (None, Secret("not the one")):
        with pytest.raises(Invalid):
            await house.viewer.run(ChangePassword(new=NEW, current=current))

    await house.viewer.run(ChangePassword(new=NEW, current=Secret(PASSWORD)))
    assert await house.core.entrance.password("vera", NEW, "192.0.2.1") is not None


async def test_a_new_password_is_not_the_old_one_nor_a_weak_one(house: OpenHouse) -> None:
    for word in (PASSWORD, "short", "passwordpassword", "vera and more of it"):
        with pytest.raises(Invalid):
            await house.viewer.run(ChangePassword(new=Secret(word), current=Secret(PASSWORD)))


async def test_guessing_the_current_password_at_an_open_screen_is_limited(house: OpenHouse) -> None:
    answers = []
    for n in range(7):
        try:
            await house.viewer.run(ChangePassword(new=NEW, current=Secret(f"guess number {n}")))
        except CoreError as refusal:
            answers.append(refusal.code)

    assert answers == ["invalid"] * 5 + ["throttled"] * 2


async def test_of_two_password_changes_at_once_one_is_told_about_the_other(house: OpenHouse) -> None:
    asked = [ChangePassword(new=Secret(f"a teapot of colour {n}"), current=Secret(PASSWORD)) for n in range(2)]

    answers = await asyncio.gather(*(house.viewer.run(each) for each in asked), return_exceptions=True)

    assert sorted(type(each).__name__ for each in answers) == ["Changed", "Conflict"]


async def test_a_reset_password_is_shown_once_and_stands_nowhere(house: OpenHouse) -> None:
    given = await house.super_admin.run(ResetPassword(username="vera"), confirm="vera")
    await house.close()

    for path in house.config.data_root.rglob("*"):
        assert not path.is_file() or given.password.encode() not in path.read_bytes(), path


# The first administrator


async def test_a_volume_with_accounts_never_gets_a_first_administrator_again(house: OpenHouse) -> None:
    with pytest.raises(Conflict):
        await house.host.run(CreateFirstAdmin(password=NEW))


async def test_changing_the_first_password_removes_the_file_that_told_it(house: OpenHouse) -> None:
    file = house.config.bootstrap_file
    file.write_text(f"username: sue\npassword: {PASSWORD}\n", encoding="utf-8")

    await house.viewer.run(ChangePassword(new=NEW, current=Secret(PASSWORD)))
    assert file.exists(), "somebody else's"
    await house.super_admin.run(ChangePassword(new=NEW, current=Secret(PASSWORD)))

    assert not file.exists()
