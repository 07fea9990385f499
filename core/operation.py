"""Operation, Errand, Feed: the three shapes of everything that a door may ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar, dataclass_transform

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from core.access.permissions import Permission

if TYPE_CHECKING:
    from core.work import Outing, View, Work

Result = TypeVar("Result")


class Risk(Enum):
    """How dangerous: whether it is always on record (LOOK only when refused); DANGER also asks for more proof."""

    LOOK = ("look", False)
    REVEAL = ("reveal", True)
    CHANGE = ("change", True)
    DANGER = ("danger", True)

    def __init__(self, word: str, always_recorded: bool) -> None:
        self.word = word
        self.always_recorded = always_recorded


class Demo(StrEnum):
    """What demo mode makes of it."""

    RUN = "run"
    REFUSE = "refuse"


class Stage(StrEnum):
    """How far a session's sign-in has come; a request names those at which it may be asked."""

    FULL = "full"
    HALF_OPEN = "half_open"
    """A key was shown; the second factor must still be proved."""
    MUST_CHANGE = "must_change"
    """The password came from a file or an administrator: nothing but replacing it."""
    MUST_ENROL = "must_enrol"
    """There is no second factor yet: nothing but making one."""


ANY_STAGE = tuple(Stage)
FULL_ONLY = (Stage.FULL,)


class Policy:
    """What a class line says; the fields of the class are the input, its type parameter is the result."""

    name: ClassVar[str]
    """`area.verb`: audit action, exec command, help key and translation key in one."""
    area: ClassVar[str]
    verb: ClassVar[str]
    needs: ClassVar[Permission]
    risk: ClassVar[Risk]
    demo: ClassVar[Demo]
    on: ClassVar[str]
    """The field naming the object: the resource on record, and what is typed to confirm DANGER. May be empty."""
    at: ClassVar[tuple[Stage, ...]]

    def resource(self) -> str:
        """What this is about, as the record names it."""
        subject = str(getattr(self, self.on)) if self.on else ""
        return f"{self.area}/{subject}" if subject else self.area

    @classmethod
    def sentence(cls) -> str:
        """The docstring's first line, which is also its translation key."""
        return (cls.__doc__ or "").strip().splitlines()[0]


def _declare(
    cls: type[Policy], name: str, needs: Permission, risk: Risk, demo: Demo, on: str, at: tuple[Stage, ...]
) -> None:
    cls.name, cls.needs, cls.risk, cls.demo, cls.on, cls.at = name, needs, risk, demo, on, at
    cls.area, cls.verb = name.split(".")
    dataclass(cls, frozen=True, kw_only=True, config=ConfigDict(extra="forbid", arbitrary_types_allowed=True))


# The one clever thing here (docs/decisions/0001): the class line is checked by the type checker and at import.
# Three near-twins rather than one base, because a base would have to make its keywords optional.
@dataclass_transform(frozen_default=True, kw_only_default=True)
class Operation(Policy, ABC, Generic[Result]):
    """Reads or changes our own records, in one transaction."""

    def __init_subclass__(cls, *, name: str, needs: Permission, risk: Risk, demo: Demo,
                          on: str = "", at: tuple[Stage, ...] = FULL_ONLY) -> None:  # fmt: skip
        _declare(cls, name, needs, risk, demo, on, at)

    async def ahead(self, outing: Outing) -> object:
        """What is too slow for a transaction (hashing a password); `work.ahead` holds its result."""
        return None

    @abstractmethod
    async def run(self, work: Work) -> Result:
        """Do it; never await anything but the store in here."""

    async def afterwards(self, outing: Outing, result: Result) -> None:
        """What follows once it is on record and concerns another store (clearing a counter of failures)."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Errand(Policy, ABC, Generic[Result]):
    """Goes outside our records (files, containers, models); recorded before and after when it is more than a look."""

    def __init_subclass__(cls, *, name: str, needs: Permission, risk: Risk, demo: Demo,
                          on: str = "", at: tuple[Stage, ...] = FULL_ONLY) -> None:  # fmt: skip
        _declare(cls, name, needs, risk, demo, on, at)

    @abstractmethod
    async def run(self, outing: Outing) -> Result:
        """Do it; may take long, report progress and be cancelled."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Feed(Policy, ABC, Generic[Result]):
    """A live view; it ends when the session may no longer see it."""

    def __init_subclass__(cls, *, name: str, needs: Permission, risk: Risk, demo: Demo,
                          on: str = "", at: tuple[Stage, ...] = FULL_ONLY) -> None:  # fmt: skip
        _declare(cls, name, needs, risk, demo, on, at)

    @abstractmethod
    def items(self, view: View) -> AsyncGenerator[Result, None]:
        """What happens from now on, oldest first; runs until it is closed."""


Asked: TypeAlias = Operation[Any] | Errand[Any] | Feed[Any]
Kind: TypeAlias = type[Operation[Any]] | type[Errand[Any]] | type[Feed[Any]]
