"""What every test may ask for: a house in normal, demo or production mode."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.identity import passwords
from tests.house import OpenHouse, furnish, open_house

REAL_COST = passwords.COST
passwords.COST = 4
"""bcrypt's least: a quarter of a second a hash would be most of the test run."""

for _name in [name for name in os.environ if name.startswith("AIFACTORY_")]:
    del os.environ[_name]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A volume with accounts, made once; never opened again, only copied."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    asyncio.run(furnish(folder))
    return folder


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """The whole core in normal mode, everybody seated."""
    async with open_house(furnished, tmp_path / "data") as opened:
        yield opened


@pytest.fixture
async def demo_house(furnished: Path, tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """The same as a public demo."""
    async with open_house(furnished, tmp_path / "demo", demo_readonly=True) as opened:
        yield opened


@pytest.fixture
async def prod_house(furnished: Path, tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """The same in production."""
    async with open_house(furnished, tmp_path / "prod", prod=True) as opened:
        yield opened
