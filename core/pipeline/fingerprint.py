"""What a hand-off may say about an agent's output: names of parts and a keyed digest, never a value."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass

from core.json_value import JsonObject, JsonValue

KEYS_AT_MOST = 40
# A model can put a value where a key belongs ({"sk-live-…": true}); only plain words count as names.
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """Top-level keys in order (odd ones left out), how many there are, HMAC-SHA256 of the whole."""

    keys: tuple[str, ...]
    key_count: int
    truncated: bool
    """Some keys are not listed."""
    digest: str

    def as_json(self) -> dict[str, JsonValue]:
        return {
            "keys": list(self.keys),
            "key_count": self.key_count,
            "truncated": self.truncated,
            "digest": self.digest,
        }


def fingerprint_of(output: JsonObject, key: bytes) -> Fingerprint:
    """Keyed, because an unkeyed digest of something short can be guessed back."""
    named = sorted(name for name in output if _NAME.fullmatch(name))[:KEYS_AT_MOST]
    digest = hmac.digest(key, canonical(output).encode(), hashlib.sha256).hex()
    return Fingerprint(keys=tuple(named), key_count=len(output), truncated=len(named) < len(output), digest=digest)


def canonical(output: JsonValue) -> str:
    """The same text for the same content, whatever the order of keys."""
    return json.dumps(output, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
