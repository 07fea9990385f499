"""Words from outside become a request or Invalid with a reason; never a guess, never a crash."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.access.permissions import Permission
from core.catalogue import OPERATIONS
from core.errors import Invalid
from core.identity.keys import AddKey
from core.identity.own import ChangePassword, SetPreferences
from core.identity.people import CreatePerson, DeletePerson, ShowPerson
from core.identity.session_list import ListSessions
from core.identity.totp import Prove
from core.operation import Asked, Demo, Kind, Operation, Risk
from core.parse import build, inputs_of, request_of, split_options
from core.secret import Secret
from core.text import Word
from core.work import Work

MARK = "marker-77a1"


class Sampler(Operation[None], name="sampler.run", needs=Permission.SELF_READ, risk=Risk.LOOK, demo=Demo.RUN):
    """Take one of everything."""

    first: Word
    """What comes first."""
    second: Word = "default"
    loud: bool = False
    many: int = 3
    shape: Literal["round", "square"] = "round"
    token: Secret | None = None
    """Not for everybody's eyes."""

    async def run(self, work: Work) -> None: ...


def typed(text: str) -> Callable[[], Awaitable[str]]:
    async def read() -> str:
        return text

    return read


async def no_input() -> str:
    raise AssertionError("nobody asked for standard input")


async def parse(kind: Kind, line: str, given: str | None = None) -> Asked:
    words = split_options(shlex.split(line))
    return await request_of(kind, words.plain, words, no_input if given is None else typed(given))


# Options


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--first a", Sampler(first="a")),
        ("--first=a", Sampler(first="a")),
        ("a", Sampler(first="a")),
        ("a b", Sampler(first="a", second="b")),
        ("--second b a", Sampler(first="a", second="b")),
        ("a --loud", Sampler(first="a", loud=True)),
        ("--loud a", Sampler(first="a", loud=True)),
        ("--loud a b", Sampler(first="a", second="b", loud=True)),
        ("--loud=yes --many 2 a b", Sampler(first="a", second="b", loud=True, many=2)),
        ("a --loud b", Sampler(first="a", second="b", loud=True)),
        ("--loud=no a", Sampler(first="a")),
        ("--loud off a", Sampler(first="a")),
        ("--many 7 --shape square a", Sampler(first="a", many=7, shape="square")),
        ("--first=-", None),
        ("-- --first", Sampler(first="--first")),
        ("--first=--second", Sampler(first="--second")),
        ("--first 'two words'", Sampler(first="two words")),
        ("--first=a=b", Sampler(first="a=b")),
        ("a --json --dry-run", Sampler(first="a")),
    ],
)
async def test_one_line_means_one_request(line: str, expected: Asked | None) -> None:
    if expected is None:
        assert await parse(Sampler, line, "from input") == Sampler(first="from input")
    else:
        assert await parse(Sampler, line) == expected


@pytest.mark.parametrize(
    ("line", "about"),
    [
        ("", "--first"),
        ("--first", "--first"),
        ("--first ''", "--first"),
        ("a b c d e f", "does not take"),
        ("--first a --first b", "twice"),
        ("a --nonsense 1", "--nonsense"),
        ("a --nonsense", "--nonsense"),
        ("a --many some", "--many"),
        ("a --many", "--many"),
        ("a --shape oval", "--shape"),
        ("a --=x", "no option"),
        ("--first " + "x" * 200, "--first"),
        ("a --confirm-all", "--confirm-all"),
    ],
)
async def test_a_line_that_means_nothing_is_refused_with_what_is_wrong(line: str, about: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await parse(Sampler, line)

    said = refusal.value.reason + " " + " ".join(refusal.value.facts.values())
    assert about in said


async def test_the_words_for_the_door_are_taken_out_and_kept_apart() -> None:
    words = split_options(["users", "delete", "ana", "--confirm", "ana", "--json", "--dry-run", "-h"])

    assert (words.plain, words.options) == (["users", "delete", "ana"], [])
    assert (words.confirm, words.json, words.dry_run, words.asks_help) == ("ana", True, True, True)


async def test_after_two_dashes_nothing_is_an_option_any_more() -> None:
    words = split_options(["a", "--", "--json", "--confirm", "x"])

    assert words.plain == ["a", "--json", "--confirm", "x"]
    assert not words.json
    assert words.confirm is None


# Standard input and secrets


async def test_long_text_and_keys_come_on_standard_input() -> None:
    asked = await parse(AddKey, "--label laptop --key -", "ssh-ed25519 AAAA\n")

    assert asked == AddKey(label="laptop", key="ssh-ed25519 AAAA")


@pytest.mark.parametrize("line", ["ana --password-stdin", "--password-stdin ana", "ana --password -"])
async def test_a_secret_comes_on_standard_input_without_its_line_end(line: str) -> None:
    asked = await parse(CreatePerson, line, "a quiet blue teapot\n")

    assert asked == CreatePerson(username="ana", password=Secret("a quiet blue teapot"))


async def test_several_from_standard_input_come_one_a_line() -> None:
    asked = await parse(ChangePassword, "--current - --new -", "the old one\nthe new one\n")

    assert asked == ChangePassword(current=Secret("the old one"), new=Secret("the new one"))


async def test_a_separator_inside_a_secret_does_not_end_its_line() -> None:
    """The hole: Python ends lines at U+2028 and at form feeds; passwords may hold them."""
    asked = await parse(ChangePassword, "--current - --new -", "old\u2028one\nnew\x0cone\n")

    assert asked == ChangePassword(current=Secret("old\u2028one"), new=Secret("new\x0cone"))


async def test_too_few_lines_on_standard_input_are_refused() -> None:
    with pytest.raises(Invalid, match="Standard input"):
        await parse(ChangePassword, "--current - --new -", "only one\n")


@pytest.mark.parametrize("line", [f"ana --password {MARK}", f"ana --password={MARK}"])
async def test_a_secret_on_the_command_line_is_refused_and_not_repeated(line: str) -> None:
    """The hole: everybody on the client's machine reads it in the list of processes."""
    with pytest.raises(Invalid, match="no secret") as refusal:
        await parse(CreatePerson, line)

    assert MARK not in refusal.value.reason + str(refusal.value.facts)


async def test_a_secret_is_never_taken_from_a_plain_word() -> None:
    with pytest.raises(Invalid):
        await parse(CreatePerson, f"ana viewer {MARK}")


async def test_a_code_that_is_worth_nothing_in_half_a_minute_may_stand_there() -> None:
    assert await parse(Prove, "--code 123456") == Prove(code=Secret("123456"))


# What help and forms are told


def test_the_inputs_of_a_request_are_told_as_its_class_declares_them() -> None:
    told = {each.name: (each.kind, each.required, each.default) for each in inputs_of(Sampler)}

    assert told == {
        "first": ("text", True, ""),
        "second": ("text", False, "default"),
        "loud": ("flag", False, "False"),
        "many": ("number", False, "3"),
        "shape": ("round|square", False, "round"),
        "token": ("secret", False, ""),
    }
    assert next(iter(inputs_of(Sampler))).sentence == "What comes first."


def test_choices_are_told_even_where_nothing_need_be_chosen() -> None:
    language = {each.name: each for each in inputs_of(SetPreferences)}["language"]

    assert language.choices == ("auto", "en", "ru", "es")


# Anything at all


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
WORDS = st.lists(
    ANY_TEXT
    | st.sampled_from(["--", "-", "--json", "--confirm", "--first", "--many", "--loud", "--token-stdin", "-h"])
    | ANY_TEXT.map(lambda text: f"--{text}")
    | ANY_TEXT.map(lambda text: f"--first={text}"),
    max_size=8,
)


@settings(max_examples=150)
@given(WORDS, ANY_TEXT, st.sampled_from([Sampler, ShowPerson, DeletePerson, ChangePassword, ListSessions]))
async def test_any_words_become_a_request_or_invalid(words: list[str], given_text: str, kind: Kind) -> None:
    try:
        taken = split_options(words)
        asked = await request_of(kind, taken.plain, taken, typed(given_text))
    except Invalid:
        return
    assert isinstance(asked, kind)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.binary(max_size=9) | st.lists(ANY_TEXT)


@settings(max_examples=100)
@given(st.data())
def test_any_values_for_any_operation_become_a_request_or_invalid(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(OPERATIONS))
    names = [each.name for each in inputs_of(kind)]
    given_values: dict[str, object] = data.draw(st.dictionaries(st.sampled_from([*names, "nonsense"]), VALUES))
    try:
        asked = build(kind, given_values)
    except Invalid:
        return
    assert isinstance(asked, kind)
