"""The second factor: one step of drift, each code once whatever happens, and recovery codes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pyotp
import pytest

from core.desk import Desk
from core.errors import Conflict, CoreError, FactorNeeded, Invalid, NotSignedIn, Throttled
from core.identity.own import WhoAmI
from core.identity.recovery import NewRecoveryCodes
from core.identity.totp import Confirm, Enrol, Prove, ShowFactors, matching_step
from core.operation import Stage
from core.secret import Secret
from tests.house import TOTP_SECRET, OpenHouse


def at(moment: datetime) -> str:
    return pyotp.TOTP(TOTP_SECRET).at(moment)


async def prove(desk: Desk, code: Secret) -> str:
    try:
        return (await desk.run(Prove(code=code))).factor
    except CoreError as refusal:
        return refusal.code


# Codes


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_counts_within_one_step_of_drift_either_way(house: OpenHouse, seconds: int, good: bool) -> None:
    now = house.clock.now()

    step = matching_step(TOTP_SECRET, at(now + timedelta(seconds=seconds)), now)

    assert (step is not None) is good


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "12345\n6", "١٢٣٤٥٦", "１２３４５６", "\ud800" * 6, "9" * 1000]
)
async def test_what_is_not_six_digits_is_simply_wrong(house: OpenHouse, typed: str) -> None:
    """The hole: other scripts' digits are digits to a pattern, and then broke the comparison."""
    with pytest.raises(Invalid):
        await house.viewer.run(Prove(code=Secret(typed)))


async def test_a_code_may_be_typed_with_blanks_and_dashes(house: OpenHouse) -> None:
    code = house.code().reveal()

    assert await prove(house.viewer, Secret(f" {code[:3]} {code[3:5]}-{code[5:]} ")) == "totp"


async def test_a_code_works_once(house: OpenHouse) -> None:
    code = house.code()

    assert [await prove(house.viewer, code), await prove(house.viewer, code)] == ["totp", "invalid"]


async def test_of_many_who_use_one_code_at_once_one_gets_in(house: OpenHouse) -> None:
    """The attack: read a code over somebody's shoulder and be as fast as they are."""
    desks = [await house.sit("vera", factor="", method="publickey") for _ in range(4)]
    code = house.code()

    answers = await asyncio.gather(*(prove(desk, code) for desk in desks))

    assert sorted(answers) == ["invalid", "invalid", "invalid", "totp"]


async def test_a_used_code_stays_used_after_a_restart(house: OpenHouse) -> None:
    code = house.code()
    await prove(house.viewer, code)
    await house.close()

    await house.restart()

    assert await prove(await house.sit("vera"), code) == "invalid"


async def test_an_earlier_code_does_not_work_after_a_later_one(house: OpenHouse) -> None:
    earlier = Secret(at(house.clock.now() - timedelta(seconds=30)))
    await prove(house.viewer, house.code())

    assert await prove(house.viewer, earlier) == "invalid"


async def test_the_code_of_somebody_else_is_worth_nothing(house: OpenHouse) -> None:
    """A sealed secret is bound to its owner: moved to another row it opens nothing."""
    await house.core.house.store.execute(
        "UPDATE people SET totp_sealed = (SELECT totp_sealed FROM people WHERE username = 'sue')"
        " WHERE username = 'vera'"
    )

    assert await prove(house.viewer, house.code()) == "conflict"


async def test_five_wrong_codes_in_a_quarter_of_an_hour_are_enough(house: OpenHouse) -> None:
    desks = [await house.sit("vera") for _ in range(3)]
    for n in range(5):
        assert await prove(desks[n % 3], Secret("000000")) == "invalid"

    assert await prove(desks[0], house.code()) == "throttled"
    house.clock.turn(timedelta(minutes=15, seconds=1))
    assert await prove(desks[0], house.code()) == "totp"


async def test_right_codes_use_up_no_attempts(house: OpenHouse) -> None:
    for _ in range(8):
        assert await prove(house.viewer, house.next_code()) == "totp"


async def test_parallel_guesses_cannot_slip_past_the_limit(house: OpenHouse) -> None:
    answers = await asyncio.gather(*(prove(house.viewer, Secret(f"{n:06}")) for n in range(20)))

    assert answers.count("throttled") == 15


async def test_a_rehearsed_guess_counts_as_a_guess(house: OpenHouse) -> None:
    """The attack: ask `mfa prove --dry-run` until it says yes."""
    for n in range(5):
        with pytest.raises(Invalid):
            await house.viewer.run(Prove(code=Secret(f"{n:06}")), rehearse=True)

    with pytest.raises(Throttled):
        await house.viewer.run(Prove(code=house.code()), rehearse=True)


# What a proof opens


async def test_a_half_open_session_may_do_nothing_but_prove(house: OpenHouse) -> None:
    desk = await house.at_stage(Stage.HALF_OPEN)
    with pytest.raises(FactorNeeded):
        await desk.run(Enrol())

    await desk.run(Prove(code=house.code()))

    assert (await desk.run(WhoAmI())).stage == "full"
    await desk.run(Enrol())


async def test_a_proof_opens_its_own_session_and_no_other(house: OpenHouse) -> None:
    mine = await house.sit("vera", factor="", method="publickey")
    other = await house.sit("vera", factor="", method="publickey")

    await prove(mine, house.code())

    assert (await other.run(WhoAmI())).stage == "half_open"


# Enrolment


async def test_somebody_without_a_second_factor_may_only_make_one(house: OpenHouse) -> None:
    desk = await house.at_stage(Stage.MUST_ENROL)
    with pytest.raises(FactorNeeded):
        await desk.run(Prove(code=house.code()))

    secret = (await desk.run(Enrol())).secret
    made = await desk.run(Confirm(code=Secret(pyotp.TOTP(secret).at(house.clock.now()))))

    assert made.stage == "full"
    assert len(set(made.codes)) == 10
    assert (await desk.run(ShowFactors())).recovery_codes_left == 10


async def test_the_code_that_confirmed_cannot_be_used_again(house: OpenHouse) -> None:
    desk = await house.at_stage(Stage.MUST_ENROL)
    secret = (await desk.run(Enrol())).secret
    code = Secret(pyotp.TOTP(secret).at(house.clock.now()))
    await desk.run(Confirm(code=code))

    assert await prove(desk, code) == "invalid"


async def test_a_factor_is_worth_nothing_before_its_first_code(house: OpenHouse) -> None:
    desk = await house.at_stage(Stage.MUST_ENROL)
    await desk.run(Enrol())

    with pytest.raises(Invalid):
        await desk.run(Confirm(code=Secret("000000")))
    assert (await desk.run(WhoAmI())).stage == "must_enrol"
    assert not (await desk.run(ShowFactors())).second_factor


async def test_there_is_nothing_to_confirm_before_one_has_begun(house: OpenHouse) -> None:
    with pytest.raises(Conflict):
        await (await house.at_stage(Stage.MUST_ENROL)).run(Confirm(code=house.code()))


async def test_replacing_a_factor_asks_for_a_fresh_proof_of_the_old_one(house: OpenHouse) -> None:
    """The attack: sit down at somebody's unlocked screen and make its second factor one's own."""
    house.clock.turn(timedelta(minutes=11))
    with pytest.raises(Conflict):
        await house.viewer.run(Enrol())

    await prove(house.viewer, house.code())
    await house.viewer.run(Enrol())


async def test_the_old_factor_holds_until_the_new_one_is_confirmed(house: OpenHouse) -> None:
    await house.viewer.run(Enrol())

    assert await prove(house.viewer, house.code()) == "totp"


async def test_wrong_first_codes_are_limited_too(house: OpenHouse) -> None:
    desk = await house.at_stage(Stage.MUST_ENROL)
    await desk.run(Enrol())
    for _ in range(5):
        with pytest.raises(Invalid):
            await desk.run(Confirm(code=Secret("000000")))

    with pytest.raises(Throttled):
        await desk.run(Confirm(code=Secret("000000")))


# Recovery codes


async def recovery(house: OpenHouse) -> tuple[str, ...]:
    return (await house.viewer.run(NewRecoveryCodes(), confirm="mfa.recovery")).codes


async def test_a_recovery_code_works_once_in_place_of_a_code(house: OpenHouse) -> None:
    code = (await recovery(house))[3]
    half = await house.sit("vera", factor="", method="publickey")

    assert await prove(half, Secret(code.upper())) == "recovery"
    assert await prove(half, Secret(code)) == "invalid"
    assert (await half.run(ShowFactors())).recovery_codes_left == 9


async def test_a_recovery_code_used_twice_at_once_works_once(house: OpenHouse) -> None:
    code = Secret((await recovery(house))[0])

    answers = await asyncio.gather(*(prove(house.viewer, code) for _ in range(4)))

    assert sorted(answers) == ["invalid", "invalid", "invalid", "recovery"]


async def test_new_recovery_codes_end_the_old_ones(house: OpenHouse) -> None:
    old = (await recovery(house))[0]
    await recovery(house)

    assert await prove(house.viewer, Secret(old)) == "invalid"


async def test_the_recovery_code_of_another_person_is_worth_nothing(house: OpenHouse) -> None:
    code = (await recovery(house))[0]

    assert await prove(house.operator, Secret(code)) == "invalid"


async def test_nothing_of_a_factor_lies_readable_on_the_volume(house: OpenHouse) -> None:
    """The attack: carry the store away. Codes are keyed digests and secrets are sealed."""
    desk = await house.at_stage(Stage.MUST_ENROL)
    secret = (await desk.run(Enrol())).secret
    codes = (await desk.run(Confirm(code=Secret(pyotp.TOTP(secret).at(house.clock.now()))))).codes
    await house.close()

    for path in house.config.data_root.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        assert secret.encode() not in held, path
        assert not any(code.encode() in held or code.replace("-", "").encode() in held for code in codes), path


async def test_without_an_account_there_is_no_factor_to_prove(house: OpenHouse) -> None:
    for desk in (house.visitor, house.runner, house.host):
        with pytest.raises(CoreError) as refusal:
            await desk.run(Prove(code=house.code()))
        assert not isinstance(refusal.value, NotSignedIn)
