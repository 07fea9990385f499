"""Every way the core says no; few, typed by cause, silent: words, colours and exit codes belong to the doors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from core.sentence import fill


class CoreError(Exception):
    """A refusal with a stable code and the facts that a door needs to explain it."""

    code: ClassVar[str] = "error"

    def __init__(self, reason: str = "", /, **facts: str) -> None:
        super().__init__(reason or self.code)
        self.reason = reason
        """An English sentence, also the key of its translation; facts fill its {placeholders}."""
        self.facts: Mapping[str, str] = facts

    def __str__(self) -> str:
        """In English, for logs; doors say it in somebody's language."""
        return fill(self.reason or self.code, self.facts)


class Invalid(CoreError):
    """The request is malformed or breaks a rule of its own; the caller can correct it."""

    code = "invalid"


class NotSignedIn(CoreError):
    """The session has ended, expired or never was."""

    code = "not_signed_in"


class Forbidden(CoreError):
    """The role does not reach that far; an unknown operation answers the same."""

    code = "forbidden"


class FactorNeeded(CoreError):
    """The session must first do something about its sign-in: prove, enrol, change or confirm afresh."""

    code = "factor_needed"


class GuardRefused(CoreError):
    """Demo mode, production mode or a hold says no, whoever asks."""

    code = "guard"


class Unconfirmed(CoreError):
    """A dangerous operation wants the object's name typed."""

    code = "unconfirmed"


class NotFound(CoreError):
    """There is no such thing within the caller's reach."""

    code = "not_found"


class Conflict(CoreError):
    """Somebody was faster, or the object is not in a state that allows this."""

    code = "conflict"


class Throttled(CoreError):
    """Too many, too fast; try later."""

    code = "throttled"


class RecordUnavailable(CoreError):
    """The record cannot be written, so nothing that must be on record can happen."""

    code = "record_unavailable"


class StoreUnavailable(CoreError):
    """The store can be neither read nor written just now: a full disk, a read-only volume, another's long lock."""

    code = "store_unavailable"


class Crashed(CoreError):
    """Our fault; the incident number finds the entry and the log line."""

    code = "crashed"
