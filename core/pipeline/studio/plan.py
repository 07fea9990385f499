"""What goes where on a site; names come from this closed list, never from a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.pipeline.studio.brief import Sentence
from core.pipeline.studio.reading import Reading

CARDS_AT_MOST = 9
CARD_TEXT_AT_MOST = 190
STORY_AT_MOST = 12
"""Sentences."""


class Section(StrEnum):
    """Parts of a page below its head, in the order in which they stand."""

    OFFER = "offer"
    HOURS = "hours"
    PRICES = "prices"
    ABOUT = "about"
    CONTACT = "contact"


class Page(StrEnum):
    """Files of a site that people read."""

    HOME = "index.html"
    DETAILS = "details.html"
    LOST = "404.html"


@dataclass(frozen=True)
class Plan:
    """Sections of each page, and which sentences the two telling sections hold."""

    pages: dict[Page, tuple[Section, ...]]
    cards: tuple[Sentence, ...]
    story: tuple[Sentence, ...]


def plan(reading: Reading, tagline: str, *, several_pages: bool) -> Plan:
    """A section for every kind of fact in the brief and none without; software gets a second page."""
    points = reading.features
    open_to_cards = [one for one in reading.statements if one.copy != tagline]
    located = {one.sentence for one in reading.addresses}
    if len(points) < 2:
        # The first sentence says who speaks; the others are the points that people did not list.
        points = [one for one in open_to_cards[1:] if one.number not in located and len(one.copy) <= CARD_TEXT_AT_MOST]
    cards = tuple(points[:CARDS_AT_MOST]) if len(points) >= 2 else ()
    story = tuple(one for one in open_to_cards if one not in cards)[:STORY_AT_MOST]
    held = {
        Section.OFFER: bool(cards),
        Section.HOURS: bool(reading.openings),
        Section.PRICES: bool(reading.prices),
        Section.ABOUT: bool(story),
        Section.CONTACT: bool(reading.mails or reading.phones or reading.addresses),
    }
    sections = tuple(section for section in Section if held[section])
    details = tuple(one for one in sections if one in (Section.HOURS, Section.PRICES))
    if several_pages and details:
        home = tuple(one for one in sections if one not in details)
        return Plan({Page.HOME: home, Page.DETAILS: details}, cards, story)
    return Plan({Page.HOME: sections}, cards, story)
