"""What a public demo and production make of every operation."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.access.roles import Role, reach_of
from core.catalogue import OPERATIONS
from core.config import Config, read_config
from core.identity.passwords import make_hash
from core.operation import Stage
from core.secret import Secret
from core.startup import before_opening, weak_accounts
from tests.house import OpenHouse
from tests.rules.test_roles import ADMITTED, admission

# Everything else is switched off in a public demo, whoever asks. The lines that change something come first.
RUNS_IN_DEMO = {
    "products.create",
    "mfa.prove",
    # looking
    "access.explain",
    "audit.search",
    "audit.show",
    "audit.status",
    "audit.tail",
    "audit.verify",
    "factory.status",
    "handoffs.follow",
    "handoffs.list",
    "keys.list",
    "mfa.show",
    "products.artifact",
    "products.list",
    "products.show",
    "tasks.list",
    "tasks.show",
    "whoami.show",
}
FACTORYS_OWN = {Role.HOST, Role.RUNNER}


@pytest.mark.parametrize("role", Role, ids=lambda role: role.word)
async def test_a_demo_runs_what_the_list_names_and_refuses_the_rest(demo_house: OpenHouse, role: Role) -> None:
    got = {kind.name: await admission(demo_house.desks[role], kind) for kind in OPERATIONS}

    for kind in OPERATIONS:
        held = reach_of(role, kind.needs) is not None
        open_here = kind.name in RUNS_IN_DEMO or role in FACTORYS_OWN
        expected = "forbidden" if not held else ADMITTED if open_here else "guard"
        assert got[kind.name] == expected, kind.name


@pytest.mark.parametrize("stage", [Stage.MUST_CHANGE, Stage.MUST_ENROL], ids=lambda stage: stage.value)
async def test_a_first_sign_in_can_be_completed_in_a_demo_and_opens_nothing_else(
    demo_house: OpenHouse, stage: Stage
) -> None:
    desk = await demo_house.at_stage(stage)

    got = {kind.name: await admission(desk, kind) for kind in OPERATIONS}

    completing = {"password.change"} if stage is Stage.MUST_CHANGE else {"mfa.enrol", "mfa.confirm"}
    assert {name for name, verdict in got.items() if verdict == ADMITTED} == completing | {"whoami.show", "mfa.show"}


async def test_a_demo_keeps_its_factory_running(demo_house: OpenHouse) -> None:
    """The guard is for callers; the runner moves what visitors made, and the host opens the first account."""
    for kind in OPERATIONS:
        if reach_of(Role.RUNNER, kind.needs) is not None:
            assert await admission(demo_house.runner, kind) == ADMITTED


@pytest.mark.parametrize("role", Role, ids=lambda role: role.word)
async def test_production_refuses_nothing_that_a_role_holds(prod_house: OpenHouse, role: Role) -> None:
    """Production's guard acts before anything listens; afterwards it is the strictest normal house."""
    got = {kind.name: await admission(prod_house.desks[role], kind) for kind in OPERATIONS}

    for kind in OPERATIONS:
        held = reach_of(role, kind.needs) is not None
        assert got[kind.name] == (ADMITTED if held else "forbidden"), kind.name


async def test_a_demos_refusal_is_on_record(demo_house: OpenHouse) -> None:
    await admission(demo_house.super_admin, next(kind for kind in OPERATIONS if kind.name == "users.create"))

    assert demo_house.trail() == [("users.create", "sue", "guard")]


@pytest.mark.parametrize("word", ["true", "yes", "on", "01", " 1", "1 ", "", "demo", "TRUE"])
def test_a_flag_is_on_when_it_is_exactly_one(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    for name in ("DEMO_READONLY", "PROD", "FACTORY_ON_HOLD", "SSH_STRICT_PQ"):
        monkeypatch.setenv(f"AIFACTORY_{name}", word)

    config = read_config()

    assert not any((config.demo_readonly, config.prod, config.factory_on_hold, config.ssh_strict_pq))


@pytest.mark.parametrize("word", ["", "false", "no", "off", "00", "1"])
def test_the_second_factor_is_required_unless_the_flag_is_exactly_zero(
    monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("AIFACTORY_MFA_REQUIRED", word)
    assert read_config().mfa_required
    monkeypatch.setenv("AIFACTORY_MFA_REQUIRED", "0")
    assert not read_config().mfa_required


def prod(folder: Path, **settings: object) -> Config:
    return read_config(data_root=folder, prod=True, **settings)


def test_production_tells_every_reason_at_once_each_with_its_cure(tmp_path: Path) -> None:
    config = prod(tmp_path, demo_readonly=True, mfa_required=False, dev_bootstrap_password="changeme")
    config.secrets_dir.mkdir(mode=0o700, parents=True)
    loose = config.secrets_dir / "sealing.key"
    loose.write_bytes(b"k")
    os.chmod(loose, 0o640)

    reasons = before_opening(config)

    said = "\n".join(f"{each.what} {each.cure}" for each in reasons)
    assert len(reasons) == 4
    for word in ("AIFACTORY_DEMO_READONLY", "AIFACTORY_MFA_REQUIRED", "DEV_BOOTSTRAP_PASSWORD", "chmod 600"):
        assert word in said
    assert "changeme" not in said


def test_production_starts_when_the_house_is_in_order(tmp_path: Path) -> None:
    assert before_opening(prod(tmp_path)) == []


def test_outside_production_nothing_keeps_the_house_from_starting(tmp_path: Path) -> None:
    assert before_opening(read_config(data_root=tmp_path, demo_readonly=True, mfa_required=False)) == []


async def test_production_finds_accounts_that_open_with_what_everybody_knows(prod_house: OpenHouse) -> None:
    assert weak_accounts(prod_house.config) == []
    await prod_house.core.house.store.execute(
        "UPDATE people SET password_hash = :h WHERE username = 'oleg'", {"h": make_hash(Secret("demo123"))}
    )

    (reason,) = weak_accounts(prod_house.config)
    assert "oleg" in str(reason.what)
