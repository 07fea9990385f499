"""Guessing: three wrong on one connection, five in a quarter of an hour from one address or at one account."""

from __future__ import annotations

import pytest

from tests.house import PASSWORD
from tests.stories.conftest import Keys, Opens
from tests.stories.console import Console, connect_from
from tests.stories.wire import FAILURE, GONE, SUCCESS, Wire


def test_the_third_wrong_password_on_one_connection_ends_it(opens: Opens) -> None:
    """asyncssh has no MaxAuthTries: 13,249 codes went through one connection in half a minute."""
    with Wire(connect_from(console := opens(), "127.0.0.11")) as wire:
        answers = [wire.talk("oleg", f"guess number {n}") for n in range(4)]
    assert answers[:2] == [FAILURE, FAILURE]
    assert GONE in answers[2:]
    assert SUCCESS not in answers
    assert console.alive


def test_changing_the_name_does_not_start_the_count_again(opens: Opens) -> None:
    with Wire(connect_from(opens(), "127.0.0.12")) as wire:
        answers = [wire.talk(name, "guess") for name in ("oleg", "ada", "vera", "sue")]
    assert GONE in answers[2:]


@pytest.fixture(scope="module")
def console(opens: Opens) -> Console:
    return opens()


def guess(console: Console, name: str, address: str, times: int) -> None:
    for _ in range(times):
        with Wire(connect_from(console, address)) as wire:
            assert wire.talk(name, "not the password") != SUCCESS


def right(console: Console, name: str, address: str) -> int:
    with Wire(connect_from(console, address)) as wire:
        return wire.talk(name, PASSWORD)


def test_five_failures_shut_the_dialogue_for_that_account_from_everywhere_and_kill_9_does_not_help(
    console: Console, keys: Keys
) -> None:
    for n in range(5):
        guess(console, "oleg", f"127.0.1.{n + 1}", 1)
    assert right(console, "oleg", "127.0.1.9") != SUCCESS
    console.kill()
    console.start()
    assert right(console, "oleg", "127.0.1.10") != SUCCESS
    assert right(console, "ada", "127.0.1.11") == SUCCESS
    assert console.operator("oleg", keys.oleg)("whoami --json").row["username"] == "oleg"


def test_five_failures_shut_the_dialogue_for_that_address_whatever_the_name_and_keys_still_work(
    console: Console, keys: Keys
) -> None:
    for name in ("nobody1", "nobody2", "nobody3", "nobody4", "nobody5"):
        guess(console, name, "127.0.2.1", 1)
    assert right(console, "ada", "127.0.2.1") != SUCCESS
    assert right(console, "ada", "127.0.2.2") == SUCCESS
    person = console.operator("vera", keys.vera, options=("-b", "127.0.2.1"))
    assert person("whoami --json").row["address"] == "127.0.2.1"


def test_the_real_client_reads_why_it_is_refused(console: Console) -> None:
    for _ in range(5):
        guess(console, "vera", "127.0.3.1", 1)
    answer = console.operator("vera", options=("-b", "127.0.3.2", "-o", "LogLevel=INFO"))("whoami")
    assert answer.code == 255
    assert "Too many failed attempts; try again in 15 minutes." in answer.err


def test_a_right_password_does_not_count_as_a_failure(console: Console) -> None:
    for _ in range(6):
        assert right(console, "sue", "127.0.4.1") == SUCCESS


def test_guesses_at_the_same_moment_do_not_slip_past_the_limit(console: Console) -> None:
    """The attack: 12 connections send their guess together, before any of them has been counted."""
    wires = [Wire(connect_from(console, f"127.0.5.{n + 1}")) for n in range(12)]
    for wire in wires:
        wire.talk("ada")
    for wire in wires:
        wire.send_reply("not the password")
    for wire in wires:
        wire.transport.close()
    refused = [e["details"] for e in console.entries() if e["ip_address"].startswith("127.0.5.")]
    assert right(console, "ada", "127.0.5.99") != SUCCESS
    assert sum(entry["why"] == "wrong password" for entry in refused) <= 5


def test_codes_are_counted_like_passwords(opens: Opens, keys: Keys) -> None:
    """With a key in hand, the six digits are all that is left to guess."""
    console = opens(factors=True)
    thief = console.operator("ada", keys.ada)
    with thief.sharing() as shared:
        codes = [shared("mfa prove --code 123123").code for _ in range(7)]
    assert codes[:5] == [2] * 5
    assert codes[5:] == [75, 75]
    other = console.operator("ada", keys.ada)
    assert other(f"mfa prove --code {other.fresh_code()}").code == 75


def test_every_failure_is_on_record_with_its_address(console: Console) -> None:
    guess(console, "stranger", "127.0.6.1", 1)
    (entry,) = [e for e in console.entries() if e["ip_address"] == "127.0.6.1"]
    assert (entry["action"], entry["outcome"], entry["details"]["why"]) == ("session.open", "refused", "wrong password")


def test_keys_sign_in_freely_while_many_passwords_are_being_checked(console: Console, keys: Keys) -> None:
    """The hole: asyncssh signs people in on the default thread pool, and hashing there kept everybody waiting."""
    wires = [Wire(connect_from(console, f"127.0.20.{n + 1}")) for n in range(20)]
    for n, wire in enumerate(wires):
        wire.talk(f"nobody{n}")
    for wire in wires:
        wire.send_reply("not the password")
    vera, signed_in = console.operator("vera", keys.vera), 0
    while any(wire.silent() for wire in wires) and signed_in < len(wires):
        assert vera("whoami --json").code == 0
        signed_in += 1
    for wire in wires:
        wire.transport.close()
    assert signed_in > 8, "on one pool with the hashing, it is one for every six passwords or so"


def test_the_dialogue_asks_the_same_of_a_name_that_does_not_exist(console: Console) -> None:
    for name, address in (("sue", "127.0.21.1"), ("nobody-at-all", "127.0.21.2")):
        stranger = console.operator(name, password="not the password", options=("-b", address))
        assert stranger("whoami").code == 255
        assert stranger.asked == ["Operator: ", "Password: "] * 3
