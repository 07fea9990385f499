"""The translators' files hold what the doors say, no more, no less, and a translation breaks nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from core.i18n.harvest import harvest
from core.i18n.tongue import LANGUAGES, Tongue, tongue
from scripts.messages import file_of, untranslated

HOLE = re.compile(r"\{\w+\}")
TYPED = re.compile(
    r"(?<!\w)--[a-z]+(?:-[a-z]+)*|AIFACTORY_\w+|`[^`]+`|\bctrl\+\w\b|\w+@\w+"
    r"|\b(?:actor|action|severity|since|until):[\w.*]*|\bon:\w+"
)
"""What somebody is to type or to press: an option, a variable, a command in quotes, a key, a host, a filter."""
EDGES = re.compile(r"^ *| *$")

in_every_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def sentences() -> frozenset[tuple[str, str]]:
    return frozenset(harvest())


@cache
def file_for(language: str) -> Catalog:
    with file_of(language).open("rb") as file:
        return read_po(file, locale=language)


def translated(language: str) -> list[tuple[Message, str, str]]:
    """Each form of each translation, and the English that it stands for."""
    found = []
    for message in file_for(language):
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        english = message.id if isinstance(message.id, str) else message.id[-1]
        found += [(message, english, form) for form in forms if form]
    return found


def ids(language: str) -> set[tuple[str, str]]:
    every = [message.id for message in file_for(language) if message.id]
    return {(each, "") if isinstance(each, str) else (each[0], each[1]) for each in every}


# -- no more, no less


@in_every_language
def test_every_sentence_that_a_door_says_is_in_the_file(language: str) -> None:
    assert sentences() - ids(language) == set(), "python -m scripts.messages brings them in"


@in_every_language
def test_no_sentence_is_in_the_file_that_nobody_says(language: str) -> None:
    assert ids(language) - sentences() == set(), "python -m scripts.messages takes them out"


@in_every_language
def test_nothing_is_left_untranslated_and_nothing_is_a_guess(language: str) -> None:
    file = file_for(language)
    assert untranslated(file) == []
    assert [message.id for message in file if message.id and message.fuzzy] == []


# -- a translation breaks nothing


@in_every_language
def test_a_translation_has_the_places_for_facts_that_the_english_has(language: str) -> None:
    wrong = [(english, said) for _, english, said in translated(language)
             if sorted(HOLE.findall(english)) != sorted(HOLE.findall(said))]  # fmt: skip
    assert wrong == []


@in_every_language
def test_what_one_has_to_type_is_the_same_in_every_language(language: str) -> None:
    wrong = [(english, said) for _, english, said in translated(language)
             if sorted(TYPED.findall(english)) != sorted(TYPED.findall(said))]  # fmt: skip
    assert wrong == []


@in_every_language
def test_a_translation_keeps_the_blanks_at_its_ends(language: str) -> None:
    """Pieces of a line stand beside each other: a blank too few glues words, one too many shifts them."""
    wrong = [(english, said) for _, english, said in translated(language)
             if EDGES.findall(english) != EDGES.findall(said)]  # fmt: skip
    assert wrong == []


@in_every_language
def test_no_translation_can_move_the_cursor_or_turn_the_writing_round(language: str) -> None:
    """The hole: what comes out of these files reaches terminals unwashed. The attack: a translator sends in a
    sentence with an escape sequence or a bidirectional override. What must hold: none is in the files."""
    wrong = [said for _, _, said in translated(language)
             if any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in said)]  # fmt: skip
    assert wrong == []


# -- counted things


@in_every_language
def test_every_counted_thing_has_a_form_for_every_number(language: str) -> None:
    file = file_for(language)
    forms = {message.id: len(message.string or ()) for message in file if message.pluralizable}
    assert forms
    assert [each for each, n in forms.items() if n != file.num_plurals] == []


@pytest.mark.parametrize(
    ("language", "n", "words"),
    [("en", 1, "1 session"), ("en", 2, "2 sessions"),
     ("ru", 2, "2 сеанса"), ("ru", 5, "5 сеансов"), ("ru", 11, "11 сеансов"), ("ru", 21, "21 сеанс"),
     ("es", 1, "1 sesión"), ("es", 2, "2 sesiones")],
)  # fmt: skip
def test_a_number_stands_with_the_form_that_its_language_gives_it(language: str, n: int, words: str) -> None:
    assert Tongue(language).n("{n} session", "{n} sessions", n) == words


# -- who hears which language


@pytest.mark.parametrize(
    ("chosen", "terminal", "language"),
    [("ru", "es_ES.UTF-8", "ru"), ("auto", "ru_RU.UTF-8", "ru"), ("auto", "es_MX", "es"), ("auto", "de_DE.UTF-8", "en"),
     ("auto", "", "en"), ("../../etc", "C.UTF-8", "en")],
)  # fmt: skip
def test_a_choice_comes_before_the_terminal_and_english_is_for_everybody_else(
    chosen: str, terminal: str, language: str
) -> None:
    assert tongue(chosen, terminal).language == language
