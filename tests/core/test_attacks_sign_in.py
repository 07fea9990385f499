"""Attacks on the moment between a proof and the session that it opens, and on what is written down about failures."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.access.roles import Role
from core.errors import FactorNeeded, NotSignedIn
from core.identity.keys import AddKey, RemoveKey
from core.identity.own import ChangePassword
from core.identity.sessions import Opening
from core.identity.totp import Prove
from core.operation import Stage
from core.secret import Secret
from tests.house import PASSWORD, OpenHouse
from tests.keyring import ED25519, FINGERPRINT, line

HOME = "192.0.2.1"
NEWER = Secret("an even quieter kettle")


def opening(person_id: str, method: str, *, key: str = "", password_hash: str = "") -> Opening:
    return Opening(
        username="vera", person_id=person_id, role=Role.VIEWER, stage=Stage.HALF_OPEN, door="ssh", address=HOME,
        method=method, key_fingerprint=key, factor="totp", password_hash=password_hash,
    )  # fmt: skip


async def test_a_password_that_was_replaced_while_the_code_was_asked_for_opens_nothing(house: OpenHouse) -> None:
    """The hole: the password was looked at once, and the prompt for the code stays open for a minute.

    The attack: somebody with the old password waits there while its owner, warned, replaces it.
    What must hold: the session opens only while the password that was checked is still the one."""
    passed = await house.core.entrance.password("vera", Secret(PASSWORD), HOME)
    assert passed is not None
    await house.viewer.run(ChangePassword(current=Secret(PASSWORD), new=NEWER))

    with pytest.raises(NotSignedIn):
        await house.core.sit_down(opening(passed.person_id, "dialogue", password_hash=passed.stored))


async def test_a_key_that_was_removed_between_its_signature_and_the_session_opens_nothing(house: OpenHouse) -> None:
    """The hole: removing a key ended the sessions it had opened, but not the one just about to open.

    What must hold: the key is still its owner's in the transaction that opens the session."""
    await house.viewer.run(AddKey(label="laptop", key=ED25519))
    holder = await house.core.entrance.holder("factory", FINGERPRINT)
    assert holder is not None
    await house.viewer.run(RemoveKey(key="laptop"))

    with pytest.raises(NotSignedIn):
        await house.core.sit_down(opening(holder.person_id, "publickey", key=FINGERPRINT))


async def test_what_somebody_types_where_the_name_belongs_is_not_kept_for_ever(house: OpenHouse) -> None:
    """The hole: the record kept every name of a failed sign-in, and everybody types their password there one day.

    What must hold: a name that was typed is on record when somebody is called so, and nothing else that was typed."""
    for typed in ("vera", "tr0ub4dor&3"):
        await house.core.entrance.refused("factory", HOME, "dialogue", "wrong password", name=typed)

    assert [entry["details"]["name"] for entry in house.entries()[-2:]] == ["vera", "(nobody here)"]
    assert b"tr0ub4dor" not in house.record()


async def test_a_guess_at_one_account_hides_behind_no_guess_at_another(house: OpenHouse) -> None:
    """The hole: failures from one address within a minute were one entry, whoever they were aimed at.

    What must hold: each account that was tried is named."""
    for name in ("vera", "oleg", "vera"):
        await house.core.entrance.refused("factory", HOME, "dialogue", "wrong password", name=name)

    assert [entry["details"]["name"] for entry in house.entries()[-2:]] == ["vera", "oleg"]


async def test_a_borrowed_open_session_adds_no_hardware_key(house: OpenHouse) -> None:
    """The hole: any open session could add a key, and a hardware key with a PIN counts as both factors.

    The attack: a minute at somebody's unlocked screen, and a token of one's own is their account for ever.
    What must hold: it takes a second factor of the last minutes, like replacing the factor itself."""
    token = line("sk-ssh-ed25519@openssh.com", b"k" * 32, b"ssh:")
    house.clock.turn(timedelta(minutes=11))

    with pytest.raises(FactorNeeded):
        await house.viewer.run(AddKey(label="token", key=token))

    await house.viewer.run(Prove(code=house.next_code()))
    assert (await house.viewer.run(AddKey(label="token", key=token))).hardware
