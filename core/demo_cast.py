"""People, products and four days of history for an empty volume: `./run.sh --demo-data`.

Everything is asked through the gate by whoever would have asked it, on a clock turned by hand, so that the record of it
is as whole as any other."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from core.access.roles import Role
from core.assembly import Core
from core.clock import HandClock, moment
from core.demo_briefs import BRIEFS
from core.desk import Desk
from core.errors import CoreError
from core.identity.first_admin import ADMIN
from core.identity.people import CreatePerson, DisablePerson
from core.identity.sessions import Opening
from core.operation import Operation, Stage
from core.pipeline.agents import Done, Verdict
from core.pipeline.claiming import ClaimTask
from core.pipeline.ending import FailTask, Failure
from core.pipeline.intake import CreateProduct
from core.pipeline.products import ProductInFull, ShowProduct
from core.pipeline.runner import handed_over, worked
from core.pipeline.sharing import ShareProduct
from core.pipeline.steering import ApproveProduct, CancelProduct, PauseProduct, RejectProduct, RetryProduct
from core.settings.changes import SetSetting

R = TypeVar("R")

HISTORY = timedelta(days=4)
"""Open the core on a HandClock that stands this long ago."""

PEOPLE = (
    ("li.na", Role.ADMIN, "198.51.100.14"),
    ("boris", Role.OPERATOR, "198.51.100.23"),
    ("tomas", Role.OPERATOR, "203.0.113.61"),
    ("vera", Role.VIEWER, "198.51.100.40"),
    ("eve", Role.OPERATOR, "203.0.113.9"),
)
_ADDRESS = {username: address for username, _, address in PEOPLE} | {ADMIN: "198.51.100.2"}
_SECONDS = {"developer": 340, "landing_developer": 260, "architect": 190, "qa": 95, "sales": 20, "__complete__": 4}
_MICROUSD = {"developer": 96_000, "landing_developer": 41_000, "architect": 38_000, "qa": 11_000, "security": 9_000}


@dataclass
class Director:
    """Turns the clock and has people and agents do what the script says."""

    core: Core
    clock: HandClock
    end: datetime
    runner: Desk
    objections: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By product and agent: what is objected to on the coming tries."""

    def wait_until(self, before_the_end: timedelta) -> None:
        """Turn the clock to that long before the end of the history; never back."""
        self.clock.turn(max(self.end - before_the_end - self.clock.now(), timedelta()))

    async def ask(self, username: str, *asked: Operation[R]) -> R:
        """Somebody signs in, asks for these things and leaves; the last answer."""
        row = await self.core.house.store.fetch_one("SELECT id FROM people WHERE username = :u", {"u": username})
        assert row is not None
        desk = await self.core.sit_down(Opening(
            username=username, person_id=row["id"], role=Role.VISITOR, stage=Stage.FULL, door="demo data",
            address=_ADDRESS[username], method="demo data", factor="demo data",
        ))  # fmt: skip
        for one in asked:
            self.clock.turn(timedelta(seconds=8))
            answer = await desk.run(one, confirm=str(getattr(one, one.on)) if one.on else None)
        await self.core.get_up(desk, "signed out")
        return answer

    async def refused(self, username: str, asked: Operation[R]) -> None:
        """Somebody asks for what they may not have."""
        try:
            await self.ask(username, asked)
        except CoreError:
            return
        raise AssertionError(f"{username} was to be refused")

    async def seen(self, name: str) -> ProductInFull:
        return await self.runner.run(ShowProduct(product=name), awake=False)

    async def work(self, name: str, *, until: str = "") -> None:
        """Let the agents work on a product until nothing is queued, or until this agent would be next."""
        while (page := await self.seen(name)).standing == "queued" and page.tasks[-1].agent != until:
            await self._step(page)

    async def _step(self, page: ProductInFull) -> None:
        task, house = page.tasks[-1], self.core.house
        assignment = await self.runner.run(ClaimTask(task=task.id), awake=False)
        self.clock.turn(timedelta(seconds=_SECONDS.get(task.agent, 45)))
        waiting = self.objections.get((page.name, task.agent))
        if waiting:
            done = Done(output={"checks": 14, "failed": 1}, verdict=Verdict.BLOCK, blockers=(waiting.pop(0),))
        else:
            done = await worked(assignment, house.studio, house.config.products_dir)
        spent = Done(output=done.output, verdict=done.verdict, blockers=done.blockers,
                     cost_microusd=_MICROUSD.get(task.agent, 4_000))  # fmt: skip
        await self.runner.run(handed_over(assignment, spent), awake=False)
        self.clock.turn(timedelta(seconds=2))

    async def fail(self, name: str, error: str, how: Failure = Failure.PASSING) -> None:
        """The agent whose turn it is cannot work, as soon as it may try."""
        task = (await self.seen(name)).tasks[-1]
        self.clock.turn(max(moment(task.not_before) - self.clock.now(), timedelta()))
        await self.runner.run(ClaimTask(task=task.id), awake=False)
        self.clock.turn(timedelta(seconds=20))
        await self.runner.run(FailTask(task=task.id, error=error, how=how), awake=False)

    def brief(self, name: str, profile: str) -> CreateProduct:
        return CreateProduct(product=name, brief=BRIEFS[name], profile=profile)


async def fill(core: Core, clock: HandClock, end: datetime) -> None:
    """Play the whole script; the volume holds its first administrator and nothing else, and nobody else is at work."""
    runner = await core.sit_down(Opening(
        username="runner", person_id=None, role=Role.RUNNER, stage=Stage.FULL, door="runner", address="local",
        method="runner",
    ))  # fmt: skip
    director = Director(core, clock, end, runner)
    await _people(director)
    await _last_days(director)
    await _this_morning(director)
    await _last_hour(director)
    await core.get_up(runner, "the demonstration data is complete")


async def _people(director: Director) -> None:
    for username, role, _ in PEOPLE:
        await director.ask(ADMIN, CreatePerson(username=username, role=role.word))
    # The environment may have fixed it; then its value stands and the story goes on.
    with contextlib.suppress(CoreError):
        await director.ask("li.na", SetSetting(key="qa_max_rounds", value="3"))


async def _last_days(director: Director) -> None:
    director.wait_until(timedelta(days=3, hours=6))
    await director.ask("boris", director.brief("bakery-lyon", "landing"))
    director.objections["bakery-lyon", "qa"] = ["the link to the price list is dead"]
    await director.work("bakery-lyon")

    director.wait_until(timedelta(days=2, hours=20))
    await director.ask("eve", director.brief("crypto-lottery", "landing"))
    await director.work("crypto-lottery", until="landing_developer")
    await director.ask("li.na", CancelProduct(product="crypto-lottery"))
    await director.ask(ADMIN, DisablePerson(username="eve"))

    director.wait_until(timedelta(days=2, hours=2))
    await director.ask("boris", director.brief("музей-литера", "landing"))
    await director.work("музей-литера")

    director.wait_until(timedelta(days=1, hours=5))
    await director.ask("tomas", director.brief("茶葉店-台北", "software"))
    await director.work("茶葉店-台北")
    await director.ask("li.na", ApproveProduct(product="茶葉店-台北"))
    await director.work("茶葉店-台北")
    await director.refused("vera", SetSetting(key="qa_max_rounds", value="99"))


async def _this_morning(director: Director) -> None:
    director.wait_until(timedelta(hours=9))
    await director.ask("tomas", director.brief("tool-metrics", "software"))
    director.objections["tool-metrics", "qa"] = [
        "the chart has no text for those who do not see it", "the chart has no text for those who do not see it",
        "the table under the chart is empty", "the table under the chart is empty",
    ]  # fmt: skip
    await director.work("tool-metrics")

    director.wait_until(timedelta(hours=6))
    await director.ask("boris", director.brief("متجر-الزهور", "landing"))
    await director.work("متجر-الزهور", until="devops")
    await director.fail(
        "متجر-الزهور", "The product's files cannot be written: No space left on device.", Failure.LASTING
    )
    await director.refused("tomas", RetryProduct(product="متجر-الزهور"))

    director.wait_until(timedelta(hours=4))
    await director.ask("boris", director.brief("llavero", "software"))
    await director.ask("boris", ShareProduct(product="llavero", username="tomas"))
    await director.work("llavero")
    await director.ask("tomas", RejectProduct(product="llavero", note="The prices must stand above the fold."))
    await director.work("llavero")

    director.wait_until(timedelta(hours=2))
    await director.ask("tomas", director.brief("자전거-수리", "software"))
    await director.work("자전거-수리", until="architect")
    await director.ask("tomas", PauseProduct(product="자전거-수리", reason="waiting for photos of the workshop"))


async def _last_hour(director: Director) -> None:
    director.wait_until(timedelta(minutes=58))
    await director.ask("li.na", director.brief("zoo-app", "software"))
    await director.work("zoo-app")

    director.wait_until(timedelta(minutes=31))
    await director.core.entrance.refused("root", "203.0.113.200", "publickey", "unknown key")
    await director.core.entrance.refused("admin", "203.0.113.200", "dialogue", "wrong password")
    await director.ask("tomas", director.brief("shop-vintage", "landing"))
    await director.work("shop-vintage", until="landing_architect")
    for _ in range(5):
        await director.fail("shop-vintage", "The model is overloaded.")

    director.wait_until(timedelta(minutes=1))
    await director.ask("boris", director.brief("школа-вождения", "landing"))
    # The offline studio is done in a blink; a newcomer wants to see it work.
    await director.ask("li.na", SetSetting(key="step_pace_seconds", value="4"))
    director.wait_until(timedelta())
