"""Tasks as people look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import orjson

from core.access.permissions import Permission
from core.errors import NotFound
from core.operation import Demo, Operation, Risk
from core.pipeline.flow import Agent
from core.pipeline.rows import WITHIN, find, whose
from core.store.store import Row
from core.text import Word
from core.work import Work


@dataclass(frozen=True, kw_only=True)
class Task:
    """One piece of an agent's work."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "agent_title", "status", "target_state", "attempt", "created_at", "error", "id",
    )  # fmt: skip

    id: str
    product_id: str
    agent: str
    agent_title: str
    from_state: str
    target_state: str
    status: str
    attempt: int
    max_attempts: int
    not_before: str
    error: str
    created_at: str
    started_at: str
    ended_at: str


@dataclass(frozen=True, kw_only=True)
class TaskInFull(Task):
    """One task with what went in and what came out."""

    feedback: tuple[str, ...]
    output: str
    """JSON, washed; empty when nothing was handed over."""


def task_of(row: Row) -> Task:
    """What a row of `tasks` says."""
    return Task(**_fields(row))  # type: ignore[arg-type]


def _fields(row: Row) -> dict[str, object]:
    same = ("id", "product_id", "agent", "from_state", "target_state", "status", "attempt", "max_attempts",
            "not_before", "error", "created_at")  # fmt: skip
    return {
        **{name: row[name] for name in same},
        "agent_title": Agent.named(row["agent"]).title,
        "started_at": row["started_at"] or "",
        "ended_at": row["ended_at"] or "",
    }


_ONE_TASK = "SELECT t.* FROM tasks t JOIN products p ON p.id = t.product_id WHERE t.id = :task AND"


class ListTasks(Operation[tuple[Task, ...]], name="tasks.list", needs=Permission.PRODUCTS_READ,
                risk=Risk.LOOK, demo=Demo.RUN, on="product"):  # fmt: skip
    """List what each agent did for one product, oldest first."""

    product: Word
    """Its id or name."""

    async def run(self, work: Work) -> tuple[Task, ...]:
        product = await find(work.db, self.product, work.reach, work.caller)
        rows = await work.db.fetch_all("SELECT * FROM tasks WHERE product_id = :id ORDER BY position",
                                       {"id": product["id"]})  # fmt: skip
        return tuple(map(task_of, rows))


class ShowTask(Operation[TaskInFull], name="tasks.show", needs=Permission.PRODUCTS_READ,
               risk=Risk.LOOK, demo=Demo.RUN, on="task"):  # fmt: skip
    """Show one task with its feedback and output."""

    task: Word

    async def run(self, work: Work) -> TaskInFull:
        row = await work.db.fetch_one(
            _ONE_TASK + WITHIN[work.reach],
            {"task": self.task, **whose(work.caller)},
        )
        if row is None:
            raise NotFound("There is no task {task} within your reach.", task=self.task)
        feedback = tuple(orjson.loads(row["feedback"]))
        return TaskInFull(**_fields(row), feedback=feedback, output=row["output"])  # type: ignore[arg-type]
