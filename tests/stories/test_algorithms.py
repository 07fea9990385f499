"""What ssh-audit says about us, and the two profiles."""

from __future__ import annotations

import json
import stat
import subprocess
from typing import Any

from tests.peers import peer
from tests.stories.conftest import Keys, Opens
from tests.stories.console import HOST, Console


def audit(console: Console) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [str(peer("ssh_audit")), "-m", "ssh_audit.ssh_audit", "-jj", "-p", str(console.port), HOST],
        timeout=60,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, json.loads(done.stdout)


def notes(report: dict[str, Any], kind: str) -> set[str]:
    """`algorithm: sentence` for every note of that kind."""
    return {
        f"{entry['algorithm']}: {note}"
        for part in ("kex", "key", "enc", "mac")
        for entry in report[part]
        for note in entry["notes"].get(kind, ())
    }


def test_ssh_audit_finds_no_failure_and_warns_of_curve25519_only(console: Console) -> None:
    code, report = audit(console)
    assert notes(report, "fail") == set()
    assert {note.partition(":")[0] for note in notes(report, "warn")} <= {
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
    }
    assert code in (0, 2)
    assert report["compression"] == ["none"]
    assert [key["algorithm"] for key in report["key"]] == ["ssh-ed25519"]
    assert "asyncssh" not in json.dumps(report["banner"]).lower()


def test_with_strict_pq_ssh_audit_has_nothing_to_say(opens: Opens, keys: Keys) -> None:
    strict = opens(AIFACTORY_SSH_STRICT_PQ="1")
    code, report = audit(strict)
    assert (code, notes(report, "fail"), notes(report, "warn")) == (0, set(), set())
    assert strict.operator("oleg", keys.oleg, client=str(peer("ssh10")))("whoami --json").row["username"] == "oleg"
    old = strict.operator("oleg", keys.oleg, options=("-o", "LogLevel=INFO"))("whoami --json")
    assert old.code == 255
    assert "no matching key exchange" in old.err


def test_the_host_key_is_private_and_stays_the_same(console: Console) -> None:
    file = console.data / "secrets" / "ssh_host_ed25519_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    console.stop()
    console.start()
    assert file.read_bytes() == before
    prints = {line.split()[2] for line in console.said.splitlines() if line.startswith("Host key:")}
    assert len(prints) == 1
    shown = subprocess.run([peer("ssh_keygen"), "-lf", str(file)], capture_output=True, text=True, check=True).stdout
    assert prints.pop() == shown.split()[1]


def test_a_session_survives_rekeying(console: Console, keys: Keys) -> None:
    person = console.operator("oleg", keys.oleg, options=("-o", "RekeyLimit=16K"))
    with person.sharing() as shared:
        for _ in range(3):
            assert shared("help --json").code == 0
