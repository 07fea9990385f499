"""The runner: holds, pauses, kills, and company."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.access.roles import Role
from core.errors import Conflict, GuardRefused
from core.pipeline.claiming import ClaimTask, LookAhead
from core.pipeline.ending import FinishTask
from core.pipeline.holds import FocusFactory, HoldFactory, ReleaseFactory, ShowFactory
from core.pipeline.runner import Runner
from core.pipeline.steering import CancelProduct, PauseProduct, ResumeProduct
from core.settings.changes import SetSetting
from tests.core.factory_floor import PAGE, ScriptedStudio, approve, crash, make, runner, seen, until, whole_run
from tests.house import OpenHouse, open_house


async def test_a_killed_console_picks_its_work_up_where_it_stopped(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE)
    studio = ScriptedStudio()
    studio.stuck_at = "qa"
    desk = await house.sit_as(Role.RUNNER)
    work = asyncio.create_task(Runner(desk, studio, house.config.products_dir, house.clock).run())
    await asyncio.wait_for(studio.stuck.wait(), 20)

    await house.kill()
    work.cancel()
    with suppress(Exception, asyncio.CancelledError):
        await work
    await house.restart()
    house.desks[Role.VIEWER] = await house.sit("vera")
    done = await whole_run(house, again := ScriptedStudio(), product, "done", "failed")

    assert done.standing == "done"
    assert again.agents() == ["qa", "security", "devops", "sales", "devops"]
    assert [one.from_agent for one in done.handoffs if one.reason == "resumed"] == ["qa"]


async def test_work_that_kills_the_console_every_time_fails_its_product_in_the_end(
    impatient_house: OpenHouse,
) -> None:
    house = impatient_house
    product = await make(house.operator, PAGE)
    for _ in range(2):
        runner_ = await house.sit_as(Role.RUNNER)
        (due,) = (await runner_.run(LookAhead())).due
        await runner_.run(ClaimTask(task=due))
        await house.core.get_up(runner_, "killed")
        studio = ScriptedStudio()
        studio.stuck_at = "analyst"
        async with runner(house, studio):
            await asyncio.wait_for(until_no_orphans(house), 20)
    failed = await seen(house, product)
    assert failed.standing == "failed"
    assert "the console died" in failed.reason


async def until_no_orphans(house: OpenHouse) -> None:
    """Wait until somebody has found what dead runners left."""
    generation = -1
    while (await house.runner.run(LookAhead(), awake=False)).orphans:
        generation = await house.runner.news(generation, timeout=0.5)


async def test_two_runners_on_one_store_never_do_the_same_work_twice(house: OpenHouse) -> None:
    products = [await make(house.operator, PAGE) for _ in range(4)]
    await house.admin.run(SetSetting(key="parallel_tasks", value="2"))
    one, two = ScriptedStudio(), ScriptedStudio()
    one.stuck_at = two.stuck_at = "analyst"

    async with runner(house, one), runner(house, two, await house.second_core()):
        await asyncio.wait_for(asyncio.gather(one.stuck.wait(), two.stuck.wait()), 20)
        one.go.set()
        two.go.set()
        for product in products:
            assert (await until(house, product, "done", "failed")).standing == "done"

    worked = [(job.product_id, job.agent) for job in [*one.jobs, *two.jobs]]
    assert len(worked) == 4 * 10
    assert len(one.jobs) >= 2
    assert len(two.jobs) >= 2
    assert {task.attempt for product in products for task in (await seen(house, product)).tasks} == {1}


async def test_of_two_claims_of_one_task_exactly_one_wins(house: OpenHouse) -> None:
    await make(house.operator)
    (due,) = (await house.runner.run(LookAhead())).due
    other = await house.sit_as(Role.RUNNER)

    answers = await asyncio.gather(
        house.runner.run(ClaimTask(task=due)), other.run(ClaimTask(task=due)), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Assignment", "Conflict"]
    loser = house.runner if isinstance(answers[0], Conflict) else other
    with pytest.raises(Conflict):
        await loser.run(FinishTask(task=due, output="{}"))


async def test_pausing_stops_the_work_at_once_and_resuming_starts_the_same_step_again(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE)
    studio = ScriptedStudio()
    studio.stuck_at = "landing_developer"

    async with runner(house, studio):
        await asyncio.wait_for(studio.stuck.wait(), 20)
        await house.operator.run(PauseProduct(product=product.id, reason="waiting for photos"))
        await asyncio.wait_for(studio.let_go.wait(), 20)
        paused = await until(house, product, "paused")
        assert paused.reason == "Paused by oleg: waiting for photos"
        studio.go.set()
        await house.operator.run(ResumeProduct(product=product.id))
        done = await until(house, product, "done", "failed")

    assert done.standing == "done"
    assert studio.agents().count("landing_developer") == 2
    assert [one.from_agent for one in done.handoffs if one.reason == "interrupted"] == ["landing_developer"]
    assert {task.attempt for task in done.tasks} == {1}


async def test_cancelling_a_product_stops_its_agent(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE)
    studio = ScriptedStudio()
    studio.stuck_at = "analyst"

    async with runner(house, studio):
        await asyncio.wait_for(studio.stuck.wait(), 20)
        await house.operator.run(CancelProduct(product=product.id), confirm=product.id)
        await asyncio.wait_for(studio.let_go.wait(), 20)

    assert (await seen(house, product)).standing == "cancelled"


async def test_a_held_factory_starts_nothing_and_puts_back_what_runs(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE)
    studio = ScriptedStudio()
    studio.stuck_at = "analyst"

    async with runner(house, studio):
        await asyncio.wait_for(studio.stuck.wait(), 20)
        held = await house.admin.run(HoldFactory(reason="the disk is being swapped"))
        assert (held.held, held.held_by, held.hold_reason) == (True, "ada", "the disk is being swapped")
        await asyncio.wait_for(studio.let_go.wait(), 20)
        await until(house, product, "queued")
        assert (await house.viewer.run(ShowFactory())).queued == 1
        studio.go.set()
        await house.admin.run(ReleaseFactory())
        assert (await until(house, product, "done", "failed")).standing == "done"


async def test_nobody_releases_what_the_environment_holds(held_house: OpenHouse) -> None:
    house = held_house
    product = await make(house.operator, PAGE)

    async with runner(house, studio := ScriptedStudio()):
        with pytest.raises(GuardRefused):
            await house.super_admin.run(ReleaseFactory())
        status = await house.viewer.run(ShowFactory())

    assert (status.held, status.hard_stop, status.held_by) == (True, True, "the environment")
    assert studio.jobs == []
    assert (await seen(house, product)).standing == "queued"


async def test_in_focus_only_one_product_gets_work_and_the_focus_ends_with_it(house: OpenHouse) -> None:
    other, chosen = await make(house.operator, PAGE), await make(house.operator, PAGE)
    assert (await house.admin.run(FocusFactory(product=chosen.name))).focus == chosen.name

    async with runner(house, studio := ScriptedStudio()):
        await until(house, chosen, "done", "failed")
        assert {job.product_id for job in studio.jobs[:10]} == {chosen.id}
        assert (await until(house, other, "done", "failed")).standing == "done"

    assert (await house.viewer.run(ShowFactory())).focus == ""


async def test_a_stopping_runner_puts_its_work_back_without_counting_a_try(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE)
    studio = ScriptedStudio()
    studio.stuck_at = "analyst"

    async with runner(house, studio):
        await asyncio.wait_for(studio.stuck.wait(), 20)

    (task,) = (await seen(house, product)).tasks
    assert (task.status, task.attempt) == ("pending", 1)


async def test_an_agent_that_hands_over_nonsense_has_failed_a_try_and_the_runner_goes_on(house: OpenHouse) -> None:
    studio = ScriptedStudio(analyst=[crash(KeyError("x"))])
    first, second = await make(house.operator, PAGE), await make(house.operator, PAGE)

    async with runner(house, studio):
        assert (await until(house, second, "done", "failed")).standing == "done"

    (task,) = (await seen(house, first)).tasks
    assert (task.status, task.attempt, task.error) == ("pending", 2, "crashed: KeyError")
    assert approve(studio.jobs[0]).output


@pytest.fixture
async def held_house(furnished: Path, tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """A house whose environment holds the factory."""
    async with open_house(furnished, tmp_path / "held", factory_on_hold=True) as opened:
        yield opened


@pytest.fixture
async def impatient_house(furnished: Path, tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """A house where a task is tried twice."""
    async with open_house(furnished, tmp_path / "twice", task_max_retries=2) as opened:
        yield opened
