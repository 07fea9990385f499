"""The terminal of one session: Textual's `Driver` on an SSH channel, without thread, signal or descriptor."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO

from textual import events
from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from sshd.channel import Channel, Slow, sane_size
from sshd.downgrade import downgrade
from sshd.keyboard import Keyboard
from tui.client import Client

RESIZE_DELAY = 0.05
"""Seconds: a dragged window sends dozens of sizes, the last of each twentieth counts."""
LONGEST_COPY = 74_994
"""Bytes of base64 that terminals take in one OSC 52 sequence."""

# Alternate screen, home, hidden cursor, "do you know synchronised output?" (Apple's Terminal prints a stray
# letter at that: the first frame covers it), bracketed paste, no line wrap.
_ENTER = "\x1b[?1049h\x1b[H\x1b[?25l\x1b[?2026$p\x1b[?2004h\x1b[?7l"
# Everything back, also what we never set: a mode left behind makes a shell unusable.
_LEAVE = "\x1b[?2026l\x1b[?2004l\x1b[?7h" + "".join(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1006, 1004))
_LEAVE += "\x1b[0m\x1b[?1049l\x1b[?25h"
_MOUSE_ON = "\x1b[?1000h\x1b[?1006h"
_MOUSE_OFF = "\x1b[?1000l\x1b[?1006l"
_SAVE_TITLE, _RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
# The keyboard protocol of kitty; the alternate screen has a stack of its own, so whoever is below keeps theirs.
_POP_KEYS = "\x1b[<u"


class Terminal(Driver):
    """Writes frames to, and reads keys from, one channel."""

    def __init__(
        self,
        app: App[Any],
        channel: Channel,
        client: Client,
        size: tuple[int, int],
        painted: Callable[[], None],
    ) -> None:
        super().__init__(app, mouse=False, size=size)
        self._channel: Channel | None = channel
        self._client = client
        self._painted: Callable[[], None] | None = painted
        self._unsent: list[str] = []
        self._entered = False
        self._slow: set[Slow] = set()
        self._resizing: asyncio.TimerHandle | None = None
        self._wanted_size = size
        self.mouse = False
        """Whether clicks are reported; off at first, so that the terminal's own selection works."""
        self.keyboard = Keyboard(app, channel, self.process_message)

    @property
    def can_suspend(self) -> bool:
        """Never: suspending would stop the server with everybody in it."""
        return False

    def send_message(self, message: Message) -> None:
        """Straight to the app's queue: we are on its loop already."""
        self._app.post_message(message)

    def process_message(self, message: Message) -> None:
        """Pass an event on, unless it is a mouse's while the mouse is off."""
        if isinstance(message, events.MouseEvent) and not self.mouse:
            return
        super().process_message(message)

    # -- output ----------------------------------------------------------------------------------------------

    def write(self, data: str) -> None:
        """Collect; `flush` sends."""
        self._unsent.append(data)

    def flush(self) -> None:
        """Send everything collected in the session's colours, as one packet."""
        frame = "".join(self._unsent)
        self._unsent.clear()
        self._send(downgrade(frame, self._client.colour))
        if self._painted is not None and self._entered:
            painted, self._painted = self._painted, None
            painted()
            self.keyboard.open()

    def _send(self, text: str) -> None:
        if self._channel is None or not text:
            return
        # A channel that closed under us raises; the session's end is on its way through `lost`.
        with suppress(OSError):
            self._channel.write(text.encode("utf-8", "replace"))

    def lost(self) -> None:
        """The connection is gone: there is nobody to write to."""
        self._channel = None

    def pause(self, slow: Slow) -> None:
        """Produce no frames: the client does not take them."""
        if not self._slow:
            self._app._begin_batch()
        self._slow.add(slow)

    def resume(self, slow: Slow) -> None:
        """Paint the newest state for a client that is back."""
        if slow not in self._slow:
            return
        self._slow.discard(slow)
        if not self._slow:
            with self._app._context(), suppress(ScreenStackError):
                self._app._end_batch()
                self._app.screen.refresh()

    # -- modes -----------------------------------------------------------------------------------------------

    def start_application_mode(self) -> None:
        """Take the screen over."""
        self._entered = True
        self._send((_SAVE_TITLE if self._client.has_title else "") + _ENTER)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was; twice does no harm."""
        if not self._entered:
            return
        self._entered = False
        self._unsent.clear()
        modern = self._client.has_title
        self._send((_POP_KEYS if modern else "") + _LEAVE + (_RESTORE_TITLE if modern else ""))

    def suspend_application_mode(self) -> None:
        """Nothing: see `can_suspend`."""

    def resume_application_mode(self) -> None:
        """Nothing: see `can_suspend`."""

    def disable_input(self) -> None:
        """Hear no more: the app is ending."""
        self.keyboard.close()
        if self._resizing is not None:
            self._resizing.cancel()
            self._resizing = None

    def close(self) -> None:
        """Let go of everything."""
        self.disable_input()
        self._painted = None

    def set_mouse(self, on: bool) -> None:
        """Report clicks and the wheel, or leave them to the terminal. Never mere movement."""
        self.mouse = on
        self._send(_MOUSE_ON if on else _MOUSE_OFF)

    def set_title(self, words: str) -> None:
        """Name the window; words of ours only, so anything but plain ASCII is dropped."""
        if self._client.has_title:
            fixed = "".join(char for char in words[:80] if char.isascii() and char.isprintable())
            self._send(f"\x1b]2;{fixed}\x1b\\")

    def copy(self, text: str) -> bool:
        """Put text into the person's clipboard (OSC 52); False when it is too long for that."""
        encoded = base64.b64encode(text.encode("utf-8", "replace"))
        if len(encoded) > LONGEST_COPY:
            return False
        self._send(f"\x1b]52;c;{encoded.decode()}\x1b\\")
        return True

    # -- size ------------------------------------------------------------------------------------------------

    def resize(self, columns: int, rows: int) -> None:
        """Follow the client's window, at most twenty times a second."""
        self._wanted_size = sane_size(columns, rows)
        if self._resizing is None:
            self._resizing = self._loop.call_later(RESIZE_DELAY, self._apply_size)

    def _apply_size(self) -> None:
        self._resizing = None
        size = Size(*self._wanted_size)
        # Rich would ask the server's own terminal, three system calls at a time.
        self._app.console.size = size
        self._app.post_message(events.Resize(size, size))

    # -- what a server must not do ---------------------------------------------------------------------------

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Nothing: the browser would open on the server."""

    def deliver_binary(
        self,
        binary: BinaryIO | TextIO,
        *,
        delivery_key: str,
        save_path: Path,
        open_method: Literal["browser", "download"] = "download",
        encoding: str | None = None,
        mime_type: str | None = None,
        name: str | None = None,
    ) -> None:
        """Nothing: the file would land on the server's disk."""
        binary.close()
