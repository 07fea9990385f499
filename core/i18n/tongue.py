"""A person's language for one session: gettext catalogues, read once, chosen per call and never process-wide."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from core.sentence import Sentence, fill

LOCALES = Path(__file__).parent / "locales"
LANGUAGES = ("en", "ru", "es")
DOMAIN = "factory"
WORDS_OF_OURS = frozenset({"agent", "before", "station", "state"})
"""Facts that are words of the factory, never somebody's text; they are translated within their sentence."""


@cache
def _catalogue(language: str) -> NullTranslations:
    path = LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@dataclass(frozen=True)
class Tongue:
    """Says English sentences in one language; an unknown sentence stays English."""

    language: str

    def __call__(self, text: str, **facts: object) -> str:
        """The sentence, its `{placeholders}` filled."""
        # gettext keeps the head of the translators' file under the empty sentence.
        return fill(_catalogue(self.language).gettext(text), {k: str(v) for k, v in facts.items()}) if text else ""

    def n(self, one: str, many: str, n: int, **facts: object) -> str:
        """The sentence in the plural form that `n` takes in this language; `{n}` is filled."""
        words = _catalogue(self.language).ngettext(one, many, n)
        return fill(words, {"n": f"{n}", **{k: str(v) for k, v in facts.items()}})

    def say(self, sentence: Sentence) -> str:
        """A sentence that came with its facts from the core."""
        facts = {name: self(value) if name in WORDS_OF_OURS else value for name, value in sentence.facts.items()}
        return fill(_catalogue(self.language).gettext(sentence.text), facts)


def tongue(preferred: str, environment_language: str = "") -> Tongue:
    """The person's choice, or what their terminal says in LC_ALL, LC_MESSAGES or LANG, or English."""
    if preferred in LANGUAGES:
        return Tongue(preferred)
    code = environment_language.split("_")[0].split(".")[0].lower()
    return Tongue(code if code in LANGUAGES else "en")
