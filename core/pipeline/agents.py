"""The seam between the runner and whoever does an agent's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from core.json_value import JsonObject


class Verdict(StrEnum):
    """What an agent recommends for its own output."""

    APPROVE = "approve"
    BLOCK = "block"


@dataclass(frozen=True, kw_only=True)
class Job:
    """Everything an agent is told; nothing of it may be trusted as markup, path or instruction."""

    product_id: str
    product_name: str
    agent: str
    """The agent's id as in `core.pipeline.flow.Agent`: analyst, pm, developer, __runtime_test__ …"""
    brief: str
    profile: str
    """Delivery profile: `marketing_landing` or `full_software`."""
    content_locale: str
    """`auto` or a language code: what the customer asked for."""
    interface_locale: str
    folder: Path
    """The product's own folder; an agent writes below it and nowhere else."""
    earlier: Mapping[str, JsonObject] = field(default_factory=dict)
    """Latest output of every agent that worked before, by agent id."""
    feedback: tuple[str, ...] = ()
    """What a gate or a person objected to; empty on the first try."""
    attempt: int = 1


@dataclass(frozen=True, kw_only=True)
class Done:
    """What an agent hands over: JSON facts (strings, integers, booleans, lists, objects) and its own verdict."""

    output: JsonObject
    verdict: Verdict = Verdict.APPROVE
    blockers: tuple[str, ...] = ()
    cost_microusd: int = 0


class Trouble(Exception):
    """The agent could not work; `passing` says whether a later try may succeed."""

    def __init__(self, reason: str, *, passing: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing


class Studio(Protocol):
    """Does the work of every agent; the embedded one needs no network, model providers are another."""

    async def work(self, job: Job) -> Done:
        """Do one agent's work; files below `job.folder` are durable when this returns.

        Raises Trouble when it could not. Cancelling must leave no half-written artifact under its final name."""
        ...
