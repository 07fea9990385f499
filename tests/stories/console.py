"""The real server as a process, and operators who drive it with the real `ssh`."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyotp

from tests.house import PASSWORD, TOTP_SECRET

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
START_SECONDS = 20.0
ASKPASS = """#!/bin/sh
printf '%s\\n' "$1" >> "$ASKED"
case "$1" in
  *"Operator: ") printf '%s\\n' "$OPERATOR" ;;
  *"Password: ") printf '%s\\n' "$PASSWORD" ;;
  *"Code: ") printf '%s\\n' "$CODE" ;;
  *PIN*) echo 1234 ;;
  *) echo ;;
esac
"""


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; fails on anything else."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> dict[str, Any]:
        """The only JSON line."""
        (row,) = self.rows
        return row


@dataclass
class Authenticator:
    """A phone: never shows the same code twice, and waits for the next only when the drift is used up."""

    secret: str = TOTP_SECRET
    _last: int = 0

    def code(self) -> str:
        step, into = divmod(time.time(), 30)
        earliest, latest = int(step) - (1 if into < 20 else 0), int(step) + 1
        if self._last >= latest:
            time.sleep(30 - into)
            return self.code()
        self._last = max(earliest, self._last + 1)
        return pyotp.TOTP(self.secret).at(self._last * 30)

    def code_of(self, drift: int) -> str:
        """The code so many steps from now, whether used or not; waits out the last second of a step."""
        step, into = divmod(time.time(), 30)
        if into > 28:
            time.sleep(30 - into)
            return self.code_of(drift)
        return pyotp.TOTP(self.secret).at((int(step) + drift) * 30)


class Console:
    """One server process on a volume; may be stopped, killed and started again."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None, *, factors: bool = False) -> None:
        self.data = data
        self.port = self.kiosk_port = self.asked_port = 0
        self._environment = dict(environment or {})
        self._factors = factors
        self._process: subprocess.Popen[bytes] | None = None
        self.follows: list[Follow] = []
        self._homes: list[Path] = []
        self._log = data.parent / f"{data.name}.log"

    # -- the process -------------------------------------------------------------------------------------------------

    def start(self, **environment: str) -> Console:
        """Start, and wait for the line that says it listens."""
        self._environment |= environment
        since = len(self.said)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stderr=log, stdin=subprocess.DEVNULL
            )
        deadline = time.monotonic() + START_SECONDS
        while (found := re.search(r"listening on \S+ port (\d+)", self.said[since:])) is None:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the console did not start: {self.said[since:]}")
            time.sleep(0.02)
        self.port = int(found[1])
        visitors = re.search(r"Visitors: +ssh -p (\d+)", self.said[since:])
        self.kiosk_port = int(visitors[1]) if visitors else 0
        return self

    @property
    def command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "sshd",
            "--data",
            str(self.data),
            "--port",
            str(self.asked_port),
            "--kiosk-port",
            "0",
        ]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        return {**kept, "LANG": "C.UTF-8", **self._environment}

    @property
    def said(self) -> str:
        """Everything that the process wrote so far, all starts together."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> int:
        """SIGTERM, and wait: the exit code."""
        return self.end_by(signal.SIGTERM)

    def kill(self) -> int:
        """SIGKILL: nothing is put in order."""
        return self.end_by(signal.SIGKILL)

    def end_by(self, number: signal.Signals) -> int:
        """Send a signal and wait: the exit code."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(20)

    def close(self) -> None:
        """Whatever still runs, clients included."""
        for follow in self.follows:
            follow.kill()
        if self.alive:
            self.stop()
        for home in self._homes:
            shutil.rmtree(home, ignore_errors=True)

    def new_home(self) -> Path:
        """A folder for one person's client, gone with the console."""
        # Not below the volume: the path of a socket (ControlMaster's) has at most 104 characters.
        self._homes.append(Path(tempfile.mkdtemp(prefix="ssh")))
        return self._homes[-1]

    # -- who talks to it ---------------------------------------------------------------------------------------------

    def operator(self, name: str, key: Path | None = None, **more: Any) -> Operator:
        """Somebody of the furnished house (tests/house.py), with a key or with the dialogue."""
        return Operator(self, name, key=key, **{"phone": Authenticator() if self._factors else None, **more})

    # -- the record --------------------------------------------------------------------------------------------------

    def entries(self) -> list[dict[str, Any]]:
        """Every line of the record, oldest first."""
        files = sorted((self.data / "logs" / "audit").glob("audit-*.jsonl"))
        return [json.loads(line) for path in files for line in path.read_bytes().splitlines()]

    def verify(self) -> subprocess.CompletedProcess[str]:
        """The stand-alone verifier on the chain."""
        return subprocess.run(
            [sys.executable, "-m", "core.audit.verify", str(self.data / "logs" / "audit")],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )


@dataclass
class Operator:
    """A person with a stock OpenSSH client."""

    console: Console
    name: str
    key: Path | None = None
    password: str = PASSWORD
    phone: Authenticator | None = None
    client: str = "ssh"
    options: tuple[str, ...] = ()
    port: int = 0
    or_dialogue: bool = False
    """Whether the client goes on to the dialogue when its key was refused; each such try is a failure that counts."""
    environment: dict[str, str] = field(default_factory=dict)
    """Added to the client's, LANG for example."""
    _home: Path | None = None
    """Their own; made when it is first needed."""

    def __call__(
        self,
        command: str = "",
        *,
        given: str | bytes = b"",
        login: str = "factory",
        code: str | None = None,
        options: Sequence[str] = (),
        timeout: float = 30,
    ) -> Answer:
        """Run one command; `code` is what the dialogue answers when asked for one (a fresh one when None)."""
        data = given.encode() if isinstance(given, str) else given
        environment = self._environment(code)
        done = subprocess.run(
            self.line(command, login, options), env=environment, input=data, capture_output=True, timeout=timeout
        )
        return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))

    def begin(self, command: str = "", *, login: str = "factory", options: Sequence[str] = ()) -> Follow:
        """Start one command and leave it running."""
        follow = Follow(
            subprocess.Popen(
                self.line(command, login, options),
                env=self._environment(None),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )
        self.console.follows.append(follow)
        return follow

    def line(self, command: str, login: str = "factory", options: Sequence[str] = ()) -> list[str]:
        """The command line of the client."""
        fixed = [
            "-F",
            "none",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            *self._calm((*self.options, *options)),
        ]
        if self.key is not None:
            fixed += ["-o", "IdentitiesOnly=yes", "-i", str(self.key)]
            fixed += [] if self.or_dialogue else ["-o", "KbdInteractiveAuthentication=no"]
        else:
            fixed += ["-o", "PubkeyAuthentication=no"]
        where = ["-p", str(self.port or self.console.port), f"{login}@{HOST}"]
        return [self.client, *fixed, *self.options, *options, *where, *([command] if command else [])]

    @staticmethod
    def _calm(options: Sequence[str]) -> list[str]:
        # The first value that ssh reads for an option counts.
        return [] if any(option.startswith("LogLevel") for option in options) else ["-o", "LogLevel=ERROR"]

    @property
    def asked(self) -> list[str]:
        """The prompts that the client showed so far, without its own prefix."""
        log = self.home / "asked"
        return [line.partition(") ")[2] or line for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def home(self) -> Path:
        """Where their client keeps its files."""
        self._home = self._home or self.console.new_home()
        return self._home

    def fresh_code(self) -> str:
        """For `--code` on the command line."""
        assert self.phone is not None
        return self.phone.code()

    @contextmanager
    def sharing(self) -> Iterator[Operator]:
        """The same person with one connection for all commands (ControlMaster)."""
        path = self.home / "master"
        shared = ("-o", f"ControlPath={path}")
        master = [*self.line("", options=("-o", "ControlMaster=yes", *shared, "-N", "-f"))]
        subprocess.run(
            master,
            env=self._environment(None),
            check=True,
            timeout=20,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield replace(self, options=(*self.options, *shared))
        finally:
            subprocess.run(self.line("", options=(*shared, "-O", "exit")), capture_output=True, timeout=10)

    def _environment(self, code: str | None) -> dict[str, str]:
        askpass = self.home / "askpass"
        if not askpass.exists():
            askpass.write_text(ASKPASS)
            askpass.chmod(0o700)
        if code is None:
            code = self.phone.code() if self.phone is not None and self.key is None else ""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "SSH_ASKPASS": str(askpass),
            "SSH_ASKPASS_REQUIRE": "force",
            "ASKED": str(self.home / "asked"),
            "OPERATOR": self.name,
            "PASSWORD": self.password,
            "CODE": code,
            **self.environment,
        }


class Follow:
    """A command that runs on."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._seen = b""

    def read_until(self, words: str, seconds: float = 10) -> str:
        """What came on standard output, up to and with these words."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + seconds
        while words.encode() not in self._seen:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, left))
            chunk = os.read(self.process.stdout.fileno(), 65_536) if ready else b""
            if not chunk:
                raise AssertionError(f"{words!r} never came; instead: {self._seen!r} {self._rest()!r}")
            self._seen += chunk
        return self._seen.decode(errors="replace")

    def _rest(self) -> bytes:
        return b"" if self.process.poll() is None else self.process.communicate()[1]

    def end(self, seconds: float = 10) -> Answer:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=seconds)
        return Answer(
            self.process.returncode, (self._seen + out).decode(errors="replace"), err.decode(errors="replace")
        )

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """The client dies; the server only sees the connection go."""
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()


def eventually(look: Any, seconds: float = 5.0) -> Any:
    """Look until it is true; the last look's value, true or not."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.03)
    return seen


def connect_from(console: Console, address: str = HOST, port: int = 0) -> socket.socket:
    """A bare TCP connection from that loopback address."""
    return socket.create_connection((HOST, port or console.port), 5, source_address=(address, 0))


def copied(furnished: Path, folder: Path) -> Path:
    """A volume of one's own."""
    shutil.copytree(furnished, folder, symlinks=True)
    return folder
