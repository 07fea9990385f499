"""A secret shows itself to nobody but who asks for it by name."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.identity.own import ChangePassword
from core.secret import Secret
from core.written import plain

MARK = "marker-5e1f"


@pytest.mark.parametrize(
    "shown",
    [
        repr,
        str,
        "{}".format,
        "{!r}".format,
        "{:>40}".format,
        lambda s: f"{s}",
        lambda s: f"{[s]} { ({'k': s}) }",
    ],
    ids=["repr", "str", "format", "format repr", "format spec", "f-string", "inside others"],
)
def test_no_way_of_writing_it_shows_it(shown: object) -> None:
    assert callable(shown)
    assert MARK not in shown(Secret(MARK))


def test_the_request_that_carries_it_does_not_show_it_either() -> None:
    asked = ChangePassword(new=Secret(MARK), current=Secret(MARK))

    assert MARK not in repr(asked) + str(asked)


@pytest.mark.parametrize("copying", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, orjson.dumps, plain, hash])
def test_nothing_copies_or_serialises_it(copying: object) -> None:
    assert callable(copying)
    with pytest.raises(TypeError):
        copying(Secret(MARK))


def test_a_request_cannot_be_turned_into_a_dictionary_with_it() -> None:
    with pytest.raises(TypeError):
        asdict(ChangePassword(new=Secret(MARK)))


def test_a_refused_value_is_not_quoted() -> None:
    with pytest.raises(ValidationError) as refusal:
        ChangePassword(new=MARK * 500)  # type: ignore[arg-type]

    assert MARK not in "".join(str(e) for e in refusal.value.errors(include_input=False, include_url=False))


@given(st.text(alphabet=st.characters(exclude_categories=())), st.text())
def test_two_are_equal_exactly_when_their_texts_are(one: str, other: str) -> None:
    assert (Secret(one) == Secret(other)) == (one == other)
    assert Secret(one) == Secret(one)
    assert Secret(one) != one
