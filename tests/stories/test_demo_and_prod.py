"""The two guarded modes, as an operator meets them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import bcrypt
import pytest

from core.identity.passwords import prehash
from core.secret import Secret
from tests.stories.conftest import Keys, Opens
from tests.stories.console import ROOT, Console
from tests.stories.volume import change


@pytest.fixture(scope="module")
def demo(opens: Opens) -> Console:
    return opens(AIFACTORY_DEMO_READONLY="1")


@pytest.mark.parametrize(
    "command",
    [
        "users create --username ana",
        "users disable oleg",
        "settings list",
        "sessions list",
        "keys add --label x --key -",
        "password change --new -",
        "factory hold --reason 'a long break'",
        "preferences set --language ru",
        "users list",
    ],
)
def test_the_demo_refuses_even_its_super_admin(demo: Console, keys: Keys, command: str) -> None:
    answer = demo.operator("sue", keys.sue)(command, given="ssh-ed25519 AAAA\n")
    assert (answer.code, answer.out) == (5, "")
    assert "demo" in answer.err.lower()


@pytest.mark.parametrize(
    "command",
    [
        "whoami --json",
        "products list --json",
        "handoffs list --json",
        "factory status --json",
        "help --json",
        "audit search --json",
    ],
)
def test_the_demo_lets_people_look(demo: Console, keys: Keys, command: str) -> None:
    assert demo.operator("sue", keys.sue)(command).code == 0


def test_a_refusal_by_the_demo_is_on_record(demo: Console, keys: Keys) -> None:
    demo.operator("ada", keys.ada)("settings set --key qa_max_rounds --value 3")
    found = [e for e in demo.entries() if e["action"] == "settings.set" and e["actor"] == "ada"]
    assert [e["outcome"] for e in found] == ["guard"]


def start(console: Console) -> subprocess.CompletedProcess[str]:
    """Start it where it is expected to refuse."""
    return subprocess.run(
        console.command,
        cwd=ROOT,
        env=console.environment,
        capture_output=True,
        text=True,
        timeout=30,
        stdin=subprocess.DEVNULL,
    )


def test_production_names_every_reason_with_its_cure_and_listens_nowhere(opens: Opens) -> None:
    console = opens(
        start=False,
        AIFACTORY_PROD="1",
        AIFACTORY_DEMO_READONLY="1",
        AIFACTORY_MFA_REQUIRED="0",
        AIFACTORY_DEV_BOOTSTRAP_PASSWORD="demo123",
    )
    loose = console.data / "secrets" / "left_open"
    loose.write_text("x")
    loose.chmod(0o644)
    done = start(console)
    assert done.returncode == 1
    for word in (
        "AIFACTORY_DEMO_READONLY",
        "AIFACTORY_MFA_REQUIRED",
        "AIFACTORY_DEV_BOOTSTRAP_PASSWORD",
        "left_open",
        "chmod 600",
    ):
        assert word in done.stderr
    assert done.stderr.count("✗") == done.stderr.count("→") == 4
    assert "listening" not in done.stderr


def test_production_refuses_an_account_that_opens_with_a_password_everybody_knows(opens: Opens) -> None:
    console = opens(factors=True, start=False, AIFACTORY_PROD="1")
    weak = bcrypt.hashpw(prehash(Secret("admin123")), bcrypt.gensalt(4)).decode()
    change(console.data, "UPDATE people SET password_hash = :h WHERE username = 'vera'", {"h": weak})
    done = start(console)
    assert done.returncode == 1
    assert "vera" in done.stderr
    assert "listening" not in done.stderr


def test_production_in_order_starts_and_asks_for_both_factors(opens: Opens, keys: Keys) -> None:
    console = opens(factors=True, AIFACTORY_PROD="1")
    assert "Mode:        prod" in console.said
    sue = console.operator("sue", keys.sue)
    assert sue("users list").code == 4
    assert sue(f"users list --json --code {sue.fresh_code()}").code == 0


@pytest.mark.parametrize("value", ["true", "yes", "0", ""])
def test_a_flag_that_is_not_exactly_1_is_off(opens: Opens, value: str) -> None:
    assert "Mode:" not in opens(AIFACTORY_DEMO_READONLY=value).said


def test_a_setting_that_makes_no_sense_is_named_and_nothing_is_created(tmp_path: Path) -> None:
    console = Console(tmp_path / "data", {"AIFACTORY_SESSION_IDLE_MINUTES": "soon"})
    done = start(console)
    assert done.returncode == 2
    assert "AIFACTORY_SESSION_IDLE_MINUTES" in done.stderr
    assert not console.data.exists()


def test_a_port_that_is_taken_is_said_in_one_line(opens: Opens, console: Console) -> None:
    second = opens(start=False)
    second.asked_port = console.port
    done = start(second)
    assert done.returncode == 1
    assert str(console.port) in done.stderr
    assert "Traceback" not in done.stderr
