"""A key alone, where a second factor is required: a door half open."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Keys, Opens
from tests.stories.console import Console, Operator


@pytest.fixture(scope="module")
def console(opens: Opens) -> Console:
    return opens(factors=True)


def test_a_key_alone_may_ask_who_it_is_and_nothing_else(sue: Operator) -> None:
    assert sue("whoami --json").row["stage"] == "half_open"
    answer = sue("users list --json")
    assert (answer.code, answer.out) == (4, "")


def test_exit_code_4_comes_with_the_command_that_helps(sue: Operator) -> None:
    answer = sue("users list")
    assert answer.code == 4
    assert "mfa prove --code" in answer.err
    assert "--code CODE" in answer.err
    assert len(answer.err.strip().splitlines()) <= 2


def test_a_code_on_the_command_line_opens_it_for_that_command(sue: Operator) -> None:
    answer = sue(f"users list --json --code {sue.fresh_code()}")
    assert answer.code == 0
    assert {row["username"] for row in answer.rows} >= {"sue", "oleg"}


def test_a_wrong_code_opens_nothing(sue: Operator) -> None:
    answer = sue("users list --json --code 000000")
    assert (answer.code, answer.out) == (2, "")


def test_one_proof_serves_every_channel_of_a_shared_connection(oleg: Operator) -> None:
    with oleg.sharing() as shared:
        assert shared("sessions list --json").code == 4
        assert shared(f"mfa prove --code {oleg.fresh_code()}").code == 0
        sessions = [shared("whoami --json").row for _ in range(3)]
        assert {(row["stage"], row["factor"]) for row in sessions} == {("full", "totp")}
        assert len({row["session"] for row in sessions}) == 1
        assert shared("sessions list --json").code == 0


def test_the_proof_is_not_worth_anything_on_another_connection(oleg: Operator, ada: Operator) -> None:
    with ada.sharing() as shared:
        assert shared(f"mfa prove --code {ada.fresh_code()}").code == 0
        assert shared("sessions list --json").code == 0
        assert ada("sessions list --json").code == 4


@pytest.fixture
def ada(console: Console, keys: Keys) -> Operator:
    return console.operator("ada", keys.ada)


def test_a_half_open_terminal_is_told_and_not_let_in_by_typing(vera: Operator) -> None:
    """Everything that a half-open session may ask is listed by its own class line; here the door agrees."""
    for command in (
        "keys list",
        "sessions list",
        "password change --new -",
        "mfa enrol",
        "preferences set --language ru",
    ):
        assert vera(command, given="some new words for it\n").code == 4, command


def test_who_has_no_second_factor_yet_may_only_make_one(console: Console, keys: Keys, opens: Opens) -> None:
    empty = opens(AIFACTORY_MFA_REQUIRED="1")
    person = empty.operator("vera", keys.vera)
    assert person("whoami --json").row["stage"] == "must_enrol"
    answer = person("sessions list --json")
    assert (answer.code, answer.out) == (4, "")
    assert "mfa enrol" in answer.err
