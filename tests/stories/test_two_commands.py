"""./run.sh itself: from anywhere, where things are lacking, where a port is taken, and how it ends."""

from __future__ import annotations

import shutil
import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.stories.console import eventually
from tests.stories.newcomer import GOOD, ROOT, run, start


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1])

        refused = run("--data", str(tmp_path / "data"), "--port", port, AIFACTORY_DEV_BOOTSTRAP_PASSWORD=GOOD)

    assert refused.returncode == 1
    assert port in refused.stderr
    assert "in use" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_misspelt_setting_is_named_and_not_guessed(tmp_path: Path) -> None:
    refused = run("--data", str(tmp_path / "data"), AIFACTORY_SSH_LOGIN_SECONDS="soon", AIFACTORY_TASK_MAX_RETRIES="0")

    assert refused.returncode == 2
    assert "AIFACTORY_SSH_LOGIN_SECONDS" in refused.stderr
    assert "AIFACTORY_TASK_MAX_RETRIES" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_it_runs_from_anywhere_with_spaces_in_every_path_and_without_git(tmp_path: Path) -> None:
    """Started in a folder that has a `core` of its own, which must not be taken for ours."""
    house = tmp_path / "the house"
    for name in ("core", "sshd", "tui", "themes", "scripts"):
        shutil.copytree(ROOT / name, house / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("run.sh", "requirements.txt"):
        shutil.copy(ROOT / name, house / name)
    elsewhere = tmp_path / "some where else"
    (elsewhere / "core").mkdir(parents=True)
    (elsewhere / "core" / "__init__.py").write_text("raise SystemExit('this is the wrong core')\n")

    inside = run("init", cwd=elsewhere, program=house / "run.sh")
    relative = run("init", "--data", "my data", cwd=elsewhere, program=house / "run.sh")
    helped = run("--help", cwd=elsewhere, program=house / "run.sh")

    assert "terminal" in inside.stderr
    assert "terminal" in relative.stderr
    assert helped.returncode == 0
    assert "--demo-data" in helped.stdout


def test_a_relative_data_folder_is_relative_to_the_caller(tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    with start(Path("my data"), cwd=elsewhere) as console:
        code = console.stop()

    assert code == 0
    assert (elsewhere / "my data" / "state" / "factory.db").exists()


@pytest.mark.parametrize(
    ("python", "cure"),
    [
        ("exit 1", "apt-get install -y python3 python3-venv"),
        ('case "$2" in *version_info*) exit 0 ;; *) exit 1 ;; esac', "apt-get install -y python3-venv"),
    ],
    ids=["too old", "without venv"],
)
def test_what_the_machine_lacks_is_told_with_its_cure(tmp_path: Path, python: str, cure: str) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "dirname", "basename", "mkdir", "flock", "sha256sum", "cat", "rm"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "python3").write_text(f"#!/bin/bash\n{python}\n")
    (tools / "python3").chmod(0o755)

    refused = run("--data", str(tmp_path / "data"), PATH=str(tools), AIFACTORY_VENV=str(tmp_path / "venv"))

    assert refused.returncode == 1
    assert cure in refused.stderr
    assert not (tmp_path / "data").exists()


def test_the_console_itself_gets_the_signal(tmp_path: Path) -> None:
    """A shell left in between would take SIGTERM for itself and leave the console behind."""
    with start(tmp_path / "data", AIFACTORY_DEV_BOOTSTRAP_PASSWORD=GOOD) as console:
        program = Path(f"/proc/{console.process.pid}/cmdline").read_bytes().split(b"\0")
        console.stop()

    assert b"sshd" in program
    assert eventually(lambda: _refuses_connections(console.port))


def _refuses_connections(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_environment_is_made_once_and_again_when_the_lock_changes(tmp_path: Path) -> None:
    """With a lock that asks for nothing and a console that only says so: the rest is real."""
    house = tmp_path / "house"
    shutil.copytree(ROOT / "scripts", house / "scripts")
    shutil.copy(ROOT / "run.sh", house / "run.sh")
    (house / "sshd").mkdir()
    (house / "sshd" / "__main__.py").write_text("import sys\nprint('started', *sys.argv[1:])\n")
    lock = house / "requirements.txt"
    lock.write_text("# nothing\n")

    def started() -> tuple[str, bool]:
        done = run("one word", "", program=house / "run.sh", AIFACTORY_VENV=str(house / ".venv"))
        return done.stdout, "Installing" in done.stderr

    assert started() == ("started one word \n", True)
    assert started() == ("started one word \n", False)
    lock.write_text("# nothing, but differently\n")
    assert started() == ("started one word \n", True)
    (house / ".venv" / "bin" / "python").unlink()
    assert started() == ("started one word \n", True)
