"""Plain steps on the rows of products that several operations share, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import orjson

from core.access.permissions import Reach
from core.clock import stamp
from core.errors import NotFound
from core.pipeline.flow import FINAL_CODES, Agent, Profile, State, Station, strip
from core.pipeline.gates import Budget, Park
from core.sentence import Sentence, say
from core.settings.values import Values
from core.store.store import Db, Row
from core.work import Caller, Work


class Standing(StrEnum):
    """What a product is doing, in the words and symbols of every list."""

    RUNNING = "running"
    QUEUED = "queued"
    WAITING = "waiting"
    """For a person."""
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_FINAL_STANDING = {State.FAILED: Standing.FAILED, State.CANCELLED: Standing.CANCELLED}


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product, as a list shows it."""

    COLUMNS: ClassVar[tuple[str, ...]] = (
        "name", "standing", "state_word", "holder", "since", "owner", "cost_usd", "id",
    )  # fmt: skip
    CARD: ClassVar[tuple[str, ...]] = (
        "name", "standing", "state_word", "holder", "since", "why", "owner", "profile", "content_locale", "cost_usd",
        "created_at", "id",
    )  # fmt: skip

    id: str
    name: str
    state: str
    state_word: str
    standing: str
    held_by: str
    """An agent's id, `person`, or nothing when it is over."""
    holder: str
    """The same for people."""
    since: str
    """When the state, the task or the pause that it is in began."""
    reason: str
    """Why it is where it is, in English; `why` is the same for a door that translates."""
    why: Sentence
    station: str
    """The square of the stage strip that it stands on."""
    station_number: int
    """Counted from 1; the squares before it are done."""
    stations: int
    owner: str
    profile: str
    content_locale: str
    cost_usd: float
    rounds: Mapping[str, int]
    """Repair rounds spent, by gate: qa, security, design, spec."""
    created_at: str


LIST_PRODUCTS = """
SELECT p.*, t.status AS task_status, t.started_at AS task_started
FROM products p LEFT JOIN tasks t ON t.product_id = p.id AND t.status IN ('pending', 'running')
"""

# Reach is a predicate in the query: a stranger's product and a missing one give the same answer.
WITHIN = {
    Reach.ANY: " 1 = 1",
    Reach.OWN: " (p.owner_id = :me OR EXISTS"
    " (SELECT 1 FROM collaborators c WHERE c.product_id = p.id AND c.person_id = :me))",
}

NOT_FINAL = " p.state NOT IN (" + ", ".join(f"'{code}'" for code in FINAL_CODES) + ")"


def whose(caller: Caller) -> dict[str, str]:
    """The value that WITHIN compares with."""
    return {"me": caller.owner_id}


def product_of(row: Row) -> Product:
    """What a row of LIST_PRODUCTS says."""
    state, profile = State.named(row["state"]), Profile(row["profile"])
    standing = _standing(row, state)
    holder = _holder(row, standing)
    why = read_sentence(row["paused"] or row["why"])
    squares = strip(profile)
    return Product(
        id=row["id"],
        name=row["name"],
        state=state.code,
        state_word=state.word,
        standing=standing.value,
        held_by="person" if holder is Agent.PERSON else holder.code if holder else "",
        holder=holder.title if holder else "",
        since=row["paused_at"] or row["task_started"] or row["state_since"],
        reason=str(why),
        why=why,
        station=row["station"],
        station_number=squares.index(Station(row["station"])) + 1,
        stations=len(squares),
        owner=row["owner_name"],
        profile=profile.value,
        content_locale=row["content_locale"],
        cost_usd=row["cost_microusd"] / 1_000_000,
        rounds={budget.name.lower(): row[budget.value] for budget in Budget},
        created_at=row["created_at"],
    )


def _standing(row: Row, state: State) -> Standing:
    if state.final:
        return _FINAL_STANDING.get(state, Standing.DONE)
    if row["paused"]:
        return Standing.PAUSED
    if state is State.HUMAN_REVIEW_PENDING:
        return Standing.WAITING
    return Standing.RUNNING if row["task_status"] == "running" else Standing.QUEUED


def _holder(row: Row, standing: Standing) -> Agent | None:
    if standing in (Standing.PAUSED, Standing.WAITING):
        return Agent.PERSON
    return Agent.named(row["held_by"]) if standing in (Standing.RUNNING, Standing.QUEUED) else None


def next_step(row: Row) -> Sentence:
    """What happens when nothing comes between."""
    state = State.named(row["state"])
    if state is State.FAILED:
        return say("Nothing, until a person lets it try again.")
    if state.final:
        return say("Nothing: it is over.")
    if row["paused"]:
        return say("Nothing, until a person resumes it.")
    if state is State.HUMAN_REVIEW_PENDING:
        if Park.named(row["park"]).approvable:
            return say("Sales when a person approves; back to the developer when a person rejects.")
        return say("One more round when a person retries it; the end when a person cancels it.")
    squares = strip(Profile(row["profile"]))
    after = squares[squares.index(Station(row["station"])) + 1 :]
    return say("Then {station}.", station=after[0].value) if after else say("Then it is done.")


async def find(db: Db, product: str, reach: Reach, caller: Caller) -> Row:
    """The product of that id or name within reach, as a row of LIST_PRODUCTS; raises NotFound."""
    row = await db.fetch_one(
        LIST_PRODUCTS + " WHERE (p.id = :product OR p.name = :product) AND" + WITHIN[reach],
        {"product": product, **whose(caller)},
    )
    if row is None:
        raise NotFound("There is no product {product} within your reach.", product=product)
    return row


async def sought(work: Work, asked: str) -> Row:
    """As `find`; from here on the record is about that product."""
    product = await find(work.db, asked, work.reach, work.caller)
    work.remarks.resource = f"products/{product['id']}"
    work.note(name=product["name"])
    return product


async def shown(db: Db, product_id: str) -> Product:
    """The product as it is now."""
    row = await db.fetch_one(LIST_PRODUCTS + " WHERE p.id = :id", {"id": product_id})
    assert row is not None
    return product_of(row)


_FOCUSED = "SELECT p.id FROM products p WHERE p.id = :focus AND"


async def focused(db: Db, held: Values) -> str:
    """The id of the product that alone gets work; empty when all do, also when that one is over."""
    row = await db.fetch_one(_FOCUSED + NOT_FINAL,
                             {"focus": held.text("factory_focus_product")})  # fmt: skip
    return str(row["id"]) if row else ""


async def place(
    db: Db, product_id: str, state: State, now: datetime, *,
    holder: Agent, why: Sentence, station: Station | None = None, park: Park | None = None,
) -> None:  # fmt: skip
    """Put a product into a state, always with who holds it and why."""
    await db.execute(
        "UPDATE products SET state_since = CASE WHEN state = :state THEN state_since ELSE :now END,"
        " state = :state, station = coalesce(:station, station), held_by = :holder, why = :why, park = :park,"
        " updated_at = :now WHERE id = :id",
        {
            "id": product_id,
            "state": state.code,
            "station": station,
            "holder": holder.code,
            "why": write_sentence(why),
            "park": park.code if park else "",
            "now": stamp(now),
        },
    )


def write_sentence(sentence: Sentence) -> str:
    """For a column."""
    return orjson.dumps({"text": sentence.text, "facts": dict(sentence.facts)}).decode()


def read_sentence(column: str) -> Sentence:
    """What `write_sentence` wrote."""
    fields = orjson.loads(column)
    return Sentence(fields["text"], fields["facts"])
