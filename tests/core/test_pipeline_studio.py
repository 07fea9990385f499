"""The real studio under the real runner: briefs that people write become sites that were really checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.pipeline.artifacts import ShowArtifact
from core.pipeline.intake import CreateProduct
from core.pipeline.steering import ApproveProduct, RejectProduct
from core.pipeline.studio.offline import OfflineStudio
from tests.core.factory_floor import runner, until
from tests.house import OpenHouse

BRIEFS = Path(__file__).parents[2] / "examples" / "briefs"


@pytest.mark.parametrize(
    ("brief", "profile", "language"),
    [("bakery-lyon.txt", "landing", "en"), ("museum-kazan.txt", "landing", "ru"), ("rentals-saas.txt", "infer", "es")],
)  # fmt: skip
async def test_a_brief_becomes_a_packed_site_in_its_own_language(
    house: OpenHouse, brief: str, profile: str, language: str
) -> None:
    text = (BRIEFS / brief).read_text("utf-8")
    product = await house.operator.run(CreateProduct(brief=text, profile=profile))

    async with runner(house, studio := OfflineStudio()):
        page = await until(house, product, "waiting", "done", "failed")
        if page.standing == "waiting":
            await house.operator.run(ApproveProduct(product=product.id))
            page = await until(house, product, "done", "failed")
    await studio.close()

    assert (page.state, page.reason) == ("COMPLETED", "Everything is done.")
    assert {"package/site.tar.gz", "site/index.html"} <= {one.path for one in page.artifacts}
    site = await house.viewer.run(ShowArtifact(product=product.name, path="site/index.html"))
    assert f'lang="{language}"' in site.text


async def test_a_rejected_site_is_built_checked_and_packed_again(house: OpenHouse) -> None:
    text = (BRIEFS / "rentals-saas.txt").read_text("utf-8")
    product = await house.operator.run(CreateProduct(brief=text, profile="full_software"))

    async with runner(house, studio := OfflineStudio()):
        await until(house, product, "waiting", "done", "failed")
        await house.operator.run(RejectProduct(product=product.id, note="please name the prices first"))
        page = await until(house, product, "waiting", "done", "failed")
    await studio.close()

    assert page.park == "post_devops_gate"
    assert [task.agent for task in page.tasks][-4:] == ["developer", "qa", "security", "devops"]
