"""An objection changes something, and what was not understood is not claimed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.json_value import JsonValue
from core.pipeline.agents import Verdict
from core.pipeline.studio.copywriting import SHORT_HEADLINE
from core.pipeline.studio.offline import OfflineStudio
from tests.core.assembly_line import BAKERY, RENTALS, AssemblyLine


@pytest.fixture
async def studio() -> AsyncIterator[OfflineStudio]:
    open_studio = OfflineStudio()
    yield open_studio
    await open_studio.close()


@pytest.mark.parametrize("words", ["The headline is too long.", "El titular es muy largo", "Заголовок слишком длинный"])
async def test_a_person_may_ask_for_a_shorter_headline(studio: OfflineStudio, tmp_path: Path, words: str) -> None:
    line = AssemblyLine(studio, tmp_path, RENTALS)
    await line.run(until="developer")
    before = str(line.done["developer"].output["headline"])
    after = str((await line.do("developer", words)).output["headline"])
    assert len(after) <= SHORT_HEADLINE < len(before)


async def test_a_person_may_dictate_the_headline(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run(until="marketing")
    await line.do("developer", 'Please change the headline to "Bread & nothing <else>"')
    assert "<h1>Bread &amp; nothing &lt;else&gt;</h1>" in line.page()


async def test_what_was_not_understood_is_recorded_as_such(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    feedback = (await line.do("developer", "It lacks a certain something")).output["feedback"]
    assert feedback == [{"text": "It lacks a certain something", "understood": False, "changes": []}]


async def test_the_second_repair_keeps_the_first(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run(until="developer")
    await line.do("developer", "Remove the prices")
    await line.do("developer", "The text should be larger")
    assert "€1.30" not in "".join(content.decode() for content in line.site().values())
    assert "1.25rem/1.6" in line.site()["style.css"].decode()


async def test_other_colours_are_other_colours(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run(until="developer")
    palettes: list[JsonValue] = [line.done["developer"].output["palette"]]
    for _ in range(3):
        palettes.append((await line.do("developer", "Please try other colours")).output["palette"])
    assert len(set(map(str, palettes))) == 4


async def test_a_finding_of_qa_sent_back_makes_the_site_pass(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run(until="marketing")
    long = "We bake " + "sourdough and " * 12
    line.done["marketing"] = line.done["developer"] = await line.do("marketing", f'The headline must be "{long[:60]}"')
    await line.do("developer")
    page = tmp_path / "site" / "index.html"
    page.write_text(page.read_text().replace("<h1>", f"<h1>{long}", 1))
    objections = (await line.do("qa")).blockers
    await line.do("developer", *objections)
    assert (await line.do("qa")).verdict is Verdict.APPROVE


async def test_hardening_takes_out_what_a_page_must_not_carry(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run(until="developer")
    page = tmp_path / "site" / "index.html"
    bad = (
        '<script>1</script>kept <a href="javascript:x()" onclick="y()">link</a>'
        '<iframe src="https://x.example"></iframe><img src="https://x.example/a.png" alt="">'
    )
    page.write_text(page.read_text().replace("</main>", f"{bad}</main>").replace("default-src 'none'", "default-src *"))
    assert (await line.do("security")).verdict is Verdict.BLOCK
    await line.do("hardening")
    assert (await line.do("security")).output["score"] == 100
    assert "kept" in line.page()


async def test_an_objection_to_the_specification_becomes_a_requirement(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.do("pm", "Say that dogs are welcome")
    assert "Say that dogs are welcome" in (tmp_path / "spec" / "spec.md").read_text()
    assert (await line.do("methodologist")).verdict is Verdict.APPROVE
