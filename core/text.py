"""Text from outside: washed once, at the border, by type."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

# C0 but newline and tab, DEL and C1, bidi controls (UAX 9), zero-width and line/paragraph separators,
# lone surrogates, tags, and the interlinear marks: all can move, hide or reorder what a terminal shows.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_CRLF = re.compile("\r\n?")
_USERNAME = re.compile(r"[a-z0-9_][a-z0-9_.-]{2,63}")
RESERVED_NAMES = frozenset({"factory", "visitor", "runner", "host", "root", "nobody"})


def wash(text: str) -> str:
    """Remove everything that could steer a terminal or forge a line; keeps newlines and tabs, composes to NFC."""
    return unicodedata.normalize("NFC", _CONTROLS.sub("", _CRLF.sub("\n", text)))


def one_line(text: str) -> str:
    """Wash, and fold every run of white space to one blank."""
    return " ".join(wash(text).split())


def clip(text: str, limit: int) -> str:
    """Shorten to `limit` characters, the last one an ellipsis when anything was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _as_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _username(value: str) -> str:
    name = value.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise ValueError("3 to 64 of the letters a-z, digits, _ . -")
    return name


def _line(limit: int) -> AfterValidator:
    def check(value: str) -> str:
        line = one_line(value)
        if not line:
            raise ValueError("must not be empty")
        if len(line) > limit:
            raise ValueError(f"at most {limit} characters")
        return line

    return AfterValidator(check)


def _block(least: int, most: int) -> AfterValidator:
    def check(value: str) -> str:
        block = wash(value).strip()
        if len(block) < least:
            raise ValueError(f"at least {least} characters")
        if len(block) > most:
            raise ValueError(f"at most {most} characters")
        return block

    return AfterValidator(check)


_TEXT = BeforeValidator(_as_text)

Username = Annotated[str, _TEXT, AfterValidator(_username)]
"""3 to 64 of a-z 0-9 _ . - , lower-cased."""
Label = Annotated[str, _TEXT, _line(64)]
"""One line of at most 64 characters."""
Line = Annotated[str, _TEXT, _line(400)]
"""One line of at most 400 characters."""
Word = Annotated[str, _TEXT, _line(128)]
"""An id, a name or a query word: one line, 128 characters."""
Note = Annotated[str, _TEXT, _block(8, 2_000)]
"""What a person writes to explain: 8 to 2,000 characters."""
Brief = Annotated[str, _TEXT, _block(8, 50_000)]
"""What a customer wants: 8 to 50,000 characters."""
Query = Annotated[str, _TEXT, AfterValidator(lambda value: clip(one_line(value), 500))]
"""A search line; empty finds everything."""
Blob = Annotated[str, _TEXT, _block(1, 20_000)]
"""A pasted public key or similar."""
