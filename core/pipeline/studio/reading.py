"""Everything that plain reading finds in a brief; the same brief always reads the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.pipeline.studio import contacts
from core.pipeline.studio.brief import Sentence, Use, letters, sentences
from core.pipeline.studio.hours import Opening, opening_hours, together
from core.pipeline.studio.language import detect
from core.pipeline.studio.prices import Price, prices
from core.pipeline.studio.subject import Subject, about
from core.pipeline.studio.words import AUDIENCE, MOODS, any_of

T = TypeVar("T")

_ABOUT_CLOSING = any_of(["clos\\w+", "last (?:entry|orders?)", "закры\\w+", "касс\\w+", "cerr\\w+", "[úu]ltim\\w+"])
_FEWEST_LETTERS = 12
_FEWEST_WORDS = 3


@dataclass(frozen=True)
class Sourced(Generic[T]):
    """A fact and the number of the sentence that states it."""

    fact: T
    sentence: int


@dataclass(frozen=True)
class Reading:
    """A brief as the studio understands it."""

    sentences: tuple[Sentence, ...]
    language: str | None
    """What the brief is written in; None when that is unclear."""
    subject: Subject
    name: str
    place: str
    openings: tuple[Sourced[Opening], ...]
    prices: tuple[Sourced[Price], ...]
    mails: tuple[Sourced[str], ...]
    phones: tuple[Sourced[str], ...]
    addresses: tuple[Sourced[str], ...]
    sites: tuple[Sourced[str], ...]
    audience: tuple[str, ...]
    moods: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether there is anything to build from: a few real words that are not markup or orders."""
        text = " ".join(one.text for one in self.sentences if one.use not in (Use.LEFT_OUT, Use.NOISE))
        return letters(text) >= _FEWEST_LETTERS and len(text.split()) >= _FEWEST_WORDS

    @property
    def week(self) -> list[Opening]:
        """Opening hours, one line for each run of equal days."""
        return together([one.fact for one in self.openings])

    def of(self, *uses: Use) -> list[Sentence]:
        """Sentences of the given uses, in order."""
        return [one for one in self.sentences if one.use in uses]

    @property
    def statements(self) -> list[Sentence]:
        """Sentences for the page that no table or contact line already says."""
        told = self._told_elsewhere
        return [one for one in self.of(Use.COPY) if one.number not in told and not one.bullet]

    @property
    def _told_elsewhere(self) -> set[int]:
        told = {one.sentence for one in (*self.mails, *self.phones)}
        told |= {one.sentence for one in self.openings} | {one.sentence for one in self.prices}
        told |= {one.sentence for one in self.addresses if self._little_but(one)}
        return told | {one.number for one in self.hours_notes}

    def _little_but(self, address: Sourced[str]) -> bool:
        return 2 * len(address.fact) > len(self.sentences[address.sentence - 1].text)

    @property
    def hours_notes(self) -> list[Sentence]:
        """What is said about closing right after the opening hours."""
        after = {one.sentence + 1 for one in self.openings}
        return [one for one in self.of(Use.COPY) if one.number in after and _ABOUT_CLOSING.search(one.text)]

    @property
    def features(self) -> list[Sentence]:
        """The points of the brief's own lists."""
        return [one for one in self.of(Use.COPY) if one.bullet]


def read(brief: str) -> Reading:
    """Read a brief; never fails, whatever it holds."""
    parts = sentences(brief)
    clean = [one for one in parts if one.use is not Use.LEFT_OUT]
    text = " ".join(one.text for one in clean)
    wishes = " ".join(one.text for one in clean if one.use in (Use.WISH, Use.BEYOND))
    stated = [one for one in clean if one.use is Use.COPY]
    return Reading(
        sentences=parts,
        language=detect(text),
        subject=about(text),
        name=next((name for one in clean if (name := contacts.given_name(one.text))), ""),
        place=next((where for one in (*stated, *clean) if (where := contacts.place(one.text))), ""),
        openings=_facts(stated, opening_hours),
        prices=_facts(stated, prices),
        mails=_facts(clean, contacts.mails),
        phones=_facts(clean, contacts.phones),
        addresses=_facts(clean, contacts.addresses),
        sites=_facts(clean, contacts.sites),
        audience=tuple(dict.fromkeys(hit[0].lower() for hit in AUDIENCE.finditer(text)))[:8],
        moods=tuple(mood for mood, words in MOODS.items() if words.search(wishes)),
    )


def _facts(sentences: Iterable[Sentence], find: Callable[[str], list[T]]) -> tuple[Sourced[T], ...]:
    found = {fact: one.number for one in reversed(list(sentences)) for fact in reversed(find(one.text))}
    return tuple(Sourced(fact, number) for fact, number in reversed(found.items()))[:40]
