"""Every sentence that the doors may say, found in the source: what the translators' files must hold, no more, no less.

Called by scripts/messages.py and by the test that fails on a missing or unused sentence; never at run time."""

from __future__ import annotations

import ast
import typing
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from core import errors
from core.access.roles import roles_with
from core.catalogue import OPERATIONS
from core.i18n.vocabulary import WORDS
from core.parse import inputs_of
from core.sentence import Sentence
from core.written import heading

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "sshd", "tui")
_RAISED = {name for name in vars(errors) if isinstance(vars(errors)[name], type)} | {"say", "Sentence"}


@dataclass(frozen=True)
class Message:
    """A sentence, its plural where it has one, and where it is said."""

    one: str
    many: str = ""
    where: str = ""


def harvest() -> dict[tuple[str, str], list[str]]:
    """(sentence, plural or empty) → the places where it is said."""
    found: dict[tuple[str, str], list[str]] = {}
    for message in [*_from_sources(), *_from_catalogue(), *(Message(word, where="vocabulary") for word in WORDS)]:
        if message.one:
            found.setdefault((message.one, message.many), []).append(message.where)
    return found


def _from_sources() -> Iterator[Message]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "studio" in path.parts:
                # Its words belong to the pages that it makes, in their own language.
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            where = str(path.relative_to(ROOT))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield from _said(node, where)


def _said(call: ast.Call, where: str) -> Iterator[Message]:
    texts = [arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else None for arg in call.args]
    function = call.func
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    if name == "t" or name in _RAISED:
        # t("a") as well as t("a" if x else "b").
        for arg in call.args[:1]:
            branches = [arg.body, arg.orelse] if isinstance(arg, ast.IfExp) else [arg]
            for branch in branches:
                if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                    yield Message(branch.value, where=where)
    elif name == "n" and isinstance(function, ast.Attribute) and len(texts) >= 2 and texts[0] and texts[1]:
        value = function.value
        if (isinstance(value, ast.Name) and value.id == "t") or (
            isinstance(value, ast.Attribute) and value.attr == "t"
        ):
            yield Message(texts[0], texts[1], where)


def _from_catalogue() -> Iterator[Message]:
    for kind in OPERATIONS:
        if not roles_with(kind.needs):
            continue
        yield Message(kind.sentence(), where=kind.name)
        for each in inputs_of(kind):
            yield Message(each.sentence, where=kind.name)
            yield Message(heading(each.name), where=kind.name)
        for result in _results(typing.get_args(vars(kind)["__orig_bases__"][0])[0]):
            for field in fields(result):
                yield Message(heading(field.name), where=kind.name)


def _results(hint: Any) -> Iterator[type[Any]]:
    """The dataclasses within a result type, those of their fields included."""
    if isinstance(hint, type) and is_dataclass(hint):
        if hint is Sentence:
            return
        yield hint
        for inner in typing.get_type_hints(hint).values():
            yield from _results(inner)
    elif isinstance(hint, type) and issubclass(hint, tuple):
        yield from (each for base in getattr(hint, "__orig_bases__", ()) for each in _results(base))
    else:
        for inner in typing.get_args(hint):
            yield from _results(inner)
