"""Attacks through and on the console's own log."""

from __future__ import annotations

import logging

from sshd.log_lines import Discreet


def line_of(message: str, fault: BaseException | None = None) -> str:
    info = (type(fault), fault, fault.__traceback__) if fault is not None else None
    record = logging.LogRecord("factory", logging.ERROR, __file__, 1, "%s", (message,), info)
    return Discreet("%(levelname)s %(message)s").format(record)


def broken_by(word: str) -> BaseException:
    try:
        try:
            raise KeyError(word)
        except KeyError as first:
            raise ValueError(f"cannot take {word}") from first
    except ValueError as fault:
        return fault


def test_a_fault_is_logged_with_its_place_and_without_its_words() -> None:
    """The hole: a screen's crash was logged with its words, and those may quote what somebody typed.

    What must hold: the kinds and the frames of the whole chain of causes, and no word of any."""
    line = line_of("incident 1: a screen crashed", broken_by("hunter2-secret"))

    assert "ValueError" in line
    assert "KeyError" in line
    assert "test_attacks_log.py" in line
    assert "hunter2-secret" not in line


def test_nothing_that_a_message_carries_steers_the_terminal_of_whoever_reads_the_log() -> None:
    """The attack: an error text with an escape sequence, or with a carriage return that rewrites the line."""
    line = line_of("cannot accept \x1b]52;c;aGk=\x07 from \x9b31m\r\nERROR all is well")

    assert line == "ERROR cannot accept ]52;c;aGk= from 31m\n    ERROR all is well"
