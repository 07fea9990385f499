"""What only a runner may ask: which tasks are due, and taking one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import Conflict
from core.json_value import JsonObject
from core.operation import Demo, Operation, Risk
from core.pipeline import queue
from core.pipeline.flow import Agent
from core.pipeline.rows import focused
from core.settings import values
from core.text import Word
from core.work import Work

DUE_AT_MOST = 16


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What a runner has to know before it acts."""

    due: tuple[str, ...]
    """Tasks that may start now, first ones first."""
    stop: tuple[str, ...]
    """Of the caller's own tasks: held, paused, cancelled or no longer theirs."""
    orphans: int
    """Running tasks whose runner is gone."""
    next_at: str
    """When the next waiting retry may start; empty when none waits."""
    parallel: int


_READY = """
SELECT t.id FROM tasks t JOIN products p ON p.id = t.product_id
WHERE t.status = 'pending' AND t.not_before <= :now AND p.paused = '' AND (:focus = '' OR p.id = :focus)
"""
_FIRST = " ORDER BY t.priority, t.position LIMIT :most"
_MINE = """
SELECT t.id FROM tasks t JOIN products p ON p.id = t.product_id
WHERE t.status = 'running' AND t.worker = :me AND p.paused = ''
"""
ORPHANS = """
SELECT t.* FROM tasks t
WHERE t.status = 'running' AND t.worker NOT IN (SELECT id FROM sessions WHERE ended_at IS NULL)
"""
_CLAIM = """
UPDATE tasks SET status = 'running', worker = :me, started_at = :now
WHERE id = :task AND status = 'pending' AND id IN (
"""


class LookAhead(Operation[Outlook], name="tasks.due", needs=Permission.PIPELINE_RUN,
                risk=Risk.LOOK, demo=Demo.REFUSE):  # fmt: skip
    """See which tasks may start and which of one's own must stop."""

    mine: tuple[Word, ...] = ()
    """Tasks that the caller is working on."""

    async def run(self, work: Work) -> Outlook:
        held, now = await values.read(work.db, work.config), stamp(work.clock.now())
        if work.config.factory_on_hold or held.flag("factory_on_hold"):
            return Outlook(due=(), stop=self.mine, orphans=0, next_at="", parallel=0)
        focus = await focused(work.db, held)
        due = await work.db.fetch_all(_READY + _FIRST, {"now": now, "focus": focus, "most": DUE_AT_MOST})
        mine = await work.db.fetch_all(_MINE, {"me": work.caller.session_id})
        orphans = await work.db.fetch_all(ORPHANS)
        later = await work.db.fetch_one(
            "SELECT min(not_before) AS at FROM tasks WHERE status = 'pending' AND not_before > :now",
            {"now": now},
        )
        keep = {row["id"] for row in mine}
        return Outlook(
            due=tuple(row["id"] for row in due),
            stop=tuple(task for task in self.mine if task not in keep),
            orphans=len(orphans),
            next_at=(later["at"] or "") if later else "",
            parallel=held.number("parallel_tasks"),
        )


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Everything that a runner tells the agent."""

    task_id: str
    product_id: str
    product_name: str
    agent: str
    brief: str
    profile: str
    content_locale: str
    interface_locale: str
    earlier: Mapping[str, JsonObject]
    feedback: tuple[str, ...]
    attempt: int
    seconds: int
    """When the agent counts as stuck."""
    pace: int
    """Seconds that the step takes at least."""


class ClaimTask(Operation[Assignment], name="tasks.claim", needs=Permission.PIPELINE_RUN,
                risk=Risk.CHANGE, demo=Demo.REFUSE, on="task"):  # fmt: skip
    """Take a due task; of several runners exactly one gets it."""

    task: Word

    async def run(self, work: Work) -> Assignment:
        held, now = await values.read(work.db, work.config), stamp(work.clock.now())
        if work.config.factory_on_hold or held.flag("factory_on_hold"):
            raise Conflict("The factory is on hold.")
        claimed = await work.db.execute(
            _CLAIM + _READY + ")",
            {
                "task": self.task,
                "me": work.caller.session_id,
                "now": now,
                "focus": await focused(work.db, held),
            },
        )
        if not claimed:
            raise Conflict("Another runner has taken {task}, or it may not start now.", task=self.task)
        task, product = await queue.task_and_product(work, self.task)
        done = await work.db.fetch_all(
            "SELECT agent, output FROM tasks WHERE product_id = :id AND output <> '' ORDER BY position",
            {"id": product["id"]},
        )
        work.note(agent=task["agent"], attempt=task["attempt"], task=self.task)
        return Assignment(
            task_id=task["id"],
            pace=held.number("step_pace_seconds"),
            product_id=product["id"],
            product_name=product["name"],
            agent=task["agent"],
            brief=product["brief"],
            profile=product["profile"],
            content_locale=product["content_locale"],
            interface_locale=product["interface_locale"],
            earlier={row["agent"]: orjson.loads(row["output"]) for row in done},
            feedback=tuple(orjson.loads(task["feedback"])),
            attempt=task["attempt"],
            seconds=Agent.named(task["agent"]).seconds,
        )
