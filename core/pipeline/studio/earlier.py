"""Earlier agents' output read with care: it may come from a model, so shapes are checked, text washed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.json_value import JsonObject, JsonValue
from core.pipeline.agents import Job
from core.text import clip, one_line

NOTHING: JsonObject = {}


_TWINS = {"pm": "__landing_spec__", "architect": "landing_architect", "developer": "landing_developer"}


def output_of(job: Job, agent: str) -> JsonObject:
    """What an agent, or its twin for landing pages, handed over last; empty when it did not work yet."""
    return job.earlier.get(agent) or job.earlier.get(_TWINS.get(agent, agent)) or NOTHING


def text(source: JsonObject, key: str, limit: int = 400) -> str:
    """A line of text, washed and clipped; empty when there is none."""
    value = source.get(key)
    return clip(one_line(value), limit) if isinstance(value, str) else ""


def number(source: JsonObject, key: str) -> int:
    """A whole number, or 0."""
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def inner(source: JsonObject, key: str) -> JsonObject:
    """An object inside, or an empty one."""
    value = source.get(key)
    return value if isinstance(value, Mapping) else NOTHING


def objects(source: JsonObject, key: str) -> list[JsonObject]:
    """The objects of a list, at most 500."""
    return [one for one in _items(source.get(key)) if isinstance(one, Mapping)][:500]


def lines(source: JsonObject, key: str, limit: int = 400) -> list[str]:
    """The texts of a list, washed and clipped, at most 500."""
    return [clip(one_line(one), limit) for one in _items(source.get(key)) if isinstance(one, str)][:500]


def _items(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
