"""A request as the line that asks the exec door for the same: `ssh factory@host users list`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import MISSING, fields

from core.access.roles import roles_with
from core.operation import Asked, Kind, Risk
from core.parse import inputs_of
from core.secret import Secret
from core.text import one_line

HOST = "ssh factory@host"
_LONGEST_VALUE = 60


def for_people(kind: Kind) -> bool:
    """Whether any role for people could hold it; the runner's own operations are nobody's to see."""
    return bool(roles_with(kind.needs))


def option(name: str) -> str:
    """`--product-id` for the field `product_id`."""
    return f"--{name.replace('_', '-')}"


def usage(kind: Kind) -> str:
    """`users create --username TEXT [--role TEXT]`."""
    parts = [kind.area, kind.verb]
    for each in inputs_of(kind):
        word = option(each.name)
        if each.kind == "secret":
            word += " -"
        elif each.kind != "flag":
            word += f" {each.kind if each.choices else each.kind.upper()}"
        parts.append(word if each.required else f"[{word}]")
    if kind.risk is Risk.DANGER:
        parts.append(f"--confirm {kind.on.upper() if kind.on else kind.name}")
    return " ".join(parts)


def line_of(kind: Kind, given: Mapping[str, object]) -> str:
    """The whole line for these values; secrets and long text come on standard input, not in the line."""
    words = [kind.area, kind.verb]
    piped = ""
    for name, value in given.items():
        if value is None or value is False:
            continue
        if value is True:
            words.append(option(name))
        elif isinstance(value, Secret):
            words += [option(name), "-"]
        elif isinstance(value, str) and ("\n" in value or len(value) > _LONGEST_VALUE):
            words += [option(name), "-"]
            piped = f" < {name}.txt"
        else:
            words += [option(name), shlex.quote(one_line(str(value)))]
    if kind.risk is Risk.DANGER:
        name = str(given.get(kind.on, "")) if kind.on else kind.name
        words += ["--confirm", shlex.quote(one_line(name))]
    line = " ".join(words)
    if any(word.startswith("'") for word in words):
        # The shell here takes one layer of quotes away before ssh joins the words with blanks.
        line = f'"{line}"' if not set(line) & set('"$`\\!') else shlex.quote(line)
    return f"{HOST} {line}{piped}"


def line_for(asked: Asked) -> str:
    """The line of a request that is made already; fields that hold their default are left out."""
    given = {}
    for field in fields(asked):  # type: ignore[arg-type]
        value = getattr(asked, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if default is MISSING or (value is not default and value != default):
            given[field.name] = value
    return line_of(type(asked), given)
