"""How the console's own log is written: where something broke, and no word of what anybody typed."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from types import TracebackType
from typing import Any, TypeAlias

from core.text import one_line, wash

_ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
log = logging.getLogger("factory")


class Discreet(logging.Formatter):
    """One line a message, control characters removed; of a fault its kind and its frames, never its words.

    An exception's words may be a password that somebody typed, or an escape sequence for whoever reads the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        head, *frames = record.message.split("\n")
        # The gate puts frames below its message; set in, so that nothing there can pass for a line of the log.
        record.message = wash("\n".join([one_line(head), *(f"    {frame}" for frame in frames)]))
        return super().formatMessage(record)

    def formatException(self, ei: _ExcInfo) -> str:
        return wash("\n".join(_told(ei[1]))) if ei[1] is not None else ""


def _told(fault: BaseException) -> list[str]:
    before = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    lines = [*_told(before), "which led to"] if before is not None else []
    frames = "".join(traceback.format_tb(fault.__traceback__)).rstrip()
    return [*lines, "Traceback (most recent call last):", frames, type(fault).__name__]


def write_log() -> None:
    """Send warnings and worse to standard error."""
    # An explicit stream: Textual would otherwise catch the records of the app that started last.
    to_stderr = logging.StreamHandler(sys.__stderr__)
    to_stderr.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[to_stderr])
    logging.getLogger("asyncssh").setLevel(logging.ERROR)


def nobody_caught(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The loop's handler of faults that nobody awaited; asyncio's own would print them with their words."""
    log.error("%s", context["message"], exc_info=context.get("exception"))
