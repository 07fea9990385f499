"""A newcomer: a shell with nothing set, and ./run.sh typed into it."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "run.sh"
GOOD = "a-fine-password"
WEAK = "demo123"


def environment(**more: str) -> dict[str, str]:
    """A newcomer's shell; the Python environment of the test run is shared, so that nothing is downloaded."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "TERM": "xterm", "AIFACTORY_VENV": sys.prefix, **more}


def run(*words: str, cwd: Path = ROOT, program: Path = RUN, **more: str) -> subprocess.CompletedProcess[str]:
    """To the end, without a terminal."""
    return subprocess.run([str(program), *words], cwd=cwd, env=environment(**more), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)  # fmt: skip


class Started:
    """./run.sh typed without a terminal, once it listens; killed at the end if the story did not stop it."""

    def __init__(self, command: list[str], cwd: Path, environment: dict[str, str]) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            self.port = self._listening()
        except BaseException:
            self.__exit__()
            raise

    def _listening(self) -> int:
        assert self.process.stderr is not None
        while not re.search(r"Sign in: +ssh", self.said):
            line = self.process.stderr.readline()
            if not line:
                raise AssertionError(f"it did not start: {self.said}")
            self.said += line
        return int(re.findall(r"listening on 127\.0\.0\.1 port (\d+)", self.said)[0])

    def stop(self) -> int:
        """SIGTERM to run.sh's own process; its exit code. `said` has everything then."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.stderr is not None
        self.said += self.process.stderr.read()
        return self.process.wait(30)

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.__exit__(None, None, None)


def start(data: Path, *, cwd: Path = ROOT, umask: str = "0022", **more: str) -> Started:
    """Start on any free port."""
    typed = ["bash", "-c", 'umask "$0"; exec "$@"', umask, str(RUN), "--data", str(data), "--port", "0"]
    return Started(typed, cwd, environment(**more))


def at_a_terminal(data: Path, *words: str, **more: str) -> pexpect.spawn[str]:
    """The same at a terminal."""
    typed = [*words, "--data", str(data), "--port", "0"]
    return pexpect.spawn(str(RUN), typed, env=environment(**more), encoding="utf-8", timeout=60, echo=True,
                         dimensions=(24, 200), preexec_fn=_hear_ctrl_c)  # fmt: skip


def _hear_ctrl_c() -> None:
    # A test run that was started in the background ignores it, and so would everything it starts.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def verify(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "core.audit.verify", str(data / "logs" / "audit")], cwd=ROOT,
                          capture_output=True, text=True, timeout=60)  # fmt: skip
