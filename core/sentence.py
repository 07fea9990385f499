"""A sentence for people, kept apart from its facts so that a door can say it in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sentence:
    """An English sentence with `{placeholders}`, which is also the key of its translation."""

    text: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return fill(self.text, self.facts)


def say(text: str, **facts: str) -> Sentence:
    """Shorthand; also the word that the translation extractor looks for."""
    return Sentence(text, facts)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Put the facts into their places; nothing but plain replacement, so facts cannot reach attributes."""
    for name, value in facts.items():
        text = text.replace("{" + name + "}", value)
    return text
