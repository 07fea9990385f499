"""The pages tell what the code does, or a test says so."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.catalogue import BY_NAME
from core.config import Config
from core.parse import inputs_of, request_of, split_options
from core.settings.table import SETTINGS
from scripts import operations_page, settings_table
from sshd.answers import Exit
from sshd.commands import find
from tui.keys import BY_NAME as PLACES

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS, *sorted((ROOT / "examples").rglob("*.md")), ROOT / "data" / "README.md"]
MADE_FROM_THE_CATALOGUE = ROOT / "docs" / "operations.md"
NAMED_ELSEWHERE = ("run.sh", "test.sh", "scripts", "docker", "tests/peers.py")
OF_EVERY_COMMAND = {"code", "confirm"}


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read_by_scripts() -> set[str]:
    """Variables of ours that something beside core/config.py reads."""
    return {
        variable
        for name in NAMED_ELSEWHERE
        for path in [ROOT / name, *(ROOT / name).rglob("*")]
        if path.is_file() and path.suffix != ".pyc"
        for variable in re.findall(r"AIFACTORY_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
    }


def links(page: Path) -> list[Path]:
    """Where a page's links into the repository lead."""
    found = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return [(page.parent / link).resolve() for link in found]


def lines_to_copy(page: Path) -> Iterator[str]:
    """What stands after `ssh factory@host` in examples and in running text, as somebody would type it."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.count("factory@host") > 1:  # a drawing
            continue
        for words in re.findall(r"ssh (?:-\S+ )*factory@host +([^`]+)", line):
            if not re.search(r"AREA|…|NAME\b", words):
                yield words


def at_the_other_end(words: str) -> str:
    """The line that arrives: our shell takes one layer of quotes away, and ssh joins what is left with blanks."""
    reader = shlex.shlex(words, posix=True, punctuation_chars="<>|&;")
    reader.whitespace_split = True
    taken = []
    for word in reader:
        if word[0] in "<>|&;":
            break
        taken.append(word)
    return " ".join(taken)


async def nothing_but_text() -> str:
    return "what is piped in"


def test_the_page_of_operations_is_made_from_the_catalogue_of_today() -> None:
    assert operations_page.main(["--check"]) == 0, "stale: python -m scripts.operations_page"


def test_the_tables_of_settings_are_made_from_the_code_of_today() -> None:
    assert settings_table.main(["--check"]) == 0, "stale: python -m scripts.settings_table"


def test_every_setting_has_a_row_in_the_readme() -> None:
    missing = [name for name in Config.model_fields if f"| `AIFACTORY_{name.upper()}` |" not in README]
    missing += [setting.key for setting in SETTINGS if f"| `{setting.key}` |" not in README]

    assert missing == []


def test_every_variable_that_a_script_reads_is_told_in_the_readme() -> None:
    read = read_by_scripts()

    assert read
    assert {variable for variable in read if f"`{variable}`" not in README} == set()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_variable_that_a_page_names_is_read_by_something(page: Path) -> None:
    told = set(re.findall(r"AIFACTORY_[A-Z_]*[A-Z]", page.read_text(encoding="utf-8")))
    known = {f"AIFACTORY_{name.upper()}" for name in Config.model_fields} | read_by_scripts()

    assert told - known == set()


def test_every_exit_code_has_a_row_in_the_readme() -> None:
    assert [code.name for code in Exit if f"\n| {int(code)} | " not in README] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    assert [str(target) for target in links(page) if not target.exists()] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, new = set(), {ROOT / "README.md"}
    while new:
        page = new.pop()
        reached.add(page)
        new |= {target for target in links(page) if target.suffix == ".md" and target.exists()} - reached

    assert [named(page) for page in PAGES if page not in reached] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != MADE_FROM_THE_CATALOGUE], ids=named)
async def test_every_line_to_copy_is_understood_at_the_other_end(page: Path) -> None:
    """With its quotes as a shell leaves them: `--note "two words"` would arrive as two words."""
    for line in lines_to_copy(page):
        words = split_options(shlex.split(at_the_other_end(line)))
        if words.plain[0] == "open":
            assert words.plain[1] in PLACES, line
            continue
        if words.plain[0] == "help" and not words.plain[1:]:
            continue
        kind, rest = find(words.plain[1:] if words.plain[0] == "help" else words.plain)
        assert kind is not None, line
        if words.plain[0] != "help":
            options = [one for one in words.options if one.name != "code"]
            split = type(words)(plain=words.plain, options=options)
            await request_of(kind, rest, split, nothing_but_text)


@pytest.mark.parametrize("page", [page for page in PAGES if page != MADE_FROM_THE_CATALOGUE], ids=named)
def test_every_option_beside_a_commands_name_is_one_that_it_takes(page: Path) -> None:
    for words in re.findall(r"`([a-z]+ [a-z-]+(?: [^`]*)?)`", page.read_text(encoding="utf-8")):
        kind = BY_NAME.get(".".join(words.split()[:2]))
        if kind is None:
            continue
        takes = OF_EVERY_COMMAND | {"json", "dry-run"} | {each.name.replace("_", "-") for each in inputs_of(kind)}
        given = {option.removesuffix("-stdin") for option in re.findall(r"--([a-z-]+)", words)}
        assert given <= takes, words


def test_the_readme_shows_lines_to_copy() -> None:
    assert len(list(lines_to_copy(ROOT / "README.md"))) > 5


def test_every_test_that_the_threats_name_exists() -> None:
    page = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    tests = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    files = set(re.findall(r"`(\w+/test_\w+\.py)", page))
    names = set(re.findall(r"::(\w+)`", page))

    assert files
    assert names
    assert {file for file in files if ROOT / "tests" / file not in tests} == set()
    assert {name for name in names if not any(f"def test_{name}(" in text for text in tests.values())} == set()


@pytest.mark.parametrize("name", ["CHANGELOG.md", "LICENSE", "docs/architecture.md"])
def test_a_newcomer_finds(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200
