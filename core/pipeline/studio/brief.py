"""A brief taken apart into sentences, each with what it is good for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from core.pipeline.studio.words import BEYOND, FILLER, WISH
from core.text import one_line, wash

READ_AT_MOST = 100_000
SENTENCES_AT_MOST = 300
SENTENCE_AT_MOST = 400
"""Longer ones are cut at a blank, which also keeps every pattern below from meeting a monster."""

_BULLET = re.compile(r"^\s*(?:[-*•–—·]|\d{1,2}[.)])\s+")
_LETTER = re.compile(r"[^\W\d_]")
_MONSTER = re.compile(r"[^\s/@.]{45}")
_WORD = re.compile(r"[^\W\d_]{2,}")
# A full stop ends a sentence before a blank and something that can begin one; the shortest words before
# a stop are abbreviations (ул., св., St.), and an hour's "a.m." is no end either.
_END = re.compile(
    r"(?<=[.!?…])(?<!\b\w\.)(?<!\b(?:ул|пр|св|им|пл|St|Dr|Mr|Ms|Av|Rd|No)\.)(?<!\bпер\.)(?<!a\.m\.)(?<!p\.m\.)"
    r"[\"»”')]*\s+(?=<|[\"«“'(¡¿—-]*[^\W_a-zа-яё])"
)
_ORDERS_TO_A_MACHINE = re.compile(
    r"(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|the\s+|your\s+)*(?:previous|prior|above|earlier|system)"
    r"|system\s+prompt|you\s+are\s+now\s|</?(?:system|assistant|user|instructions?)\b"
    r"|игнорируй\w*\s+(?:все\s+)?(?:предыдущ|прежн|инструкц)|системн\w+\s+промпт"
    r"|ignor[ae]\w*\s+(?:todas\s+)?(?:las\s+)?instrucciones",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<[/!]?[a-z][^<]{0,200}>?|\bjavascript\s*:|\bdata\s*:\s*text/|\bon\w{3,20}\s*=|\{\{|\$\{", re.IGNORECASE
)


class Use(StrEnum):
    """What a sentence of the brief is for."""

    COPY = "copy"
    """Says something about the customer; may appear on the page."""
    WISH = "wish"
    """Speaks to the builder; becomes a requirement."""
    BEYOND = "beyond"
    """A wish that a static site cannot meet; written down, not promised."""
    LEFT_OUT = "left_out"
    """Markup or orders to a machine; kept in the notes, nowhere else."""
    NOISE = "noise"
    """Greetings, announcements of a list, signs without words, words without end."""


@dataclass(frozen=True)
class Sentence:
    """One sentence with its place in the brief, counted from 1."""

    number: int
    text: str
    use: Use
    bullet: bool = False

    @property
    def copy(self) -> str:
        """The sentence as it may stand on a page: politeness dropped, first letter large."""
        return without_filler(self.text)


def without_filler(text: str) -> str:
    """Drop the greeting and the hesitations that people begin a sentence with."""
    while (cut := FILLER.sub("", text, count=1)) != text:
        text = cut
    return text[:1].upper() + text[1:]


def sentences(brief: str) -> tuple[Sentence, ...]:
    """The brief's sentences in order, washed, none over 400 characters, 300 at most."""
    found: list[Sentence] = []
    for text, bullet in islice(_pieces(wash(brief[:READ_AT_MOST])), SENTENCES_AT_MOST):
        found.append(Sentence(len(found) + 1, text, _use(text), bullet))
    return tuple(found)


def _pieces(brief: str) -> Iterator[tuple[str, bool]]:
    for paragraph in _paragraphs(brief):
        bullet = bool(_BULLET.match(paragraph))
        line = one_line(_BULLET.sub("", paragraph, count=1))
        for sentence in [line] if bullet else _END.split(line):
            for piece in _bounded(sentence.strip()):
                yield piece, bullet


def _paragraphs(brief: str) -> Iterator[str]:
    # People wrap lines by hand: a line that begins no bullet continues the one before.
    gathered: list[str] = []
    for line in brief.split("\n"):
        if gathered and (not line.strip() or _BULLET.match(line) or _begins_anew(gathered, line)):
            yield " ".join(gathered)
            gathered = []
        if line.strip():
            gathered.append(line.rstrip())
    if gathered:
        yield " ".join(gathered)


def _begins_anew(gathered: list[str], line: str) -> bool:
    # The rest of a point is indented or goes on in small letters; anything else is no part of the list.
    return bool(_BULLET.match(gathered[0])) and not line[0].isspace() and not line[0].islower()


def _bounded(sentence: str) -> Iterator[str]:
    while len(sentence) > SENTENCE_AT_MOST:
        cut = sentence.rfind(" ", SENTENCE_AT_MOST // 2, SENTENCE_AT_MOST)
        cut = cut if cut > 0 else SENTENCE_AT_MOST
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if sentence:
        yield sentence


def _use(text: str) -> Use:
    if _MARKUP.search(text) or _ORDERS_TO_A_MACHINE.search(text):
        return Use.LEFT_OUT
    if text.endswith(":") or not _WORD.search(without_filler(text)):
        return Use.NOISE
    if _MONSTER.search(text):
        return Use.NOISE
    if WISH.search(text):
        return Use.BEYOND if BEYOND.search(text) else Use.WISH
    return Use.COPY


def letters(text: str) -> int:
    """How many letters of any script a text has."""
    return len(_LETTER.findall(text))
