"""A marker in every secret field of every operation is found nowhere afterwards."""

from __future__ import annotations

import logging

import orjson
import pytest

from core.access.roles import Role, reach_of
from core.catalogue import OPERATIONS
from core.command_line import line_for, usage
from core.errors import CoreError, Invalid
from core.identity.people import ResetPassword
from core.identity.recovery import NewRecoveryCodes
from core.identity.totp import Enrol
from core.operation import Asked, Feed, Kind, Risk
from core.parse import build, inputs_of, request_of, split_options
from core.secret import Secret
from core.settings.changes import ListSettings, SetSetting, ShowSetting
from core.settings.table import SETTINGS, Setting
from sshd.answers import plain
from sshd.helping import facts
from tests.house import OpenHouse
from tests.samples import confirmation, fields_of, sample

MARK = "marker-4c81-quiet-teapot"
WITH_SECRETS = [kind for kind in OPERATIONS if fields_of(kind, Secret)]


def carrying(kind: Kind) -> Asked:
    return sample(kind, {name: Secret(MARK) for name in fields_of(kind, Secret)})


async def everything_said(house: OpenHouse, asked: Asked) -> str:
    """What every role is told when it asks this, for real and rehearsed, as text of any kind."""
    said = []
    for role in Role:
        if reach_of(role, asked.needs) is None or isinstance(asked, Feed):
            continue
        for rehearse in (True, False):
            try:
                result: object = await house.desks[role].run(asked, rehearse=rehearse, confirm=confirmation(asked))
            except CoreError as refusal:
                said += [repr(refusal), str(refusal), refusal.reason, str(dict(refusal.facts))]
            else:
                said += [repr(result), orjson.dumps(plain(result)).decode()]
    return "\n".join(said)


@pytest.mark.parametrize("kind", WITH_SECRETS, ids=lambda kind: kind.name)
async def test_a_secret_that_was_given_comes_out_nowhere(
    house: OpenHouse, caplog: pytest.LogCaptureFixture, kind: Kind
) -> None:
    with caplog.at_level(logging.DEBUG):
        said = await everything_said(house, carrying(kind))

    assert MARK not in said
    assert MARK not in caplog.text
    assert MARK not in house.record().decode()


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.secret], ids=lambda s: s.key)
async def test_a_setting_that_is_a_secret_is_never_shown_again(house: OpenHouse, setting: Setting) -> None:
    await house.admin.run(SetSetting(key=setting.key, secret=Secret(MARK)))

    shown = await house.super_admin.run(ShowSetting(key=setting.key))
    assert shown.value == "set"
    settings = await house.super_admin.run(ListSettings())
    assert MARK not in repr(settings) + house.record().decode()


@pytest.mark.parametrize("kind", WITH_SECRETS, ids=lambda kind: kind.name)
async def test_a_secret_lies_nowhere_on_the_volume_in_the_clear(house: OpenHouse, kind: Kind) -> None:
    await everything_said(house, carrying(kind))
    await house.close()

    for path in house.config.data_root.rglob("*"):
        assert not path.is_file() or MARK.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("kind", WITH_SECRETS, ids=lambda kind: kind.name)
def test_neither_the_request_nor_its_help_nor_its_line_shows_it(kind: Kind) -> None:
    asked = carrying(kind)

    for shown in (repr(asked), str(asked), usage(kind), repr(facts(kind)), repr(inputs_of(kind)), line_for(asked)):
        assert MARK not in shown
    with pytest.raises(TypeError):
        plain(asked)


@pytest.mark.parametrize("kind", WITH_SECRETS, ids=lambda kind: kind.name)
async def test_on_the_command_line_it_is_refused_without_being_repeated(kind: Kind) -> None:
    for name in fields_of(kind, Secret):
        if name == "code":
            continue

        async def nothing() -> str:
            return ""

        words = split_options([f"--{name.replace('_', '-')}", MARK])
        with pytest.raises(Invalid) as refusal:
            await request_of(kind, [], words, nothing)
        assert MARK not in refusal.value.reason + str(dict(refusal.value.facts))


@pytest.mark.parametrize("kind", WITH_SECRETS, ids=lambda kind: kind.name)
def test_a_secret_that_is_too_long_is_refused_without_being_repeated(kind: Kind) -> None:
    given = dict.fromkeys(fields_of(kind, Secret), MARK * 100)

    with pytest.raises(Invalid) as refusal:
        build(kind, dict(given))
    assert MARK not in refusal.value.reason + str(dict(refusal.value.facts))


@pytest.mark.parametrize("kind", OPERATIONS, ids=lambda kind: kind.name)
def test_what_sounds_like_a_secret_is_one(kind: Kind) -> None:
    """The hole: somebody adds `token: Word`, and it goes to the record and the help."""
    secrets = set(fields_of(kind, Secret))
    for each in inputs_of(kind):
        if any(word in each.name for word in ("password", "secret", "token", "passphrase", "api_key")):
            assert each.name in secrets or each.kind == "flag", each.name


async def test_what_is_revealed_once_goes_to_the_caller_and_not_on_record(house: OpenHouse) -> None:
    enrolment = await house.viewer.run(Enrol())
    codes = await house.viewer.run(NewRecoveryCodes(), confirm="mfa.recovery")
    one_time = await house.super_admin.run(ResetPassword(username="oleg"), confirm="oleg")

    record = house.record().decode()
    for shown_once in (enrolment.secret, *codes.codes, one_time.password):
        assert shown_once not in record
    assert [action for action, _, _ in house.trail()] == ["mfa.enrol", "mfa.recovery", "users.reset-password"]


def test_what_reveals_is_always_on_record() -> None:
    assert all(kind.risk.always_recorded for kind in OPERATIONS if kind.risk in (Risk.REVEAL, Risk.DANGER))
