"""The whole way from a brief to a package, with the briefs that people wrote."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.json_value import JsonValue
from core.pipeline.agents import Verdict
from core.pipeline.flow import Profile
from core.pipeline.studio.look import PALETTES, contrast_x100
from core.pipeline.studio.offline import OfflineStudio
from core.pipeline.studio.site import ParsedPage
from core.pipeline.studio.speech import TABLES
from tests.core.assembly_line import BAKERY, MUSEUM, RENTALS, AssemblyLine


@pytest.fixture
async def studio() -> AsyncIterator[OfflineStudio]:
    open_studio = OfflineStudio()
    yield open_studio
    await open_studio.close()


@pytest.mark.parametrize(
    ("brief", "language", "words"),
    [
        (BAKERY, "en", ["Le Four de Colette", "Opening hours", "€1.30", "07:00", "14 rue des Capucins"]),
        (RENTALS, "es", ["Llavero", "Escríbenos", "Calendario único", "hola@llavero.example"]),
        (MUSEUM, "ru", ["Литера", "Часы работы", "350\xa0₽", "21:00", "улица Марджани, 18"]),
    ],
)
@pytest.mark.parametrize("profile", list(Profile))
async def test_a_brief_becomes_a_site_that_passes_every_check(
    studio: OfflineStudio, tmp_path: Path, brief: str, language: str, words: list[str], profile: Profile
) -> None:
    line = AssemblyLine(studio, tmp_path, brief, profile=profile)
    await line.run()
    assert {agent for agent, done in line.done.items() if done.verdict is Verdict.BLOCK} == set()
    assert ParsedPage("index.html", line.site()["index.html"]).root.get("lang") == language
    every_page = "".join(content.decode() for name, content in line.site().items() if name.endswith(".html"))
    plain = every_page.replace("<wbr>", "")
    assert [word for word in words if word not in plain] == []


async def test_outputs_are_json_without_floats(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run()
    for done in line.done.values():
        assert json.loads(json.dumps(done.output), parse_float=_no_float) == done.output


def _no_float(text: str) -> JsonValue:
    raise AssertionError(f"a float in an output: {text}")


async def test_the_same_product_is_built_to_the_same_bytes(studio: OfflineStudio, tmp_path: Path) -> None:
    first, second = (AssemblyLine(studio, tmp_path / name, MUSEUM) for name in ("a", "b"))
    await asyncio.gather(first.run(), second.run())
    assert first.site() == second.site()
    assert first.done["devops"].output["sha256"] == second.done["devops"].output["sha256"]


async def test_subjects_look_different(studio: OfflineStudio, tmp_path: Path) -> None:
    lines = [
        AssemblyLine(studio, tmp_path / str(place), brief) for place, brief in enumerate((BAKERY, RENTALS, MUSEUM))
    ]
    for line in lines:
        await line.run(until="developer")
    assert len({line.site()["style.css"] for line in lines}) == 3
    assert len({line.site()["art.svg"] for line in lines}) == 3


async def test_two_bakeries_do_not_get_the_same_picture(studio: OfflineStudio, tmp_path: Path) -> None:
    one, two = (AssemblyLine(studio, tmp_path / name, BAKERY, product_id=name) for name in ("prod-a", "prod-b"))
    await one.run(until="developer")
    await two.run(until="developer")
    assert one.site()["art.svg"] != two.site()["art.svg"]


async def test_the_package_holds_the_site_and_no_trace_of_the_machine(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run()
    archive = tmp_path / "package" / "site.tar.gz"
    with tarfile.open(archive) as packed:
        entries = packed.getmembers()
        assert {one.name: packed.extractfile(one).read() for one in entries} == {  # type: ignore[union-attr]
            f"site/{name}": content for name, content in line.site().items()
        }
    assert {(one.mtime, one.uid, one.gid, one.uname, one.mode) for one in entries} == {(0, 0, 0, "", 0o644)}
    manifest = json.loads((tmp_path / "package" / "manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()


async def test_a_second_packing_says_that_nothing_changed(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run(until="devops")
    assert (await line.do("devops")).output["unchanged"] is True


async def test_every_requirement_names_its_sentence(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY)
    await line.run(until="methodologist")
    checked = line.done["methodologist"].output
    assert checked["sentences_covered"] == checked["sentences_to_cover"] != 0
    assert "Show the opening hours as a table" in (tmp_path / "spec" / "spec.md").read_text()


async def test_the_price_follows_its_rule(studio: OfflineStudio, tmp_path: Path) -> None:
    line = AssemblyLine(studio, tmp_path, RENTALS)  # five sections on two pages
    await line.run()
    assert line.done["sales"].output["total_cents"] == 490_00 + 5 * 60_00 + 150_00


async def test_words_of_the_brief_say_their_language_on_a_page_in_another(
    studio: OfflineStudio, tmp_path: Path
) -> None:
    line = AssemblyLine(studio, tmp_path, BAKERY, locale="es")
    await line.run()
    assert '<html lang="es">' in line.page()
    assert '<h1 lang="en">My sister and I' in line.page()
    assert "Martes – sábado" in line.page("details.html")
    assert line.done["qa"].output["quality_gates"] == {"passed": True}


def test_every_palette_can_be_read() -> None:
    low = {
        f"{palette.name}: {pair}": contrast_x100(*colours)
        for palette in PALETTES.values()
        for pair, colours in palette.readable_pairs.items()
        if contrast_x100(*colours) < 450
    }
    assert low == {}


def test_contrast_is_what_the_standard_says() -> None:
    assert contrast_x100("#000000", "#ffffff") == 2100
    assert contrast_x100("#777777", "#ffffff") == 447  # the well-known grey that just fails


def test_every_language_has_every_string() -> None:
    english = set(TABLES["en"])
    assert {language: set(words) ^ english for language, words in TABLES.items()} == {
        "en": set(),
        "ru": set(),
        "es": set(),
    }
