"""FIDO keys without hardware: OpenSSH's own sk-dummy stands in for the token."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers import peer
from tests.stories.conftest import Keys, Opens
from tests.stories.console import Console, Operator
from tests.stories.volume import give_key, make_key, public

KINDS = ("ed25519-sk", "ecdsa-sk")


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Keys that ask for a touch, for a PIN as well, and for nothing."""
    dummy, folder = str(peer("sk_dummy")), tmp_path_factory.mktemp("tokens")
    made = {}
    for kind in KINDS:
        for flag in ("touch", "verify-required", "no-touch-required"):
            more = ("-w", dummy) if flag == "touch" else ("-w", dummy, "-O", flag)
            made[f"{kind} {flag}"] = make_key(folder / f"{kind}-{flag}", kind, *more)
    return made


@pytest.fixture(scope="module")
def console(opens: Opens, tokens: dict[str, Path]) -> Console:
    console = opens(factors=True, start=False)
    for key in tokens.values():
        give_key(console.data, "oleg", key)
    return console.start()


def person(console: Console, key: Path, client: str = "ssh") -> Operator:
    return console.operator("oleg", key, client=client, options=("-o", f"SecurityKeyProvider={peer('sk_dummy')}"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_touch_is_one_factor(console: Console, tokens: dict[str, Path], kind: str) -> None:
    me = person(console, tokens[f"{kind} touch"])("whoami --json").row
    assert (me["username"], me["stage"], me["factor"]) == ("oleg", "half_open", "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_touch_with_a_pin_is_two(console: Console, tokens: dict[str, Path], kind: str) -> None:
    me = person(console, tokens[f"{kind} verify-required"])("whoami --json").row
    assert (me["stage"], me["factor"]) == ("full", "key+pin")


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_nobody_touched_signs_nobody_in(console: Console, tokens: dict[str, Path], kind: str) -> None:
    assert person(console, tokens[f"{kind} no-touch-required"])("whoami --json").code == 255


def test_openssh_10_signs_in_with_the_same_token(console: Console, tokens: dict[str, Path]) -> None:
    newer = person(console, tokens["ed25519-sk verify-required"], client=str(peer("ssh10")))
    newer.environment["SSH_SK_HELPER"] = str(peer("ssh10_sk_helper"))
    assert newer("whoami --json").row["factor"] == "key+pin"


def test_a_token_is_registered_by_command_like_any_key(console: Console, keys: Keys, tmp_path: Path) -> None:
    token = make_key(tmp_path / "mine", "ed25519-sk", "-w", str(peer("sk_dummy")), "-O", "verify-required")
    sue = console.operator("sue", keys.sue)
    added = sue(f"keys add --label token --key - --json --code {sue.fresh_code()}", given=public(token))
    assert added.row["hardware"] is True
    me = person(console, token)("whoami --json").row
    assert (me["username"], me["stage"]) == ("sue", "full")


def test_the_record_says_that_the_pin_was_checked(console: Console, tokens: dict[str, Path]) -> None:
    session = person(console, tokens["ecdsa-sk verify-required"])("whoami --json").row["session"]
    (entry,) = [e for e in console.entries() if e["action"] == "session.open" and e["session_id"] == session]
    assert entry["details"]["factor"] == "key+pin"
