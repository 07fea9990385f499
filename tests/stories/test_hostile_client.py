"""Clients that mean harm, or are merely broken: refused, bounded, and nobody else notices."""

from __future__ import annotations

import base64
import socket
import subprocess
import time
from pathlib import Path

import paramiko
import pytest

from tests.stories.conftest import Keys, Opens
from tests.stories.console import HOST, Console, Operator, connect_from, eventually
from tests.stories.volume import open_sessions
from tests.stories.wire import CHANNEL_REQUEST, FAILURE, GONE, SUCCESS, Wire


@pytest.fixture(scope="module")
def console(opens: Opens) -> Console:
    return opens(
        AIFACTORY_SSH_MAX_PER_ADDRESS="8",
        AIFACTORY_SSH_MAX_UNAUTHENTICATED="16",
        AIFACTORY_SSH_LOGIN_SECONDS="5",
        AIFACTORY_SESSIONS_PER_PERSON="60",
    )


@pytest.fixture(autouse=True)
def _still_answers(console: Console, vera: Operator) -> object:
    """Every attack ends with the same look: somebody else gets an answer."""
    yield
    assert vera("whoami --json").row["username"] == "vera"


# -- before anybody signed in ------------------------------------------------------------------------------------------

NOT_UTF8 = base64.b64decode(
    "AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBItJ6SrHoJDT6IsBK3Tz9+nlACzrrAPzkQdHPUH3kUmo"
    "FUinwjw39wYHSjIQl0dVgIYo7XnEh01NL3zZwLVRjvsAAAAE1HNoOg=="
)
SHORT_CURVE = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x03abc"
HUGE_LENGTH = b"\x00\x00\x00\x07ssh-rsa\xff\xff\xff\xff"


@pytest.mark.parametrize(
    ("algorithm", "blob"),
    [
        ("sk-ecdsa-sha2-nistp256@openssh.com", NOT_UTF8),
        ("ssh-ed25519", SHORT_CURVE),
        ("ssh-rsa", HUGE_LENGTH),
        ("ssh-ed25519", b""),
        ("ssh-ed25519", b"\xff" * 30_000),
    ],
)
def test_a_malformed_key_is_refused_like_any_other(console: Console, algorithm: str, blob: bytes) -> None:
    """The hole: asyncssh's decoders raise UnicodeDecodeError and OverflowError on these, before anybody signed in."""
    with Wire(connect_from(console)) as wire:
        assert wire.ask("factory", "publickey", False, algorithm, blob) in (FAILURE, GONE)
        assert wire.ask("factory", "publickey", True, algorithm, blob, b"\x00\x00\x00\x01x") in (FAILURE, GONE)


@pytest.mark.parametrize(
    "banner",
    [
        b"SSH-2.0-\xff\xfe\xe4\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"SSH-2.0-x\r\n" + b"\xff" * 40_000,
        b"SSH-1.5-old\r\n",
    ],
)
def test_what_is_not_ssh_is_cut_off(console: Console, banner: bytes) -> None:
    with connect_from(console) as sock:
        sock.settimeout(8)
        assert sock.recv(64).startswith(b"SSH-2.0-")
        sock.sendall(banner)
        assert eventually(lambda: drained(sock), 8)


def drained(sock: socket.socket) -> bool:
    try:
        return sock.recv(65_536) == b""
    except ConnectionError:
        return True


def test_a_client_version_full_of_escapes_reaches_no_record_unwashed(console: Console, keys: Keys) -> None:
    with Wire(connect_from(console), "SSH-2.0-x\x1b]52;c;aGk=\x07") as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        assert wire.whoami() is not None
    clients = [e["details"].get("client", "") for e in console.entries() if e["action"] == "session.open"]
    assert any(client.startswith("SSH-2.0-x]52") for client in clients)
    assert not any("\x1b" in client or "\x07" in client for client in clients)


def test_the_login_time_is_bounded_for_those_who_say_nothing_and_for_those_who_talk_on(console: Console) -> None:
    with connect_from(console, "127.0.7.1") as mute, Wire(connect_from(console, "127.0.7.2")) as slow:
        mute.settimeout(9)
        slow.talk("oleg")
        started = time.monotonic()
        while mute.recv(4_096):
            pass
        assert time.monotonic() - started < 8
        assert eventually(lambda: not slow.transport.is_active(), 4)


def test_a_hundred_idle_connections_from_one_address_keep_nobody_else_out(console: Console, keys: Keys) -> None:
    """Slow loris: the attacker holds as many connections as it may; everybody else has places of their own."""
    idle = [connect_from(console, "127.0.8.1") for _ in range(100)]
    try:
        other = console.operator("oleg", keys.oleg, options=("-b", "127.0.8.2"))
        assert other("whoami --json", timeout=4).row["username"] == "oleg"
        greeted = sum(greets(sock) for sock in idle)
        assert greeted <= 8
    finally:
        for sock in idle:
            sock.close()


def greets(sock: socket.socket) -> bool:
    sock.settimeout(0.01)
    try:
        return sock.recv(8) == b"SSH-2.0-"
    except OSError:
        return False


def test_unauthenticated_connections_are_bounded_in_all(console: Console) -> None:
    idle = [connect_from(console, f"127.0.9.{n + 1}") for n in range(40)]
    try:
        time.sleep(0.3)
        assert sum(greets(sock) for sock in idle) <= 16
    finally:
        for sock in idle:
            sock.close()


def test_whoever_leaves_makes_room_at_once(console: Console, keys: Keys) -> None:
    for _ in range(3):
        idle = [connect_from(console) for _ in range(30)]
        for sock in idle:
            sock.close()
    assert console.operator("oleg", keys.oleg)("whoami --json", timeout=5).code == 0


# -- with a key in hand ------------------------------------------------------------------------------------------------


def test_no_forwarding_of_any_kind(console: Console, keys: Keys, tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as inside:
        port = inside.getsockname()[1]
        oleg = console.operator("oleg", keys.oleg)
        assert oleg("", options=("-W", f"{HOST}:{port}")).code == 255
        refused = oleg("whoami --json", options=("-o", "ExitOnForwardFailure=yes", "-R", f"0:{HOST}:{port}"))
        assert refused.code == 255
        streamed = oleg(
            "whoami --json", options=("-o", "ExitOnForwardFailure=yes", "-R", f"{tmp_path}/s:{HOST}:{port}")
        )
        assert streamed.code == 255
        inside.settimeout(0.2)
        with pytest.raises(TimeoutError):
            inside.accept()


def test_neither_agent_nor_x11_is_forwarded(console: Console, keys: Keys) -> None:
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect(
            HOST, console.port, "factory", key_filename=str(keys.oleg), look_for_keys=False, allow_agent=False
        )
        transport = client.get_transport()
        assert transport is not None
        channel = transport.open_session()
        with pytest.raises(paramiko.SSHException):
            channel.request_x11()
        channel = transport.open_session()
        assert channel.request_forward_agent(lambda _: None) is not None
        channel.exec_command("whoami --json")
        assert channel.recv_exit_status() == 0


@pytest.mark.parametrize("program", ["sftp", "scp", "scp -O"])
def test_no_file_is_copied_in_or_out(console: Console, keys: Keys, tmp_path: Path, program: str) -> None:
    (tmp_path / "mine").write_text("x")
    options = [
        "-F",
        "none",
        "-P",
        str(console.port),
        "-i",
        str(keys.oleg),
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "BatchMode=yes",
        "-o",
        "StrictHostKeyChecking=no",
        "-o",
        "UserKnownHostsFile=/dev/null",
    ]
    where = f"factory@{HOST}"
    words = [where] if program == "sftp" else [str(tmp_path / "mine"), f"{where}:/tmp/stolen"]
    done = subprocess.run(
        [*program.split(), *options, *words], capture_output=True, timeout=20, stdin=subprocess.DEVNULL
    )
    assert done.returncode != 0
    back = [*program.split(), *options, f"{where}:/etc/hostname", str(tmp_path / "got")]
    assert subprocess.run(back, capture_output=True, timeout=20, stdin=subprocess.DEVNULL).returncode != 0
    assert not (tmp_path / "got").exists()


def test_no_subsystem(oleg: Operator) -> None:
    assert oleg("netconf", options=("-s",)).code != 0


def test_a_command_line_of_100_kb_is_refused_and_the_next_channel_works(console: Console, keys: Keys) -> None:
    with Wire(connect_from(console)) as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        channel = wire.transport.open_session(timeout=5)
        with pytest.raises(paramiko.SSHException):
            channel.exec_command("users list " + "x" * 100_000)
        assert wire.whoami() is not None


def test_a_packet_of_a_megabyte_ends_the_connection(console: Console, keys: Keys) -> None:
    with Wire(connect_from(console)) as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        with pytest.raises(paramiko.SSHException):
            wire.transport.open_session(timeout=5).exec_command("users list " + "x" * 1_000_000)
        assert eventually(lambda: not wire.transport.is_active(), 5)


def test_a_command_line_that_is_not_utf8_is_refused_and_the_next_channel_works(console: Console, keys: Keys) -> None:
    with Wire(connect_from(console)) as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        channel = wire.transport.open_session(timeout=5)
        message = paramiko.Message()
        message.add_byte(bytes([CHANNEL_REQUEST]))
        message.add_int(channel.remote_chanid)
        message.add_string("exec")
        message.add_boolean(False)
        message.add_string(b"users \xff\xfe list")
        wire.write(message)
        assert wire.whoami() is not None


def test_input_that_is_not_utf8_is_refused_and_ends_nothing_else(oleg: Operator) -> None:
    with oleg.sharing() as shared:
        answer = shared("keys add --label x --key - --json", given=b"\xff\xfe\x00ssh-ed25519")
        assert (answer.code, answer.out) == (2, "")
        assert "UTF-8" in answer.err
        assert shared("whoami --json").code == 0


def test_input_without_end_is_refused_at_a_megabyte(oleg: Operator) -> None:
    answer = oleg("keys add --label x --key - --json", given=b"A" * 3_000_000)
    assert answer.code == 2
    assert "too long" in answer.err


@pytest.mark.parametrize("size", [(0, 0), (2**31, 2**31), (1, 1)])
def test_a_terminal_of_any_claimed_size_is_survived(console: Console, keys: Keys, size: tuple[int, int]) -> None:
    with Wire(connect_from(console)) as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        channel = wire.transport.open_session(timeout=5)
        channel.get_pty("xterm-256color", *size)
        channel.exec_command("whoami --json")
        assert b'"username":"oleg"' in channel.makefile().read()


@pytest.mark.parametrize("name", ["LD_PRELOAD", "AIFACTORY_PROD", "PATH", "LC_EVERYTHING", "\udcff"])
def test_an_environment_variable_that_is_not_on_the_list_is_refused(console: Console, keys: Keys, name: str) -> None:
    with Wire(connect_from(console)) as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        channel = wire.transport.open_session(timeout=5)
        with pytest.raises(paramiko.SSHException):
            wire.set_variable(channel, name.encode("utf-8", "surrogateescape"), b"1")


def test_a_variable_on_the_list_arrives_whatever_its_bytes(console: Console, keys: Keys) -> None:
    with Wire(connect_from(console)) as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        channel = wire.transport.open_session(timeout=5)
        for value in (b"es_ES.UTF-8", b"\xff\xfe\x1b[2J", b"x" * 100_000, b""):
            wire.set_variable(channel, b"LANG", value)
        channel.exec_command("whoami --json")
        assert b'"username":"oleg"' in channel.makefile().read()


def test_a_flood_of_variables_is_not_kept(console: Console, keys: Keys) -> None:
    """The hole: asyncssh keeps every variable of every channel; 40 MB of them cost the server 40 MB, and no sign-in."""
    with Wire(connect_from(console)) as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        channel = wire.transport.open_session(timeout=5)
        before = memory_of(console.pid)
        for n in range(400):
            wire.set_variable(channel, b"EVIL%d" % n, b"x" * 100_000, wait=False)
        channel.exec_command("whoami --json")
        assert b'"username":"oleg"' in channel.makefile().read()
        assert memory_of(console.pid) - before < 20_000


def memory_of(pid: int) -> int:
    """Resident memory in kB (proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def test_channels_of_one_connection_are_bounded(console: Console, keys: Keys) -> None:
    with Wire(connect_from(console)) as wire:
        assert wire.sign("factory", keys.oleg) == SUCCESS
        held = [wire.transport.open_session(timeout=5) for _ in range(10)]
        with pytest.raises(paramiko.SSHException):
            wire.transport.open_session(timeout=5)
        held[0].close()
        assert eventually(wire.whoami)


def test_a_command_line_full_of_tricks_is_answered_without_them(oleg: Operator) -> None:
    for line in ('users list "', "users\nlist", "users list --x\x1b[2J y"):
        answer = oleg(line)
        assert answer.code in (2, 3, 6), line
        assert "\x1b" not in answer.err


def test_a_client_that_vanishes_while_it_is_let_in_leaves_no_session(console: Console, keys: Keys) -> None:
    """The connection goes between the proof and the opened session: nobody was there to close it."""
    for pause in (0, 0, 0, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03):
        wire = Wire(connect_from(console))
        wire.sign_and_leave("factory", keys.ada, pause)
    assert eventually(lambda: not open_sessions(console.data, "ada"), 5)


def test_clients_killed_at_any_moment_leave_no_session(console: Console, keys: Keys) -> None:
    ada = console.operator("ada", keys.ada)
    for n in range(8):
        follow = ada.begin("whoami --json")
        time.sleep(n * 0.02)
        follow.kill()
    assert eventually(lambda: not open_sessions(console.data, "ada"), 5)
