"""Rules about the tree that import-linter cannot see; its contracts are in pyproject.toml."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("core", "sshd", "tui")
# Programs of their own, with a command line: they talk on stdout and may.
COMMAND_LINES = {"sshd/__main__.py", "core/audit/verify/__main__.py"}


def sources(*tops: str) -> Iterator[tuple[str, ast.Module]]:
    for top in tops:
        for path in sorted((ROOT / top).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"), str(path))


def dotted(node: ast.expr) -> str:
    """`os.environ` of an attribute or a name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def callers_of(names: set[str], *tops: str) -> set[str]:
    """`file:line name` of every call of one of these."""
    return {
        f"{path}:{line} {name}"
        for path, tree in sources(*tops)
        for line, name in calls(tree)
        if name in names or name.rpartition(".")[2] in names
    }


def modules_after(statement: str) -> set[str]:
    """What a fresh interpreter, started in another folder, has loaded after it."""
    script = f"import sys\n{statement}\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd="/",
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_whole_catalogue_loads_without_a_terminal_or_a_connection() -> None:
    loaded = modules_after("import core.catalogue, core.assembly")

    assert not {name for name in loaded if name.partition(".")[0] in {"textual", "rich", "asyncssh", "sshd", "tui"}}


def test_the_verifier_loads_nothing_of_ours_but_the_shape_of_an_entry() -> None:
    loaded = {name for name in modules_after("import core.audit.verify.__main__") if name.partition(".")[0] in OURS}

    parents = {"core", "core.audit"}
    beside = {name for name in loaded - parents if not name.startswith("core.audit.verify")}
    assert beside == {"core.audit.entry", "core.json_value"}


def test_only_the_gate_hands_out_work() -> None:
    built = callers_of({"Work", "Outing", "View"}, *OURS)

    assert built
    assert {where.partition(":")[0] for where in built} == {"core/gate.py"}


def test_only_the_command_lines_print() -> None:
    printed = {
        f"{path}:{line}"
        for path, tree in sources(*OURS)
        for line, name in calls(tree)
        if name == "print" and path not in COMMAND_LINES
    }

    assert printed == set()


def test_the_environment_is_read_in_one_place_only() -> None:
    """core.config reads it through pydantic; later, it may hold what another session's app has set."""
    reads = {
        f"{path}:{node.lineno} {dotted(node)}"
        for path, tree in sources(*OURS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv", "os.putenv", "os.environb"}
    }

    # Called once, before anything listens: refuses to start when Textual would write down what people type.
    known = {"tui/lean.py"}
    assert {where for where in reads if where.partition(":")[0] not in known} == set()


def test_nobody_changes_the_language_of_the_process() -> None:
    """One process serves many people: a locale set for one of them is everybody's."""
    assert callers_of({"setlocale", "bindtextdomain", "textdomain"}, *OURS) == set()


def test_bodies_never_use_the_pool_that_people_sign_in_on() -> None:
    """asyncssh verifies signatures on the loop's default executor: work there keeps people at the door."""
    # Before anything listens, or after everything has closed.
    known = {"core/startup.py", "core/audit/chain.py", "core/audit/search.py"}
    used = {where for where in callers_of({"to_thread"}, *OURS) if where.partition(":")[0] not in known}
    used |= {
        f"{path}:{node.lineno} run_in_executor(None)"
        for path, tree in sources(*OURS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and dotted(node.func).endswith("run_in_executor")
        and isinstance(node.args[0], ast.Constant)
    }

    assert used == set()


@pytest.mark.parametrize("name", ["TEXTUAL_DEBUG", "TEXTUAL_LOG"])
def test_the_console_refuses_to_start_where_textual_writes_down_what_people_type(name: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        name: "1",
        "AIFACTORY_DEV_BOOTSTRAP_PASSWORD": "correct horse",
    }

    done = subprocess.run(
        [sys.executable, "-P", "-m", "sshd", "--data", str(tmp_path / "data"), "--port", "0"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip

    assert done.returncode != 0
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()
    assert not list(tmp_path.glob("*.log"))
