"""One line of the record: what goes in, what stands on disk, and how a line is sealed and read.

A line is `{"previous_hash":"<64 hex>","seq":<n>,<members>,"hash":"<64 hex>"}` and LF, where `hash` is the
SHA-256 of the exact bytes before `,"hash":"`: `head -c -76 | sha256sum` checks a line without any JSON
parser. The verifier imports this file and nothing else of ours, so only the standard library is used here.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.json_value import JsonObject, JsonValue

GENESIS = hashlib.sha256(b"AI-Factory console: the record begins here").hexdigest()
"""The previous_hash of the very first line, which has seq 1."""

MAX_LINE = 64 * 1024
"""Bytes of a line with its LF, so that the tip always lies in the last 64 KiB."""

HEAD = b'{"previous_hash":"'
TAIL = b',"hash":"'
SEALED_BYTES = len(TAIL) + 64 + len(b'"}')
"""How many bytes at the end of a line (without LF) are not hashed."""

MEMBERS = [
    "previous_hash", "seq", "timestamp", "action", "actor", "resource", "outcome", "details",
    "severity", "ip_address", "session_id", "id", "hash",
]  # fmt: skip

_INT_LIMIT = 2**53  # from there on JSON parsers disagree (RFC 8259, section 6)
_DEPTH_LIMIT = 16
_RESERVED = frozenset({"hash", "previous_hash"})
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_SEGMENT = re.compile(r"audit-(\d{8}-\d{6})(?:-(\d{3}))?\.jsonl")
_HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|(?P<half>[\ud800-\udfff])"
)
_TEXTS = ("action", "actor", "resource", "outcome", "ip_address", "session_id")


class Unfit(ValueError):
    """The draft holds something that no line may hold."""


class Malformed(ValueError):
    """The bytes are not a line that our writer could have written."""


class Severity(StrEnum):
    """How much attention an entry deserves."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


def _new_id() -> str:
    return uuid.uuid4().hex


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody wants on record; `fit` makes it harmless, the chain gives it a number and a hash."""

    action: str
    actor: str
    resource: str
    outcome: str
    details: JsonObject
    severity: Severity
    ip_address: str
    session_id: str
    id: str = field(default_factory=_new_id)
    """Unique; an outbox finds its entry by this after a crash."""
    at: datetime = field(default_factory=_now)
    """Aware; written as UTC."""


@dataclass(frozen=True)
class Entry:
    """A line as it was found on disk."""

    seq: int
    timestamp: str
    """RFC 3339, UTC, microseconds."""
    action: str
    actor: str
    resource: str
    outcome: str
    details: JsonObject
    severity: Severity
    ip_address: str
    session_id: str
    id: str
    previous_hash: str
    hash: str
    file: str
    line: int
    """1-based."""
    raw: bytes
    """With its LF, byte for byte."""
    sound: bool
    """The hash was recomputed from the bytes and agrees; its links are the verifier's matter."""


def wash(text: str) -> str:
    """Drop control characters (C0 but newline and tab, DEL, C1, bidi); a lone surrogate becomes U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return _HOSTILE.sub(lambda found: "\ufffd" if found["half"] else "", text)


def fit(draft: Draft) -> Draft:
    """Wash every text and shorten what is too long, saying so; raises Unfit for what must not be there."""
    members = members_of(draft)
    details: dict[str, JsonValue] = members["details"]
    if 4 * len(repr(details)) > MAX_LINE // 2:  # a cheap upper bound spares measuring nearly every draft
        details = shorten(details)
    texts = {name: members[name] for name in _TEXTS}
    return Draft(**texts, details=details, severity=Severity(draft.severity), id=draft.id, at=draft.at)


def members_of(draft: Draft) -> dict[str, Any]:
    """The members of a line that a draft gives, washed, in order; details may still be too long."""
    if not _ID.fullmatch(draft.id):
        raise Unfit("an id is 1 to 64 letters, digits or . _ : -")
    if draft.at.tzinfo is None:
        raise Unfit("a time needs its zone")
    return {
        "timestamp": timestamp(draft.at),
        "action": _one_line(draft.action, 128),
        "actor": _one_line(draft.actor, 256),
        "resource": _one_line(draft.resource, 512),
        "outcome": _one_line(draft.outcome, 64),
        "details": _clean_object(draft.details, _DEPTH_LIMIT),
        "severity": str(Severity(draft.severity)),
        "ip_address": _one_line(draft.ip_address, 64),
        "session_id": _one_line(draft.session_id, 128),
        "id": draft.id,
    }


def _one_line(text: str, most: int) -> str:
    if len(text) <= most and text.isascii() and text.isprintable():
        return text
    washed = " ".join(wash(text).split())
    return washed if len(washed) <= most else washed[: most - 1] + "…"


def _clean(value: JsonValue, depth: int) -> JsonValue:
    if isinstance(value, str):
        return str(value) if value.isascii() and value.isprintable() else wash(str(value))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if not -_INT_LIMIT < value < _INT_LIMIT:
            raise Unfit("an integer of 2**53 or more means different things to different readers; write it as text")
        return int(value)
    if isinstance(value, Mapping):
        return _clean_object(value, depth)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        if depth == 0:
            raise Unfit("details are nested too deeply")
        return [_clean(item, depth - 1) for item in value]
    raise Unfit(f"a {type(value).__name__} cannot stand on record; write it as text")


def _clean_object(value: JsonObject, depth: int) -> dict[str, JsonValue]:
    if depth == 0:
        raise Unfit("details are nested too deeply")
    clean: dict[str, JsonValue] = {}
    for name, member in value.items():
        if not isinstance(name, str):
            raise Unfit("the name of a member is text")
        name = wash(str(name))
        if name in _RESERVED or name in clean:
            raise Unfit("a member may not be called hash or previous_hash, nor stand twice")
        clean[name] = _clean(member, depth - 1)
    return clean


def _json_size(value: JsonValue) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def shorten(details: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Cut the longest texts until the details fit; `truncated_bytes` tells how large they were."""
    room = MAX_LINE - 8 * 1024
    size = _json_size(details)
    if size <= room:
        return details
    for most in (8192, 2048, 512, 128, 32):
        short = {name: _cut(member, most) for name, member in details.items()}
        short["truncated_bytes"] = size
        if _json_size(short) <= room:
            return short
    whole = json.dumps(details, ensure_ascii=False, separators=(",", ":")).encode()
    return {"truncated_bytes": size, "sha256": hashlib.sha256(whole).hexdigest()}


def _cut(value: JsonValue, most: int) -> JsonValue:
    if isinstance(value, str):
        return value if len(value) <= most else f"{value[:most]}… [{len(value) - most} characters cut]"
    if isinstance(value, Mapping):
        return {name: _cut(member, most) for name, member in value.items()}
    if isinstance(value, Sequence):
        return [_cut(item, most) for item in value]
    return value


def timestamp(at: datetime) -> str:
    """RFC 3339, UTC, always with microseconds, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def link(previous: bytes, seq: int, body: bytes) -> tuple[bytes, bytes]:
    """Chain one body (`"timestamp":…,"id":"…"`) to the hex hash before it; the line with LF, its hex hash."""
    hashed = b'{"previous_hash":"%b","seq":%d,%b' % (previous, seq, body)
    seal = hashlib.sha256(hashed).hexdigest().encode()
    return b'%b,"hash":"%b"}\n' % (hashed, seal), seal


def segments(folder: Path) -> list[Path]:
    """The chain's files, oldest first, by the order in their names."""
    found = [(match[1], match[2] or "", path) for path in folder.iterdir() if (match := _SEGMENT.fullmatch(path.name))]
    return [path for _, _, path in sorted(found)]


def segment_stamp(name: str) -> tuple[datetime, int]:
    """When a segment was begun, to the second, and its number within that second."""
    match = _SEGMENT.fullmatch(name)
    if match is None:
        raise ValueError(name)
    return datetime.strptime(match[1] + "+0000", "%Y%m%d-%H%M%S%z"), int(match[2] or 0)


def segment_name(begun: datetime, number: int = 0) -> str:
    """The name of a segment that begins now; see `segment_stamp`."""
    suffix = f"-{number:03d}" if number else ""
    return f"audit-{begun.astimezone(UTC):%Y%m%d-%H%M%S}{suffix}.jsonl"


def own_hash(line: bytes) -> bytes | None:
    """The hex hash that stands in a line without LF, when frame and recomputed hash agree; else None."""
    seal = line[-66:-2]
    if not line.startswith(HEAD) or not line.endswith(b'"}') or line[-SEALED_BYTES:-66] != TAIL:
        return None
    return seal if hashlib.sha256(line[:-SEALED_BYTES]).hexdigest().encode() == seal else None


def seq_of(line: bytes) -> int | None:
    """The number of a line, read where our writer puts it."""
    found = re.match(rb'\{"previous_hash":"[0-9a-f]{64}","seq":([1-9][0-9]{0,15}),', line)
    return int(found[1]) if found else None


_TEXT = rb'"[^"\\\x00-\x1f\x7f]*+"'
_VALUE = rb"(?:" + _TEXT + rb"|-?(?:0|[1-9][0-9]{0,14}+)|true|false|null)"
_PLAIN = re.compile(
    rb'\{"previous_hash":"[0-9a-f]{64}","seq":[1-9][0-9]{0,14}+,"timestamp":' + _TEXT + rb',"action":' + _TEXT
    + rb',"actor":' + _TEXT + rb',"resource":' + _TEXT + rb',"outcome":' + _TEXT
    + rb',"details":\{((?:' + _TEXT + rb":" + _VALUE + rb"(?:,(?=\")|(?=\})))*+)\}"
    + rb',"severity":"(?:info|warning|error|critical)","ip_address":' + _TEXT + rb',"session_id":' + _TEXT
    + rb',"id":"[A-Za-z0-9._:-]{1,64}+","hash":"[0-9a-f]{64}"\}'
)  # fmt: skip
_NAME = re.compile(rb'"([^"]*)":')


def strict(line: bytes) -> None:
    """Raise Malformed unless every JSON reader must understand this line (without LF) alike."""
    plain = _PLAIN.fullmatch(line)
    if plain is not None and line.isascii():
        names = _NAME.findall(plain[1])
        if len(names) == len(set(names)) and b"hash" not in names and b"previous_hash" not in names:
            return
    members = _load_strictly(line)
    if list(members) != MEMBERS:
        raise Malformed("members are missing, strange or out of order")
    texts = [members[name] for name in MEMBERS if name not in ("seq", "details")]
    if not all(isinstance(text, str) for text in texts) or members["severity"] not in list(Severity):
        raise Malformed("a member has the wrong type")
    if type(members["seq"]) is not int or not isinstance(members["details"], dict):
        raise Malformed("a member has the wrong type")


def _load_strictly(line: bytes) -> dict[str, JsonValue]:
    with_hash = 0

    def once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        nonlocal with_hash
        members = dict(pairs)
        with_hash += not _RESERVED.isdisjoint(members)
        if len(members) != len(pairs) or with_hash > 1:
            raise Malformed("a member stands twice")
        return members

    def refuse(text: str) -> JsonValue:
        raise Malformed(f"{text[:20]} cannot stand on record")

    def whole(text: str) -> int:
        return int(text) if len(text) < 18 and abs(int(text)) < _INT_LIMIT else int(str(refuse(text)))

    try:
        members = json.loads(
            line.decode(), object_pairs_hook=once, parse_float=refuse, parse_constant=refuse, parse_int=whole
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Malformed("not JSON in UTF-8") from error
    if not isinstance(members, dict):
        raise Malformed("not an object")
    return members


def read_entry(raw: bytes, file: str, line: int) -> Entry | None:
    """Read a line with its LF for showing, sound or not; None when it lacks our members."""
    try:
        members = json.loads(raw)
        return Entry(
            **{name: members[name] for name in MEMBERS if name != "severity"},
            severity=Severity(members["severity"]),
            file=file,
            line=line,
            raw=raw,
            sound=own_hash(raw.rstrip(b"\n")) is not None,
        )
    except (ValueError, KeyError, TypeError):
        return None
