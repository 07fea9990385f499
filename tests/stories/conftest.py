"""Consoles for the stories: one process a file, on a copy of the furnished volume."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.stories.console import Console, Operator, copied
from tests.stories.volume import give_key, make_key, without_factors


@dataclass(frozen=True)
class Keys:
    """Key files on the operators' machines; `stranger` is registered for nobody."""

    sue: Path
    oleg: Path
    vera: Path
    ada: Path
    stranger: Path

    def give(self, data: Path) -> None:
        for name in ("sue", "oleg", "vera", "ada"):
            give_key(data, name, getattr(self, name))


class Opens(Protocol):
    """Starts a console on a volume of its own."""

    def __call__(self, *, factors: bool = False, start: bool = True, **environment: str) -> Console: ...


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    return Keys(**{name: make_key(folder / name) for name in ("sue", "oleg", "vera", "ada", "stranger")})


@pytest.fixture(scope="module")
def opens(furnished: Path, keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opens]:
    """Everybody has a key; nobody a second factor, unless asked for: then it is required as well."""
    opened: list[Console] = []

    def open_console(*, factors: bool = False, start: bool = True, **environment: str) -> Console:
        data = copied(furnished, tmp_path_factory.mktemp("console") / "data")
        keys.give(data)
        if not factors:
            without_factors(data)
            environment.setdefault("AIFACTORY_MFA_REQUIRED", "0")
        console = Console(data, environment, factors=factors)
        opened.append(console)
        return console.start() if start else console

    yield open_console
    for console in opened:
        console.close()
        # Whatever a client did in these stories: nothing of it was a surprise to the server.
        assert "Traceback" not in console.said, console.said
        assert "never retrieved" not in console.said, console.said


@pytest.fixture(scope="module")
def console(opens: Opens) -> Console:
    """The everyday console of one story: no second factors."""
    return opens()


@pytest.fixture
def sue(console: Console, keys: Keys) -> Operator:
    """A super_admin with her key."""
    return console.operator("sue", keys.sue)


@pytest.fixture
def oleg(console: Console, keys: Keys) -> Operator:
    """An operator with his key."""
    return console.operator("oleg", keys.oleg)


@pytest.fixture
def vera(console: Console, keys: Keys) -> Operator:
    """A viewer with her key."""
    return console.operator("vera", keys.vera)
