"""The factory as a whole: its state, holding and releasing it, and focusing it on one product."""

from __future__ import annotations

from dataclasses import dataclass

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import Conflict, GuardRefused
from core.operation import Demo, Operation, Risk
from core.pipeline.flow import Agent, Profile, State, Station, strip
from core.pipeline.rows import LIST_PRODUCTS, WITHIN, Product, find, product_of, whose
from core.settings import values
from core.settings.values import BY_KEY
from core.store.store import Row
from core.text import Note, Word
from core.work import Work

LISTED_AT_MOST = 50


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """One agent that works right now."""

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
                "The environment holds the factory (AIFACTORY_FACTORY_ON_HOLD=1); it ends at a restart without."
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


async def _status(work: Work) -> Factory:
    held = await values.read(work.db, work.config)
    hold, focus = held.row("factory_on_hold"), held.text("factory_focus_product")
    mine = whose(work.caller)
    focused = await work.db.fetch_one("SELECT name FROM products WHERE id = :id", {"id": focus})
    queue = await work.db.fetch_one(
        "SELECT count(*) AS n, min(t.created_at) AS oldest FROM tasks t JOIN products p ON p.id = t.product_id"
        " WHERE t.status = 'pending' AND p.paused = '' AND" + WITHIN[work.reach],
        mine,
    )
    running = await work.db.fetch_all(
        "SELECT t.agent, t.started_at, p.id, p.name, p.station, p.profile FROM tasks t"
        " JOIN products p ON p.id = t.product_id WHERE t.status = 'running' AND" + WITHIN[work.reach]
        + " ORDER BY t.started_at", mine,
    )  # fmt: skip
    at_gate = (
        f" WHERE p.state = '{State.HUMAN_REVIEW_PENDING.code}' AND p.paused = '' AND" + WITHIN[work.reach]
    )
    waiting = await work.db.fetch_all(LIST_PRODUCTS + at_gate + " ORDER BY p.state_since LIMIT :most",
                                      {**mine, "most": LISTED_AT_MOST})  # fmt: skip
    count = await work.db.fetch_one("SELECT count(*) AS n FROM products p" + at_gate, mine)
    midnight = work.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    cost = await work.db.fetch_one(
        "SELECT coalesce(sum(cost_microusd), 0) AS n FROM tasks WHERE ended_at >= :since",
        {"since": stamp(midnight)},
    )
    hard, soft = work.config.factory_on_hold, held.flag("factory_on_hold")
    return Factory(
        held=hard or soft,
        hard_stop=hard,
        held_by="the environment" if hard else hold["changed_by"] if soft and hold else "",
        held_since=hold["changed_at"] if soft and hold else "",
        hold_reason=held.text("hold_reason") if soft else "",
        focus=focused["name"] if focused else "",
        queued=queue["n"] if queue else 0,
        oldest_queued_since=(queue["oldest"] or "") if queue else "",
        running=tuple(map(_at_work, running)),
        waiting_count=count["n"] if count else 0,
        waiting=tuple(map(product_of, waiting)),
        cost_today_usd=(cost["n"] if cost else 0) / 1_000_000,
    )


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
