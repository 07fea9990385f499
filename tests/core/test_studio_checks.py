"""The checks find what is wrong with a site, whoever made it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.json_value import JsonObject
from core.pipeline.agents import Done, Trouble, Verdict
from core.pipeline.studio.offline import OfflineStudio
from tests.core.assembly_line import BAKERY, AssemblyLine


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[AssemblyLine]:
    studio = OfflineStudio()
    built = AssemblyLine(studio, tmp_path, BAKERY)
    await built.run(until="hardening")
    yield built
    await studio.close()


def damage(line: AssemblyLine, before: str, after: str, name: str = "index.html") -> None:
    text = line.page(name)
    assert before in text
    (line.folder / "site" / name).write_text(text.replace(before, after, 1))


def codes(done: Done) -> set[object]:
    findings = done.output["findings"]
    assert isinstance(findings, list)
    return {one["code"] for one in findings}


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (' lang="en"', "", "lang-missing"),
        (' lang="en"', ' lang="fr"', "lang-wrong"),
        ("<title>Le", "<title></title><p>", "html-broken"),
        ("<h1>", "<h1>Another</h1><h1>", "h1-count"),
        ("<h1>", "<h1>" + "very " * 20, "headline-long"),
        (' alt=""', "", "alt-missing"),
        ('id="offer"', 'id="about"', "id-twice"),
        ('href="#contact"', 'href="#nowhere"', "link-dead"),
        ('src="art.svg"', 'src="missing.svg"', "link-dead"),
        ('src="art.svg"', 'src="//cdn.example/a.png"', "remote-request"),
        ('src="art.svg"', 'src="/\\cdn.example/a.png"', "remote-request"),
        ('src="art.svg"', 'src="ht\ntps://cdn.example/a.png"', "remote-request"),
        ('src="art.svg"', 'src="art.svg" srcset="https://cdn.example/b.png 2x"', "remote-request"),
        ('src="art.svg"', 'src="art.svg" style="background:url(https://x.example/c)"', "remote-request"),
        ("</main>", "<style>@import 'https://x.example/d.css';</style></main>", "remote-request"),
        (
            "</main>",
            "<style>b{background:image-set('https://x.example/e' 1x)}</style></main>",
            "remote-request",
        ),
        ("</main>", "<script>1</script></main>", "script"),
        ("<main", '<main onclick="x()"', "inline-handler"),
        ('href="#contact"', 'href=" java\tscript:x()"', "script-link"),
        ('href="#contact"', 'href="data:text/html,x"', "script-link"),
    ],
)
async def test_qa_finds(line: AssemblyLine, before: str, after: str, code: str) -> None:
    damage(line, before, after)
    done = await line.do("qa")
    assert (code in codes(done), done.verdict) == (True, Verdict.BLOCK)
    assert done.output["quality_gates"] == {"passed": False}


@pytest.mark.parametrize(
    ("css", "code"),
    [
        ("@import url(https://x.example/a.css);", "remote-request"),
        ("@im\\70ort 'https://x.example/a.css';", "remote-request"),
        ("a{background:u\\72l('//x.example/a')}", "remote-request"),
        ("a{color:red;;}} b{", "css-broken"),
    ],
)
async def test_qa_reads_style_sheets_as_a_browser_does(line: AssemblyLine, css: str, code: str) -> None:
    (line.folder / "site" / "style.css").write_text(css)
    assert code in codes(await line.do("qa"))


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("default-src 'none'", "default-src *", "csp-weak"),
        ("default-src 'none'", "default-src 'none'; script-src 'self'", "csp-weak"),
        ("Content-Security-Policy", "X-Nothing", "csp-missing"),
        ("</main>", '<form action="https://x.example/"></form></main>', "form-elsewhere"),
        ("</main>", '<iframe src="details.html"></iframe></main>', "frame"),
        ("</main>", '<a href="https://x.example">x</a></main>', "outside-link"),
        ("</main>", "<p>AKIAABCDEFGHIJKLMNOP</p></main>", "secret"),
        ("</main>", "<p>password: hunter2hunter2</p></main>", "secret"),
    ],
)
async def test_security_finds(line: AssemblyLine, before: str, after: str, code: str) -> None:
    damage(line, before, after)
    done = await line.do("security")
    assert code in codes(done)
    assert done.output["score"] != 100


async def test_a_script_inside_a_picture_is_found(line: AssemblyLine) -> None:
    damage(line, "</svg>", "<script>1</script></svg>", "art.svg")
    assert "script" in codes(await line.do("security"))


async def test_a_link_out_of_the_folder_is_no_file_of_the_site(line: AssemblyLine) -> None:
    os.symlink("/etc/hostname", line.folder / "site" / "notes.txt")
    assert "strange-file" in codes(await line.do("security"))
    await line.do("devops")
    assert "notes.txt" not in (line.folder / "package" / "manifest.json").read_text()


async def test_a_dead_link_fails_the_run_time_test(line: AssemblyLine) -> None:
    damage(line, 'href="details.html#', 'href="gone.html#')
    done = await line.do("__runtime_test__")
    assert (codes(done), done.verdict) == ({"not-served"}, Verdict.BLOCK)


async def test_the_run_time_test_fetches_every_file_with_its_type(line: AssemblyLine) -> None:
    fetched = (await line.do("__runtime_test__")).output["fetched"]
    assert isinstance(fetched, list)
    seen = {one["path"]: (one["status"], one["type"]) for one in fetched}
    assert seen["/"] == (200, "text/html; charset=utf-8")
    assert seen["/style.css"] == (200, "text/css; charset=utf-8")
    assert {status for status, _ in seen.values()} == {200}


@pytest.mark.parametrize("agent", ["__runtime_test__", "qa", "security"])
async def test_an_empty_folder_is_a_fault_and_no_crash(tmp_path: Path, agent: str) -> None:
    studio = OfflineStudio()
    done = await AssemblyLine(studio, tmp_path / "new", BAKERY).do(agent)
    await studio.close()
    assert ("no-site" in codes(done), done.verdict) == (True, Verdict.BLOCK)


async def test_nothing_cannot_be_packed(tmp_path: Path) -> None:
    studio = OfflineStudio()
    with pytest.raises(Trouble) as trouble:
        await AssemblyLine(studio, tmp_path / "new", BAKERY).do("devops")
    await studio.close()
    assert not trouble.value.passing


async def test_a_page_that_would_stall_the_parser_is_refused_unread(line: AssemblyLine) -> None:
    """Hole: html5lib needs quadratic time for open elements; 20,000 of them take it a quarter of a minute."""
    (line.folder / "site" / "index.html").write_text("<div>" * 20_000)
    assert codes(await line.do("qa")) == {"too-big", "no-site"}


@pytest.mark.parametrize(
    ("design", "code"),
    [
        ({"colours": {"ink": "#999999"}}, "contrast-low"),
        ({"text_px": 12}, "text-small"),
        ({"colours": {"ink": "red; } body { display: none"}}, "contrast-low"),
    ],
)
async def test_the_design_critic_measures_and_does_not_believe(
    line: AssemblyLine, design: JsonObject, code: str
) -> None:
    architecture = dict(line.done["architect"].output)
    before = architecture["design"]
    assert isinstance(before, dict)
    colours = {**before["colours"], **design.get("colours", {})}  # type: ignore[dict-item]
    architecture["design"] = {**before, **design, "colours": colours}
    done = await line.do("design_critic", architect=architecture)
    assert (code in codes(done), done.verdict) == (True, Verdict.BLOCK)


async def test_the_design_critic_misses_a_section_for_facts_of_the_brief(line: AssemblyLine) -> None:
    architecture = {**line.done["architect"].output, "pages": [{"file": "index.html", "sections": ["offer"]}]}
    assert "section-missing" in codes(await line.do("design_critic", architect=architecture))


@pytest.mark.parametrize("change", ["drop", "misquote"])
async def test_the_methodologist_blocks_a_requirement_without_its_sentence(line: AssemblyLine, change: str) -> None:
    requirements = line.done["pm"].output["requirements"]
    assert isinstance(requirements, list)
    altered = requirements[1:-1] if change == "drop" else [{**requirements[0], "quote": "made up"}, *requirements[1:]]
    done = await line.do("methodologist", pm={**line.done["pm"].output, "requirements": altered})
    assert done.verdict is Verdict.BLOCK
