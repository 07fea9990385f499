"""The queue: plain steps on task rows; whatever is queued is also handed over, in the same transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

import orjson

from core.clock import stamp
from core.errors import Conflict
from core.pipeline.fingerprint import Fingerprint
from core.pipeline.flow import Agent, Profile, State, Station, station_of
from core.pipeline.gates import Budget, HandoffReason, Move, Park, Situation
from core.pipeline.handoffs import Passing, pass_on
from core.pipeline.rows import LIST_PRODUCTS, place
from core.sentence import Sentence, say
from core.settings.values import Values
from core.store.store import Db, Row
from core.work import Work

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)


class TaskStatus(StrEnum):
    """How far a task is; `blocked` means done, with a verdict against going on."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    BLOCKED = "blocked"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"


def wait_before(task_id: str, attempt: int) -> timedelta:
    """30 s × 2^n before try n + 2, times 0.8 to 1.2 by the task's id: a burst of failures spreads out."""
    share = int.from_bytes(hashlib.sha256(f"{task_id}/{attempt}".encode()).digest()[:4], "big") / 2**32
    doubled = FIRST_WAIT * (1 << attempt - 1)
    return min(doubled, LONGEST_WAIT) * (0.8 + 0.4 * share)


async def enqueue(
    work: Work,
    product: Row,
    agent: Agent,
    state: State,
    target: State,
    tries: int,
    feedback: Sequence[str] = (),
) -> str:
    """Insert a pending task; its id. The store refuses a second live task of a product."""
    task_id, now = "task-" + secrets.token_hex(6), stamp(work.clock.now())
    await work.db.execute(
        "INSERT INTO tasks (id, product_id, agent, from_state, target_state, status, priority, max_attempts,"
        " not_before, feedback, created_at) VALUES (:id, :product, :agent, :state, :target, 'pending',"
        " :priority, :tries, :now, :feedback, :now)",
        {
            "id": task_id,
            "product": product["id"],
            "agent": agent.code,
            "state": state.code,
            "target": target.code,
            "priority": agent.priority,
            "tries": tries,
            "now": now,
            "feedback": orjson.dumps(list(feedback)).decode(),
        },
    )
    return task_id


async def follow(
    work: Work,
    product: Row,
    move: Move,
    limits: Values,
    *,
    giver: Agent,
    task_id: str = "",
    fingerprint: Fingerprint | None = None,
    notes: Sequence[str] = (),
    feedback: Sequence[str] = (),
) -> None:
    """Make a move: counters, state, the next task and its hand-off."""
    next_task = ""
    station = Station.REVIEW if move.park is Park.REVIEW else None
    if move.spends is not None:
        await spend(work.db, product["id"], move.spends)
    if move.target is not None:
        tries = limits.number("task_max_retries")
        next_task = await enqueue(work, product, move.to, move.state, move.target, tries, feedback)
        station = station_of(move.to, move.target, Profile(product["profile"]))
    await place(
        work.db,
        product["id"],
        move.state,
        work.clock.now(),
        holder=move.to,
        why=move.why,
        station=station,
        park=move.park,
    )
    passing = Passing(
        from_agent=giver, to_agent=move.to, from_state=State.named(product["state"]), to_state=move.state,
        reason=move.reason, task_id=task_id, next_task_id=next_task, fingerprint=fingerprint, notes=notes,
    )  # fmt: skip
    await pass_on(work, product, passing)


async def again(
    work: Work,
    product: Row,
    task: Row,
    reason: HandoffReason,
    *,
    attempt: int,
    wait: timedelta,
    error: str,
    why: Sentence,
) -> None:
    """Put a running task back into the queue, on record as a hand-off of the agent to itself."""
    now = work.clock.now()
    agent, state = Agent.named(task["agent"]), State.named(product["state"])
    await work.db.execute(
        "UPDATE tasks SET status = 'pending', attempt = :attempt, not_before = :then, error = :error,"
        " worker = '', started_at = NULL WHERE id = :id",
        {"id": task["id"], "attempt": attempt, "then": stamp(now + wait), "error": error},
    )
    await place(work.db, product["id"], state, now, holder=agent, why=why)
    passing = Passing(
        from_agent=agent,
        to_agent=agent,
        from_state=state,
        to_state=state,
        reason=reason,
        task_id=task["id"],
        next_task_id=task["id"],
        notes=(error,) if error else (),
    )
    await pass_on(work, product, passing)


async def give_up(work: Work, product: Row, task: Row, status: TaskStatus, error: str) -> None:
    """The tries are used up, or none would help: the product fails with the reason."""
    now, agent = work.clock.now(), Agent.named(task["agent"])
    await close(work.db, task["id"], status, stamp(now), error=error)
    why = say(
        "{agent} gave up at try {tries}: {error}",
        agent=agent.title,
        tries=str(task["attempt"]),
        error=error,
    )
    await place(work.db, product["id"], State.FAILED, now, holder=Agent.PERSON, why=why)
    passing = Passing(
        from_agent=agent,
        to_agent=Agent.PERSON,
        from_state=State.named(product["state"]),
        to_state=State.FAILED,
        reason=HandoffReason.GAVE_UP,
        task_id=task["id"],
        notes=(error,),
    )
    await pass_on(work, product, passing)


async def close(
    db: Db, task_id: str, status: TaskStatus, now: str, *, output: str = "", error: str = "", cost: int = 0
) -> None:
    """The task is over; `cost` in millionths of a dollar."""
    await db.execute(
        "UPDATE tasks SET status = :status, ended_at = :now, output = :output, error = :error,"
        " cost_microusd = :cost WHERE id = :id",
        {"id": task_id, "status": status.value, "now": now, "output": output, "error": error, "cost": cost},
    )


async def spend(db: Db, product_id: str, budget: Budget) -> None:
    """One more round on the product's account."""
    # The column's name comes from an enum, never from outside.
    await db.execute(
        f"UPDATE products SET {budget.value} = {budget.value} + 1 WHERE id = :id",  # noqa: S608
        {"id": product_id},
    )


def situation(product: Row, task: Row, held: Values) -> Situation:
    """What the gates need to know."""
    return Situation(
        profile=Profile(product["profile"]),
        state=State.named(task["from_state"]),
        agent=Agent.named(task["agent"]),
        target=State.named(task["target_state"]),
        rounds={budget: product[budget.value] for budget in Budget},
        limits={
            Budget.QA: held.number("qa_max_rounds"),
            Budget.SECURITY: held.number("security_max_rounds"),
            Budget.DESIGN: held.number("design_review_max_iters"),
            Budget.SPEC: held.number("pm_spec_auto_requeue_max"),
        },
        human_review=held.flag("human_review_required"),
    )


async def task_and_product(work: Work, task_id: str) -> tuple[Row, Row]:
    """A task and its product, as a row of LIST_PRODUCTS; raises Conflict when there is no such task."""
    task = await work.db.fetch_one("SELECT * FROM tasks WHERE id = :id", {"id": task_id})
    if task is None:
        raise Conflict("{task} is not in your hands any more.", task=task_id)
    work.remarks.resource = f"products/{task['product_id']}"
    return task, await product_row(work.db, task["product_id"])


async def product_row(db: Db, product_id: str) -> Row:
    """The product of a task, which cannot be missing."""
    product = await db.fetch_one(LIST_PRODUCTS + " WHERE p.id = :id", {"id": product_id})
    assert product is not None
    return product
