"""The factory as a whole: its state, holding and releasing it, and focusing it on one product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import Conflict, GuardRefused
from core.operation import Demo, Operation, Risk
from core.pipeline.flow import Agent, Profile, State, Station, strip
from core.pipeline.rows import LIST_PRODUCTS, WITHIN, Product, find, focused, product_of, whose
from core.settings import values
from core.settings.table import BY_KEY
from core.store.store import Db, Row, Values
from core.text import Note, Word
from core.work import Work

LISTED_AT_MOST = 50


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """One agent that works right now."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("product", "agent_title", "doing", "since")

    product_id: str
    product: str
    agent: str
    agent_title: str
    doing: str
    since: str
    station: str
    station_number: int
    stations: int


@dataclass(frozen=True, kw_only=True)
class Factory:
    """What needs a person, what runs, whether all is well."""

    held: bool
    hard_stop: bool
    """Held by the environment; nobody releases that from here."""
    held_by: str
    held_since: str
    hold_reason: str
    focus: str
    """The product that alone gets work; empty when all do."""
    queued: int
    oldest_queued_since: str
    running: tuple[AtWork, ...]
    waiting_count: int
    waiting: tuple[Product, ...]
    """Those that wait longest come first."""
    cost_today_usd: float
    """Since midnight UTC."""


class ShowFactory(Operation[Factory], name="factory.status", needs=Permission.FACTORY_READ,
                  risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """Show what runs, what waits for a person, and whether the factory is on hold."""

    async def run(self, work: Work) -> Factory:
        return await _status(work)


class HoldFactory(Operation[Factory], name="factory.hold", needs=Permission.FACTORY_HOLD,
                  risk=Risk.CHANGE, demo=Demo.REFUSE):  # fmt: skip
    """Hold the whole factory: nothing starts, running work is put back."""

    reason: Note | None = None

    async def run(self, work: Work) -> Factory:
        held = await values.read(work.db, work.config)
        if held.flag("factory_on_hold"):
            row = held.row("factory_on_hold")
            raise Conflict("{person} holds the factory already.", person=row["changed_by"] if row else "")
        now, who = stamp(work.clock.now()), work.caller.username
        await values.save(work.db, BY_KEY["factory_on_hold"], "true", who, now)
        await values.save(work.db, BY_KEY["hold_reason"], self.reason or "", who, now)
        work.note(reason=self.reason or "")
        return await _status(work)


class ReleaseFactory(Operation[Factory], name="factory.release", needs=Permission.FACTORY_HOLD,
                     risk=Risk.CHANGE, demo=Demo.REFUSE):  # fmt: skip
    """Let the held factory go on."""

    async def run(self, work: Work) -> Factory:
        held = await values.read(work.db, work.config)
        if work.config.factory_on_hold:
            raise GuardRefused(
                "The environment holds the factory: AIFACTORY_FACTORY_ON_HOLD=1 was set when it started."
            )
        if not held.flag("factory_on_hold"):
            raise Conflict("The factory is not on hold.")
        await values.forget(work.db, BY_KEY["factory_on_hold"])
        await values.forget(work.db, BY_KEY["hold_reason"])
        return await _status(work)


class FocusFactory(Operation[Factory], name="factory.focus", needs=Permission.FACTORY_HOLD,
                   risk=Risk.CHANGE, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """Give work to one product only; without a product, to all again."""

    product: Word | None = None
    """Its id or name."""

    async def run(self, work: Work) -> Factory:
        setting = BY_KEY["factory_focus_product"]
        if self.product is None:
            await values.forget(work.db, setting)
        else:
            product = await find(work.db, self.product, work.reach, work.caller)
            if State.named(product["state"]).final:
                raise Conflict("{product} is over and needs no focus.", product=product["name"])
            work.remarks.resource = f"products/{product['id']}"
            await values.save(work.db, setting, product["id"], work.caller.username, stamp(work.clock.now()))
        return await _status(work)


_QUEUED = """
SELECT count(*) AS n, min(t.created_at) AS oldest FROM tasks t JOIN products p ON p.id = t.product_id
WHERE t.status = 'pending' AND p.paused = '' AND"""
_RUNNING = """
SELECT t.agent, t.started_at, p.id, p.name, p.station, p.profile
FROM tasks t JOIN products p ON p.id = t.product_id
WHERE t.status = 'running' AND"""
_COUNT = "SELECT count(*) AS n FROM products p"
_AT_A_GATE = f" WHERE p.state = '{State.HUMAN_REVIEW_PENDING.code}' AND p.paused = '' AND"
_COST = "SELECT coalesce(sum(cost_microusd), 0) AS n FROM tasks WHERE ended_at >= :since"


async def _status(work: Work) -> Factory:
    held = await values.read(work.db, work.config)
    db, within, mine = work.db, WITHIN[work.reach], whose(work.caller)
    focus = {"id": await focused(db, held)}
    queue = await _row(db, _QUEUED + within, mine)
    running = await db.fetch_all(_RUNNING + within + " ORDER BY t.started_at", mine)
    listed = " ORDER BY p.state_since LIMIT :most"
    waiting = await db.fetch_all(LIST_PRODUCTS + _AT_A_GATE + within + listed, {**mine, "most": LISTED_AT_MOST})
    midnight = stamp(work.clock.now().replace(hour=0, minute=0, second=0, microsecond=0))
    hard, hold = (
        work.config.factory_on_hold,
        held.row("factory_on_hold") if held.flag("factory_on_hold") else None,
    )
    return Factory(
        held=hard or hold is not None,
        hard_stop=hard,
        held_by="the environment" if hard else hold["changed_by"] if hold else "",
        held_since=hold["changed_at"] if hold else "",
        hold_reason=held.text("hold_reason") if hold else "",
        focus=(await _row(db, "SELECT coalesce(max(name), '') AS name FROM products WHERE id = :id", focus))["name"],
        queued=queue["n"],
        oldest_queued_since=queue["oldest"] or "",
        running=tuple(map(_at_work, running)),
        waiting_count=(await _row(db, _COUNT + _AT_A_GATE + within, mine))["n"],
        waiting=tuple(map(product_of, waiting)),
        cost_today_usd=(await _row(db, _COST, {"since": midnight}))["n"] / 1_000_000,
    )


async def _row(db: Db, sql: str, sought: Values) -> Row:
    row = await db.fetch_one(sql, sought)
    assert row is not None, "an aggregate always answers"
    return row


def _at_work(row: Row) -> AtWork:
    agent, squares = Agent.named(row["agent"]), strip(Profile(row["profile"]))
    return AtWork(
        product_id=row["id"],
        product=row["name"],
        agent=agent.code,
        agent_title=agent.title,
        doing=agent.doing,
        since=row["started_at"],
        station=row["station"],
        station_number=squares.index(Station(row["station"])) + 1,
        stations=len(squares),
    )
