"""How to reach whoever wrote the brief: addresses, telephones, mail, a name and a place, as written."""

from __future__ import annotations

import re

_MAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![\w-])"
)
_PHONE = re.compile(r"(?<![\w.,])\+?\(?\d[\d ()\-.\u00a0]{7,20}\d(?!\w)")
_SITE = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|fr|es|ru|io|app|eu|uk|de|museum|example))(?![\w-])",
    re.IGNORECASE,
)
_LATIN = r"[A-ZÀ-Þ][\w'’-]*"
_CYRILLIC = r"[А-ЯЁ][\w-]*"
_STREETS = (
    # 14 rue des Capucins
    r"\d{1,4}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|boulevard|place|quai|impasse|cours)\s"
    rf"(?:d(?:es|e la|e|u)\s|d'|l')?{_LATIN}(?:[\s-]{_LATIN}){{0,3}}",
    # 12 Castle Street
    rf"\d{{1,4}}\s(?:{_LATIN}\s){{1,3}}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Square|Drive|Row|Hill)\b\.?",
    # calle de la Feria, 12
    r"(?:[Cc]alle|C/|[Aa]venida|[Aa]vda\.|[Pp]laza|[Pp]aseo|[Cc]arrer)\s"
    rf"(?:de(?:l| la| los| las)?\s)?{_LATIN}(?:\s(?:de(?:l| la)?\s)?{_LATIN}){{0,3}}"
    r",?\s(?:n[º.]\s?)?\d{1,4}",
    # улица Марджани, 18
    r"(?:[Уу]л\.|[Уу]лиц[аеы]|[Пп]роспекте?|[Пп]р\.|[Пп]ереул(?:ок|ке)|[Пп]ер\."
    r"|[Пп]лощад[ьи]|[Нн]абережн(?:ая|ой))"
    rf"\s{_CYRILLIC}(?:\s{_CYRILLIC}){{0,2}},?\s(?:д\.\s?|дом\s)?\d{{1,4}}[а-я]?\b",
)
_ADDRESS = re.compile(rf"(?<!\w)(?:{'|'.join(_STREETS)})")
_SMALL = r"de|du|des|del|la|le|les|of|the|and|&|y|и"
_WORD = r"[A-ZÀ-ÞА-ЯЁ][\w'’&-]*"
_NAMED = re.compile(
    r"\b(?:[Cc]alled|[Nn]amed|[Nn]ame is|(?:se |nos )?llam(?:a|amos|ado|ada)|[Нн]азыва(?:ется|емся|ем)"
    r"|[Нн]азвание\s?[—:-])\s+(?:[\"«“„](?P<quoted>[^\"»”“]{2,48})[\"»”“]"
    rf"|(?P<plain>{_WORD}(?:\s(?:(?:{_SMALL})\s){{0,2}}{_WORD}){{0,4}}))"
)
_PLACE = re.compile(
    r"(?<!\w)(?P<how>[Ii]n|[Ee]n|[Вв]о?)\s(?P<where>"
    r"(?:[A-ZÀ-Þ][a-zß-ÿ]+|[А-ЯЁ][а-яё]+)(?:[\s-](?:[A-ZÀ-Þ][a-zß-ÿ]+|[А-ЯЁ][а-яё]+)){0,2})"
)
_NO_PLACE = re.compile(
    r"(?:English|French|Spanish|Russian|German|Excel|Google|Instagram|Facebook|January|February|March|April|May|June|July|August"
    r"|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Python|Java|Slack|HTML|CSS"
    r"|Инстаграм\w*|Интернет\w*|Excel)\b"
)


def mails(text: str) -> list[str]:
    """E-mail addresses, ASCII only, so that each may stand in a mailto link."""
    return _MAIL.findall(text)


def phones(text: str) -> list[str]:
    """Telephone numbers of 9 to 15 digits as written."""
    return [hit.strip() for hit in _PHONE.findall(text) if 9 <= len(dial(hit).lstrip("+")) <= 15]


def dial(phone: str) -> str:
    """The digits of a telephone number, with its plus, as they may stand in a tel link (RFC 3966)."""
    return ("+" if phone.strip().startswith("+") else "") + re.sub(r"[^0-9]", "", phone)


def sites(text: str) -> list[str]:
    """Host names that the customer gives as theirs, lower case."""
    return [hit.lower() for hit in _SITE.findall(text)]


def addresses(text: str) -> list[str]:
    """Street addresses in the ways of French, English, Spanish and Russian."""
    return [hit[0].removesuffix(".") for hit in _ADDRESS.finditer(text)]


def given_name(text: str) -> str:
    """What the customer says that the thing is called, or nothing."""
    hit = _NAMED.search(text)
    return (hit["quoted"] or hit["plain"]).strip() if hit else ""


def place(text: str) -> str:
    """The first place with its preposition (`in Lyon`, `в Казани`), as inflected in the text."""
    for hit in _PLACE.finditer(text):
        if not _NO_PLACE.match(hit["where"]):
            return f"{hit['how'].lower()} {hit['where']}"
    return ""
