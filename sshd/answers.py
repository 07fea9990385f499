"""JSON on stdout, talk on stderr, exit codes: a promise to scripts."""

from __future__ import annotations

from enum import IntEnum

import orjson

from core.errors import (
    Conflict,
    CoreError,
    Crashed,
    FactorNeeded,
    Forbidden,
    GuardRefused,
    Invalid,
    NotFound,
    NotSignedIn,
    RecordUnavailable,
    StoreUnavailable,
    Throttled,
    Unconfirmed,
)
from core.i18n.tongue import Tongue
from core.sentence import Sentence
from core.text import clip, one_line
from core.written import ago, card, cell, columns_of, heading, plain, rows_of, table

__all__ = [
    "Exit",
    "ago",
    "card",
    "cell",
    "columns_of",
    "exit_of",
    "heading",
    "json_line",
    "plain",
    "rows_of",
    "table",
    "talk",
]


LONGEST_TALK = 1_000
"""Characters of a refusal: what somebody typed may stand in it, but not all of a hundred thousand."""


class Exit(IntEnum):
    """What a script may rely on."""

    DONE = 0
    """It is done, or here is what was asked for."""
    NO = 1
    """It was carried out and the answer is no: a damaged record, a failed check."""
    USAGE = 2
    """Wrong usage or input; nothing happened."""
    FORBIDDEN = 3
    """Not allowed for this person, or the session has ended."""
    FACTOR = 4
    """A second factor, a new password or an enrolment is needed first."""
    GUARD = 5
    """Demo mode, production mode or a hold says no."""
    NOT_FOUND = 6
    """There is no such thing within reach."""
    CONFLICT = 7
    """Somebody was faster, or the object is in another state."""
    OURS = 70
    """Our fault; the incident number is on stderr."""
    LATER = 75
    """Try again later: throttled, or the store or the record cannot be written."""


_EXITS: dict[type[CoreError], Exit] = {
    Invalid: Exit.USAGE,
    Unconfirmed: Exit.USAGE,
    Forbidden: Exit.FORBIDDEN,
    NotSignedIn: Exit.FORBIDDEN,
    FactorNeeded: Exit.FACTOR,
    GuardRefused: Exit.GUARD,
    NotFound: Exit.NOT_FOUND,
    Conflict: Exit.CONFLICT,
    Throttled: Exit.LATER,
    RecordUnavailable: Exit.LATER,
    StoreUnavailable: Exit.LATER,
    Crashed: Exit.OURS,
}


def exit_of(refusal: CoreError) -> int:
    """The exit code of a refusal."""
    return int(_EXITS.get(type(refusal), Exit.OURS))


def talk(t: Tongue, refusal: CoreError) -> str:
    """One line for a person: what happened, and why."""
    words = t.say(Sentence(refusal.reason, refusal.facts)) if refusal.reason else refusal.code
    return clip(one_line(words), LONGEST_TALK)


def json_line(value: object) -> bytes:
    """One JSON object and a newline."""
    return orjson.dumps(plain(value), option=orjson.OPT_APPEND_NEWLINE)
