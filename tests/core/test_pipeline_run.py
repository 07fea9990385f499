"""Products that run from brief to end, through the real gate, store and record."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from core.clock import moment
from core.pipeline.agents import Trouble
from core.pipeline.handoffs import ListHandoffs
from core.pipeline.rows import Product
from core.pipeline.steering import ApproveProduct
from tests.core.factory_floor import (
    PAGE,
    SOFTWARE,
    ScriptedStudio,
    block,
    crash,
    make,
    pass_time,
    runner,
    seen,
    until,
    whole_run,
)
from tests.house import OpenHouse


async def test_a_landing_runs_from_brief_to_done_without_asking_anybody(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE)

    done = await whole_run(house, studio := ScriptedStudio(), product, "done", "failed", "waiting")

    assert (done.state, done.held_by, done.reason) == ("COMPLETED", "", "Everything is done.")
    assert studio.agents() == [
        "analyst", "__landing_spec__", "landing_architect", "landing_developer", "__runtime_test__", "qa",
        "security", "devops", "sales", "devops",
    ]  # fmt: skip
    assert done.cost_usd == 0.01
    assert {square.mark for square in done.strip} == {"done"}


async def test_full_software_waits_for_a_person_after_devops_and_goes_on_to_sales_when_one_says_yes(
    house: OpenHouse,
) -> None:
    product = await make(house.operator, SOFTWARE)
    studio = ScriptedStudio()

    async with runner(house, studio):
        waiting = await until(house, product, "waiting", "failed")
        assert (waiting.held_by, waiting.park, waiting.approvable) == ("person", "post_devops_gate", True)
        assert studio.agents()[-1] == "devops"
        await house.operator.run(ApproveProduct(product=product.name))
        done = await until(house, product, "done", "failed")

    assert studio.agents() == [
        "analyst", "pm", "marketing", "methodologist", "architect", "design_critic", "developer",
        "__runtime_test__", "hardening", "qa", "security", "devops", "sales", "devops", "analyst",
    ]  # fmt: skip
    assert done.state == "COMPLETED"


async def test_every_hand_off_is_on_record_with_its_reason_and_none_of_its_values(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE)
    await whole_run(house, ScriptedStudio(), product, "done", "failed")

    entries = [entry for entry in house.entries() if entry["action"] == "agent_handoff"]
    listed = await house.viewer.run(ListHandoffs(product_id=product.name))

    assert [entry["details"]["reason"] for entry in entries] == [
        "first", "sequential", "landing_mini_spec_ready", "sequential", "sequential", "runtime_test_passed",
        "sequential", "sequential", "sequential", "sequential", "sequential", "delivered",
    ]  # fmt: skip
    assert [one.reason for one in reversed(listed)] == [entry["details"]["reason"] for entry in entries]
    assert all(entry["resource"] == f"pipeline/{product.id}" for entry in entries)
    assert entries[2]["actor"] == "agent:__landing_spec__"
    assert entries[1]["details"]["output_fingerprint"]["keys"] == ["agent", "summary"]
    assert b"VALUE-OF-" not in house.record()


async def test_a_failed_check_sends_the_product_back_with_the_objection_until_it_passes(
    house: OpenHouse,
) -> None:
    studio = ScriptedStudio(qa=[block("two links are dead"), block("one link is dead")])
    product = await make(house.operator, PAGE)

    done = await whole_run(house, studio, product, "done", "failed", "waiting")

    assert (done.state, done.rounds["qa"]) == ("COMPLETED", 2)
    repairs = [job for job in studio.jobs if job.agent == "landing_developer"]
    assert [job.feedback for job in repairs] == [(), ("two links are dead",), ("one link is dead",)]
    assert repairs[1].earlier["qa"] == {"agent": "qa"}


async def test_work_that_failed_is_tried_again_later_and_the_waits_grow(house: OpenHouse) -> None:
    studio = ScriptedStudio(analyst=[crash(Trouble("the model is away")), crash(RuntimeError("no"))])
    product = await make(house.operator, PAGE)

    waits = []

    async with runner(house, studio):
        for tries in (1, 2):
            waits.append(await wait_announced(house, product, after_try=tries))
            await pass_time(house, timedelta(seconds=waits[-1]))
        done = await until(house, product, "done", "failed")

    assert done.state == "COMPLETED"
    assert 24 <= waits[0] <= 36
    assert 48 <= waits[1] <= 72
    notes = [one.notes for one in done.handoffs if one.reason == "retry"]
    assert notes == [("crashed: RuntimeError",), ("the model is away",)]


async def wait_announced(house: OpenHouse, product: Product, *, after_try: int) -> float:
    """Seconds until the next try may start, once that many have failed."""
    async with asyncio.timeout(20):
        while True:
            task = (await seen(house, product)).tasks[-1]
            if task.attempt == after_try + 1 and task.status == "pending":
                return (moment(task.not_before) - house.clock.now()).total_seconds()
            await house.core.house.news.after(house.core.house.news.generation, timeout=0.2)


async def test_trouble_that_cannot_pass_fails_the_product_at_once_with_the_reason(house: OpenHouse) -> None:
    studio = ScriptedStudio(devops=[crash(Trouble("There is no site to pack.", passing=False))])
    product = await make(house.operator, PAGE)

    failed = await whole_run(house, studio, product, "done", "failed")

    assert failed.state == "FAILED"
    assert failed.reason == "devops gave up at try 1: There is no site to pack."
