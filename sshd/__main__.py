"""Start: check the house, open the core, listen. Called by run.sh."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from pathlib import Path

from pydantic import ValidationError

from core.config import Config, read_config
from core.errors import CoreError
from core.startup import Reason, before_opening
from core.store.migrate import SchemaError
from sshd import demo_volume, first_start
from sshd.house_keeping import serve
from tui.lean import UnsafeToStart


def arguments(given: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./run.sh", description="Start the AI-Factory console.")
    parser.add_argument("command", nargs="?", choices=["serve", "init", "demo-reset"], default="serve",
                        help="serve (default); init asks for the first password and stops;"
                             " demo-reset empties a volume of demonstration data and fills it anew")  # fmt: skip
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=2222, help="port to listen on (default %(default)s)")
    parser.add_argument("--kiosk-port", type=int, default=2223, help="the visitors' port in demo (default %(default)s)")
    parser.add_argument("--data", type=Path, help="where all state lives (default data, or AIFACTORY_DATA_ROOT)")
    parser.add_argument("--demo-data", action="store_true", help="fill an empty volume with people, products, history")
    return parser.parse_args(given)


def settings(asked: argparse.Namespace) -> Config:
    """The environment and the command line; exits with every fault named."""
    try:
        return read_config(**({"data_root": asked.data} if asked.data else {}))
    except ValidationError as fault:
        for error in fault.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in error["loc"]).upper()
            tell(f"AIFACTORY_{name}: {error['msg']}")
        raise SystemExit(2) from None


def tell(words: str) -> None:
    """A line for whoever started us."""
    sys.stderr.write(f"{words}\n")


def refuse(reasons: list[Reason]) -> None:
    """Print every reason with its cure and leave with 1, when there is any."""
    if not reasons:
        return
    tell("The console does not start:")
    for reason in reasons:
        tell(f"  ✗ {reason.what}\n    → {reason.cure}")
    raise SystemExit(1)


def main(given: list[str]) -> int:
    """Run one command; the exit code."""
    asked = arguments(given)
    config = settings(asked)
    os.umask(0o077)
    try:
        refuse(before_opening(config))
        if asked.command == "demo-reset":
            demo_volume.empty(config)
            asked.demo_data = True
        first = first_start.plan(config, command=asked.command, terminal=sys.stdin.isatty())
    except KeyboardInterrupt:
        tell("\nNothing was created.")
        return 130
    except CoreError as refusal:
        tell(str(refusal))
        return 2
    except (sqlite3.Error, OSError) as fault:
        return _cannot(fault, config)
    try:
        return serve(config, asked, first, tell)
    except CoreError as refusal:
        tell(str(refusal))
        return 1
    except (UnsafeToStart, SchemaError) as fault:
        tell(f"The console does not start: {fault}")
        return 1
    except (sqlite3.Error, OSError) as fault:
        return _cannot(fault, config, f"{asked.host} port {asked.port}")


def _cannot(fault: sqlite3.Error | OSError, config: Config, where: str = "") -> int:
    if isinstance(fault, OSError):
        tell(f"Cannot start: {fault.strerror or fault}: {fault.filename or where}")
    else:
        tell(f"Cannot start: the store in {config.state_dir}: {fault}")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
