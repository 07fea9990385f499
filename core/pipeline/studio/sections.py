"""The parts of a page, each from the facts of the brief."""

from __future__ import annotations

from collections.abc import Callable

from core.pipeline.studio.brief import Sentence
from core.pipeline.studio.contacts import dial
from core.pipeline.studio.markup import Markup, tag, together
from core.pipeline.studio.plan import Plan, Section
from core.pipeline.studio.reading import Reading
from core.pipeline.studio.speech import Speech, iso

_TITLE_OF_A_POINT = 40


class Parts:
    """Writes sections for one brief in one language."""

    def __init__(self, reading: Reading, plan: Plan, speech: Speech) -> None:
        self._reading = reading
        self._plan = plan
        self._speech = speech
        # The customer's own words say their language where it is not the page's (WCAG 3.1.2).
        self.foreign = reading.language if reading.language != speech.language else None

    def write(self, section: Section) -> Markup:
        """One section, with its id and heading."""
        bodies: dict[Section, Callable[[], Markup]] = {
            Section.OFFER: self._offer,
            Section.HOURS: self._hours,
            Section.PRICES: self._prices,
            Section.ABOUT: self._about,
            Section.CONTACT: self.contact,
        }
        return together(tag("h2", self._speech.say(section.value), id=f"{section}-title"), bodies[section]())

    def _offer(self) -> Markup:
        return tag(
            "ul",
            *(self._card(one) for one in self._plan.cards),
            class_="cards even" if len(self._plan.cards) in (2, 4) else "cards",
            role="list",
        )

    def _card(self, point: Sentence) -> Markup:
        title, colon, text = point.copy.partition(": ")
        if point.bullet and colon and len(title) <= _TITLE_OF_A_POINT:
            words = together(tag("h3", title), tag("p", text[:1].upper() + text[1:]))
        else:
            words = tag("p", point.copy)
        return tag("li", words, lang=self.foreign)

    def _hours(self) -> Markup:
        say = self._speech.say
        rows = []
        for line in self._reading.week:
            clock = together(self._speech.clock(line))
            if line.opens and line.closes:
                clock = together(
                    tag("time", line.opens, datetime=iso(line.opens)),
                    " – ",
                    tag("time", line.closes, datetime=iso(line.closes)),
                )
            cells = (tag("th", self._speech.days(line), scope="row"), tag("td", clock))
            rows.append(tag("tr", *cells, class_="closed" if line.closed else None))
        notes = [tag("p", one.copy, class_="note", lang=self.foreign) for one in self._reading.hours_notes]
        return together(_table(say("day"), say("time"), rows), *notes)

    def _prices(self) -> Markup:
        say = self._speech.say
        rows = [
            tag(
                "tr",
                tag("th", one.fact.item, scope="row", lang=self.foreign),
                tag("td", self._speech.amount(one.fact)),
            )
            for one in self._reading.prices
        ]
        return _table(say("item"), say("price"), rows)

    def _about(self) -> Markup:
        told = [one.copy for one in self._plan.story]
        paragraphs = [" ".join(told[at : at + 2]) for at in range(1, len(told), 2)]
        return tag("div", *(tag("p", one) for one in (*told[:1], *paragraphs)), class_="story", lang=self.foreign)

    def contact(self) -> Markup:
        """How to get in touch, as a list of terms."""
        say, reading = self._speech.say, self._reading
        lines = [(say("address"), tag("span", one.fact, lang=self.foreign)) for one in reading.addresses[:3]]
        lines += [(say("phone"), phone_link(one.fact)) for one in reading.phones[:3]]
        lines += [(say("mail"), mail_link(one.fact)) for one in reading.mails[:3]]
        return tag("dl", *(tag("div", tag("dt", term), tag("dd", fact)) for term, fact in lines))

    def glance(self) -> Markup:
        """The facts that nobody may miss, right under the head; empty when there are none."""
        say, reading = self._speech.say, self._reading
        lines = []
        if reading.week:
            days = [
                together(self._speech.days(one), " ", tag("span", self._speech.clock(one), class_="whole"))
                for one in reading.week
                if not one.closed
            ]
            lines.append((say("hours"), together(*(tag("div", one) for one in days[:3]))))
        if reading.addresses:
            lines.append((say("address"), tag("span", reading.addresses[0].fact, lang=self.foreign)))
        if reading.phones:
            lines.append((say("phone"), phone_link(reading.phones[0].fact)))
        if len(lines) < 2:
            return Markup("")
        facts = tag("dl", *(tag("div", tag("dt", term), tag("dd", fact)) for term, fact in lines), class_="wrap")
        return tag("div", facts, class_="glance")


def phone_link(phone: str) -> Markup:
    """A number that a telephone can dial."""
    return tag("a", phone, href=f"tel:{dial(phone)}", class_="whole")


def mail_link(mail: str) -> Markup:
    """An address that a mail program can open."""
    name, _, host = mail.partition("@")
    return tag("a", name, tag("wbr"), f"@{host}", href=f"mailto:{mail}")


def _table(first: str, second: str, rows: list[Markup]) -> Markup:
    head = tag("thead", tag("tr", tag("th", first, scope="col"), tag("th", second, scope="col")))
    return tag("table", head, tag("tbody", *rows))
