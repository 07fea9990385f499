"""What a brief is about, and which looks suit that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.pipeline.studio.words import any_of, strings, table


@dataclass(frozen=True)
class Subject:
    """One kind of customer."""

    key: str
    words: re.Pattern[str]
    labels: dict[str, str]
    palettes: tuple[str, ...]
    type: str
    shapes: tuple[str, ...]
    layout: str
    local: bool
    """Whether a place belongs to what it is called."""


def _subject(key: str, entry: dict[str, object]) -> Subject:
    labels = entry["label"]
    if not isinstance(labels, dict):
        raise ValueError(f"{key} has no labels")
    return Subject(
        key,
        any_of(strings(entry["words"]) or ["(?!)"]),
        labels,
        tuple(strings(entry["palettes"])),
        str(entry["type"]),
        tuple(strings(entry["shapes"])),
        str(entry["layout"]),
        entry.get("local") is not False,
    )


SUBJECTS = tuple(_subject(key, entry) for key, entry in table("subjects").items())
ANYTHING = SUBJECTS[-1]
_READ = 20_000  # characters
_EARLY = 160  # people say what they are before they say anything else


def about(text: str) -> Subject:
    """The subject whose words come most often, early ones weighing more; ANYTHING when none does."""
    best, most = ANYTHING, 0
    for subject in SUBJECTS:
        weight = sum(4 if hit.start() < _EARLY else 1 for hit in subject.words.finditer(text[:_READ]))
        if weight > most:
            best, most = subject, weight
    return best
