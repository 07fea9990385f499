"""What a line is, byte for byte."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audit.entry import (
    GENESIS,
    MAX_LINE,
    MEMBERS,
    Draft,
    Malformed,
    Severity,
    Unfit,
    fit,
    link,
    own_hash,
    read_entry,
    strict,
)
from core.audit.tail import encode

VECTOR = Path(__file__).with_name("audit_vector.jsonl")


def draft(**details: Any) -> Draft:
    return Draft(
        action="users.create", actor="ana", resource="people/bo", outcome="done", details=details,
        severity=Severity.INFO, ip_address="10.0.0.7", session_id="k3v9",
        id="0" * 32, at=datetime(2026, 11, 21, 15, 4, 5, 60, UTC),
    )  # fmt: skip


def line_of(one: Draft, seq: int = 1) -> bytes:
    return link(GENESIS.encode(), seq, encode(fit(one)))[0]


def test_the_bytes_and_hashes_of_the_vector_never_change() -> None:
    first = draft(username="bo", role="viewer", attempts=3, forced=False, note=None, tags=["a", {"b": -1}])
    second = replace(draft(говорит='«да»\n\t"\\'), severity=Severity.CRITICAL, actor="agent:pm")
    one, tip = link(GENESIS.encode(), 1, encode(fit(first)))
    two, _ = link(tip, 2, encode(fit(second)))
    assert one + two == VECTOR.read_bytes()


def test_the_hash_is_that_of_the_bytes_before_it_so_that_a_shell_can_check_it() -> None:
    line = line_of(draft(role="viewer"))
    assert hashlib.sha256(line[:-76]).hexdigest() == json.loads(line)["hash"]
    assert list(json.loads(line)) == MEMBERS


def test_genesis_is_the_digest_of_a_sentence_of_ours() -> None:
    assert hashlib.sha256(b"AI-Factory console: the record begins here").hexdigest() == GENESIS


@pytest.mark.parametrize(
    "details",
    [
        {"hash": "x"},
        {"deep": [{"previous_hash": "x"}]},
        {"share": 0.5},
        {"share": float("nan")},
        {"big": 2**53},
        {"raw": b"bytes"},
        {"when": datetime(2026, 1, 1, tzinfo=UTC)},
        {"a\x00": 1, "a": 2},
    ],
)
def test_what_readers_could_understand_differently_is_refused(details: dict[str, Any]) -> None:
    with pytest.raises(Unfit):
        fit(draft(**details))


def test_a_time_without_zone_and_a_strange_id_are_refused() -> None:
    with pytest.raises(Unfit):
        fit(replace(draft(), at=datetime(2026, 1, 1)))  # noqa: DTZ001
    with pytest.raises(Unfit):
        fit(replace(draft(), id='"}\n'))


def test_controls_that_steer_a_terminal_never_reach_a_line() -> None:
    """The hole: `audit show` prints what a peer chose. The attack: OSC 52, C1, bidi, half a surrogate."""
    evil = "\x1b]52;c;eHg=\x07 \x9b31m \u202egnp.exe \x00\ud800\r"
    washed = fit(replace(draft(note=evil, **{evil: "x"}), actor=evil + "\nsecond", ip_address=evil))
    line = line_of(washed)
    assert not set("\x1b\x07\x9b\u202e\x00\r") & set(line.decode())
    assert "\\u00" not in line.decode()
    assert washed.actor.count("\n") == 0


@pytest.mark.parametrize(
    "details",
    [
        {"log": "x" * 200_000},
        {"log": "\n" * 60_000},
        {"log": "€" * 30_000, "reason": "kept"},
        {f"k{number}": "y" * 100 for number in range(2_000)},
    ],
)
def test_too_much_is_shortened_with_a_mark_rather_than_lost(details: dict[str, Any]) -> None:
    line = line_of(draft(**details))
    kept = json.loads(line)["details"]
    assert len(line) <= MAX_LINE
    assert kept["truncated_bytes"] > MAX_LINE // 2
    assert kept.get("reason", "kept") == "kept"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(details=st.dictionaries(st.text(max_size=8), _JSON, max_size=5), actor=st.text(max_size=300))
def test_whatever_fits_makes_a_line_that_strict_readers_take(details: dict[str, Any], actor: str) -> None:
    try:
        ready = fit(replace(draft(), details=details, actor=actor))
    except Unfit:
        return
    line = link(GENESIS.encode(), 7, encode(ready))[0]
    strict(line[:-1])
    entry = read_entry(line, "f", 1)
    assert entry is not None
    assert (entry.sound, entry.seq, entry.actor, entry.details) == (True, 7, ready.actor, ready.details)
    assert len(line) <= MAX_LINE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"role":"viewer"', b'"role":"viewer","role":"admin"'),
        (b'"outcome":"done"', b'"outcome":"done","outcome":"refused"'),
        (b'"role":"viewer"', b'"role":0.5'),
        (b'"role":"viewer"', b'"role":NaN'),
        (b'"role":"viewer"', b'"role":9007199254740992'),
        (b'"role":"viewer"', b'"role":{"hash":"x"}'),
        (b'"role":"viewer"', b'"r\\u006fle":"x","role":"viewer"'),
        (b'"role":"viewer"', b'"role":"\xff"'),
        (b'"severity":"info"', b'"severity":"loud"'),
        (b'"actor":"ana"', b'"actor":7'),
        (b'"actor":"ana",', b""),
        (b'"seq":1,', b'"seq":1 ,'),
    ],
)
def test_a_line_that_readers_would_understand_differently_is_malformed(old: bytes, new: bytes) -> None:
    line = line_of(draft(role="viewer"))[:-1]
    assert own_hash(line)
    strict(line)
    changed = line.replace(old, new)
    if new == b'"seq":1 ,':
        strict(changed)  # one meaning only; the frame is the hot loop's business
        return
    with pytest.raises(Malformed):
        strict(changed)
