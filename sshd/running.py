"""One app on one channel, from the first frame to the last line, leaving nothing behind."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from functools import partial
from typing import Any

from textual.app import App

from sshd.channel import Channel, Slow, sane_size
from sshd.terminal import Terminal
from tui.clean import clean
from tui.client import Client

START_PATIENCE = 1.0
"""Seconds that one app may hold up the start of the next."""
END_PATIENCE = 2.0
"""Seconds between asking an app to leave and cancelling it, and between that and cancelling its widgets."""

OnCrash = Callable[[str, BaseException], str]
"""Puts an incident (its id, the error) on the record and returns the sentence to say to the person."""


class Ended(IntEnum):
    """Exit status of a session that did not choose its own."""

    WELL = 0
    CRASHED = 70


class RunningApp:
    """A person's app while it runs. Made by the ssh session, which passes on what happens to its channel."""

    def __init__(
        self,
        make_app: Callable[[], App[Any]],
        channel: Channel,
        client: Client,
        size: tuple[int, int],
        *,
        gate: asyncio.Lock,
        on_crash: OnCrash,
    ) -> None:
        """`gate` is one for the whole process: apps start one at a time, in order of arrival, because a start
        is the only thing long enough to be felt by people who type."""
        self._make_app = make_app
        self._channel: Channel | None = channel
        self._client = client
        self._size = sane_size(*size)
        self._gate = gate
        self._on_crash = on_crash
        self._app: App[Any] | None = None
        self._terminal: Terminal | None = None
        self._painted = asyncio.Event()
        self._early = bytearray()
        self._slow: set[Slow] = set()
        self._ending = False
        self._why: str | None = None
        self._status = int(Ended.WELL)
        self._timer: asyncio.TimerHandle | None = None
        self._task = asyncio.create_task(self._run(), name="app")

    # -- what the ssh session passes on ----------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Input of the person."""
        if self._terminal is not None:
            self._terminal.keyboard.feed(data)
        elif len(self._early) < 4096:
            self._early += data

    def resize(self, columns: int, rows: int) -> None:
        """The person's window has another size (columns, rows; zeros and giants are put right)."""
        self._size = sane_size(columns, rows)
        if self._terminal is not None:
            self._terminal.resize(columns, rows)

    def pause(self, slow: Slow = Slow.WINDOW) -> None:
        """The client does not keep up."""
        self._slow.add(slow)
        if self._terminal is not None:
            self._terminal.pause(slow)

    def resume(self, slow: Slow = Slow.WINDOW) -> None:
        """The client has caught up."""
        self._slow.discard(slow)
        if self._terminal is not None:
            self._terminal.resume(slow)

    def lost(self) -> None:
        """The connection is gone; the app ends without a word."""
        self._channel = None
        if self._terminal is not None:
            self._terminal.lost()
        self.end(None)

    def end(self, reason: str | None, status: int = Ended.WELL) -> None:
        """Ask the app to leave, say why in one line once the terminal is restored, and exit with this status."""
        self._why = self._why or reason
        self._status = self._status or int(status)
        if self._ending:
            return
        self._ending = True
        if self._painted.is_set():
            self._leave()
        self._timer = asyncio.get_running_loop().call_later(END_PATIENCE, self._task.cancel)

    async def wait(self) -> int:
        """The exit status, once everything is over."""
        return await asyncio.shield(self._task)

    # -- the run ---------------------------------------------------------------------------------------------

    async def _run(self) -> int:
        status, fault = int(Ended.WELL), None
        try:
            status, fault = await self._live()
        except asyncio.CancelledError:
            # Only our own `end` cancels, and the loop's last minute.
            pass
        finally:
            if self._timer is not None:
                self._timer.cancel()
        sentence = self._why
        if fault is not None:
            sentence = self._on_crash(secrets.token_hex(4), fault)
            # Frames hold locals, and locals hold everything that the person typed.
            fault.__traceback__ = None
        if self._terminal is not None:
            # The channel may have broken meanwhile; what follows must happen all the same.
            with suppress(OSError):
                self._terminal.stop_application_mode()
            self._terminal.close()
        status = status or self._status
        self._say(sentence, status)
        self._app = self._terminal = self._channel = None
        return status

    async def _live(self) -> tuple[int, BaseException | None]:
        run: asyncio.Task[Any] | None = None
        try:
            async with self._gate:
                if self._ending:
                    return Ended.WELL, None
                app = self._start()
                run = asyncio.create_task(app.run_async(size=self._size), name="textual")
                await self._until_painted(run)
            await asyncio.wait({run})
        except asyncio.CancelledError:
            if run is not None:
                await _put_down(run, app)
            return Ended.WELL, None
        except Exception as error:
            return Ended.CRASHED, error
        fault = app._exception or run.exception()
        app._exception = None
        return (Ended.CRASHED, fault) if fault is not None else (app.return_code or Ended.WELL, None)

    async def _until_painted(self, run: asyncio.Task[Any]) -> None:
        painted = asyncio.create_task(self._painted.wait())
        try:
            await asyncio.wait({run, painted}, timeout=START_PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        finally:
            painted.cancel()

    def _start(self) -> App[Any]:
        assert self._channel is not None
        app = self._app = self._make_app()
        app.console.size = self._size
        app.driver_class = partial(self._make_terminal, self._channel)  # type: ignore[assignment]
        return app

    def _make_terminal(self, channel: Channel, app: App[Any], **_: Any) -> Terminal:
        terminal = self._terminal = Terminal(app, channel, self._client, self._size, self._first_frame)
        for slow in self._slow:
            terminal.pause(slow)
        if self._early:
            terminal.keyboard.feed(bytes(self._early))
            self._early.clear()
        return terminal

    def _first_frame(self) -> None:
        self._painted.set()
        if self._ending:
            self._leave()

    def _leave(self) -> None:
        # Before the first frame `App.exit` fails inside compose, so `end` waits for it.
        if self._app is not None:
            self._app.exit()

    def _say(self, sentence: str | None, status: int) -> None:
        if self._channel is None:
            return
        with suppress(OSError):
            if sentence:
                self._channel.write(f"{clean(sentence)}\r\n".encode("utf-8", "replace"))
            self._channel.exit(int(status))


async def _put_down(run: asyncio.Task[Any], app: App[Any]) -> None:
    """End an app that does not end by itself: first its own task, then each widget's."""
    run.cancel()
    await asyncio.wait({run}, timeout=END_PATIENCE)
    for node in tuple(app._registry):
        if node._task is not None:
            node._task.cancel()
    if not run.done():
        run.cancel()
        await asyncio.wait({run}, timeout=END_PATIENCE)
