"""Prices found in a sentence: what, how much, in which currency."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CURRENCIES = {
    "EUR": r"€|eur(?:os?)?\b|евро\b",
    "RUB": r"₽|rub\b|rubl[eo]s?\b|руб(?:л\w*)?\b\.?|р\.",
    "USD": r"(?:us)?\$|usd\b|dollars?\b|d[óo]lar(?:es)?\b|доллар\w*",
    "GBP": r"£|gbp\b|pounds?\b|libras?\b",
}
_SIGN = re.compile("|".join(f"(?P<{code}>{pattern})" for code, pattern in _CURRENCIES.items()), re.IGNORECASE)
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?:[.,]\d{2})?|\d{1,7}(?:[.,]\d{1,2})?"
_ANY_SIGN = "|".join(_CURRENCIES.values())
_MONEY = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_ANY_SIGN})\s?(?P<n1>{_NUMBER})(?!\d)"
    rf"|(?P<n2>{_NUMBER})\s?(?P<after>{_ANY_SIGN})"
    r"|(?P<free>free|gratis|gratuit[oa]s?|бесплатно)(?!\w))",
    re.IGNORECASE,
)
_PER = re.compile(
    r"\s*(?:(?P<month>(?:per|a|/)\s*month|/\s?mo\b|al mes|в месяц)|(?P<year>(?:per|a)\s*year|al año|в год)"
    r"|(?P<night>(?:per|a)\s*night|por noche|за ночь)|(?P<hour>(?:per|an?)\s*hour|por hora|в час)"
    r"|(?:each|apiece|cada uno))",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:[\s,.;:—–-]|(?:and|plus|or|the|an?|our|each|y|e|o|los|las|el|la|un|una|и|а|или|за)\s"
    r"|(?:that'?s|prices?|los precios?|precios?|цены|билеты)\b[^:]{0,40}:|prices?, [^:]{0,40}:)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,.;:(—–-]|\s(?:is|are|costs?|for|at|from|cuestan?|vale|son|es|por|a|стоит|стоят|за|от|по|и|y|and))+$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r",\s*(?:which|that|who|que|котор\w+)\s.*$", re.IGNORECASE)
_FOR = re.compile(r"\s*((?:for|para|для)\s[^,;.!?\d]{2,40}?)(?=[,;.!?]|\s(?:and|y|и)\s|\s*$|\s*\d)", re.IGNORECASE)
_OF_THE_ONE_BEFORE = re.compile(r"^(?:with|including|con|incluid[oa]s?|с|со|включая)\s[^,]{2,40},\s", re.IGNORECASE)
_FOR_WHOM = re.compile(r"^\s*(?:for|por|para|за|для)?\s*(?:the\s)?", re.IGNORECASE)
_STOP = re.compile(r"[,;.!?]\s|\s(?:and|y|и)\s(?=\D{0,30}\d)|[.;!?]$")

ITEM_AT_MOST = 60


@dataclass(frozen=True)
class Price:
    """One line of a price list."""

    item: str
    cents: int
    currency: str
    """ISO 4217; empty when the thing is free."""
    per: str = ""
    """month, year, night, hour or nothing."""


def prices(sentence: str) -> list[Price]:
    """Prices of one sentence, in order; the words around each amount tell what it is for."""
    hits = list(_MONEY.finditer(sentence))
    if not any(hit["n1"] or hit["n2"] for hit in hits):
        return []  # "free" alone is a word like any other
    found, edge = [], 0
    amount_first = not _item_before(sentence[: hits[0].start()])
    for hit, following in zip(hits, [*(one.start() for one in hits[1:]), len(sentence)], strict=True):
        per = _PER.match(sentence, hit.end())
        end = per.end() if per else hit.end()
        item = "" if amount_first else _item_before(sentence[edge : hit.start()])
        if not item:
            item = _item_after(sentence[end:following])
        elif whom := _FOR.match(sentence, end, following):
            item, end = _named(f"{item} {whom[1]}"), whom.end()
        edge = end
        if item:
            found.append(_price(hit, item, per))
    return found


def _item_before(words: str) -> str:
    cut = _TAIL.sub("", _ASIDE.sub("", _LEAD.sub("", words)))
    cut = _LEAD.sub("", _OF_THE_ONE_BEFORE.sub("", cut.rsplit(": ", 1)[-1]))
    if len(cut) > ITEM_AT_MOST:
        cut = _LEAD.sub("", re.split(r"[,;:.]\s", cut)[-1])
    return _named(cut)


def _item_after(words: str) -> str:
    cut = _STOP.split(words, maxsplit=1)[0]
    return _named(_TAIL.sub("", _FOR_WHOM.sub("", cut, count=1)))


def _named(item: str) -> str:
    item = item.strip(" ,.;:—–-()")
    if not re.search(r"[^\W\d_]{2}", item) or len(item) > ITEM_AT_MOST:
        return ""
    return item[0].upper() + item[1:]


def _price(hit: re.Match[str], item: str, per: re.Match[str] | None) -> Price:
    if hit["free"]:
        return Price(item, 0, "")
    sign = _SIGN.match(hit["before"] or hit["after"])
    currency = sign.lastgroup if sign and sign.lastgroup else ""
    return Price(item, _cents(hit["n1"] or hit["n2"]), currency, (per.lastgroup or "") if per else "")


def _cents(number: str) -> int:
    whole, mark, rest = re.sub(r"[ \u00a0\u202f]", "", number).replace(",", ".").rpartition(".")
    if not mark:
        return int(rest) * 100
    if len(rest) == 3:
        return int(whole.replace(".", "") + rest) * 100
    return int(whole.replace(".", "")) * 100 + int(rest.ljust(2, "0"))
