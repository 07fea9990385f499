"""Which language a brief is written in, by letters and little words; unclear is an answer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from core.pipeline.studio.words import LITTLE

SPOKEN = ("en", "ru", "es")
"""Languages whose fixed sentences the studio knows."""
FALLBACK = "en"

_LATIN = re.compile(r"[A-Za-z\u00aa-\u024f]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ANY_LETTER = re.compile(r"[^\W\d_]")
_NOT_RUSSIAN = re.compile(r"[іїєґўјљњћђџќѓѕ]", re.IGNORECASE)
_RUSSIAN_ONLY = re.compile(r"[ыэё]", re.IGNORECASE)
_ADDRESS = re.compile(r"\S+@\S+|\b\w+://\S+|\bwww\.\S+")
_WORD = re.compile(r"[^\W\d_]+")

_ENOUGH_LETTERS = 8
_ENOUGH_LITTLE_WORDS = 2
_TOO_CLOSE = 0.35  # a runner-up with this share of the winner's count makes the text mixed
_READ = 20_000  # characters; more does not change the answer


@dataclass(frozen=True)
class Choice:
    """The language that a product speaks, and why."""

    language: str
    """Always one of SPOKEN."""
    reason: str
    asked: str = ""
    """What the customer asked for when the studio cannot speak it yet."""


def detect(text: str) -> str | None:
    """Language code of a text, or None when it is too short, mixed or unknown."""
    text = _ADDRESS.sub(" ", text[:_READ])
    latin, cyrillic = len(_LATIN.findall(text)), len(_CYRILLIC.findall(text))
    other = len(_ANY_LETTER.findall(text)) - latin - cyrillic
    scripts = sorted((latin, cyrillic, other), reverse=True)
    if scripts[0] < _ENOUGH_LETTERS or scripts[1] > _TOO_CLOSE * scripts[0] or other == scripts[0]:
        return None
    return _cyrillic(text, cyrillic) if cyrillic == scripts[0] else _latin(text)


def _cyrillic(text: str, letters: int) -> str | None:
    # Ukrainian, Belarusian and Serbian have letters that Russian lacks; one in a name is forgiven.
    if len(_NOT_RUSSIAN.findall(text)) > letters // 200:
        return None
    little = any(word in LITTLE["ru"] for word in _WORD.findall(text.lower()))
    return "ru" if little or _RUSSIAN_ONLY.search(text) else None


def _latin(text: str) -> str | None:
    words = _WORD.findall(text.lower())
    hits = Counter({code: sum(word in little for word in words) for code, little in LITTLE.items()})
    # The lists share words ("de", "la"); a list wins by the words that the runner-up does not know.
    (winner, most), (second, _) = hits.most_common(2)
    if most < _ENOUGH_LITTLE_WORDS:
        return None
    only = sum(word in LITTLE[winner] - LITTLE[second] for word in words)
    against = sum(word in LITTLE[second] - LITTLE[winner] for word in words)
    return winner if only and against <= _TOO_CLOSE * only else None


def choose(content_locale: str, brief: str) -> Choice:
    """What the site speaks: the customer's wish, else the brief's language, else English; never fails."""
    asked = content_locale.strip().lower().replace("_", "-").split("-")[0]
    if asked in SPOKEN:
        return Choice(asked, "the customer asked for it")
    if asked not in ("", "auto", "default", "inherit"):
        return Choice(FALLBACK, "the studio does not speak the language asked for yet", asked[:16])
    found = detect(brief)
    if found in SPOKEN:
        return Choice(found, "the brief is written in it")
    if found:
        return Choice(FALLBACK, "the studio does not speak the brief's language yet", found)
    return Choice(FALLBACK, "the brief's language is mixed or unclear")
