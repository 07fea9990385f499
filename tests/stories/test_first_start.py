"""The first start: who is asked for a password, what is left on disk, what production refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pexpect

from tests.stories.newcomer import GOOD, WEAK, at_a_terminal, mode, run, start, verify
from tests.stories.volume import look


def test_without_a_terminal_the_password_waits_in_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    with start(tmp_path / "data") as console:
        console.stop()

    waiting = tmp_path / "data" / "secrets" / "bootstrap_admin.txt"
    words = waiting.read_text()
    assert mode(waiting) == 0o600
    assert mode(waiting.parent) == 0o700
    assert re.fullmatch(r"username: admin\npassword: \S{20,}\n", words)
    password = words.split()[-1]
    assert password not in console.said
    assert str(waiting) in console.said
    assert f"ssh -p {console.port} factory@127.0.0.1" in console.said
    assert re.search(r"SHA256:[A-Za-z0-9+/]{43}", console.said)
    (admin,) = look(tmp_path / "data", "SELECT username, role, must_change FROM people")
    assert admin == {"username": "admin", "role": "super_admin", "must_change": 1}


def test_a_volume_that_has_people_is_never_reset(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with start(data, AIFACTORY_DEV_BOOTSTRAP_PASSWORD=GOOD) as console:
        console.stop()
    before = look(data, "SELECT id, username, role, password_hash, must_change FROM people")
    host_key = next((data / "secrets").glob("*host*")).read_bytes()

    with start(data, AIFACTORY_DEV_BOOTSTRAP_PASSWORD="another-password") as console:
        console.stop()
    again = run("init", "--data", str(data))

    assert look(data, "SELECT id, username, role, password_hash, must_change FROM people") == before
    assert next((data / "secrets").glob("*host*")).read_bytes() == host_key
    assert not (data / "secrets" / "bootstrap_admin.txt").exists()
    assert (again.returncode, "never reset" in again.stderr) == (2, True)


def test_a_graceful_stop_ends_with_a_checkpoint_over_everything_on_record(tmp_path: Path) -> None:
    with start(tmp_path / "data", AIFACTORY_DEV_BOOTSTRAP_PASSWORD=GOOD) as console:
        code = console.stop()

    audit = tmp_path / "data" / "logs" / "audit"
    entries = sum(len(path.read_bytes().splitlines()) for path in audit.glob("audit-*.jsonl"))
    # A signed note begins with two lines: its origin, and the number of entries that it covers.
    covered = int((audit / "checkpoint").read_text().splitlines()[1])
    assert code == 0, console.said
    assert "Traceback" not in console.said
    assert entries > 0
    assert covered == entries
    assert verify(tmp_path / "data").returncode == 0


def test_secrets_are_nobody_elses_even_under_a_careless_umask(tmp_path: Path) -> None:
    with start(tmp_path / "data", umask="0000") as console:
        console.stop()

    secrets = tmp_path / "data" / "secrets"
    assert {path.name: oct(mode(path)) for path in secrets.iterdir() if mode(path) != 0o600} == {}
    assert mode(secrets) == 0o700


def test_with_a_terminal_the_password_is_asked_for_twice_and_never_shown(tmp_path: Path) -> None:
    console = at_a_terminal(tmp_path / "data")
    typed = ["short", GOOD, "something else", GOOD, GOOD]
    said = ""
    for word in typed:
        console.expect(r"Password for admin \(at least 8 characters\): |The same again: ")
        said += console.before + console.after
        console.sendline(word)
    console.expect(r"Sign in: +ssh -p \d+ factory@127\.0\.0\.1")
    said += console.before
    console.sendintr()
    console.expect(pexpect.EOF)
    console.close()

    assert not [word for word in typed if f"\n{word}" in said or f" {word}\r" in said]
    assert GOOD not in said
    assert "not the same" in said
    assert console.exitstatus == 0
    assert look(tmp_path / "data", "SELECT username, must_change FROM people") == [
        {"username": "admin", "must_change": 0}
    ]
    assert not (tmp_path / "data" / "secrets" / "bootstrap_admin.txt").exists()


def test_ctrl_c_at_the_question_creates_nothing(tmp_path: Path) -> None:
    console = at_a_terminal(tmp_path / "data")
    console.expect("Password for admin")
    console.sendintr()
    console.expect(pexpect.EOF)
    console.close()

    assert console.exitstatus == 130
    assert "Traceback" not in console.before
    assert not (tmp_path / "data").exists()


def test_init_wants_twelve_characters_and_ends_when_it_has_them(tmp_path: Path) -> None:
    console = at_a_terminal(tmp_path / "data", "init")
    console.expect(r"at least 12 characters\): ")
    console.sendline("eleven-char")
    console.expect(r"at least 12 characters\): ")
    console.sendline("twelve-chars")
    console.expect("The same again: ")
    console.sendline("twelve-chars")
    console.expect(pexpect.EOF)
    console.close()

    assert console.exitstatus == 0
    assert "listening" not in console.before
    assert look(tmp_path / "data", "SELECT username FROM people") == [{"username": "admin"}]


def test_init_without_a_terminal_asks_nobody_and_creates_nothing(tmp_path: Path) -> None:
    refused = run("init", "--data", str(tmp_path / "data"))

    assert refused.returncode == 2
    assert "terminal" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_short_development_password_is_refused_before_anything_is_created(tmp_path: Path) -> None:
    refused = run("--data", str(tmp_path / "data"), "--port", "0", AIFACTORY_DEV_BOOTSTRAP_PASSWORD="7-chars")

    assert refused.returncode == 2
    assert "at least 8" in refused.stderr
    assert "7-chars" not in refused.stderr
    assert not (tmp_path / "data").exists()


def test_production_tells_every_reason_at_once_and_never_listens(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "secrets").mkdir(parents=True)
    (data / "secrets").chmod(0o700)
    loose = data / "secrets" / "left_open.key"
    loose.touch(0o644)
    loose.chmod(0o644)

    refused = run("--data", str(data), "--port", "0", AIFACTORY_PROD="1", AIFACTORY_DEMO_READONLY="1",
                  AIFACTORY_MFA_REQUIRED="0", AIFACTORY_DEV_BOOTSTRAP_PASSWORD=WEAK)  # fmt: skip

    assert refused.returncode == 1
    for reason in (
        "AIFACTORY_DEMO_READONLY",
        "AIFACTORY_MFA_REQUIRED",
        "known weak password",
        f"chmod 600 {loose}",
    ):
        assert reason in refused.stderr
    assert refused.stderr.count("✗") == refused.stderr.count("→") == 4
    assert WEAK not in refused.stderr
    assert "listening" not in refused.stderr
    assert not (data / "state").exists()


def test_production_refuses_an_account_that_everybody_knows_the_password_of(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with start(data, AIFACTORY_DEV_BOOTSTRAP_PASSWORD="admin123") as console:
        console.stop()

    refused = run("--data", str(data), "--port", "0", AIFACTORY_PROD="1")

    assert refused.returncode == 1
    assert "admin" in refused.stderr
    assert "weak" in refused.stderr
    assert "listening" not in refused.stderr
