"""Identity comes from the key that signed, and from nothing that was merely shown.

The hole (soft-serve #389, CVE-2024-45337): a server remembers the key that was *offered*, then believes the method
that succeeded. Whoever has the administrator's public key, which is public, becomes the administrator.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house import PASSWORD
from tests.stories.conftest import Keys, Opens
from tests.stories.console import Console, connect_from
from tests.stories.wire import FAILURE, INFO_REQUEST, PK_OK, SILENT, SUCCESS, Wire


@pytest.fixture
def wire(console: Console) -> Iterator[Wire]:
    with Wire(connect_from(console)) as opened:
        yield opened


def test_showing_sues_key_and_signing_with_oleg_s_signs_oleg_in(wire: Wire, keys: Keys) -> None:
    assert wire.offer("factory", keys.sue) == PK_OK
    assert wire.sign("factory", keys.oleg) == SUCCESS
    me = wire.whoami()
    assert me is not None
    assert (me["username"], me["role"]) == ("oleg", "operator")


def test_sues_key_with_a_signature_by_oleg_s_is_refused(wire: Wire, keys: Keys) -> None:
    assert wire.sign("factory", keys.sue, by=keys.oleg) == FAILURE
    assert wire.whoami() is None


def test_a_real_agent_that_only_has_sues_public_key_gets_nothing(console: Console, keys: Keys) -> None:
    only_public = keys.sue.parent / "borrowed"
    (keys.sue.parent / "borrowed.pub").write_text((keys.sue.parent / "sue.pub").read_text())
    thief = console.operator("sue", only_public)
    answer = thief("whoami --json")
    assert (answer.code, answer.out) == (255, "")


def test_a_real_agent_with_both_keys_gives_the_identity_of_the_one_that_signs(console: Console, keys: Keys) -> None:
    """ssh offers sue's public half first (IdentityFile without its private half), then signs with oleg's key."""
    (keys.sue.parent / "half.pub").write_text((keys.sue.parent / "sue.pub").read_text())
    answer = console.operator("oleg", keys.sue.parent / "half", options=("-i", str(keys.oleg)))("whoami --json")
    assert answer.row["username"] == "oleg"


@pytest.mark.parametrize("login", ["factory", "oleg"])
def test_showing_sues_key_and_then_the_dialogue_signs_in_whom_the_dialogue_proved(
    wire: Wire, keys: Keys, login: str
) -> None:
    assert wire.offer("factory", keys.sue) == PK_OK
    said = ("oleg", PASSWORD) if login == "factory" else (PASSWORD,)
    assert wire.talk(login, *said) == SUCCESS
    me = wire.whoami()
    assert me is not None
    assert me["username"] == "oleg"


def test_showing_sues_key_then_failing_the_dialogue_gives_nobody(wire: Wire, keys: Keys) -> None:
    wire.offer("factory", keys.sue)
    assert wire.talk("factory", "sue", "not the password") == FAILURE
    assert wire.ask("factory", "none") == FAILURE
    assert wire.whoami() is None


def test_the_methods_none_and_password_open_nothing_even_after_sues_key_was_shown(wire: Wire, keys: Keys) -> None:
    wire.offer("factory", keys.sue)
    assert wire.ask("factory", "none") == FAILURE
    wire.offer("factory", keys.sue)
    assert wire.ask("factory", "password", False, PASSWORD) == FAILURE
    assert wire.whoami() is None


def test_an_empty_dialogue_after_sues_key_opens_nothing(wire: Wire, keys: Keys) -> None:
    """The first seed of this hole: keyboard-interactive without a question succeeded at once."""
    wire.offer("factory", keys.sue)
    assert wire.talk("factory") == INFO_REQUEST
    assert wire.reply()[0] == FAILURE
    assert wire.whoami() is None


def test_answers_that_nobody_asked_for_open_nothing(wire: Wire, keys: Keys) -> None:
    wire.offer("factory", keys.sue)
    number, _ = wire.reply(PASSWORD, seconds=1)
    assert number != SUCCESS
    assert wire.whoami() is None


def test_changing_the_name_after_the_password_voids_it(wire: Wire) -> None:
    """Half a dialogue as sue, then the next request as oleg: the answers given before must not count."""
    assert wire.talk("sue") == INFO_REQUEST
    wire.ask("oleg", "none")
    number, _ = wire.reply(PASSWORD, seconds=1)
    assert number != SUCCESS
    assert wire.whoami() is None


def test_sues_key_opens_nothing_under_another_name(wire: Wire, keys: Keys) -> None:
    assert wire.offer("oleg", keys.sue) == FAILURE
    assert wire.sign("oleg", keys.sue) == FAILURE
    assert wire.whoami() is None


def test_a_signature_for_one_name_is_worth_nothing_under_another(wire: Wire, keys: Keys) -> None:
    assert wire.sign("factory", keys.sue, as_user="sue") == FAILURE
    assert wire.whoami() is None


def test_the_names_own_key_signs_in_under_that_name(console: Console, keys: Keys) -> None:
    answer = console.operator("oleg", keys.oleg)("whoami --json", login="oleg")
    assert answer.row["username"] == "oleg"


def test_with_a_second_factor_the_same_key_twice_is_still_one_factor(opens: Opens, keys: Keys) -> None:
    """asyncssh's partial success can be had by repeating one factor: ours is not in the SSH phase at all."""
    guarded = opens(factors=True)
    with Wire(connect_from(guarded)) as wire:
        assert wire.sign("factory", keys.sue) == SUCCESS
        assert wire.sign("factory", keys.sue, seconds=0.5) == SILENT
        me = wire.whoami()
        assert me is not None
        assert me["stage"] == "half_open"


def test_every_refused_signature_is_on_record(console: Console, wire: Wire, keys: Keys) -> None:
    wire.sign("factory", keys.sue, by=keys.stranger)
    wire.transport.close()
    found = [
        e for e in console.entries() if e["action"] == "session.open" and e["details"].get("why") == "bad signature"
    ]
    assert found
    assert found[-1]["ip_address"] == "127.0.0.1"
