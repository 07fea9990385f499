"""A runner at work in a house, with a studio that does exactly what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from core.access.roles import Role
from core.assembly import Core
from core.desk import Desk
from core.identity.sessions import Opening
from core.operation import Stage
from core.pipeline.agents import Done, Job, Studio, Verdict
from core.pipeline.intake import CreateProduct
from core.pipeline.products import ProductInFull, ShowProduct
from core.pipeline.rows import Product
from core.pipeline.runner import Runner
from tests.house import OpenHouse

SOFTWARE = "An app for a bicycle workshop: customers book a repair and see when it is ready."
PAGE = "A page for a bakery in Lyon, open from six, with bread, prices and the way there."
PATIENCE = 20.0

Act = Callable[[Job], Done]


def approve(job: Job) -> Done:
    """The usual answer; its value must never be seen in a record."""
    return Done(output={"agent": job.agent, "summary": "VALUE-OF-" + job.agent}, cost_microusd=1_000)


def block(*blockers: str) -> Act:
    """An answer that recommends against going on."""
    return lambda job: Done(output={"agent": job.agent}, verdict=Verdict.BLOCK, blockers=blockers)


def crash(fault: Exception) -> Act:
    """No answer but an exception."""

    def act(_: Job) -> Done:
        raise fault

    return act


class ScriptedStudio:
    """Plays each agent's script, approves when it has run out, and remembers every job."""

    def __init__(self, **scripts: list[Act]) -> None:
        self.scripts = scripts
        self.jobs: list[Job] = []
        self.stuck_at = ""
        """Whoever works as this agent waits until `go` is set."""
        self.go = asyncio.Event()
        self.stuck = asyncio.Event()
        self.let_go = asyncio.Event()
        """Whoever was stuck has been cancelled."""

    async def work(self, job: Job) -> Done:
        self.jobs.append(job)
        if job.agent == self.stuck_at and not self.go.is_set():
            self.stuck.set()
            try:
                await self.go.wait()
            except asyncio.CancelledError:
                self.let_go.set()
                raise
        script = self.scripts.get(job.agent.strip("_"), [])
        return script.pop(0)(job) if script else approve(job)

    def agents(self) -> list[str]:
        """Who worked, in order."""
        return [job.agent for job in self.jobs]


async def make(desk: Desk, brief: str = PAGE, **fields: str) -> Product:
    """A product of this person's."""
    return await desk.run(CreateProduct(brief=brief, **fields))  # type: ignore[arg-type]


async def seen(house: OpenHouse, product: Product) -> ProductInFull:
    """The product's whole page, as anybody sees it."""
    return await house.viewer.run(ShowProduct(product=product.id))


@asynccontextmanager
async def runner(house: OpenHouse, studio: Studio, core: Core | None = None) -> AsyncIterator[Desk]:
    """A runner at work until the block ends, then stopped in good order."""
    core = core or house.core
    if core is house.core:
        desk = await house.sit_as(Role.RUNNER)
    else:
        desk = await _sit_elsewhere(core)
    work = asyncio.create_task(Runner(desk, studio, house.config.products_dir, house.clock).run())
    try:
        yield desk
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _sit_elsewhere(core: Core) -> Desk:
    return await core.sit_down(Opening(username="runner", person_id=None, role=Role.RUNNER, stage=Stage.FULL,
                                       door="inside", address="", method="none"))  # fmt: skip


async def until(house: OpenHouse, product: Product, *standings: str) -> ProductInFull:
    """Wait until the product stands so; fails when it never does."""
    news, generation = house.core.house.news, -1
    async with asyncio.timeout(PATIENCE):
        while True:
            now = await seen(house, product)
            if now.standing in standings:
                return now
            generation = await news.after(generation, timeout=0.5)


async def pass_time(house: OpenHouse, by: timedelta) -> None:
    """Turn the clock and have everybody look at it."""
    house.clock.turn(by)
    house.core.house.news.tell("tasks")
    await asyncio.sleep(0)


async def at_review(house: OpenHouse, owner: Desk, studio: Studio | None = None) -> ProductInFull:
    """A product of the owner's that waits for its review, its runner gone home."""
    product = await make(owner, SOFTWARE)
    return await whole_run(house, studio or ScriptedStudio(), product, "waiting", "failed")


async def whole_run(house: OpenHouse, studio: Studio, product: Product, *standings: str) -> ProductInFull:
    """Run until it stands so."""
    async with runner(house, studio):
        return await until(house, product, *standings)
