"""Passwords: every character counts, what is weak is refused, and hashing is bounded."""

from __future__ import annotations

import asyncio
import threading

import pytest

from core.errors import Invalid, Throttled
from core.identity import passwords
from core.identity.passwords import Hasher, check_strength, make_hash, verifies
from core.secret import Secret
from tests.conftest import REAL_COST


def test_outside_the_tests_a_hash_costs_twelve() -> None:
    assert REAL_COST == 12


@pytest.mark.parametrize(
    ("right", "nearly"),
    [
        ("🜁" * 64, "🜁" * 63 + "🜂"),
        ("a" * 200, "a" * 199),
        ("before\x00after", "before\x00other"),
        ("Straße im Regen", "Strasse im Regen"),
        ("half \ud800 a pair", "half \ud801 a pair"),
    ],
    ids=["64 four-byte characters", "200 characters", "behind a NUL", "sharp s", "a lone surrogate"],
)
def test_every_character_counts_to_the_last_byte(right: str, nearly: str) -> None:
    """The hole: bcrypt stops at byte 72 and at NUL, so a long pass phrase would open by its beginning."""
    stored = make_hash(Secret(right))

    assert verifies(Secret(right), stored)
    assert not verifies(Secret(nearly), stored)


def test_two_hashes_of_one_password_differ() -> None:
    assert make_hash(Secret("the same words")) != make_hash(Secret("the same words"))


@pytest.mark.parametrize("stored", ["", "plain text", "$2b$99$short", "$2b$12$" + "\x00" * 53])
def test_what_is_not_a_hash_verifies_nothing(stored: str) -> None:
    assert not verifies(Secret(""), stored)
    assert not verifies(Secret("plain text"), stored)


@pytest.mark.parametrize("word", [*passwords.KNOWN_WEAK, "CHANGEME", "PassWord123", "qwerty123456"])
def test_what_everybody_guesses_first_is_refused_in_any_case(word: str) -> None:
    with pytest.raises(Invalid):
        check_strength(Secret(word), "vera", least=1)


@pytest.mark.parametrize(
    "word",
    ["eleven char", "aaaaaaaaaaaa", "abababababab", "my-VERA-password", "the AIFactory rules", "x" * 257],
)
def test_what_is_short_monotonous_telling_or_endless_is_refused(word: str) -> None:
    with pytest.raises(Invalid):
        check_strength(Secret(word), "vera")


def test_an_ordinary_pass_phrase_is_good_enough() -> None:
    check_strength(Secret("a quiet blue teapot"), "vera")


async def test_an_unknown_name_costs_one_check_like_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: the number of slow checks is what a stranger could measure."""
    checks: list[str] = []
    real = passwords.verifies

    def counting(password: Secret, stored: str) -> bool:
        checks.append(stored)
        return real(password, stored)

    monkeypatch.setattr(passwords, "verifies", counting)
    hasher = Hasher()
    await hasher.warm()
    checks.clear()

    assert not await hasher.verifies(Secret("anything"), None)
    assert not await hasher.verifies(Secret("anything"), make_hash(Secret("something")))

    assert len(checks) == 2
    assert checks[0].split("$")[1:3] == checks[1].split("$")[1:3], "the decoy has another cost than real hashes"
    hasher.close()


async def test_the_decoy_never_verifies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "verifies", lambda *_: True)
    hasher = Hasher()

    assert not await hasher.verifies(Secret("anything"), None)
    hasher.close()


async def test_hashing_is_refused_when_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr(passwords, "verifies", lambda *_: held.wait(30))
    hasher = Hasher()
    waiting = [asyncio.ensure_future(hasher.verifies(Secret("x"), "stored")) for _ in range(passwords._WAITING)]
    await asyncio.sleep(0)

    with pytest.raises(Throttled):
        await hasher.verifies(Secret("x"), "stored")

    held.set()
    assert all(await asyncio.gather(*waiting))
    assert await hasher.verifies(Secret("x"), "stored")
    hasher.close()


async def test_those_who_give_up_waiting_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack: connect, ask, hang up, a thousand times; others must still get in."""
    held = threading.Event()
    monkeypatch.setattr(passwords, "verifies", lambda *_: held.wait(30))
    hasher = Hasher()
    for _ in range(3):
        waiting = [asyncio.ensure_future(hasher.verifies(Secret("x"), "stored")) for _ in range(passwords._WAITING)]
        await asyncio.sleep(0)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    held.set()
    assert await hasher.verifies(Secret("x"), "stored")
    hasher.close()
