"""What people may do to products, and whose."""

from __future__ import annotations

import pytest

from core.access.roles import Role
from core.errors import Conflict, Forbidden, GuardRefused, NotFound, Throttled, Unconfirmed
from core.operation import Operation
from core.pipeline.agents import Trouble
from core.pipeline.intake import CreateProduct, infer_profile, name_from
from core.pipeline.products import ListProducts, ShowProduct
from core.pipeline.rows import Product
from core.pipeline.sharing import ShareProduct, UnshareProduct
from core.pipeline.steering import (
    ApproveProduct,
    CancelProduct,
    PauseProduct,
    RejectProduct,
    ResumeProduct,
    RetryProduct,
)
from core.settings.changes import SetSetting
from tests.core.factory_floor import (
    PAGE,
    SOFTWARE,
    ScriptedStudio,
    at_review,
    block,
    crash,
    make,
    runner,
    seen,
    until,
    whole_run,
)
from tests.house import OpenHouse

NOTE = "the prices are those of last year"


def steered(product: str) -> list[Operation[Product]]:
    """Everything that moves a product, about this one."""
    return [
        PauseProduct(product=product), ResumeProduct(product=product), ApproveProduct(product=product),
        RejectProduct(product=product, note=NOTE), RetryProduct(product=product), CancelProduct(product=product),
        ShareProduct(product=product, username="vera"), UnshareProduct(product=product, username="vera"),
    ]  # fmt: skip


async def test_a_strangers_product_and_a_missing_one_give_an_operator_the_same_answer(house: OpenHouse) -> None:
    product = await make(house.admin)

    for theirs, missing in zip(steered(product.id), steered("prod-000000000000"), strict=True):
        with pytest.raises(NotFound) as one:
            await house.operator.run(theirs, confirm=product.id)
        with pytest.raises(NotFound) as other:
            await house.operator.run(missing, confirm="prod-000000000000")
        assert one.value.reason == other.value.reason


async def test_an_admin_steers_anybodys_product_and_a_viewer_nobodys(house: OpenHouse) -> None:
    product = await make(house.operator)

    paused = await house.admin.run(PauseProduct(product=product.name))

    assert (paused.standing, paused.held_by, paused.reason) == ("paused", "person", "Paused by ada.")
    with pytest.raises(Forbidden):
        await house.viewer.run(ResumeProduct(product=product.name))


async def test_a_collaborator_steers_as_if_it_were_theirs_until_taken_off(house: OpenHouse) -> None:
    product = await make(house.admin)
    await house.admin.run(ShareProduct(product=product.id, username="oleg"))

    await house.operator.run(PauseProduct(product=product.id))
    assert (await seen(house, product)).collaborators == ("oleg",)
    await house.admin.run(UnshareProduct(product=product.id, username="oleg"))

    with pytest.raises(NotFound):
        await house.operator.run(ResumeProduct(product=product.id))


async def test_sharing_with_a_viewer_gives_them_no_more_than_their_role_has(house: OpenHouse) -> None:
    product = await make(house.operator)
    await house.operator.run(ShareProduct(product=product.id, username="vera"))

    with pytest.raises(Forbidden):
        await house.viewer.run(PauseProduct(product=product.id))


async def test_a_rejection_goes_to_the_developer_with_the_note_and_comes_back_for_review(house: OpenHouse) -> None:
    product = await at_review(house, house.operator)
    await house.operator.run(RejectProduct(product=product.name, note=NOTE))
    assert house.last()["action"] == "agent_handoff"

    again = await whole_run(house, studio := ScriptedStudio(), product, "waiting", "done", "failed")

    assert studio.jobs[0].agent == "developer"
    assert studio.jobs[0].feedback == (NOTE,)
    assert (again.park, again.state) == ("post_devops_gate", "HUMAN_REVIEW_PENDING")
    entry = next(entry for entry in house.entries() if entry["action"] == "products.reject")
    assert (entry["details"]["rejections"], entry["actor"]) == (1, "oleg")


async def test_a_yes_does_not_lift_a_used_up_repair_budget_but_a_retry_gives_one_round_more(house: OpenHouse) -> None:
    await house.admin.run(SetSetting(key="qa_max_rounds", value="1"))
    never = ScriptedStudio(qa=[block("the door is painted on the wall")] * 3)
    product = await at_review(house, house.operator, never)
    assert (product.park, product.approvable) == ("qa_repair_exhausted", False)
    assert "the door is painted on the wall" in product.reason

    with pytest.raises(Conflict):
        await house.operator.run(ApproveProduct(product=product.id))
    with pytest.raises(Conflict):
        await house.operator.run(RejectProduct(product=product.id, note=NOTE))
    await house.operator.run(RetryProduct(product=product.id, note=NOTE))
    parked = await whole_run(house, never, product, "waiting", "done", "failed")

    assert (parked.park, parked.rounds["qa"]) == ("qa_repair_exhausted", 2)
    assert never.jobs[-2].feedback == (NOTE, "the door is painted on the wall")
    await house.operator.run(RetryProduct(product=product.id))
    passed = await whole_run(house, ScriptedStudio(), product, "waiting", "failed")
    assert passed.park == "post_devops_gate"


async def test_a_failed_product_stays_failed_until_a_person_lets_it_try_again_where_it_stopped(
    house: OpenHouse,
) -> None:
    product = await make(house.operator, PAGE)
    broken = ScriptedStudio(security=[crash(Trouble("the scanner has no rules", passing=False))])
    failed = await whole_run(house, broken, product, "failed", "done")
    assert failed.standing == "failed"
    async with runner(house, idle := ScriptedStudio()):
        await until(house, product, "failed")
    assert idle.jobs == []

    await house.operator.run(RetryProduct(product=product.id))
    done = await whole_run(house, again := ScriptedStudio(), product, "done", "failed")

    assert done.standing == "done"
    assert again.agents()[0] == "security"


async def test_what_is_over_is_over(house: OpenHouse) -> None:
    product = await make(house.operator, PAGE)
    await whole_run(house, ScriptedStudio(), product, "done", "failed")

    for operation in steered(product.id)[:6]:
        with pytest.raises(Conflict):
            await house.operator.run(operation, confirm=product.id)


async def test_cancelling_asks_for_the_name_and_ends_what_was_queued(house: OpenHouse) -> None:
    product = await make(house.operator)

    with pytest.raises(Unconfirmed):
        await house.operator.run(CancelProduct(product=product.name), confirm="bakery")
    gone = await house.operator.run(CancelProduct(product=product.name), confirm=product.name)

    assert (gone.state, gone.held_by, gone.reason) == ("CANCELLED", "", "Cancelled by oleg.")
    assert [task.status for task in (await seen(house, product)).tasks] == ["cancelled"]


async def test_a_product_gets_a_telling_name_in_its_own_script_and_never_somebody_elses(house: OpenHouse) -> None:
    first, second = await make(house.operator, PAGE), await make(house.operator, PAGE)

    assert (first.name, second.name) == ("page-bakery-lyon", "page-bakery-lyon-2")
    assert name_from("Нужен сайт для музея часов в Казани, с афишей") == "музея-часов-казани"
    assert name_from("!!! ???") == "product"
    with pytest.raises(Conflict):
        await house.admin.run(CreateProduct(brief=PAGE, product=first.name))


def test_a_brief_that_speaks_of_software_is_software() -> None:
    assert infer_profile(SOFTWARE) == "full_software"
    assert infer_profile(PAGE) == "marketing_landing"


async def test_nobody_floods_the_queue(house: OpenHouse) -> None:
    await house.admin.run(SetSetting(key="products_per_hour", value="2"))
    await make(house.operator)
    await make(house.operator)

    with pytest.raises(Throttled):
        await make(house.operator)
    assert (await make(house.admin)).standing == "queued"


async def test_a_visitor_cannot_get_more_products_by_hanging_up_and_calling_again(demo_house: OpenHouse) -> None:
    for _ in range(3):
        await make(await demo_house.sit_as(Role.VISITOR, address="198.51.100.4"))

    with pytest.raises(Throttled):
        await make(await demo_house.sit_as(Role.VISITOR, address="198.51.100.4"))
    await make(await demo_house.sit_as(Role.VISITOR, address="198.51.100.5"))


async def test_a_demo_lets_everybody_look_and_make_but_steer_nothing(demo_house: OpenHouse) -> None:
    product = await make(demo_house.visitor)

    assert [one.id for one in await demo_house.visitor.run(ListProducts())] == [product.id]
    assert (await demo_house.visitor.run(ShowProduct(product=product.id))).brief == PAGE
    with pytest.raises(GuardRefused):
        await demo_house.admin.run(PauseProduct(product=product.id))


async def test_lists_can_be_narrowed_to_what_products_are_doing(house: OpenHouse) -> None:
    waiting = await at_review(house, house.operator)
    queued = await make(house.admin)
    paused = await house.admin.run(PauseProduct(product=(await make(house.admin)).id))

    async def names(**fields: str) -> list[str]:
        return [one.name for one in await house.viewer.run(ListProducts(**fields))]  # type: ignore[arg-type]

    assert await names(which="waiting") == [waiting.name]
    assert await names(which="queued") == [queued.name]
    assert await names(which="paused") == [paused.name]
    assert await names(owner="oleg") == [waiting.name]
    assert (await names())[0] == waiting.name
    assert await names(state="IDEA_RECEIVED", owner="oleg") == []
