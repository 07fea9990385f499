"""Bytes from the client become events for its app, each after the one before has had its effect."""

from __future__ import annotations

import asyncio
import codecs
import contextvars
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from textual import constants, events, messages
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.app import App, ScreenStackError
from textual.dom import NoScreen
from textual.message import Message
from textual.message_pump import MessagePump

from sshd.channel import Channel

SLICE = 2048
"""Characters parsed in one go (about 1 ms): a pasted book must not stall everybody else."""
MOST_UNREAD = 16_384
"""Characters in waiting before we stop reading the channel; ssh then holds the client back."""
LONGEST_PASTE = 400_000
"""Characters; a longer paste is dropped whole, and one that never ends takes no more memory than this."""
HOP_PATIENCE = 2.0
"""Seconds that input waits for one widget that is busy or gone."""

_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"

_UNWANTED = (
    events.Resize,
    messages.InBandWindowResize,
    events.AppFocus,
    events.AppBlur,
    events.CursorPosition,
)
"""What only a terminal that we never asked would report; a size among them would go past `sane_size`."""


class Keyboard:
    """The input of one session.

    Textual queues events before the first of them has moved the focus, so text behind a Tab in one packet
    would land in the old field: a password could be typed into a visible one. So a key waits until the one
    before it has passed the focused widget, everything above it and the app, twice: once for the key, once
    for the messages that it caused. A key that comes alone waits for nothing.
    """

    def __init__(self, app: App[Any], channel: Channel, post: Callable[[Message], None]) -> None:
        self._app = app
        self._channel = channel
        self._post = post
        self._loop = asyncio.get_running_loop()
        self._nobody = contextvars.Context()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._parser = XTermParser()
        self._unread: deque[str] = deque()
        self._unread_size = 0
        self._parsed: Iterator[Message] = iter(())
        self._tail = ""
        self._pasted: list[str] | None = None
        self._pasted_size = 0
        self._next: Message | None = None
        self._open = False
        self._closed = False
        self._settled = True
        self._reading = True
        self._route: Iterator[MessagePump] = iter(())
        self._hop_number = 0
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._busy = False

    def open(self) -> None:
        """Let input through: the first frame is painted, so keys typed ahead find their screen."""
        self._open = True
        self._advance()

    def close(self) -> None:
        """End for good. The parser must see its end, else a process-wide cache of Textual keeps the app."""
        self._closed = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._end_parser()
        self._parsed, self._route, self._next = iter(()), iter(()), None
        self._unread.clear()

    def feed(self, data: bytes) -> None:
        """Take what the client sent; nonsense bytes become U+FFFD."""
        if self._closed:
            return
        text = self._decoder.decode(data)
        for start in range(0, len(text), SLICE):
            self._unread.append(text[start : start + SLICE])
        self._unread_size += len(text)
        if self._reading and self._unread_size > MOST_UNREAD:
            self._reading = False
            self._channel.pause_reading()
        if not self._busy:
            self._advance()

    # -- reading ---------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        """Post events until one must wait for another, the slice is used up, or there are none."""
        self._busy = True
        while self._open and not self._closed:
            event = self._next or self._read()
            if event is None:
                if not self._unread:
                    break
                self._parse(self._unread.popleft())
                # A turn of the loop for others between slices.
                self._loop.call_soon(self._advance)
                return
            if isinstance(event, (events.Key, events.Paste)):
                if not self._settled:
                    self._next = event
                    self._route = self._stations()
                    self._hop(self._hop_number)
                    return
                self._settled = False
            self._next = None
            self._post(event)
        self._busy = False

    def _read(self) -> Message | None:
        try:
            # Textual keeps the keys it has parsed in a process-wide cache, and a key keeps the app in whose
            # context it was made: so they are made in nobody's.
            while (event := self._nobody.run(next, self._parsed, None)) is not None:
                if isinstance(event, _UNWANTED) or (isinstance(event, events.Paste) and not event.text):
                    continue
                # The kitty protocol can name any code point: half a surrogate pair is no key.
                if isinstance(event, events.Key) and "\ud800" <= (event.character or "")[:1] <= "\udfff":
                    continue
                return event
        except (ValueError, OverflowError, ArithmeticError, ParseError):
            # Numbers that no terminal sends (a key beyond Unicode). Only this client's own input is lost.
            self._new_parser()
        self._parsed = iter(())
        self._await_escape()
        return None

    def _parse(self, text: str) -> None:
        self._unread_size -= len(text)
        if not self._reading and self._unread_size <= MOST_UNREAD // 2:
            self._reading = True
            self._channel.resume_reading()
        self._parsed = iter(self._parser.feed(text) if self._pasted is None else ())
        seen = self._tail + text
        marker = _PASTE_BEGINS if self._pasted is None else _PASTE_ENDS
        at = seen.find(marker)
        self._tail = seen[1 - len(marker) :]
        if at < 0:
            self._keep(text)
            return
        end = at + len(marker)
        text, rest = seen[len(seen) - len(text) : end], seen[end:]
        self._tail = ""
        if rest:
            self._unread.appendleft(rest)
            self._unread_size += len(rest)
        self._parsed = self._paste_begun(text) if self._pasted is None else self._paste_ended(text)

    # -- pastes

    # Textual's parser takes an ESC inside a paste for a key: text from somebody's clipboard could press keys.
    # So it sees the marks of a paste and never what is between them.

    def _paste_begun(self, text: str) -> Iterator[Message]:
        self._pasted, self._pasted_size = [], 0
        return iter(self._parser.feed(text))

    def _keep(self, text: str) -> None:
        if self._pasted is None:
            return
        self._pasted_size += len(text)
        if self._pasted_size <= LONGEST_PASTE:
            self._pasted.append(text)
        else:
            self._pasted.clear()

    def _paste_ended(self, text: str) -> Iterator[Message]:
        self._keep(text)
        whole = "".join(self._pasted or ())[: -len(_PASTE_ENDS)]
        self._pasted = None
        yield from self._parser.feed(_PASTE_ENDS)
        yield events.Paste(whole.replace("\x00", ""))

    def _await_escape(self) -> None:
        """A lone ESC is the escape key when nothing follows for a moment; no timer runs otherwise."""
        if self._parser._timeout_time is None or self._unread or "escape" in self._timers:
            return

        def tick() -> None:
            del self._timers["escape"]
            if not self._busy and self._parser._timeout_time is not None:
                self._parsed = iter(self._tick())
                self._advance()

        self._timers["escape"] = self._loop.call_later(constants.ESCAPE_DELAY + 0.005, tick)

    def _tick(self) -> Iterable[Message]:
        return self._parser.tick()

    def _new_parser(self) -> None:
        self._end_parser()
        self._parser = XTermParser()

    def _end_parser(self) -> None:
        with suppress(ParseError, RuntimeError, ValueError):
            for _ in self._parser.feed(""):
                pass

    # -- waiting for the key before --------------------------------------------------------------------------

    def _stations(self) -> Iterator[MessagePump]:
        for _ in ("the key", "the messages it caused"):
            yield self._app
            with suppress(NoScreen, ScreenStackError):
                yield from tuple((self._app.focused or self._app.screen).ancestors_with_self)
        # `Widget.focus()` is itself a message to the app.
        yield self._app

    def _hop(self, number: int) -> None:
        """Go on to the next station; a late callback of one that we gave up on has an old number."""
        if number != self._hop_number or self._closed:
            return
        self._hop_number += 1
        if timer := self._timers.pop("hop", None):
            timer.cancel()
        for station in self._route:
            if station.call_later(self._hop, self._hop_number):
                self._timers["hop"] = self._loop.call_later(HOP_PATIENCE, self._hop, self._hop_number)
                return
        self._settled = True
        self._advance()
