"""What can be done at once about an objection, whether a check or a person made it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from core.json_value import JsonObject, JsonValue
from core.pipeline.studio.faults import Fault, named_in
from core.text import clip, one_line


class Wish(Enum):
    """A change that the studio knows how to make, the faults that call for it and the words people use."""

    SHORTER_HEADLINE = (
        "the headline is cut to its shortest honest form",
        (Fault.HEADLINE_LONG, Fault.TITLE_LONG),
        r"(?:headline|heading|title)\b.*\b(?:long|short)|short(?:er|en)\b.*\b(?:headline|heading|title)"
        r"|заголов\w+.*(?:длин|коро)|(?:коро|сократ)\w+.*заголов|(?:titular|t[íi]tulo)\b.*\b(?:larg|cort)|acort\w+.*(?:titular|t[íi]tulo)",
    )
    LARGER_TEXT = (
        "the text is set larger",
        (Fault.TEXT_SMALL,),
        r"(?:larger|bigger)\b.*\b(?:text|font|type|letters)|(?:text|font|type|letters)\b.*\b(?:larger|bigger|small)"
        r"|шрифт\w*.*(?:круп|больш|мелк)|(?:круп|больш)\w+.*шрифт|(?:letra|texto)\b.*\b(?:grande|pequeñ)",
    )
    OTHER_COLOURS = (
        "another palette is taken",
        (Fault.CONTRAST_LOW,),
        r"(?:other|different|change|new)\b.*\bcolou?rs?|colou?rs?\b.*\b(?:wrong|ugly|other|different|change)"
        r"|(?:друг|смен|помен)\w*.*(?:цвет|палитр)|(?:otros?|cambi\w+)\b.*\bcolor",
    )
    NO_PRICES = (
        "the price list is left out",
        (),
        r"(?:no|remove|hide|without|drop)\s(?:the\s)?(?:price|prices)|(?:убер|убра|без)\w*\s.*цен|(?:quit\w+|sin)\s.*precios",
    )
    NO_HOURS = (
        "the opening hours are left out",
        (),
        r"(?:no|remove|hide|without|drop)\s(?:the\s)?(?:opening\s)?hours|(?:убер|убра|без)\w*\s.*час[ыо]|(?:quit\w+|sin)\s.*horario",
    )
    REBUILD = (
        "the page is made afresh from the brief",
        tuple(set(Fault) - {Fault.HEADLINE_LONG, Fault.TITLE_LONG, Fault.TEXT_SMALL, Fault.CONTRAST_LOW}),
        r"(?!)",
    )

    def __init__(self, change: str, faults: tuple[Fault, ...], words: str) -> None:
        self.change = change
        self.faults = faults
        self.words = re.compile(words, re.IGNORECASE)


_NEW_HEADLINE = re.compile(
    r"(?:headline|heading|title|заголов\w+|titular|t[íi]tulo)[^\"«“]{0,40}[\"«“](?P<words>[^\"»”]{3,80})[\"»”]",
    re.IGNORECASE,
)
_READ = 2_000  # characters of one objection


@dataclass(frozen=True)
class Heard:
    """One objection and what will be done about it."""

    text: str
    wishes: tuple[Wish, ...]
    headline: str = ""
    """The words that somebody wants as the headline."""

    @property
    def json(self) -> JsonObject:
        """For the output: nothing is claimed that was not understood."""
        changes: list[JsonValue] = [wish.change for wish in self.wishes]
        if self.headline:
            changes.append("the headline is set to the given words")
        return {"text": self.text, "understood": bool(changes), "changes": changes}


def hear(feedback: Iterable[str]) -> tuple[Heard, ...]:
    """Understand at most 30 objections, in order."""
    return tuple(_one(one_line(clip(text, _READ))) for text in list(feedback)[:30])


def _one(text: str) -> Heard:
    faults = set(named_in(text))
    wishes = tuple(wish for wish in Wish if faults & set(wish.faults) or (not faults and wish.words.search(text)))
    new = None if faults else _NEW_HEADLINE.search(text)
    return Heard(clip(text, 400), wishes, one_line(new["words"]) if new else "")


def wanted(heard: Iterable[Heard]) -> frozenset[Wish]:
    """All changes together."""
    return frozenset(wish for one in heard for wish in one.wishes)
