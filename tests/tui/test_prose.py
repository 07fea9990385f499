"""Text that is read: wrapped, scrolled, filtered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.clean import one_line
from tui.widgets.filter_line import fits
from tui.widgets.pieces import Ink, Line, Piece, width_of
from tui.widgets.prose import wrap


def words(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_lines_break_between_words_and_keep_the_indent_of_the_first() -> None:
    assert words(wrap([Piece("  one two three four")], 10)) == ["  one two", "  three", "  four"]


def test_a_word_longer_than_the_line_is_cut_where_the_line_ends() -> None:
    assert words(wrap([Piece("abcdefghij")], 4)) == ["abcd", "efgh", "ij"]


def test_a_wide_character_is_never_halved() -> None:
    assert words(wrap([Piece("東京の本屋")], 5)) == ["東京", "の本", "屋"]


def test_pieces_keep_their_ink_across_the_break() -> None:
    first, second = wrap([Piece("why ", Ink.DIM), Piece("because of this")], 11)
    assert {piece.ink for piece in first if piece.text.strip()} == {Ink.DIM, Ink.TEXT}
    assert {piece.ink for piece in second if piece.text} == {Ink.TEXT}


@given(st.lists(st.tuples(st.text(max_size=40), st.sampled_from(Ink)), max_size=4), st.integers(2, 30))
def test_no_line_is_wider_than_it_may_be_and_no_letter_is_lost(given_pieces: list[tuple[str, Ink]], width: int) -> None:
    line = [Piece(*piece) for piece in given_pieces]
    lines = wrap(line, width)
    assert all(width_of(part) <= width for part in lines)
    if width_of(line) > width:
        before = "".join("".join(one_line(text) for text, _ in line).split())
        assert "".join("".join(text for part in lines for text, _ in part).split()) == before


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("", True),
        ("bak", True),
        ("BAKERY lyon", True),
        ("!museum", True),
        ("!bakery", False),
        ("bakery !lyon", False),
        ("x", False),
    ],
)
def test_every_word_must_occur_and_none_after_an_exclamation_mark(sought: str, found: bool) -> None:
    assert fits(sought, "bakery-lyon", "waiting") is found
