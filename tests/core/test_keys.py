"""Public keys: what may be pasted, and whose it is then."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Invalid, NotFound
from core.identity.keys import KEYS_PER_PERSON, AddKey, ListKeys, ParsedKey, RemoveKey, parse
from core.identity.people import AddKeyFor
from tests.house import OpenHouse
from tests.keyring import ED25519, FINGERPRINT, ed25519, line, rsa

POINT = b"\x04" + b"x" * 64


# Parsing


@pytest.mark.parametrize(
    "text",
    [
        ED25519,
        rsa(3072),
        rsa(4096),
        line("ecdsa-sha2-nistp256", b"nistp256", POINT),
        line("sk-ssh-ed25519@openssh.com", b"k" * 32, b"ssh:"),
        line("sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", POINT, b"ssh:"),
        f"\n# my laptop\n{ED25519} ana@laptop\n\n",
    ],
    ids=["ed25519", "RSA 3072", "RSA 4096", "ECDSA", "a hardware key", "another", "with comments around"],
)
def test_the_keys_that_people_have_are_taken(text: str) -> None:
    parsed = parse(text)

    assert parsed.line == f"{parsed.algorithm} {parsed.line.split()[1]}"
    assert parsed.fingerprint.startswith("SHA256:")


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen to compare with")
def test_the_fingerprint_is_the_one_that_ssh_keygen_prints(tmp_path: Path) -> None:
    (tmp_path / "k.pub").write_text(ED25519)
    told = subprocess.run(["ssh-keygen", "-lf", tmp_path / "k.pub"], capture_output=True, text=True, check=True)

    assert told.stdout.split()[1] == parse(ED25519).fingerprint == FINGERPRINT


@pytest.mark.parametrize(
    "comment", ["ana@laptop", "\x1b]52;c;eA==\x07", "ssh-ed25519 AAAA", "a b c d", "\u202emoc.live", "é" * 500]
)
def test_a_comment_is_thrown_away(comment: str) -> None:
    assert parse(f"{ED25519} {comment}") == ParsedKey(algorithm="ssh-ed25519", line=ED25519, fingerprint=FINGERPRINT)


def test_a_private_key_is_refused_and_not_repeated() -> None:
    with pytest.raises(Invalid, match="private") as refusal:
        parse("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----\n")

    assert "b3Blb" not in refusal.value.reason + str(refusal.value.facts)


@pytest.mark.parametrize("options", ['from="10.0.0.1"', "no-pty", 'command="a ssh-ed25519 AAAA b"'])
def test_options_before_a_key_are_refused_rather_than_dropped(options: str) -> None:
    """The hole: `from=` looked accepted and restricted nothing."""
    with pytest.raises(Invalid, match="Options"):
        parse(f"{options} {ED25519}")


def test_a_key_hidden_in_an_option_is_not_taken_for_the_key() -> None:
    """The attack: a line that ssh-keygen reads as the owner's key, with the attacker's inside its option."""
    with pytest.raises(Invalid):
        parse(f'command="echo {ed25519(9)} #" {ED25519}')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hello",
        "ssh-ed25519",
        "ssh-ed25519 !!!!",
        "ssh-ed25519 AAAA",
        f"{ED25519}\n{ed25519(1)}",
        ED25519.replace("ssh-ed25519", "ssh-rsa", 1),
        ED25519[:-4],
        line("ssh-ed25519", b"k" * 31),
        line("ssh-ed25519", b"k" * 32, b"more"),
        line("ecdsa-sha2-nistp256", b"nistp384", POINT + b"x"),
        line("sk-ssh-ed25519@openssh.com", b"k" * 32),
        line("ssh-dss", b"1", b"2", b"3", b"4"),
        line("ssh-rsa", b"\x03"),
        rsa(1024),
        rsa(2048),
        "ssh-ed25519-cert-v01@openssh.com " + ED25519.split()[1],
    ],
)
def test_what_is_damaged_weak_or_something_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)


@given(st.text(alphabet=st.characters(exclude_categories=())) | st.binary().map(lambda b: line("ssh-rsa", b, b)))
def test_nothing_that_is_pasted_does_more_than_be_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        parse(text)


# Whose


async def test_one_key_belongs_to_one_person(house: OpenHouse) -> None:
    await house.viewer.run(AddKey(label="laptop", key=ED25519))

    for desk in (house.viewer, house.operator):
        with pytest.raises(Conflict):
            await desk.run(AddKey(label="other", key=f"{ED25519} renamed"))


async def test_one_key_added_by_two_at_once_goes_to_one_of_them(house: OpenHouse) -> None:
    answers = await asyncio.gather(
        house.viewer.run(AddKey(label="a", key=ED25519)), house.operator.run(AddKey(label="b", key=ED25519)),
        return_exceptions=True,
    )  # fmt: skip

    assert sorted(type(each).__name__ for each in answers) == ["Conflict", "Key"]


async def test_a_person_has_so_many_keys_and_no_more(house: OpenHouse) -> None:
    for n in range(KEYS_PER_PERSON):
        await house.viewer.run(AddKey(label=f"key {n}", key=ed25519(n)))

    with pytest.raises(Conflict):
        await house.viewer.run(AddKey(label="one more", key=ed25519(99)))


async def test_a_key_is_removed_by_id_label_or_fingerprint(house: OpenHouse) -> None:
    for how in ("id", "label", "fingerprint"):
        key = await house.viewer.run(AddKey(label="laptop", key=ED25519))
        await house.viewer.run(RemoveKey(key=getattr(key, how)))

    assert await house.viewer.run(ListKeys()) == ()


async def test_nobody_removes_or_lists_the_key_of_another(house: OpenHouse) -> None:
    key = await house.viewer.run(AddKey(label="laptop", key=ED25519))

    assert await house.super_admin.run(ListKeys()) == ()
    with pytest.raises(NotFound):
        await house.super_admin.run(RemoveKey(key=key.id))


async def test_an_administrator_gives_a_newcomer_their_first_key(house: OpenHouse) -> None:
    await house.super_admin.run(AddKeyFor(username="vera", label="first", key=ED25519), confirm="vera")

    holder = await house.core.entrance.holder("factory", FINGERPRINT)
    assert holder is not None
    assert holder.username == "vera"


async def test_a_label_cannot_steer_a_terminal(house: OpenHouse) -> None:
    key = await house.viewer.run(AddKey(label="lap\x1b[31mtop\u202e", key=ED25519))

    assert key.label == "lap[31mtop"
