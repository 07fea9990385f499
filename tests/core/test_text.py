"""Text from outside: what is washed steers no terminal and forges no line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from wcwidth import wcwidth

from core.text import Blob, Brief, Label, Line, Note, Query, Username, Word, clip, one_line, wash

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))
"""Lone surrogates and unassigned characters too."""
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HOSTILE = {
    "clear screen": ("a\x1b[2Jb", "a[2Jb"),
    "set the clipboard (OSC 52)": ("\x1b]52;c;cm0gLXJm\x07x", "]52;c;cm0gLXJmx"),
    "hide a link (OSC 8)": ("\x1b]8;;http://evil\x1b\\here", "]8;;http://evil\\here"),
    "C1 CSI": ("a\x9b31mb", "a31mb"),
    "NUL, backspace, delete, bell": ("a\x00\x08\x7f\x07b", "ab"),
    "turn the reading direction": (f"a{BIDI}b", "ab"),
    "a lone surrogate": ("a\ud800b", "ab"),
    "a forged line": ("a\rb\r\nc", "a\nb\nc"),
    "another line end": ("a\u2028b\u2029c\x85d\x0be\x0cf", "abcdef"),
    "invisible letters": ("a\u200b\u2060\ufeff\u00adb", "ab"),
    "tags": ("a\U000e0041\U000e007fb", "ab"),
}


@pytest.mark.parametrize(("given_text", "kept"), HOSTILE.values(), ids=HOSTILE)
def test_what_could_steer_a_terminal_is_taken_out(given_text: str, kept: str) -> None:
    assert wash(given_text) == kept


@pytest.mark.parametrize(
    "text",
    ["", "naïve café", "Пекарня «Хлеб»", "¿Qué tal?", "面包店", "👩\u200d🔧 👍🏽", "a\n\tb", "e\u0301"],
)
def test_what_people_write_stays(text: str) -> None:
    assert wash(text) == unicodedata.normalize("NFC", text)


@given(ANY_TEXT)
def test_nothing_that_is_washed_controls_anything(text: str) -> None:
    washed = wash(text)

    assert all(unicodedata.category(c) not in ("Cc", "Cs") for c in washed if c not in "\n\t")
    assert not set(washed) & set(BIDI)
    washed.encode()


@given(ANY_TEXT)
def test_washing_twice_is_washing_once(text: str) -> None:
    assert wash(wash(text)) == wash(text)
    assert one_line(one_line(text)) == one_line(text)


@given(ANY_TEXT)
def test_one_line_is_one_line_that_a_terminal_can_measure(text: str) -> None:
    line = one_line(text)

    assert line.splitlines() in ([], [line])
    assert all(wcwidth(c) >= 0 for c in line)


@given(ANY_TEXT, st.integers(min_value=1, max_value=50))
def test_clipped_text_is_never_longer_than_asked_for_and_says_that_it_was_cut(text: str, limit: int) -> None:
    short = clip(text, limit)

    assert len(short) <= limit
    assert short == text or short.endswith("…")


@pytest.mark.parametrize("kind", [Username, Label, Line, Word, Note, Brief, Query, Blob])
@pytest.mark.parametrize("value", [None, 7, b"bytes", ["list"], {"a": 1}])
def test_what_is_not_text_is_refused(kind: type[str], value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@given(ANY_TEXT)
@pytest.mark.parametrize("kind", [Username, Label, Line, Word, Note, Brief, Query, Blob])
def test_every_text_type_washes_or_refuses(kind: type[str], text: str) -> None:
    try:
        taken = TypeAdapter(kind).validate_python(text)
    except ValidationError:
        return
    assert taken == wash(taken)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Ana", "ana"), ("  bob.smith ", "bob.smith"), ("x_1-2.3", "x_1-2.3"), ("\u212aate", "kate")],
)
def test_a_user_name_is_lower_case_ascii(typed: str, name: str) -> None:
    assert TypeAdapter(Username).validate_python(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ab",
        "a" * 65,
        "-ana",
        ".ana",
        "a b c",
        "ana\nbob",
        "аnа",
        "ana\x00",
        "../../etc",
        "ana;rm",
        "ana\u202e",
    ],
)
def test_a_user_name_that_could_mean_something_else_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Username).validate_python(typed)


@pytest.mark.parametrize(("kind", "most"), [(Label, 64), (Line, 400), (Word, 128), (Note, 2_000), (Brief, 50_000)])
def test_text_has_a_longest(kind: type[str], most: int) -> None:
    assert TypeAdapter(kind).validate_python("x" * most) == "x" * most
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python("x" * (most + 1))
