"""A refused key: the client is told which and what to do, and learns nothing about names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.conftest import Keys
from tests.stories.console import Console, connect_from, eventually
from tests.stories.volume import fingerprint, make_key
from tests.stories.wire import FAILURE, GONE, PK_OK, SUCCESS, Wire

# ssh prints a server's words from this level on.
ALOUD = ("-o", "LogLevel=INFO")


def test_the_client_is_told_which_key_was_refused_and_how_to_offer_one_only(console: Console, keys: Keys) -> None:
    answer = console.operator("x", keys.stranger, options=ALOUD)("whoami")
    assert answer.code == 255
    assert fingerprint(keys.stranger) in answer.err
    assert "IdentitiesOnly=yes" in answer.err


def test_the_dialogue_that_follows_says_it_again(console: Console, keys: Keys) -> None:
    person = console.operator("oleg", keys.stranger, or_dialogue=True, options=ALOUD)
    answer = person("whoami --json")
    assert answer.err.count(fingerprint(keys.stranger)) == 2
    assert answer.row["username"] == "oleg"
    assert answer.row["factor"] == ""


@pytest.mark.parametrize("name", ["sue", "nobody-of-that-name", "factory", "root"])
def test_a_name_that_exists_and_one_that_does_not_are_told_the_same(console: Console, keys: Keys, name: str) -> None:
    with Wire(connect_from(console)) as wire:
        answers = [wire.offer(name, keys.stranger), wire.offer(name, keys.oleg if name != "factory" else keys.stranger)]
        assert answers == [FAILURE, FAILURE]
        told = "".join(wire.banners)
    assert fingerprint(keys.stranger) in told
    assert name not in told.replace("factory: key", "")


def test_somebody_elses_key_under_a_name_is_refused_in_the_words_for_an_unknown_one(
    console: Console, keys: Keys
) -> None:
    """Otherwise the shared door would tell whose key it is."""
    with Wire(connect_from(console)) as mine, Wire(connect_from(console)) as theirs:
        mine.offer("sue", keys.stranger)
        theirs.offer("sue", keys.oleg)
        assert mine.banners[0].replace(fingerprint(keys.stranger), "") == theirs.banners[0].replace(
            fingerprint(keys.oleg), ""
        )


def test_a_known_key_is_welcome_after_many_unknown_ones(console: Console, keys: Keys, tmp_path: Path) -> None:
    others = [make_key(tmp_path / f"k{n}") for n in range(9)]
    with Wire(connect_from(console)) as wire:
        assert {wire.offer("factory", key) for key in others} == {FAILURE}
        assert wire.offer("factory", keys.oleg) == PK_OK


def test_the_tenth_unknown_key_ends_the_connection_with_the_advice(console: Console, tmp_path: Path) -> None:
    keys = [make_key(tmp_path / f"k{n}") for n in range(11)]
    with Wire(connect_from(console)) as wire:
        assert GONE in [wire.offer("factory", key) for key in keys]
        assert len(wire.banners) == 10


def test_a_client_that_signs_with_every_key_it_has_gets_in_with_the_fifth(
    console: Console, keys: Keys, tmp_path: Path
) -> None:
    """Paramiko and libssh never ask first; an unknown key that signs is no failed guess."""
    others = [make_key(tmp_path / f"k{n}") for n in range(4)]
    with Wire(connect_from(console)) as wire:
        assert {wire.sign("factory", key) for key in others} == {FAILURE}
        assert wire.sign("factory", keys.oleg) == SUCCESS


def test_the_same_unknown_key_for_ever_ends_the_connection(console: Console, keys: Keys) -> None:
    with Wire(connect_from(console)) as wire:
        assert GONE in [wire.offer("factory", keys.stranger) for _ in range(21)]


def test_the_refused_keys_are_one_entry_of_the_record(console: Console, keys: Keys, tmp_path: Path) -> None:
    mine = make_key(tmp_path / "mine")
    with Wire(connect_from(console, "127.0.0.77")) as wire:
        wire.offer("factory", mine)
        wire.offer("factory", mine)
    found = eventually(lambda: [e for e in console.entries() if e["ip_address"] == "127.0.0.77"])
    assert [e["details"]["why"] for e in found] == ["unknown key"]
    assert fingerprint(mine) in found[0]["details"]["keys"]
