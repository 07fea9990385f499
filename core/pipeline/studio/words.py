"""The studio's word lists, compiled once; data, not code, so that a speaker of the language can mend them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_HERE = Path(__file__).parent


def table(name: str) -> dict[str, dict[str, object]]:
    """One TOML file of this folder, read whole."""
    return tomllib.loads((_HERE / f"{name}.toml").read_text("utf-8"))


def strings(value: object) -> list[str]:
    """A TOML value that must be a list of strings."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("expected a list of strings")
    return value


def any_of(patterns: list[str]) -> re.Pattern[str]:
    """Matches any of the patterns as whole words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


_WORDS = table("words")


def _all(section: str) -> list[str]:
    return [one for patterns in _WORDS[section].values() for one in strings(patterns)]


def _every_language(section: str) -> re.Pattern[str]:
    return any_of(_all(section))


WISH = _every_language("wishes")
BEYOND = _every_language("beyond")
AUDIENCE = _every_language("audience")
FILLER = re.compile(
    rf"^(?:{'|'.join(_all('filler'))})(?!\w)[\s,.!:;…—-]*",
    re.IGNORECASE,
)
MOODS = {mood: any_of(strings(patterns)) for mood, patterns in _WORDS["moods"].items()}
LITTLE = {language: frozenset(str(words).split()) for language, words in _WORDS["little"].items()}
