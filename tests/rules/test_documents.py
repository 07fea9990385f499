"""The pages tell what the code does, or a test says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.catalogue import BY_NAME
from core.config import Config
from core.settings.table import SETTINGS
from scripts import operations_page, settings_table
from sshd.answers import Exit

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMED_ELSEWHERE = ("run.sh", "test.sh", "scripts", "docker", "tests/peers.py")


def test_the_page_of_operations_is_made_from_the_catalogue_of_today() -> None:
    assert operations_page.main(["--check"]) == 0, "stale: python -m scripts.operations_page"


def test_the_tables_of_settings_are_made_from_the_code_of_today() -> None:
    assert settings_table.main(["--check"]) == 0, "stale: python -m scripts.settings_table"


def test_every_setting_has_a_row_in_the_readme() -> None:
    missing = [name for name in Config.model_fields if f"| `AIFACTORY_{name.upper()}` |" not in README]
    missing += [setting.key for setting in SETTINGS if f"| `{setting.key}` |" not in README]

    assert missing == []


def test_every_variable_that_a_script_reads_is_told_in_the_readme() -> None:
    read = {
        variable
        for name in NAMED_ELSEWHERE
        for path in [ROOT / name, *(ROOT / name).rglob("*")]
        if path.is_file() and path.suffix != ".pyc"
        for variable in re.findall(r"AIFACTORY_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
    }

    assert read
    assert {variable for variable in read if f"`{variable}`" not in README} == set()


def test_every_exit_code_has_a_row_in_the_readme() -> None:
    assert [code.name for code in Exit if f"\n| {int(code)} | " not in README] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_command_in_the_readme_exists() -> None:
    """Of the lines that people copy: `ssh factory@host AREA VERB …`."""
    told = re.findall(r"^ssh factory@host ([a-z]+) ([a-z-]+)", README, flags=re.MULTILINE)

    assert told
    assert [f"{area} {verb}" for area, verb in told if f"{area}.{verb}" not in BY_NAME] == []


@pytest.mark.parametrize("name", ["CHANGELOG.md", "LICENSE", "docs/architecture.md"])
def test_a_newcomer_finds(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200
