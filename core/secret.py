"""Secret: text that cannot be printed, logged, compared in part or serialised."""

from __future__ import annotations

import hmac
from typing import Any, NoReturn

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema


def _bytes(text: str) -> bytes:
    # What a client types need not be whole UTF-8; comparing it must not raise.
    return text.encode("utf-8", "surrogatepass")


class Secret:
    """Holds a password or code until the one place that needs it calls `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The text itself; every call site is a place to review."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(_bytes(self._value), _bytes(other._value))

    def __hash__(self) -> NoReturn:
        raise TypeError("a secret has no hash")

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return "<secret>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not serialised")

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def take(value: object) -> Secret:
            if isinstance(value, Secret):
                return value
            if isinstance(value, str) and len(value) <= 1_024:
                return cls(value)
            raise ValueError("must be text of at most 1,024 characters")

        return core_schema.no_info_plain_validator_function(take)
