"""The fixed words of a site in its language; the brief's own words are never translated."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

from babel.numbers import format_currency

from core.pipeline.studio.hours import Opening
from core.pipeline.studio.prices import Price
from core.pipeline.studio.words import strings, table

TABLES = table("strings")


class Speech:
    """One language's fixed words."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = TABLES[language]

    def say(self, key: str, **facts: str) -> str:
        """A fixed sentence with its facts filled in."""
        return str(self._words[key]).format(**facts)

    def days(self, opening: Opening) -> str:
        """Monday – Friday, in the language's own words, first letter large."""
        if len(opening.days) == 7:
            return self.say("daily")
        names = strings(self._words["days"])
        first, last = names[opening.days[0]], names[opening.days[-1]]
        joined = first if len(opening.days) == 1 else f"{first} – {last}"
        return joined[:1].upper() + joined[1:]

    def clock(self, opening: Opening) -> str:
        """09:00 – 18:00, or that it is closed."""
        if opening.closed:
            return self.say("closed")
        if not opening.opens:
            return self.say("until", clock=opening.closes)
        return f"{opening.opens} – {opening.closes}"

    def amount(self, price: Price) -> str:
        """A price as people of this language write it."""
        if not price.currency:
            return self.say("free")
        whole = price.cents % 100 == 0
        amount = format_currency(
            Decimal(price.cents) / 100,
            price.currency,
            locale=self.language,
            format="¤#,##0" if whole and self.language == "en" else "#,##0\u00a0¤" if whole else None,
            currency_digits=not whole,
        )
        return self.say(price.per, amount=amount) if price.per else amount


def iso(clock: str) -> str:
    """A time of day as a machine reads it; midnight at the end of a day is 00:00."""
    hour, minute = clock.split(":")
    return time(int(hour) % 24, int(minute)).strftime("%H:%M")
