"""Work, Outing, View: what a running request may touch. Only the gate builds them (tests/rules/test_imports.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.access.permissions import Reach
from core.access.roles import Role
from core.audit.entry import Severity
from core.json_value import JsonObject, JsonValue
from core.operation import Stage

FRESH = timedelta(minutes=10)
"""How long a proved second factor counts for DANGER, and for replacing factors."""

if TYPE_CHECKING:
    from core.clock import Clock
    from core.config import Config
    from core.house import House
    from core.identity.sealed import Box
    from core.store.store import Db


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, as the store knows them at this very call."""

    session_id: str
    person_id: str | None
    """None for the runner, the host and kiosk visitors."""
    username: str
    role: Role
    stage: Stage
    door: str
    address: str
    factor: str
    factor_at: datetime | None

    @property
    def owner_id(self) -> str:
        """What owned things carry; a visitor owns what was made in their session, nobody else's."""
        return self.person_id or f"session:{self.session_id}"


@dataclass(frozen=True, kw_only=True)
class Also:
    """One more entry that belongs to the same change, such as a hand-off."""

    action: str
    actor: str
    resource: str
    details: JsonObject
    outcome: str = "done"
    severity: Severity = Severity.INFO


@dataclass(kw_only=True)
class Remarks:
    """What a body says for the record while it runs."""

    facts: dict[str, JsonValue] = field(default_factory=dict)
    resource: str = ""
    also: list[Also] = field(default_factory=list)
    severity: Severity = Severity.INFO

    def note(self, **facts: JsonValue) -> None:
        """Facts that belong into the entry; never a secret, never a body of text."""
        self.facts.update(facts)


@dataclass(frozen=True, kw_only=True)
class Work:
    """One operation inside its transaction."""

    caller: Caller
    reach: Reach
    db: Db
    clock: Clock
    config: Config
    box: Box
    ahead: object = None
    """What the operation's `ahead` made before the transaction."""
    remarks: Remarks = field(default_factory=Remarks)

    def note(self, **facts: JsonValue) -> None:
        self.remarks.note(**facts)

    @property
    def factor_is_fresh(self) -> bool:
        """Whether the caller proved a second factor within the last minutes."""
        return is_fresh(self.caller, self.clock.now())


def is_fresh(caller: Caller, now: datetime) -> bool:
    """Whether a second factor was proved lately enough for what is dangerous."""
    # abs: a clock that was turned back must not make a proof fresh for as long.
    return caller.factor_at is not None and abs(now - caller.factor_at) <= FRESH


def no_progress(_done: int, _total: int, _label: str) -> None:
    """For whoever does not want to know."""


@dataclass(frozen=True, kw_only=True)
class Outing:
    """One errand outside our records, or what an operation does ahead of its transaction."""

    caller: Caller
    reach: Reach
    house: House
    remarks: Remarks = field(default_factory=Remarks)
    progress: Callable[[int, int, str], None] = no_progress

    def note(self, **facts: JsonValue) -> None:
        self.remarks.note(**facts)


@dataclass(frozen=True, kw_only=True)
class View:
    """One live view."""

    caller: Caller
    reach: Reach
    house: House
