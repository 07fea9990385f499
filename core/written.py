"""A result as text for eyes: aligned tables and cards, in a person's language; the same on every door."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from wcwidth import wcswidth

from core.clock import moment
from core.i18n.tongue import Tongue
from core.secret import Secret
from core.sentence import Sentence
from core.text import clip, one_line, wash

_LONGEST_CELL = 60
_WORDS = frozenset(
    {
        "standing",
        "state_word",
        "holder",
        "agent_title",
        "doing",
        "station",
        "status",
        "sentence",
        "role",
        "outcome",
        "severity",
    }
)
"""Fields whose values are words of ours, and so are translated for eyes."""


def plain(value: object) -> Any:
    """A result as JSON values: text washed, secrets refused, keys as the class declares them."""
    if isinstance(value, Secret):
        raise TypeError("a secret is not an answer")
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return wash(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Sentence):
        return wash(str(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.repr}
    if isinstance(value, dict):
        return {wash(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, Iterable):
        return [plain(each) for each in value]
    raise TypeError(f"no JSON for {type(value).__name__}")


def rows_of(result: object) -> list[Any] | None:
    """The rows of a listing, or None when the result is one thing."""
    return list(result) if isinstance(result, tuple | list) else None


def heading(name: str) -> str:
    """A field's name as a column says it."""
    for ending in ("_at", "_microusd", "_usd", "_word", "_title"):
        name = name.removesuffix(ending)
    return name.replace("_", " ")


def cell(t: Tongue, name: str, value: object, now: datetime) -> str:
    """A field's value as a table says it."""
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, Sentence):
        return one_line(t.say(value))
    if isinstance(value, int) and name.endswith("_microusd"):
        return f"${value / 1_000_000:.2f}"
    if isinstance(value, float) and name.endswith("_usd"):
        return f"${value:.2f}"
    if isinstance(value, str) and name in _WORDS:
        return one_line(t(value)) if value else ""
    if isinstance(value, str) and (name.endswith("_at") or name in ("since", "at")) and value:
        return ago(t, value, now)
    if isinstance(value, tuple) and value and isinstance(value[0], Sentence):
        return one_line(" ".join(t.say(each) for each in value))
    simple = plain(value)
    if isinstance(simple, list):
        words = [str(each) for each in simple if not isinstance(each, dict)]
        return one_line(", ".join(words)) if words or not simple else str(len(simple))
    if isinstance(simple, dict):
        return one_line(", ".join(f"{key}={each}" for key, each in simple.items()))
    return one_line(str(simple if simple is not None else ""))


def ago(t: Tongue, stamped: str, now: datetime) -> str:
    """Relative while fresh, a date when old; whatever does not parse stays as it is."""
    try:
        seconds = int((now - moment(stamped)).total_seconds())
    except ValueError:
        return one_line(stamped)
    if seconds < 0:
        return stamped[:19].replace("T", " ")
    if seconds < 60:
        return t("{n} s", n=seconds)
    if seconds < 3_600:
        return t("{n} min", n=seconds // 60)
    if seconds < 172_800:
        return t("{n} h", n=seconds // 3_600)
    return stamped[:10]


def table(t: Tongue, rows: list[Any], now: datetime) -> str:
    """Rows of one result class as aligned columns; the class may name the columns to show in `COLUMNS`."""
    names = columns_of(type(rows[0]))
    grid = [[t(heading(name)).upper() for name in names]]
    grid += [[clip(cell(t, name, getattr(row, name), now), _LONGEST_CELL) for name in names] for row in rows]
    widths = [max(_width(line[at]) for line in grid) for at in range(len(names))]
    numbers = [_is_number(getattr(rows[0], name)) for name in names]
    return "\n".join(
        "  ".join(
            " " * (width - _width(text)) + text if number else text + " " * (width - _width(text))
            for text, width, number in zip(line, widths, numbers, strict=True)
        ).rstrip()
        for line in grid
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def columns_of(kind: type[Any]) -> tuple[str, ...]:
    """The fields that a table shows."""
    chosen = getattr(kind, "COLUMNS", None)
    return tuple(chosen) if chosen else tuple(f.name for f in fields(kind))


def card(t: Tongue, thing: Any, now: datetime) -> str:
    """One thing, a field a line; lists of things follow as tables."""
    if not is_dataclass(thing):
        return one_line(str(thing))
    lines: list[str] = []
    below: list[str] = []
    names = list(getattr(type(thing), "CARD", ())) or [f.name for f in fields(thing) if f.repr]
    width = max((_width(t(heading(name))) for name in names), default=0)
    for name in names:
        value = getattr(thing, name)
        title = t(heading(name))
        if isinstance(value, tuple) and value and is_dataclass(value[0]) and not isinstance(value[0], Sentence):
            below += ["", title.upper(), table(t, list(value), now)]
        elif isinstance(value, tuple) and value and isinstance(value[0], Sentence | str) and len(value) > 1:
            below += ["", title.upper(), *(f"  {cell(t, name, each, now)}" for each in value)]
        elif isinstance(value, str) and "\n" in value:
            below += ["", title.upper(), wash(value)]
        else:
            lines.append(f"{title}{' ' * (width - _width(title))}  {cell(t, name, value, now)}".rstrip())
    return "\n".join([*lines, *below])


def _width(text: str) -> int:
    return max(wcswidth(text), 0)
