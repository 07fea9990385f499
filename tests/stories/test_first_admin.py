"""The first administrator of an empty volume: a file that works once."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.console import Authenticator, Console


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Console]:
    console = Console(tmp_path / "data")
    yield console
    console.close()


def test_the_password_in_the_file_opens_the_door_once_and_takes_the_file_with_it(empty: Console) -> None:
    empty.start()
    file = empty.data / "secrets" / "bootstrap_admin.txt"
    assert str(file) in empty.said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    password = file.read_text().partition("password: ")[2].strip()
    assert password not in empty.said
    admin = empty.operator("admin", password=password)

    assert admin("whoami --json").row["stage"] == "must_change"
    assert admin("users list").code == 4
    with admin.sharing() as shared:
        changed = shared("password change --new - --json", given="a slow green tractor")
        assert (changed.code, changed.row["stage"]) == (0, "must_enrol")
        assert not file.exists()
        made = shared("mfa enrol --json").row
        phone = Authenticator(made["secret"])
        assert shared(f"mfa confirm --json --code {phone.code()}").row["stage"] == "full"
        assert shared("users list --json").row["username"] == "admin"

    assert admin("whoami --json").code == 255
    again = empty.operator("admin", password="a slow green tractor", phone=phone)
    assert again("whoami --json").row["role"] == "super_admin"


def test_the_file_is_not_written_again_at_the_next_start(empty: Console) -> None:
    empty.start()
    file = empty.data / "secrets" / "bootstrap_admin.txt"
    before = file.read_text()
    assert empty.stop() == 0
    empty.start()
    assert file.read_text() == before
    assert str(file) not in empty.said.partition("Sign in")[2].partition("listening")[2]


def test_a_development_password_needs_no_file(empty: Console) -> None:
    empty.start(AIFACTORY_DEV_BOOTSTRAP_PASSWORD="violet bicycle bell", AIFACTORY_MFA_REQUIRED="0")
    assert not (empty.data / "secrets" / "bootstrap_admin.txt").exists()
    admin = empty.operator("admin", password="violet bicycle bell")
    assert admin("whoami --json").row["stage"] == "full"


@pytest.mark.parametrize("password", ["short", "demo123"])
def test_a_weak_development_password_is_refused_in_production_and_nothing_is_created(
    empty: Console, password: str
) -> None:
    with pytest.raises(AssertionError, match="AIFACTORY_DEV_BOOTSTRAP_PASSWORD"):
        empty.start(AIFACTORY_PROD="1", AIFACTORY_DEV_BOOTSTRAP_PASSWORD=password)
    assert not empty.data.exists()


def test_whoever_starts_it_is_told_what_to_type(empty: Console) -> None:
    """Whoever starts it is told where, which key, and what to type."""
    empty.start()
    assert f"ssh -p {empty.port} factory@127.0.0.1" in empty.said
    assert "SHA256:" in empty.said
