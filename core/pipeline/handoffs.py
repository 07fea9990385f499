"""Hand-offs: work that changes hands, on the product's time line and on the record at once."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import orjson
from pydantic import Field

from core.access.permissions import Permission
from core.audit.entry import Severity
from core.clock import stamp
from core.json_value import JsonObject, JsonValue
from core.operation import Demo, Feed, Operation, Risk
from core.pipeline.fingerprint import Fingerprint
from core.pipeline.flow import Agent, State
from core.pipeline.gates import HandoffReason
from core.pipeline.rows import WITHIN, find, whose
from core.store.store import Row
from core.text import Word
from core.work import Also, View, Work

NOTES_AT_MOST = 8
FOLLOWED_AT_ONCE = 200
AREAS = ("agent_handoff",)
"""What of the house's news is about hand-offs."""


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """One entry of a product's time line."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "at", "product_name", "from_agent", "to_agent", "reason", "to_state", "blocked", "position",
    )  # fmt: skip

    position: int
    """Grows by time; `handoffs.follow --after` goes on from it."""
    id: str
    at: str
    product_id: str
    product_name: str
    from_agent: str
    to_agent: str
    from_state: str
    to_state: str
    reason: str
    success: bool
    blocked: bool
    task_id: str
    next_task_id: str
    output_fingerprint: Mapping[str, JsonValue]
    """Empty when nothing was handed over."""
    notes: tuple[str, ...]
    """What was objected to, or what a person wrote."""


def handoff_of(row: Row) -> Handoff:
    """What a row of `handoffs` says."""
    return Handoff(
        position=row["position"],
        id=row["id"],
        at=row["at"],
        product_id=row["product_id"],
        product_name=row["product_name"],
        from_agent=row["from_agent"],
        to_agent=row["to_agent"],
        from_state=row["from_state"],
        to_state=row["to_state"],
        reason=row["reason"],
        success=bool(row["success"]),
        blocked=bool(row["blocked"]),
        task_id=row["task_id"],
        next_task_id=row["next_task_id"],
        output_fingerprint=orjson.loads(row["fingerprint"]),
        notes=tuple(orjson.loads(row["notes"])),
    )


@dataclass(frozen=True, kw_only=True)
class Passing:
    """What is said about one hand-off."""

    from_agent: Agent
    to_agent: Agent
    from_state: State
    to_state: State
    reason: HandoffReason
    task_id: str = ""
    next_task_id: str = ""
    fingerprint: Fingerprint | None = None
    notes: Sequence[str] = ()


async def pass_on(work: Work, product: Row, passing: Passing) -> None:
    """Write the row and its `agent_handoff` entry; both belong to the transaction of what is queued."""
    reason = passing.reason
    said: JsonObject = passing.fingerprint.as_json() if passing.fingerprint else {}
    notes = list(passing.notes[:NOTES_AT_MOST])
    facts: dict[str, JsonValue] = {
        "product_id": product["id"],
        "from_agent": passing.from_agent.code,
        "to_agent": passing.to_agent.code,
        "from_state": passing.from_state.code,
        "to_state": passing.to_state.code,
        "task_id": passing.task_id,
        "next_task_id": passing.next_task_id,
        "reason": reason.code,
        "success": reason.success,
        "blocked": reason.blocked,
    }
    handoff_id = "hand-" + secrets.token_hex(6)
    await work.db.execute(
        "INSERT INTO handoffs (id, at, product_id, product_name, from_agent, to_agent, from_state, to_state,"
        " reason, success, blocked, task_id, next_task_id, fingerprint, notes) VALUES (:id, :at, :product_id,"
        " :name, :from_agent, :to_agent, :from_state, :to_state, :reason, :success, :blocked, :task_id,"
        " :next_task_id, :fingerprint, :notes)",
        {
            "id": handoff_id,
            "at": stamp(work.clock.now()),
            "product_id": product["id"],
            "name": product["name"],
            "from_agent": passing.from_agent.code,
            "to_agent": passing.to_agent.code,
            "from_state": passing.from_state.code,
            "to_state": passing.to_state.code,
            "reason": reason.code,
            "success": int(reason.success),
            "blocked": int(reason.blocked),
            "task_id": passing.task_id,
            "next_task_id": passing.next_task_id,
            "fingerprint": orjson.dumps(said).decode(),
            "notes": orjson.dumps(notes).decode(),
        },
    )
    # The notes' text stays out of the record: it is prose about a customer's product.
    work.remarks.also.append(
        Also(
            action="agent_handoff",
            actor=f"agent:{passing.from_agent.code}",
            resource=f"pipeline/{product['id']}",
            details={**facts, "handoff": handoff_id, "notes": len(notes), "output_fingerprint": said},
            severity=Severity.WARNING if reason.blocked or not reason.success else Severity.INFO,
        )
    )


_SELECT = "SELECT h.* FROM handoffs h JOIN products p ON p.id = h.product_id WHERE"
_ONE = " AND h.product_id = :product"


class ListHandoffs(Operation[tuple[Handoff, ...]], name="handoffs.list", needs=Permission.HANDOFFS_READ,
                   risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """List hand-offs between agents, newest first."""

    product_id: Word | None = None
    """A product's id or name."""
    limit: Annotated[int, Field(ge=1, le=2_000)] = 200

    async def run(self, work: Work) -> tuple[Handoff, ...]:
        sql = _SELECT + WITHIN[work.reach]
        values: dict[str, str | int] = {**whose(work.caller), "limit": self.limit}
        if self.product_id is not None:
            sql += _ONE
            values["product"] = (await find(work.db, self.product_id, work.reach, work.caller))["id"]
        return tuple(map(handoff_of, await work.db.fetch_all(sql + " ORDER BY h.position DESC LIMIT :limit", values)))


class FollowHandoffs(Feed[Handoff], name="handoffs.follow", needs=Permission.HANDOFFS_READ,
                     risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """Follow hand-offs as they happen."""

    product_id: Word | None = None
    """A product's id or name."""
    after: Annotated[int, Field(ge=0, le=2**53)] | None = None
    """Begin behind this position instead of now."""

    async def items(self, view: View) -> AsyncGenerator[Handoff, None]:
        store, news = view.house.store, view.house.news
        values: dict[str, str | int] = {**whose(view.caller), "limit": FOLLOWED_AT_ONCE}
        sql = _SELECT + WITHIN[view.reach]
        if self.product_id is not None:
            sql += _ONE
            async with store.reading() as db:
                values["product"] = (await find(db, self.product_id, view.reach, view.caller))["id"]
        if self.after is None:
            newest = await store.fetch_one("SELECT max(position) AS position FROM handoffs")
            values["after"] = int(newest["position"] or 0) if newest else 0
        else:
            values["after"] = self.after
        while True:
            generation = news.generation
            rows = await store.fetch_all(sql + " AND h.position > :after ORDER BY h.position LIMIT :limit", values)
            for row in rows:
                values["after"] = row["position"]
                yield handoff_of(row)
            if not rows:
                await news.after(generation, areas=AREAS)
