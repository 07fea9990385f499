"""The visitors' door of a public demo: anybody, nothing to guess, nothing to break."""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from pathlib import Path

import paramiko
import pytest

from tests.stories.conftest import Keys, Opens
from tests.stories.console import Answer, Console, Operator, connect_from, eventually
from tests.stories.volume import open_sessions
from tests.stories.wire import SUCCESS, Wire


@pytest.fixture(scope="module")
def console(opens: Opens) -> Console:
    return opens(AIFACTORY_DEMO_READONLY="1", AIFACTORY_KIOSK_MAX_SESSIONS="6", AIFACTORY_KIOSK_MAX_PER_ADDRESS="3")


@pytest.fixture
def visitor(console: Console) -> Operator:
    """Somebody with a client and nothing else."""
    return console.operator("visitor", port=console.kiosk_port)


def test_anybody_is_let_in_under_any_name_as_the_same_visitor(visitor: Operator, console: Console) -> None:
    for login in ("visitor", "sue", "root", "factory"):
        me = visitor("whoami --json", login=login).row
        assert (me["username"], me["role"], me["door"]) == ("visitor", "visitor", "kiosk")
    assert visitor.asked == []


def test_an_administrators_key_makes_no_administrator_here(console: Console, keys: Keys) -> None:
    sue = console.operator("sue", keys.sue, port=console.kiosk_port)
    assert sue("whoami --json", login="sue").row["role"] == "visitor"
    with Wire(connect_from(console, port=console.kiosk_port)) as wire:
        assert wire.sign("sue", keys.sue) == SUCCESS
        me = wire.whoami()
        assert me is not None
        assert me["role"] == "visitor"


def test_nothing_changes_anything_but_what_the_demo_allows(visitor: Operator, console: Console) -> None:
    """Every operation of the catalogue, asked as a stranger would ask it."""
    rows = visitor("help --json").rows
    refused: set[tuple[str, str]] = set()
    answered: set[tuple[str, str]] = set()
    with ExitStack() as stack:
        channel = stack.enter_context(Talk(console))
        for row in rows:
            answer = channel(
                f"{row['name'].replace('.', ' ')} {' '.join('a-word-of-mine' for _ in row['options'][:1])}"
            )
            (answered if answer.code in (0, 6) else refused).add((row["name"], row["risk"]))
    assert {name for name, risk in answered if risk != "look"} <= {"products.create"}
    assert {
        "users.list",
        "settings.list",
        "sessions.list",
        "audit.search",
        "mfa.enrol",
        "keys.add",
        "password.change",
        "factory.hold",
        "products.approve",
        "users.create",
        "audit.export",
    } <= {name for name, _ in refused}


class Talk:
    """One kiosk connection with many channels, since a visitor's address has few connections."""

    def __init__(self, console: Console, address: str = "127.0.11.1") -> None:
        self._wire = Wire(connect_from(console, address, console.kiosk_port))
        assert self._wire.ask("visitor", "none") == SUCCESS

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.transport.close()

    def __call__(self, command: str) -> Answer:
        channel = self._wire.transport.open_session(timeout=5)
        channel.exec_command(command)
        channel.shutdown_write()
        out, err = channel.makefile().read(), channel.makefile_stderr().read()
        return Answer(channel.recv_exit_status(), out.decode(), err.decode())


def test_a_visitor_may_create_a_few_products_and_no_more(console: Console) -> None:
    with Talk(console, "127.0.11.2") as visitor:
        brief = "A small museum wants a page with its opening hours and its address."
        codes = [visitor(f"products create --brief '{brief}' --json").code for _ in range(5)]
    assert codes[0] == 0
    assert codes[-1] != 0


def test_visitors_of_one_address_are_capped_and_others_still_come_in(console: Console) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(Talk(console, "127.0.12.1"))
        with pytest.raises((AssertionError, paramiko.SSHException, OSError, EOFError)):
            Talk(console, "127.0.12.1")
        with Talk(console, "127.0.12.2") as other:
            assert other("whoami --json").code == 0


def test_visitors_are_capped_in_all_and_the_operators_door_does_not_notice(console: Console, oleg: Operator) -> None:
    with ExitStack() as stack:
        for n in range(6):
            stack.enter_context(Talk(console, f"127.0.13.{n + 1}"))
        with pytest.raises((AssertionError, paramiko.SSHException, OSError, EOFError)):
            Talk(console, "127.0.13.99")
        assert oleg("whoami --json").row["username"] == "oleg"
    assert eventually(lambda: not open_sessions(console.data, "visitor"))
    with Talk(console, "127.0.13.99") as later:
        assert later("whoami --json").code == 0


def test_idle_strangers_at_the_kiosk_do_not_fill_it_for_good(opens: Opens) -> None:
    console = opens(AIFACTORY_DEMO_READONLY="1", AIFACTORY_SSH_LOGIN_SECONDS="5", AIFACTORY_KIOSK_MAX_SESSIONS="6")
    idle = [connect_from(console, f"127.0.14.{n + 1}", console.kiosk_port) for n in range(10)]
    try:
        assert eventually(lambda: comes_in(console), 9)
    finally:
        for sock in idle:
            sock.close()


def comes_in(console: Console) -> bool:
    try:
        with Talk(console, "127.0.14.99") as visitor:
            return visitor("whoami --json").code == 0
    except (AssertionError, paramiko.SSHException, OSError, EOFError):
        return False


def test_two_visitors_own_nothing_of_each_others(console: Console) -> None:
    with Talk(console, "127.0.15.1") as one, Talk(console, "127.0.15.2") as two:
        assert json.loads(one("whoami --json").out)["session"] != json.loads(two("whoami --json").out)["session"]


def test_without_demo_there_is_no_second_door(opens: Opens) -> None:
    console = opens()
    assert console.kiosk_port == 0
    assert "Visitors" not in console.said
    assert len(listening(console.pid)) == 1


def listening(pid: int) -> set[str]:
    """The listening TCP sockets of a process (proc(5): state 0A)."""
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[3] == "0A"}
    return sockets & {os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}
