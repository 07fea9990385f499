"""Which of the customer's own sentences say best what this is; nothing is invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.pipeline.studio.brief import Sentence
from core.pipeline.studio.contacts import given_name
from core.pipeline.studio.reading import Reading
from core.pipeline.studio.speech import Speech
from core.text import clip, one_line

HEADLINE_AT_MOST = 70
SHORT_HEADLINE = 44
DESCRIPTION_AT_MOST = 155  # what search results show
TITLE_AT_MOST = 65
NAME_AT_MOST = 48

_CLAUSE = re.compile(r"[,;:]\s")
_AND = re.compile(r"\s(?:and|but|y|pero|и|а|но)\s")
_LEANS_ON_ANOTHER = re.compile(
    r"^(?:what|which|who|because|since|this|that|it|they|there|if|when|plus|even"
    r"|lo|esto|eso|porque|si|cuando|ahí|находимся|это|там|если|когда|потому|ещё|еще|которы\w+)\b",
    re.IGNORECASE,
)
_ENDS_IN_AIR = re.compile(r"\b(?:the|a|an|of|in|for|to|with|at|de|la|el|en|para|con|в|на|с|для|к|по)$", re.IGNORECASE)
_PREPOSITIONS = {"en": ("in ",), "es": ("en ",), "ru": ("в ", "во ")}


@dataclass(frozen=True)
class Copy:
    """The words at the top of a site."""

    name: str
    eyebrow: str
    headline: str
    tagline: str
    title: str
    description: str


def write(reading: Reading, product_name: str, language: str, *, short: bool = False, headline: str = "") -> Copy:
    """Copy from the brief's own words; `short` asks for the shortest headline, `headline` overrules."""
    eyebrow = _eyebrow(reading, language)
    name = clip(reading.name or one_line(product_name) or eyebrow or Speech(language).say("welcome"), NAME_AT_MOST)
    limit = SHORT_HEADLINE if short else HEADLINE_AT_MOST
    source, words = _headline(reading, limit)
    headline = clip(headline or words or (eyebrow if eyebrow and eyebrow != name else name), limit)
    tagline = _tagline(reading, source, headline)
    title = f"{name} — {eyebrow}" if eyebrow and eyebrow != name else name
    description = " ".join(part for part in (f"{title}.", tagline or headline) if part)
    return Copy(name, eyebrow, headline, tagline, clip(title, TITLE_AT_MOST), clip(description, DESCRIPTION_AT_MOST))


def _eyebrow(reading: Reading, language: str) -> str:
    label = reading.subject.labels[language]
    if not label or not reading.place or not reading.subject.local:
        return label
    if reading.place.startswith(_PREPOSITIONS[language]):
        return f"{label} {reading.place}"
    # An inflected Russian place does not stand alone in another language.
    return f"{label}, {reading.place.split(' ', 1)[1]}" if reading.language != "ru" else label


def _headline(reading: Reading, limit: int) -> tuple[int, str]:
    best, words, source = -99, "", 0
    for sentence in reading.statements:
        for place, clause in _clauses(sentence):
            worth = _worth(reading, place, clause, limit)
            if worth > best:
                best, words, source = worth, clause, sentence.number
    return source, words


def _clauses(sentence: Sentence) -> Iterator[tuple[int, str]]:
    for place, clause in enumerate(_CLAUSE.split(sentence.copy.rstrip(".!…"))):
        clause = clause.strip()
        for form in (clause, _AND.split(clause)[0]):
            yield place, form[:1].upper() + form[1:]


def _worth(reading: Reading, place: int, clause: str, limit: int) -> int:
    """Points: the subject's word counts most, length costs, leaning on another sentence forbids."""
    telling = bool(reading.subject.words.search(clause))
    fits = 20 <= len(clause) <= limit and len(clause.split()) >= 4 and not re.search(r"[\d@]", clause)
    if not fits or _LEANS_ON_ANOTHER.match(clause) or _ENDS_IN_AIR.search(clause) or (place and not telling):
        return -100
    here = bool(reading.place) and reading.place in clause
    return 80 * telling + 20 * here - 20 * (place > 0) - 50 * bool(given_name(clause)) - len(clause)


def _tagline(reading: Reading, source: int, headline: str) -> str:
    located = {one.sentence for one in reading.addresses}
    for sentence in reading.statements:
        words = sentence.copy
        if sentence.number in located or _LEANS_ON_ANOTHER.match(words):
            continue
        if sentence.number != source and 30 <= len(words) <= 180 and not words.startswith(headline):
            return words
    return ""
