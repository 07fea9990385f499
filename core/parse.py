"""Words from outside become a typed request, or Invalid with the reason for each field."""

from __future__ import annotations

import types
import typing
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import MISSING, Field, dataclass, fields, replace
from typing import Any, Literal, NamedTuple, Union

from pydantic import ValidationError

from core.errors import Invalid
from core.operation import Asked, Kind
from core.secret import Secret
from core.text import clip, one_line


class Option(NamedTuple):
    """`--name value`, and how many plain words stood before it."""

    name: str
    value: str | None
    at: int


@dataclass(frozen=True, kw_only=True)
class Words:
    """A command line, taken apart: plain words first, then options as given."""

    plain: list[str]
    options: list[Option]
    json: bool = False
    dry_run: bool = False
    asks_help: bool = False
    confirm: str | None = None


@dataclass(frozen=True, kw_only=True)
class Input:
    """One field of a request, as help and forms show it."""

    name: str
    kind: str
    """text, number, flag, secret, or the choices joined by a bar."""
    required: bool
    default: str
    choices: tuple[str, ...]
    sentence: str


def split_options(words: list[str]) -> Words:
    """Take a line apart; `--name value`, `--name=value`, `--flag`, and `--` ends the options. Raises Invalid."""
    plain: list[str] = []
    options: list[Option] = []
    given: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if word == "--":
            plain.extend(rest)
        elif word in ("-h", "--help"):
            given["asks_help"] = True
        elif word == "--json":
            given["json"] = True
        elif word == "--dry-run":
            given["dry_run"] = True
        elif word.startswith("--") and "=" in word:
            name, _, value = word[2:].partition("=")
            options.append(Option(name, value, len(plain)))
        elif word.startswith("--"):
            options.append(Option(word[2:], None, len(plain)))
        else:
            # A word after an option is its value; whether the option takes one is known when the kind is.
            if options and options[-1].value is None and not options[-1].name.endswith("-stdin"):
                options[-1] = options[-1]._replace(value=word)
            else:
                plain.append(word)
    words_given = Words(plain=plain, options=options, **given)
    words_given, confirm = taken(words_given, "confirm")
    return replace(words_given, confirm=confirm)


def taken(words: Words, name: str) -> tuple[Words, str | None]:
    """The line without one option, and the last value that was given for it."""
    values = [each.value or "" for each in words.options if each.name == name]
    rest = [each for each in words.options if each.name != name]
    return replace(words, options=rest), values[-1] if values else None


def inputs_of(kind: Kind) -> tuple[Input, ...]:
    """The fields that a kind takes, in declared order."""
    return tuple(_inputs(kind))


def _inputs(kind: Kind) -> Iterator[Input]:
    hints = typing.get_type_hints(kind)
    for field in fields(kind):  # type: ignore[arg-type]
        base = _base(hints[field.name])
        choices = tuple(str(each) for each in typing.get_args(base)) if typing.get_origin(base) is Literal else ()
        word = "|".join(choices) if choices else _KINDS.get(base, "text")
        default = field.default if field.default is not MISSING else None
        yield Input(
            name=field.name, kind=word, required=_required(field),
            default="" if default is None or isinstance(default, Secret) else str(default),
            choices=choices, sentence=attribute_sentences(kind).get(field.name, ""),
        )  # fmt: skip


_KINDS: dict[Any, str] = {bool: "flag", int: "number", Secret: "secret"}


def _base(hint: Any) -> Any:
    """The type under Optional and Annotated."""
    if typing.get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in typing.get_args(hint) if part is not type(None)]
        return _base(parts[0])
    return hint


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def attribute_sentences(kind: type[Any]) -> dict[str, str]:
    """The docstrings under a class's fields (read from its source once, for help and forms)."""
    import ast
    import inspect
    import textwrap

    if kind not in _SENTENCES:
        found: dict[str, str] = {}
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
        assert isinstance(tree, ast.ClassDef)
        for before, here in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name) and isinstance(here, ast.Expr):
                value = here.value
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    found[before.target.id] = " ".join(value.value.split())
        _SENTENCES[kind] = found
    return _SENTENCES[kind]


_SENTENCES: dict[type[Any], dict[str, str]] = {}


async def request_of(kind: Kind, plain: list[str], words: Words, read_input: Callable[[], Awaitable[str]]) -> Asked:
    """Build the request; `-` as a value and `--name-stdin` take standard input. Raises Invalid."""
    inputs = {each.name: each for each in inputs_of(kind)}
    given: dict[str, object] = {}
    from_input: list[str] = []
    loose = list(plain)
    shift = len(plain) - len(words.plain)
    for option, value, at in words.options:
        name = option.replace("-", "_")
        if name not in inputs and name.endswith("_stdin") and name.removesuffix("_stdin") in inputs:
            name, value = name.removesuffix("_stdin"), "-"
        if name not in inputs:
            raise Invalid("{command} has no option {option}; it takes: {options}", command=kind.name.replace(".", " "),
                          option=clip(one_line(f"--{option}"), 40), options=_list(inputs))  # fmt: skip
        if name in given or name in from_input:
            raise Invalid("The option {option} stands there twice.", option=f"--{option}")
        if inputs[name].kind == "flag":
            if value is not None and value.lower() not in _TRUE | _FALSE:
                # Not this flag's value but a plain word: back to where it stood.
                loose.insert(max(0, at + shift), value)
                shift += 1
                value = None
            given[name] = value is None or value.lower() in _TRUE
        elif value is None:
            raise Invalid("The option {option} needs a value.", option=f"--{option}")
        elif value == "-":
            from_input.append(name)
        elif inputs[name].kind == "secret" and name != "code":
            raise Invalid("A secret on the command line is no secret: use {option} - and standard input.",
                          option=f"--{option}")  # fmt: skip
        else:
            given[name] = value
    _place(kind, inputs, given, from_input, loose)
    if from_input:
        text = await read_input()
        given.update(_shares(inputs, from_input, text))
    missing = [f"--{name.replace('_', '-')}" for name, each in inputs.items() if each.required and name not in given]
    if missing:
        raise Invalid("{command} needs {options}.", command=kind.name.replace(".", " "), options=" ".join(missing))
    return build(kind, given)


_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


def _list(inputs: dict[str, Input]) -> str:
    return " ".join(f"--{name.replace('_', '-')}" for name in inputs) or "-"


def _place(
    kind: Kind, inputs: dict[str, Input], given: dict[str, object], from_input: list[str], loose: list[str]
) -> None:
    """Plain words after the verb fill the fields that were not named, in declared order."""
    if "query" in inputs and inputs["query"].kind == "text" and loose:
        # A search line is one thing, however many words the shell made of it.
        given["query"] = " ".join([*([str(given["query"])] if "query" in given else []), *loose])
        return
    open_fields = [name for name, each in inputs.items()
                   if name not in given and name not in from_input and each.kind not in ("flag", "secret")]  # fmt: skip
    if len(loose) > len(open_fields):
        raise Invalid("{command} does not take {word}.", command=kind.name.replace(".", " "),
                      word=clip(one_line(loose[len(open_fields)]), 40))  # fmt: skip
    given.update(zip(open_fields, loose, strict=False))


def _shares(inputs: dict[str, Input], names: list[str], text: str) -> dict[str, object]:
    """Standard input for one field whole (its last newline dropped when a secret); for several, a line each."""
    if len(names) == 1:
        return {names[0]: text.rstrip("\r\n") if inputs[names[0]].kind == "secret" else text}
    lines = [each.removesuffix("\r") for each in text.split("\n")]
    if lines[-1] == "":
        lines.pop()
    if len(lines) < len(names):
        raise Invalid("Standard input must hold one line for each of {options}.",
                      options=" ".join(f"--{name}" for name in names))  # fmt: skip
    return dict(zip(names, lines, strict=False))


def build(kind: Kind, given: dict[str, object]) -> Asked:
    """The request from named values; raises Invalid with one reason per field."""
    try:
        return kind(**given)
    except ValidationError as fault:
        reasons = "; ".join(
            f"--{'.'.join(str(part) for part in error['loc']).replace('_', '-')}: "
            + one_line(error["msg"].removeprefix("Value error, "))
            for error in fault.errors(include_input=False, include_url=False)
        )
        raise Invalid("{reasons}", reasons=clip(reasons, 400)) from None
