"""The demonstration data: living, whole, and made by the same door as everything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core import demo_cast
from core.access.roles import Role
from core.assembly import Core
from core.clock import HandClock, moment
from core.config import read_config
from core.demo_briefs import BRIEFS
from core.identity.first_admin import CreateFirstAdmin
from core.identity.sessions import Opening
from core.operation import Stage
from core.pipeline.holds import ShowFactory
from core.pipeline.products import ListProducts
from core.secret import Secret
from tests.house import OpenHouse

NOW = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """A house with the demonstration data, its clock standing at the end of the history."""
    config, clock = read_config(data_root=tmp_path / "data"), HandClock(NOW - demo_cast.HISTORY)
    core = await Core.open(config, clock=clock)
    house = OpenHouse(core, clock, config)
    try:
        host = await house.sit_as(Role.HOST)
        await host.run(CreateFirstAdmin(password=Secret("a quiet blue teapot"), must_change=True))
        await demo_cast.fill(core, clock, NOW)
        yield house
    finally:
        await house.close()


async def test_a_newcomer_sees_products_in_every_state_in_many_scripts_and_a_record_that_never_runs_back(
    filled: OpenHouse,
) -> None:
    viewer = await filled.core.sit_down(Opening(
        username="vera", person_id=await id_of(filled, "vera"), role=Role.VIEWER, stage=Stage.FULL, door="ssh",
        address="192.0.2.7", method="publickey", factor="totp",
    ))  # fmt: skip

    products = await viewer.run(ListProducts())
    factory = await viewer.run(ShowFactory())

    assert {one.name for one in products} == set(BRIEFS)
    assert Counter(one.standing for one in products) == {
        "done": 3, "waiting": 3, "queued": 2, "paused": 1, "failed": 1, "cancelled": 1,
    }  # fmt: skip
    assert await parks(filled) == {"post_devops_gate", "qa_repair_exhausted"}
    assert factory.waiting_count == 3
    times = [entry["timestamp"] for entry in filled.entries()]
    assert times == sorted(times)
    assert moment(times[0]) >= NOW - demo_cast.HISTORY
    assert moment(times[-1]) <= NOW + timedelta(seconds=1)


async def parks(house: OpenHouse) -> set[str]:
    """Which gates products wait at."""
    rows = await house.core.house.store.fetch_all("SELECT park FROM products WHERE park <> ''")
    return {row["park"] for row in rows}


async def id_of(house: OpenHouse, username: str) -> str:
    row = await house.core.house.store.fetch_one("SELECT id FROM people WHERE username = :u", {"u": username})
    assert row is not None
    return str(row["id"])
