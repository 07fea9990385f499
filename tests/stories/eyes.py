"""Somebody who looks at a screen through the real `ssh` on a terminal of their own."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pexpect
import pyte

from tests.stories.console import Operator

FORWARDED = ("-tt", "-o", "SendEnv=COLORTERM NO_COLOR LANG LC_ALL")
PLACED = re.compile(rb"\x1b\[(\d+);(\d+)H")


class Eyes:
    """Types keys, keeps every byte that came, and sees what a terminal would show of it."""

    def __init__(
        self, person: Operator, command: str = "", size: tuple[int, int] = (80, 24), **environment: str
    ) -> None:
        """`environment` is the client's: TERM, COLORTERM, NO_COLOR, LANG."""
        self.size = size
        self.seen = b""
        line = person.line(command, options=FORWARDED)
        self._child = pexpect.spawn(
            line[0],
            line[1:],
            env={**person._environment(None), **environment},
            dimensions=(size[1], size[0]),
        )
        self._child.delaybeforesend = None
        self._screen = pyte.Screen(*size)
        self._terminal = pyte.ByteStream(self._screen)

    def look(self) -> str:
        """Take what has come; the page as it stands now."""
        while True:
            try:
                came = self._child.read_nonblocking(65_536, timeout=0)
            except (pexpect.TIMEOUT, pexpect.EOF):
                break
            self.seen += came
            self._terminal.feed(came)
        return "\n".join(self._screen.display)

    def sees(self, *words: str, seconds: float = 15) -> str:
        """Wait until all of these stand on the screen; the page."""
        deadline = time.monotonic() + seconds
        while not all(word in (page := self.look()) for word in words):
            if time.monotonic() > deadline:
                raise AssertionError(f"{words} never came; instead:\n{page}\n{self.seen[-300:]!r}")
            time.sleep(0.02)
        return page

    def misses(self, word: str, seconds: float = 15) -> None:
        """Wait until this stands there no more."""
        deadline = time.monotonic() + seconds
        while word in self.look():
            assert time.monotonic() < deadline, f"{word!r} stays:\n{self.look()}"
            time.sleep(0.02)

    def types(self, keys: str) -> None:
        self._child.send(keys)

    def ink_of(self, words: str) -> str:
        """The colour of the first of these words' letters on the screen."""
        self.look()
        for y, line in enumerate(self._screen.display):
            if (x := line.find(words)) >= 0:
                return str(self._screen.buffer[y][x].fg)
        raise AssertionError(f"{words!r} is not there:\n{self.look()}")

    def reaches(self) -> tuple[int, int]:
        """The farthest column and row that the cursor was ever sent to."""
        places = [(int(column), int(row)) for row, column in PLACED.findall(self.seen)]
        return max((c for c, _ in places), default=0), max((r for _, r in places), default=0)

    def kill(self) -> None:
        """The client dies without a word."""
        if self._child.isalive():
            os.kill(self._child.pid, signal.SIGKILL)
        self._child.close(force=True)

    def ended(self, seconds: float = 10) -> int:
        """Wait for the client's end; its exit code."""
        deadline = time.monotonic() + seconds
        while self._child.isalive():
            self.look()
            assert time.monotonic() < deadline, f"it goes on:\n{self.look()}"
            time.sleep(0.02)
        self.look()
        return int(self._child.exitstatus or 0)


@contextmanager
def looking(*everybody: Eyes) -> Iterator[tuple[Eyes, ...]]:
    """Their clients are gone afterwards, whatever happened."""
    try:
        yield everybody
    finally:
        for one in everybody:
            one.kill()
