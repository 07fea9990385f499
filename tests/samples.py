"""A request of any kind with values that its types accept: so that rules cover what is added later by themselves."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from types import MappingProxyType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from core.errors import Invalid
from core.operation import Asked, Kind
from core.parse import build, inputs_of
from core.secret import Secret
from tests.keyring import ED25519

TEXTS: Mapping[str, str] = {
    "brief": "A page for a bakery in Lyon, open from six, with bread, prices and the way there.",
    "content_locale": "auto",
    "key": ED25519,
    "label": "laptop",
    "output": "{}",
    "note": "please say when it is open",
    "operation": "users.create",
    "profile": "marketing_landing",
    "role": "viewer",
    "state": "NEW",
    "theme": "night",
    "user": "vera",
    "username": "vera",
}
"""By field name, where any text would do but a sensible one says more."""
ANY_TEXT = "sample-one"
PASSWORD = "a louder green kettle"


def sample(kind: Kind, given: Mapping[str, object] = MappingProxyType({}), *, whole: bool = True) -> Asked:
    """The request with `given` and samples for the rest (with `whole=False` only for what is required)."""
    try:
        return build(kind, {**dict(_values(kind, whole)), **given})
    except Invalid as refusal:
        raise AssertionError(
            f"tests/samples.py cannot make a {kind.name}: {refusal.facts.get('reasons', refusal)}."
            " Give that field a value in TEXTS, or its type a sample in value_for."
        ) from None


def confirmation(asked: Asked) -> str:
    """What has to be typed when it is dangerous."""
    return str(getattr(asked, asked.on)) if asked.on else asked.name


def _values(kind: Kind, whole: bool) -> Iterator[tuple[str, object]]:
    hints = typing.get_type_hints(kind)
    for each in inputs_of(kind):
        if whole or each.required:
            yield each.name, value_for(kind, each.name, hints[each.name])


def value_for(kind: Kind, name: str, hint: Any) -> object:
    """A value of that type."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return value_for(kind, name, next(part for part in get_args(hint) if part is not type(None)))
    if origin is Literal:
        return get_args(hint)[0]
    if origin is tuple:
        return (value_for(kind, name, get_args(hint)[0]),)
    if hint is Secret:
        return Secret("123456" if name == "code" else PASSWORD)
    if hint is bool:
        return False
    if hint is int:
        return 1
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if hint is str:
        return TEXTS.get(name, ANY_TEXT)
    raise AssertionError(f"tests/samples.py knows no sample for {kind.name}.{name}: {hint}")


def fields_of(kind: Kind, wanted: object) -> list[str]:
    """The names of the fields of one type (str, Secret, int), optional ones and tuples of it too."""
    found = []
    for name, hint in typing.get_type_hints(kind).items():
        parts = {hint, *get_args(hint)}
        if wanted in parts and name in {each.name for each in inputs_of(kind)}:
            found.append(name)
    return found
