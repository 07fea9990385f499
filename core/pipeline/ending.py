"""How a task ends, as its runner says it: done, failed, put back, found orphaned."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import orjson
from pydantic import AfterValidator, Field

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import Conflict
from core.json_value import JsonValue
from core.operation import Demo, Operation, Risk
from core.pipeline import queue
from core.pipeline.agents import Verdict
from core.pipeline.claiming import ORPHANS
from core.pipeline.fingerprint import Fingerprint, canonical, fingerprint_of
from core.pipeline.flow import Agent, State
from core.pipeline.gates import HandoffReason, decide
from core.pipeline.queue import TaskStatus
from core.sentence import say
from core.settings import values
from core.settings.values import Values
from core.store.store import Row
from core.text import Line, Word, wash
from core.work import Work

OUTPUT_AT_MOST = 256 * 1024
"""Characters of an agent's output as JSON; pages and code are artifacts, not output."""


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
    """Hand over what an agent made; its verdict decides who is next."""

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
    """Say that an agent could not work; it tries again later, or its product fails."""

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
        orphans = await work.db.fetch_all(ORPHANS)
        for task in orphans:
            product = await queue.product_row(work.db, task["product_id"])
            agent, attempt = Agent.named(task["agent"]), task["attempt"]
            # A try is spent: work that kills its process every time must not do so for ever.
            if attempt >= task["max_attempts"]:
                await queue.give_up(work, product, task, TaskStatus.FAILED, "the console died while the agent worked")
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
    task, product = await queue.task_and_product(work, task_id)
    if task["status"] != TaskStatus.RUNNING or task["worker"] != work.caller.session_id:
        raise Conflict("{task} is not in your hands any more.", task=task_id)
    return task, product
