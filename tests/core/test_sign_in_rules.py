"""The entrance: which proof opens which session, and how often a proof may fail."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from core.access.roles import Role
from core.desk import Desk
from core.errors import NotSignedIn, RecordUnavailable, Throttled
from core.identity.entrance import Passed
from core.identity.keys import AddKey
from core.identity.own import ChangePassword, WhoAmI
from core.identity.people import DeletePerson, DisablePerson, ResetPassword
from core.identity.session_list import ListSessions
from core.identity.sessions import Opening
from core.operation import Stage
from core.secret import Secret
from tests.house import PASSWORD, OpenHouse, open_house
from tests.keyring import ED25519, FINGERPRINT

HOME, ELSEWHERE = "192.0.2.1", "198.51.100.1"


async def knock(house: OpenHouse, who: str = "vera", password: str = PASSWORD, address: str = HOME) -> str:
    """passed, wrong or throttled."""
    try:
        passed = await house.core.entrance.password(who, Secret(password), address)
    except Throttled:
        return "throttled"
    return "passed" if passed else "wrong"


async def with_a_key(house: OpenHouse) -> Desk:
    await house.viewer.run(AddKey(label="laptop", key=ED25519))
    return house.viewer


# Keys


@pytest.mark.parametrize(
    ("login", "found"), [("factory", True), ("vera", True), ("oleg", False), ("", False), ("VERA", False)]
)
async def test_a_key_signs_in_its_owner_under_the_shared_name_or_their_own(
    house: OpenHouse, login: str, found: bool
) -> None:
    await with_a_key(house)

    assert (await house.core.entrance.holder(login, FINGERPRINT) is not None) is found


async def test_an_unknown_key_and_a_disabled_owner_get_the_same_answer(house: OpenHouse) -> None:
    await with_a_key(house)
    await house.super_admin.run(DisablePerson(username="vera"))

    assert await house.core.entrance.holder("factory", FINGERPRINT) is None
    assert await house.core.entrance.holder("factory", "SHA256:nobodys") is None


# Passwords


async def test_a_right_password_with_a_factor_enrolled_still_wants_the_code(house: OpenHouse) -> None:
    passed = await house.core.entrance.password("vera", Secret(PASSWORD), HOME)

    assert passed is not None
    assert passed.code_due


async def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(house: OpenHouse) -> None:
    assert await knock(house, "nobody") == "wrong"
    assert await knock(house, "vera", "not hers at all") == "wrong"


async def test_a_disabled_account_does_not_open_with_the_right_password(house: OpenHouse) -> None:
    await house.super_admin.run(DisablePerson(username="vera"))

    assert await knock(house) == "wrong"


async def test_an_account_without_a_password_opens_with_none(house: OpenHouse) -> None:
    await house.core.house.store.execute("UPDATE people SET password_hash = NULL WHERE username = 'vera'")

    assert await knock(house) == "wrong"
    assert await knock(house, password="") == "wrong"


async def test_five_failures_of_one_account_throttle_it_from_everywhere(house: OpenHouse) -> None:
    for n in range(5):
        assert await knock(house, password="wrong", address=f"203.0.113.{n}") == "wrong"

    assert await knock(house, address=ELSEWHERE) == "throttled"
    assert await knock(house, "oleg", address=ELSEWHERE) == "passed"


async def test_five_failures_from_one_address_throttle_it_for_everybody(house: OpenHouse) -> None:
    for n in range(5):
        assert await knock(house, f"guess{n}") == "wrong"

    assert await knock(house, "oleg") == "throttled"
    assert await knock(house, "oleg", address=ELSEWHERE) == "passed"


async def test_the_throttle_survives_a_restart_and_ends_after_a_quarter_of_an_hour(house: OpenHouse) -> None:
    for _ in range(5):
        await knock(house, password="wrong")
    await house.close()
    await house.restart()

    assert await knock(house) == "throttled"
    house.clock.turn(timedelta(minutes=15, seconds=1))
    assert await knock(house) == "passed"


async def test_a_clock_that_was_wrong_for_a_while_shuts_nobody_out_for_years(house: OpenHouse) -> None:
    house.clock.turn(timedelta(days=3650))
    for _ in range(5):
        await knock(house, password="wrong")
    house.clock.turn(timedelta(days=-3650))

    assert await knock(house) == "passed"


async def test_parallel_guesses_cannot_slip_past_the_throttle(house: OpenHouse) -> None:
    answers = await asyncio.gather(*(knock(house, password=f"guess {n}") for n in range(12)))

    assert answers.count("wrong") == 5
    assert answers.count("throttled") == 7


async def test_people_who_get_it_right_are_never_throttled(house: OpenHouse) -> None:
    for _ in range(8):
        passed = await house.core.entrance.password("vera", Secret(PASSWORD), HOME)
        assert passed is not None
        assert await house.core.entrance.code(passed, house.next_code(), HOME) == "totp"


async def test_right_passwords_with_wrong_codes_are_throttled_like_wrong_passwords(house: OpenHouse) -> None:
    """The attack: somebody knows the password and guesses at the six digits."""
    for _ in range(5):
        passed = await house.core.entrance.password("vera", Secret(PASSWORD), HOME)
        assert passed is not None
        assert await house.core.entrance.code(passed, Secret("000000"), HOME) == ""

    assert await knock(house) == "throttled"


async def test_a_wrong_code_in_another_scripts_digits_is_a_wrong_code(house: OpenHouse) -> None:
    passed = await house.core.entrance.password("vera", Secret(PASSWORD), HOME)
    assert passed is not None

    assert await house.core.entrance.code(passed, Secret("١٢٣٤٥٦"), HOME) == ""


async def test_a_code_for_an_account_that_was_disabled_meanwhile_opens_nothing(house: OpenHouse) -> None:
    passed = await house.core.entrance.password("vera", Secret(PASSWORD), HOME)
    await house.super_admin.run(DisablePerson(username="vera"))

    assert isinstance(passed, Passed)
    assert await house.core.entrance.code(passed, house.code(), HOME) == ""


# Stages


async def test_a_first_sign_in_goes_from_password_to_factor_to_everything(house: OpenHouse) -> None:
    await house.person("nora", enrolled=False, must_change=True)

    desk = await house.sit("nora", factor="")
    assert desk.caller.stage is Stage.MUST_CHANGE
    changed = await desk.run(ChangePassword(new=Secret("a louder green kettle")))
    assert changed.stage == "must_enrol"
    assert (await desk.run(WhoAmI())).stage == "must_enrol"


@pytest.mark.parametrize(
    ("method", "factor", "stage"),
    [
        ("publickey", "", Stage.HALF_OPEN),
        ("publickey", "key+pin", Stage.FULL),
        ("dialogue", "totp", Stage.FULL),
        ("dialogue", "recovery", Stage.FULL),
        ("dialogue", "", Stage.HALF_OPEN),
    ],
)
async def test_a_proof_opens_as_far_as_it_proves(house: OpenHouse, method: str, factor: str, stage: Stage) -> None:
    assert (await house.sit("vera", method=method, factor=factor)).caller.stage is stage


async def test_without_a_factor_only_enrolling_is_open_unless_none_is_required(house: OpenHouse) -> None:
    await house.person("nora", enrolled=False)

    assert (await house.sit("nora", factor="")).caller.stage is Stage.MUST_ENROL


async def test_in_development_a_second_factor_need_not_be_required(furnished: Path, tmp_path: Path) -> None:
    async with open_house(furnished, tmp_path / "dev", mfa_required=False) as house:
        await house.person("nora", enrolled=False)

        assert (await house.sit("nora", factor="")).caller.stage is Stage.FULL
        assert (await house.sit("vera", factor="", method="publickey")).caller.stage is Stage.HALF_OPEN


async def test_a_reset_password_must_be_changed_at_the_next_sign_in(house: OpenHouse) -> None:
    given = await house.super_admin.run(ResetPassword(username="vera"), confirm="vera")

    assert await knock(house, password=given.password) == "passed"
    assert (await house.sit("vera")).caller.stage is Stage.MUST_CHANGE


# Sessions


async def test_one_person_has_so_many_sessions_and_no_more(furnished: Path, tmp_path: Path) -> None:
    async with open_house(furnished, tmp_path / "narrow", sessions_per_person=3) as house:
        desks = [await house.sit("vera") for _ in range(2)]

        with pytest.raises(Throttled):
            await house.sit("vera")
        await house.sit("oleg")
        await house.core.get_up(desks[0], "bye")
        await house.sit("vera")


async def test_sign_ins_at_once_do_not_pass_the_limit_together(furnished: Path, tmp_path: Path) -> None:
    async with open_house(furnished, tmp_path / "narrow", sessions_per_person=3) as house:
        opened = await asyncio.gather(*(house.sit("vera") for _ in range(8)), return_exceptions=True)

        assert sum(isinstance(each, Desk) for each in opened) == 2


async def test_what_the_door_remembers_of_the_role_does_not_matter(house: OpenHouse) -> None:
    """The attack: a door that says super_admin, by mistake or by force."""
    row = await house.core.house.store.fetch_one("SELECT id FROM people WHERE username = 'vera'")
    assert row is not None
    desk = await house.core.sit_down(Opening(
        username="sue", person_id=row["id"], role=Role.SUPER_ADMIN, stage=Stage.FULL, door="ssh",
        address=HOME, method="publickey",
    ))  # fmt: skip

    caller = desk.caller
    assert (caller.username, caller.role, caller.stage) == ("vera", Role.VIEWER, Stage.HALF_OPEN)
    assert house.last()["actor"] == "vera"
    assert house.last()["details"]["role"] == "viewer"


@pytest.mark.parametrize("gone", ["disabled", "deleted"])
async def test_somebody_disabled_or_deleted_between_proof_and_entry_does_not_get_in(
    house: OpenHouse, gone: str
) -> None:
    row = await house.core.house.store.fetch_one("SELECT id FROM people WHERE username = 'vera'")
    assert row is not None
    asked = DisablePerson(username="vera") if gone == "disabled" else DeletePerson(username="vera")
    await house.super_admin.run(asked, confirm="vera")

    with pytest.raises(NotSignedIn):
        await house.core.sit_down(Opening(username="vera", person_id=row["id"], role=Role.VIEWER,
                                          stage=Stage.FULL, door="ssh", address=HOME))  # fmt: skip
    open_rows = await house.super_admin.run(ListSessions())
    assert "vera" not in {each.username for each in open_rows}


async def test_signing_in_and_out_is_on_record_with_how_and_from_where(house: OpenHouse) -> None:
    desk = await house.sit("vera", address=ELSEWHERE)
    await house.core.get_up(desk, "bye")

    assert house.trail() == [("session.open", "vera", "done"), ("session.close", "vera", "done")]
    opened, closed = house.entries()[-2:]
    assert opened["details"]["method"] == "dialogue"
    assert opened["ip_address"] == ELSEWHERE
    assert closed["details"]["why"] == "bye"


async def test_a_refused_sign_in_is_on_record_and_repeats_are_counted(house: OpenHouse) -> None:
    for _ in range(3):
        await house.core.entrance.refused("vera\x1b[2J\nroot", HOME, "dialogue", "wrong password")
    house.clock.turn(timedelta(seconds=61))
    await house.core.recorder.settle()

    assert house.trail() == [("session.open", "vera[2J root", "refused")] * 2
    assert house.last()["details"]["repeats"] == 2


async def test_nobody_gets_in_while_the_record_cannot_be_written(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.core.house.chain._tail._disk, "free", lambda _: 0)

    with pytest.raises(RecordUnavailable):
        await house.sit("vera")
    rows = await house.core.house.store.fetch_all("SELECT 1 FROM sessions WHERE username = 'vera' AND ended_at IS NULL")
    assert len(rows) == 1
