"""Whole pages: head, navigation, hero, sections, footer."""

from __future__ import annotations

from dataclasses import dataclass

from core.pipeline.studio.contacts import dial
from core.pipeline.studio.copywriting import Copy
from core.pipeline.studio.look import Palette
from core.pipeline.studio.markup import Markup, tag, together
from core.pipeline.studio.plan import Page, Plan, Section
from core.pipeline.studio.reading import Reading
from core.pipeline.studio.sections import Parts
from core.pipeline.studio.speech import Speech

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
"""Content security policy of every page: nothing but its own style sheet and pictures."""

_LONG_WORD = 13
"""Letters; a longer one in a headline would not fit a telephone at full size."""


@dataclass(frozen=True)
class Draft:
    """All that the pages are written from."""

    reading: Reading
    copy: Copy
    plan: Plan
    speech: Speech
    palette: Palette
    layout: str


def pages(draft: Draft) -> dict[str, bytes]:
    """Every page of the site by file name."""
    written = {page.value: _page(draft, page) for page in draft.plan.pages}
    return {**written, Page.LOST.value: _lost(draft)}


def _page(draft: Draft, page: Page) -> bytes:
    parts = Parts(draft.reading, draft.plan, draft.speech)
    sections = draft.plan.pages[page]
    opening = _hero(draft, parts) if page is Page.HOME else _plain_head(draft, parts)
    glance = parts.glance() if page is Page.HOME else Markup("")
    return _document(draft, page, together(opening, glance, *_bands(parts, sections)))


def _document(draft: Draft, page: Page, main: Markup) -> bytes:
    copy, say = draft.copy, draft.speech.say
    title = {Page.HOME: copy.title, Page.LOST: f"{say('lost')} — {copy.name}"}.get(
        page, f"{_details(draft)} — {copy.name}"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("meta", name="description", content=copy.description),
        tag("meta", name="robots", content="noindex") if page is Page.LOST else "",
        tag("meta", name="theme-color", content=draft.palette.paper),
        tag("link", rel="icon", href="favicon.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href="style.css"),
    )
    body = tag(
        "body",
        tag("a", say("skip"), href="#content", class_="skip"),
        "\n",
        _top(draft, page),
        tag("main", main, id="content"),
        tag(
            "footer",
            tag("div", tag("p", copy.title), tag("p", tag("a", say("up"), href="#top")), class_="wrap"),
        ),
        class_=draft.layout,
        id="top",
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=draft.speech.language)}".encode()


def _top(draft: Draft, page: Page) -> Markup:
    where = {section: target for target, sections in draft.plan.pages.items() for section in sections}
    links = [
        tag(
            "li",
            tag(
                "a",
                draft.speech.say(one.value),
                href=f"{'' if where[one] is page else where[one].value}#{one}",
            ),
        )
        for one in Section
        if one in where
    ]
    brand = tag("a", draft.copy.name, href=Page.HOME.value, class_="brand")
    listed = tag("nav", tag("ul", *links, role="list"), aria_label=draft.speech.say("menu")) if links else ""
    return tag("header", brand, "\n", listed, class_="top wrap")


def _hero(draft: Draft, parts: Parts) -> Markup:
    copy = draft.copy
    alone = copy.eyebrow if copy.eyebrow != copy.headline else copy.name
    words = tag(
        "div",
        tag("p", alone, class_="eyebrow") if alone and alone != copy.headline else "",
        tag("h1", copy.headline, lang=parts.foreign),
        tag("p", copy.tagline, class_="lede", lang=parts.foreign) if copy.tagline else "",
        _actions(draft),
        class_="words long" if max(map(len, copy.headline.split()), default=0) > _LONG_WORD else "words",
    )
    width, height = ("960", "960") if draft.layout == "split" else ("1440", "480")
    picture = tag("img", src="art.svg", alt="", width=width, height=height)
    return tag("div", tag("div", words, picture, class_="wrap"), class_="hero")


def _actions(draft: Draft) -> Markup:
    say, reading = draft.speech.say, draft.reading
    where = {section: page for page, sections in draft.plan.pages.items() for section in sections}

    def to(section: Section) -> str:
        page = where[section]
        return f"{'' if page is Page.HOME else page.value}#{section}"

    buttons = []
    if reading.phones and reading.subject.local:
        number = reading.phones[0].fact
        buttons.append(
            tag(
                "a",
                say("call"),
                " ",
                tag("span", number, class_="whole"),
                href=f"tel:{dial(number)}",
                class_="button",
            )
        )
    elif reading.mails:
        buttons.append(tag("a", say("write"), href=f"mailto:{reading.mails[0].fact}", class_="button"))
    for section, key in (
        (Section.PRICES, "see_prices"),
        (Section.HOURS, "see_hours"),
        (Section.OFFER, "read_on"),
    ):
        if section in where and len(buttons) < 2:
            plain = "button plain" if buttons else "button"
            buttons.append(tag("a", say(key), href=to(section), class_=plain))
    return tag("p", *(together(one, "\n") for one in buttons), class_="actions") if buttons else Markup("")


def _plain_head(draft: Draft, parts: Parts) -> Markup:
    words = tag("div", tag("p", draft.copy.name, class_="eyebrow"), tag("h1", _details(draft)), class_="words")
    return tag("div", tag("div", words, class_="wrap"), class_="plain-head")


def _details(draft: Draft) -> str:
    names = [draft.speech.say(one.value) for one in draft.plan.pages.get(Page.DETAILS, ())]
    return " · ".join(names) or draft.copy.name


def _bands(parts: Parts, sections: tuple[Section, ...]) -> list[Markup]:
    bands: list[Markup] = []
    pair = [one for one in sections if one in (Section.HOURS, Section.PRICES)]
    for section in sections:
        tint = " tint" if len(bands) % 2 else ""
        if section is Section.CONTACT:
            bands.append(_band(parts, section, "part contact"))
        elif section is Section.ABOUT:
            bands.append(_band(parts, section, f"part told{tint}"))
        elif section in pair:
            if section is pair[0]:
                both = [tag("section", parts.write(one), id=one.value, aria_labelledby=f"{one}-title") for one in pair]
                grid = tag("div", *both, class_="pair two" if len(pair) == 2 else "pair")
                bands.append(tag("div", tag("div", grid, class_="wrap"), class_=f"part{tint}"))
        else:
            bands.append(_band(parts, section, f"part{tint}"))
    return bands


def _band(parts: Parts, section: Section, style: str) -> Markup:
    inside = tag("div", parts.write(section), class_="wrap")
    return tag("section", inside, id=section.value, class_=style, aria_labelledby=f"{section}-title")


def _lost(draft: Draft) -> bytes:
    say = draft.speech.say
    words = tag(
        "div",
        tag("p", "404", class_="eyebrow"),
        tag("h1", say("lost")),
        tag("p", say("lost_text"), class_="lede"),
        tag("p", tag("a", say("to_home"), href=Page.HOME.value, class_="button"), class_="actions"),
        class_="words",
    )
    return _document(draft, Page.LOST, tag("div", tag("div", words, class_="wrap"), class_="hero"))
