"""What is queued is on record, what is on record holds no values, and files stay in their folder."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.errors import Conflict, CoreError, Invalid, NotFound
from core.pipeline.agents import Done, Job
from core.pipeline.artifacts import ShowArtifact
from core.pipeline.claiming import ClaimTask, LookAhead
from core.pipeline.ending import FailTask, FinishTask
from core.pipeline.fingerprint import fingerprint_of
from core.pipeline.handoffs import FollowHandoffs, Handoff, ListHandoffs
from core.pipeline.products import ShowProduct
from core.pipeline.rows import Product
from core.pipeline.tasks import ListTasks, ShowTask
from tests.core.factory_floor import PAGE, ScriptedStudio, make, runner, seen, until
from tests.house import OpenHouse

KEY = b"k" * 32


async def claimed(house: OpenHouse, product: Product) -> str:
    """The product's first task, in the runner's hands."""
    (due,) = (await house.runner.run(LookAhead())).due
    await house.runner.run(ClaimTask(task=due))
    return due


@pytest.mark.parametrize("table", ["tasks", "handoffs", "outbox"])
async def test_a_task_its_hand_off_and_its_entry_are_written_together_or_not_at_all(
    house: OpenHouse, table: str
) -> None:
    product = await make(house.operator)
    task = await claimed(house, product)
    store = house.core.house.store
    await store.execute(
        f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no space left'); END"
    )

    with pytest.raises(CoreError):
        await house.runner.run(FinishTask(task=task, output='{"a": 1}'))
    await store.execute("DROP TRIGGER full_disk")

    page = await seen(house, product)
    assert [(one.id, one.status) for one in page.tasks] == [(task, "running")]
    assert [one.reason for one in page.handoffs] == ["first"]
    assert page.state == "IDEA_RECEIVED"
    on_record = [entry["details"]["reason"] for entry in house.entries() if entry["action"] == "agent_handoff"]
    assert on_record == ["first"]
    await house.runner.run(FinishTask(task=task, output='{"a": 1}'))


async def test_the_store_itself_refuses_a_second_live_task_of_a_product(house: OpenHouse) -> None:
    product = await make(house.operator)

    with pytest.raises(Exception, match="UNIQUE"):
        await house.core.house.store.execute(
            "INSERT INTO tasks (id, product_id, agent, from_state, target_state, status, priority, max_attempts,"
            " not_before, created_at) SELECT 'task-twin', product_id, agent, from_state, target_state, 'pending',"
            " 1, 1, '', '' FROM tasks WHERE product_id = :id", {"id": product.id},
        )  # fmt: skip


def test_a_fingerprint_says_names_and_a_digest_and_never_a_value() -> None:
    told = fingerprint_of({"title": "SECRET-TITLE", "files": ["SECRET-FILE"], "SECRET-KEY sk-live": 1}, KEY)

    assert told.keys == ("files", "title")
    assert (told.key_count, told.truncated) == (3, True)
    assert "SECRET" not in str(told)


def test_a_fingerprint_follows_the_content_and_not_the_order_and_cannot_be_made_without_the_key() -> None:
    one = fingerprint_of({"a": 1, "b": {"c": "x", "d": [1]}}, KEY)

    assert one == fingerprint_of({"b": {"d": [1], "c": "x"}, "a": 1}, KEY)
    assert one.digest != fingerprint_of({"a": 1, "b": {"c": "y", "d": [1]}}, KEY).digest
    assert one.digest != fingerprint_of({"a": 1, "b": {"c": "x", "d": [1]}}, b"q" * 32).digest


@pytest.mark.parametrize("output", ["[1]", "nonsense", '{"a":NaN}', '{"a":' * 40 + "1" + "}" * 40, '"' + "x" * 300_000])
def test_an_output_that_is_no_sensible_object_is_refused_at_the_border(output: str) -> None:
    with pytest.raises(ValidationError):
        FinishTask(task="task-1", output=output)


async def test_an_agents_output_and_objections_are_washed_before_anybody_sees_them(house: OpenHouse) -> None:
    product = await make(house.operator)
    task = await claimed(house, product)
    await house.runner.run(FailTask(task=task, error="no\x1b]52;c;aGk=\x07 model\u202e today"))

    page = await seen(house, product)

    assert page.tasks[0].error == "no]52;c;aGk= model today"
    assert "\x1b" not in str(page)


async def test_a_task_can_be_opened_with_its_input_and_output(house: OpenHouse) -> None:
    product = await make(house.operator)
    task = await claimed(house, product)
    await house.runner.run(FinishTask(task=task, output='{"b": "\\u001b[2J", "a": 1}'))

    opened = await house.viewer.run(ShowTask(task=task))

    assert (opened.status, opened.output) == ("completed", '{"a":1,"b":"[2J"}')
    assert [one.agent for one in await house.viewer.run(ListTasks(product=product.name))] == [
        "analyst", "__landing_spec__",
    ]  # fmt: skip
    with pytest.raises(Conflict):
        await house.runner.run(FinishTask(task=task, output="{}"))


async def test_followers_see_hand_offs_as_they_happen_and_only_those_they_asked_for(house: OpenHouse) -> None:
    await make(house.operator)
    product = await make(house.operator)
    seen_: list[Handoff] = []

    async def follow() -> None:
        async for one in house.viewer.watch(FollowHandoffs(product_id=product.name)):
            seen_.append(one)
            if one.reason == "delivered":
                return

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.05)
    async with runner(house, ScriptedStudio()):
        await asyncio.wait_for(following, 20)

    assert [one.from_agent for one in seen_][:3] == ["analyst", "__landing_spec__", "landing_architect"]
    assert {one.product_id for one in seen_} == {product.id}


async def test_a_list_of_hand_offs_is_newest_first_and_bounded(house: OpenHouse) -> None:
    first, second = await make(house.operator), await make(house.operator)

    listed = await house.viewer.run(ListHandoffs(limit=1))

    assert [one.product_id for one in listed] == [second.id]
    assert [one.product_id for one in await house.viewer.run(ListHandoffs())] == [second.id, first.id]
    with pytest.raises(ValidationError):
        ListHandoffs(limit=2_001)


@pytest.fixture
async def shelf(house: OpenHouse) -> tuple[OpenHouse, Product, Path]:
    """A product with a folder: one page, one hostile name, links and a pipe that lead out."""
    product = await make(house.operator, PAGE)
    folder = house.config.products_dir / product.id / "site"
    folder.mkdir(parents=True)
    (folder / "index.html").write_bytes("<p>Déjà\x1b[2J</p>".encode() + b"\xff")
    (folder / "evil\x1b]2;name").write_bytes(b"x")
    (folder / ".part").write_bytes(b"half")
    (folder / "keys.txt").symlink_to(house.config.secrets_dir / "sealing.key")
    (folder.parent / "out").symlink_to(house.config.secrets_dir)
    os.mkfifo(folder / "pipe")
    return house, product, folder


async def test_artifacts_are_listed_by_path_and_links_pipes_and_odd_names_are_not(
    shelf: tuple[OpenHouse, Product, Path],
) -> None:
    house, product, folder = shelf

    page = await house.viewer.run(ShowProduct(product=product.name))

    assert [(one.path, one.size) for one in page.artifacts] == [
        ("site/index.html", (folder / "index.html").stat().st_size)
    ]


async def test_an_artifact_is_shown_washed(shelf: tuple[OpenHouse, Product, Path]) -> None:
    house, product, _ = shelf

    shown = await house.viewer.run(ShowArtifact(product=product.name, path="site/index.html"))

    assert shown.text == "<p>Déjà[2J</p>\ufffd"
    assert not shown.truncated


@pytest.mark.parametrize(
    "path",
    ["../../secrets/sealing.key", "/etc/passwd", "site/keys.txt", "out/sealing.key", "site/pipe", "site", "site/../x",
     "site//index.html", "site/.part", "a/b/c/d/e/f/g/h/i/j"],
)  # fmt: skip
async def test_no_path_and_no_link_leads_out_of_a_products_folder(
    shelf: tuple[OpenHouse, Product, Path], path: str
) -> None:
    house, product, _ = shelf

    with pytest.raises((Invalid, NotFound)):
        await house.viewer.run(ShowArtifact(product=product.name, path=path))


async def test_what_is_delivered_is_what_was_tested(house: OpenHouse) -> None:
    """Hole: between packing and release somebody swaps the archive. The release critic must send it back."""

    def pack(job: Job) -> Done:
        archive = job.folder / "package" / "site.tar.gz"
        archive.parent.mkdir(parents=True, exist_ok=True)
        archive.write_bytes(b"not what was tested")
        return Done(output={"archive": "package/site.tar.gz", "sha256": "0" * 64})

    product = await make(house.operator, PAGE)
    studio = ScriptedStudio(devops=[pack, pack])

    async with runner(house, studio):
        await until(house, product, "done", "failed")

    reasons = [one.reason for one in reversed((await seen(house, product)).handoffs)]
    assert reasons.count("release_critic") == 1
    assert studio.agents().count("landing_developer") == 2
