"""What somebody looks for in the record: one line of text, understood the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core.audit.entry import MEMBERS, Severity, timestamp
from core.errors import Invalid

_WORD = re.compile(r'\s*(?:([a-z_]+):)?(?:"([^"]*)"|([^\s"]+))')
_AGO = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class Query:
    """Every filter that is not empty must agree; a `*` at the end of a value stands for any rest."""

    actor: str = ""
    action: str = ""
    on: str = ""
    """The resource, or its last part after a slash."""
    severity: str = ""
    outcome: str = ""
    session: str = ""
    ip: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    text: tuple[str, ...] = ()
    """Each must stand somewhere in the entry's own words, letter by letter."""

    @property
    def everything(self) -> bool:
        """Nothing is filtered out."""
        return self == Query()

    def matches(self, members: Mapping[str, Any]) -> bool:
        """Whether an entry, as its JSON members, is looked for."""
        return (
            _fits(self.actor, members["actor"])
            and _fits(self.action, members["action"])
            and (_fits(self.on, members["resource"]) or _fits(self.on, last_part(members["resource"])))
            and _fits(self.severity, members["severity"])
            and _fits(self.outcome, members["outcome"])
            and _fits(self.session, members["session_id"])
            and _fits(self.ip, members["ip_address"])
            and (self.since is None or members["timestamp"] >= timestamp(self.since))
            and (self.until is None or members["timestamp"] < timestamp(self.until))
            and all(_says(members, words) for words in self.text)
        )


NAMES = tuple(one.name for one in fields(Query) if one.name != "text")


def last_part(resource: str) -> str:
    """`museum` of `pipeline/museum`."""
    return resource.rpartition("/")[2]


def _fits(wanted: str, value: str) -> bool:
    if wanted.endswith("*"):
        return value.startswith(wanted[:-1])
    return not wanted or value == wanted


def _says(value: Any, words: str) -> bool:
    if isinstance(value, str):
        return words in value
    if isinstance(value, Mapping):
        return any(
            (name not in ("hash", "previous_hash") and _says(member, words)) or (name not in _OURS and words in name)
            for name, member in value.items()
        )
    if isinstance(value, list):
        return any(_says(member, words) for member in value)
    return isinstance(value, int) and not isinstance(value, bool) and words == str(value)


_OURS = frozenset(MEMBERS)


def parse_query(text: str, *, now: datetime | None = None) -> Query:
    """Read `actor:agent:* on:museum since:1h free words "a phrase"`; raises Invalid, saying what is wrong."""
    moment = now or datetime.now(UTC)
    given: dict[str, Any] = {}
    words: list[str] = []
    position = 0
    while position < len(text.rstrip()):
        found = _WORD.match(text, position)
        if found is None:
            raise Invalid("A quotation mark is open in the search.")
        position = found.end()
        name, value = found[1], found[2] if found[2] is not None else found[3]
        if name is None:
            words += [value] if value else []
            continue
        if name not in NAMES:
            raise Invalid("There is no filter {name}; there are {names}.", name=name, names=", ".join(NAMES))
        if name in given:
            raise Invalid("The filter {name} stands twice.", name=name)
        if not value:
            raise Invalid("The filter {name} has no value.", name=name)
        given[name] = _read(name, value, moment)
    return Query(**given, text=tuple(words))


def _read(name: str, value: str, now: datetime) -> str | datetime:
    if name == "severity" and value not in list(Severity):
        raise Invalid("There is no severity {value}; there are {names}.", value=value, names=", ".join(Severity))
    return _moment(value, now, end=name == "until") if name in ("since", "until") else value


def _moment(value: str, now: datetime, *, end: bool) -> datetime:
    """`90m` before now, a day (to its end for `until`), or a moment; UTC unless it says otherwise."""
    ago = _AGO.fullmatch(value)
    try:
        if ago is not None:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            day = datetime.combine(date.fromisoformat(value), time(), UTC)
            return day + timedelta(days=1) if end else day
        moment = datetime.fromisoformat(value)
        # In UTC already here: the edges of the calendar have no neighbour to be shifted to.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid("{value} is no time; write 90m, 2d, 2026-11-21 or 2026-11-21T15:04.", value=value) from error
