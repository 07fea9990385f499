"""Why somebody may or may not: the explanation says what the gate does, and who could change it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.access.roles import Role
from core.catalogue import OPERATIONS
from core.config import Mode
from core.errors import CoreError, NotFound
from core.explain import ExplainAccess, reasons
from core.identity.people import DisablePerson
from tests.house import NAMES, OpenHouse, open_house


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", NAMES, ids=lambda role: role.word)
async def test_the_verdict_is_the_gates_for_every_operation(
    furnished: Path, tmp_path: Path, mode: Mode, role: Role
) -> None:
    flags = {"demo_readonly": mode is Mode.DEMO, "prod": mode is Mode.PROD}
    async with open_house(furnished, tmp_path / "house", **flags) as house:
        desk = house.desks[role]

        for kind in OPERATIONS:
            explained = await desk.run(ExplainAccess(operation=kind.name))
            assert explained.allowed is desk.may(kind).allowed, kind.name
            assert explained.because, "a verdict without a reason"


async def test_it_names_those_who_could_change_the_role(house: OpenHouse) -> None:
    await house.person("second", Role.SUPER_ADMIN)
    explained = await house.viewer.run(ExplainAccess(operation="users.create"))

    assert not explained.allowed
    assert explained.grantors == ("second", "sue")
    assert "super_admin" in " ".join(map(str, explained.because))

    await house.super_admin.run(DisablePerson(username="second"))
    assert (await house.viewer.run(ExplainAccess(operation="users.create"))).grantors == ("sue",)


@pytest.mark.parametrize("words", ["users.create", "users create"])
async def test_an_operation_may_be_named_as_it_is_typed(house: OpenHouse, words: str) -> None:
    assert (await house.super_admin.run(ExplainAccess(operation=words))).operation == "users.create"


async def test_about_somebody_else_only_an_administrator_may_ask(house: OpenHouse) -> None:
    explained = await house.admin.run(ExplainAccess(operation="audit.search", user="vera"))
    assert (explained.username, explained.role, explained.allowed) == ("vera", "viewer", False)

    for user in ("oleg", "nobody-here"):
        with pytest.raises(NotFound, match="within your reach"):
            await house.viewer.run(ExplainAccess(operation="audit.search", user=user))


async def test_a_disabled_account_may_nothing_and_is_told_why(house: OpenHouse) -> None:
    await house.super_admin.run(DisablePerson(username="ada"))

    explained = await house.super_admin.run(ExplainAccess(operation="audit.search", user="ada"))

    assert not explained.allowed
    assert any("disabled" in str(each) for each in explained.because)


@pytest.mark.parametrize("asked", [ExplainAccess(operation="no.such"), ExplainAccess(operation="users.list", user="x")])
async def test_what_does_not_exist_is_not_found(house: OpenHouse, asked: Any) -> None:
    with pytest.raises(CoreError) as refusal:
        await house.super_admin.run(asked)

    assert refusal.value.code == "not_found"


async def test_a_role_that_is_not_known_here_is_not_explained_away(house: OpenHouse) -> None:
    await house.core.house.store.execute("UPDATE people SET role = 'emperor' WHERE username = 'ada'")

    with pytest.raises(NotFound, match="not known"):
        await house.super_admin.run(ExplainAccess(operation="audit.search", user="ada"))


def test_what_is_dangerous_is_called_dangerous() -> None:
    kind = next(kind for kind in OPERATIONS if kind.name == "users.delete")

    _, words = reasons(kind, Role.SUPER_ADMIN, Mode.NORMAL)

    assert any("dangerous" in str(each) for each in words)
