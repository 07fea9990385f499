"""What only a runner may ask: what is due, claim it, and say how it ended."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import orjson
from pydantic import AfterValidator, Field

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import Conflict
from core.json_value import JsonObject, JsonValue
from core.operation import Demo, Operation, Risk
from core.pipeline import queue
from core.pipeline.agents import Verdict
from core.pipeline.fingerprint import Fingerprint, canonical, fingerprint_of
from core.pipeline.flow import Agent, State
from core.pipeline.gates import HandoffReason, decide
from core.pipeline.queue import TaskStatus
from core.pipeline.rows import LIST_PRODUCTS, NOT_FINAL
from core.sentence import say
from core.settings import values
from core.settings.values import Values
from core.store.store import Db, Row
from core.text import Line, Word, wash
from core.work import Work

OUTPUT_AT_MOST = 256 * 1024
"""Characters of an agent's output as JSON; pages and code are artifacts, not output."""
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


_READY = (
    "SELECT t.id FROM tasks t JOIN products p ON p.id = t.product_id"
    " WHERE t.status = 'pending' AND t.not_before <= :now AND p.paused = '' AND"
    + NOT_FINAL
    + " AND (:focus = '' OR p.id = :focus)"
)
_ORPHANED = "t.status = 'running' AND t.worker NOT IN (SELECT id FROM sessions WHERE ended_at IS NULL)"


class LookAhead(Operation[Outlook], name="tasks.due", needs=Permission.PIPELINE_RUN,
                risk=Risk.LOOK, demo=Demo.REFUSE):  # fmt: skip
    """See which tasks may start and which of one's own must stop."""

    mine: tuple[Word, ...] = ()
    """Tasks that the caller is working on."""

    async def run(self, work: Work) -> Outlook:
        held = await values.read(work.db, work.config)
        on_hold, now = work.config.factory_on_hold or held.flag("factory_on_hold"), stamp(work.clock.now())
        sought: dict[str, str | int] = {
            "now": now,
            "focus": held.text("factory_focus_product"),
            "most": DUE_AT_MOST,
        }
        due = (
            []
            if on_hold
            else await work.db.fetch_all(_READY + " ORDER BY t.priority, t.created_at LIMIT :most", sought)
        )
        keep = (
            set()
            if on_hold
            else {
                row["id"]
                for row in await work.db.fetch_all(
                    "SELECT t.id FROM tasks t JOIN products p ON p.id = t.product_id"
                    " WHERE t.status = 'running' AND t.worker = :me AND p.paused = ''",
                    {"me": work.caller.session_id},
                )
            }
        )
        orphans = await work.db.fetch_one("SELECT count(*) AS n FROM tasks t WHERE " + _ORPHANED)
        later = await work.db.fetch_one(
            "SELECT min(not_before) AS at FROM tasks WHERE status = 'pending' AND not_before > :now",
            {"now": now},
        )
        return Outlook(
            due=tuple(row["id"] for row in due),
            stop=tuple(task for task in self.mine if task not in keep),
            orphans=orphans["n"] if orphans and not on_hold else 0,
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


class ClaimTask(Operation[Assignment], name="tasks.claim", needs=Permission.PIPELINE_RUN,
                risk=Risk.CHANGE, demo=Demo.REFUSE, on="task"):  # fmt: skip
    """Take a due task; of several runners exactly one gets it."""

    task: Word

    async def run(self, work: Work) -> Assignment:
        held, now = await values.read(work.db, work.config), stamp(work.clock.now())
        if work.config.factory_on_hold or held.flag("factory_on_hold"):
            raise Conflict("The factory is on hold.")
        claimed = await work.db.execute(
            "UPDATE tasks SET status = 'running', worker = :me, started_at = :now WHERE id = :task"
            " AND status = 'pending' AND id IN (" + _READY + ")",
            {
                "task": self.task,
                "me": work.caller.session_id,
                "now": now,
                "focus": held.text("factory_focus_product"),
            },
        )
        if not claimed:
            raise Conflict("Another runner has taken {task}, or it may not start now.", task=self.task)
        task, product = await _pair(work, self.task)
        done = await work.db.fetch_all(
            "SELECT agent, output FROM tasks WHERE product_id = :id AND output <> '' ORDER BY ended_at, created_at",
            {"id": product["id"]},
        )
        work.note(agent=task["agent"], attempt=task["attempt"], task=self.task)
        return Assignment(
            task_id=task["id"],
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


def _output(text: str) -> str:
    if len(text) > OUTPUT_AT_MOST:
        raise ValueError(f"at most {OUTPUT_AT_MOST} characters")
    output = orjson.loads(text)
    if not isinstance(output, dict):
        raise ValueError("must be a JSON object")
    return canonical(_washed(output, 16))


def _washed(value: JsonValue, depth: int) -> JsonValue:
    if depth == 0:
        raise ValueError("is nested too deeply")
    if isinstance(value, str):
        return wash(value)
    if isinstance(value, dict):
        return {wash(name): _washed(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_washed(inner, depth - 1) for inner in value]
    return value


Output = Annotated[str, AfterValidator(_output)]
"""A JSON object as text, washed and in canonical order."""


class FinishTask(Operation[str], name="tasks.finish", needs=Permission.PIPELINE_RUN,
                 risk=Risk.CHANGE, demo=Demo.REFUSE, on="task"):  # fmt: skip
    """Hand over what an agent made; its verdict decides who is next. Answers with the product's new state."""

    task: Word
    output: Output
    verdict: Verdict = Verdict.APPROVE
    blockers: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    cost_microusd: Annotated[int, Field(ge=0, le=10**12)] = 0

    async def run(self, work: Work) -> str:
        task, product = await _mine(work, self.task)
        held = await values.read(work.db, work.config)
        blocked = self.verdict is Verdict.BLOCK
        await queue.close(work.db, task["id"], TaskStatus.BLOCKED if blocked else TaskStatus.COMPLETED,
                          stamp(work.clock.now()), output=self.output, cost=self.cost_microusd)  # fmt: skip
        await work.db.execute("UPDATE products SET cost_microusd = cost_microusd + :cost WHERE id = :id",
                              {"cost": self.cost_microusd, "id": product["id"]})  # fmt: skip
        objection = self.blockers[0] if self.blockers else "no reason given"
        move = decide(queue.situation(product, task, held), self.verdict, objection)
        await queue.follow(work, product, move, held, giver=Agent.named(task["agent"]), task_id=task["id"],
                           fingerprint=_fingerprint(work, held, self.output), notes=self.blockers,
                           feedback=self.blockers if blocked else ())  # fmt: skip
        work.note(agent=task["agent"], verdict=self.verdict.value, blockers=len(self.blockers),
                  cost_microusd=self.cost_microusd, state=move.state.code)  # fmt: skip
        return move.state.code


def _fingerprint(work: Work, held: Values, output: str) -> Fingerprint:
    chosen = held.secret("fingerprint_key", work.box) or work.box.digest("hand-off fingerprints")
    key = hmac.digest(chosen.encode(), b"hand-off fingerprints", hashlib.sha256)
    return fingerprint_of(orjson.loads(output), key)


class Failure(StrEnum):
    """How an agent could not work."""

    PASSING = "passing"
    LASTING = "lasting"
    """A later try would not succeed either."""
    TIMEOUT = "timeout"
    CRASH = "crash"


class FailTask(Operation[str], name="tasks.fail", needs=Permission.PIPELINE_RUN,
               risk=Risk.CHANGE, demo=Demo.REFUSE, on="task"):  # fmt: skip
    """Say that an agent could not work; it tries again later, or its product fails. Answers with the product's state."""

    task: Word
    error: Line
    how: Failure = Failure.PASSING

    async def run(self, work: Work) -> str:
        task, product = await _mine(work, self.task)
        work.note(agent=task["agent"], attempt=task["attempt"], how=self.how.value, error=self.error)
        if self.how is Failure.LASTING or task["attempt"] >= task["max_attempts"]:
            status = TaskStatus.TIMEOUT if self.how is Failure.TIMEOUT else TaskStatus.FAILED
            await queue.give_up(work, product, task, status, self.error)
            return State.FAILED.code
        attempt = task["attempt"]
        why = say("{agent} could not work: {error}; try {attempt} of {most} follows.",
                  agent=Agent.named(task["agent"]).title, error=self.error,
                  attempt=str(attempt + 1), most=str(task["max_attempts"]))  # fmt: skip
        await queue.again(work, product, task, HandoffReason.RETRY, attempt=attempt + 1,
                          wait=queue.wait_before(task["id"], attempt), error=self.error, why=why)  # fmt: skip
        return str(product["state"])


class ReleaseTask(Operation[None], name="tasks.release", needs=Permission.PIPELINE_RUN,
                  risk=Risk.CHANGE, demo=Demo.REFUSE, on="task"):  # fmt: skip
    """Put one's own task back into the queue; it does not count as a try."""

    task: Word

    async def run(self, work: Work) -> None:
        task, product = await _mine(work, self.task)
        why = say("{agent} was interrupted and starts again.", agent=Agent.named(task["agent"]).title)
        await queue.again(work, product, task, HandoffReason.INTERRUPTED, attempt=task["attempt"],
                          wait=timedelta(), error="", why=why)  # fmt: skip


class RecoverTasks(Operation[int], name="tasks.recover", needs=Permission.PIPELINE_RUN,
                   risk=Risk.CHANGE, demo=Demo.REFUSE):  # fmt: skip
    """Put tasks of runners that died back into the queue; answers how many."""

    async def run(self, work: Work) -> int:
        orphans = await work.db.fetch_all("SELECT t.* FROM tasks t WHERE " + _ORPHANED)
        for task in orphans:
            product = await _product(work.db, task["product_id"])
            agent, attempt = Agent.named(task["agent"]), task["attempt"]
            # A try is spent: work that kills its process every time must not do so for ever.
            if attempt >= task["max_attempts"]:
                await queue.give_up(
                    work, product, task, TaskStatus.FAILED, "the console died while the agent worked"
                )
                continue
            why = say("The console stopped while {agent} worked; it starts again.", agent=agent.title)
            await queue.again(
                work,
                product,
                task,
                HandoffReason.RESUMED,
                attempt=attempt + 1,
                wait=timedelta(),
                error="",
                why=why,
            )
        work.note(tasks=len(orphans))
        return len(orphans)


async def _mine(work: Work, task_id: str) -> tuple[Row, Row]:
    task, product = await _pair(work, task_id)
    if task["status"] != TaskStatus.RUNNING or task["worker"] != work.caller.session_id:
        raise Conflict("{task} is not in your hands any more.", task=task_id)
    return task, product


async def _pair(work: Work, task_id: str) -> tuple[Row, Row]:
    task = await work.db.fetch_one("SELECT * FROM tasks WHERE id = :id", {"id": task_id})
    if task is None:
        raise Conflict("{task} is not in your hands any more.", task=task_id)
    work.remarks.resource = f"products/{task['product_id']}"
    return task, await _product(work.db, task["product_id"])


async def _product(db: Db, product_id: str) -> Row:
    product = await db.fetch_one(LIST_PRODUCTS + " WHERE p.id = :id", {"id": product_id})
    assert product is not None
    return product
