"""One channel: a terminal gets the screens, a command gets an answer, anything else gets no."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncssh
from asyncssh.packet import SSHPacket

from core.assembly import Core
from core.desk import Desk
from core.errors import CoreError
from core.i18n.tongue import Tongue, tongue
from core.identity.own import WhoAmI
from core.text import one_line
from sshd.answers import Exit, exit_of, talk
from sshd.channel import Slow, SocketWatch
from sshd.commands import Command, Streams
from sshd.memory import TidyMemory
from sshd.running import RunningApp
from tui.client import Client, can_draw
from tui.keys import BY_NAME, TABS

log = logging.getLogger("factory.session")

ENVIRONMENT = ("COLORTERM", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "NO_COLOR", "TERM")
"""What a client may say about itself; everything else is dropped unread."""
LONGEST_VALUE = 64
STDIN_LIMIT = 1_048_576
LONGEST_COMMAND = 16_384
"""Characters; taking a word of 64 kB apart would stall everybody for a tenth of a second."""


@dataclass
class Front:
    """What all connections of this process share."""

    core: Core
    make_app: Callable[[Desk, Client, Tongue, str, str], Any]
    """Builds a person's app for a theme; the last argument is the screen to start on, or empty."""
    memory: TidyMemory
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Apps start one at a time: the start is the only thing that people who type could feel."""
    apps: set[RunningApp] = field(default_factory=set)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)


class DoorSession(asyncssh.SSHServerSession[bytes]):
    """What asyncssh calls for one channel."""

    def __init__(self, front: Front, desk: asyncio.Future[Desk], wire: SocketWatch, gone: Callable[[], None]) -> None:
        self._front = front
        self._desk = desk
        self._wire = wire
        self._gone = gone
        self._command: str | None = None
        self._pty = False
        self._environment: dict[str, str] = {}
        self._early = bytearray()
        self._app: RunningApp | None = None
        self._streams: Streams | None = None
        self._task: asyncio.Task[None] | None = None
        self._theme = ""

    # -- requests ----------------------------------------------------------------------------------------------------

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._chan = chan
        # asyncssh itself keeps every variable that it is told, for as long as the channel lives.
        chan._process_env_request = self._env_requested  # type: ignore[method-assign]

    def _env_requested(self, packet: SSHPacket) -> bool:
        name, value = packet.get_string().decode("ascii", "replace"), packet.get_string()
        packet.check_end()
        if name in ENVIRONMENT:
            self._environment[name] = value[:LONGEST_VALUE].decode("utf-8", "replace")
        return name in ENVIRONMENT

    def pty_requested(
        self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Mapping[int, int]
    ) -> bool:
        self._pty = True
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return len(command) <= LONGEST_COMMAND

    def subsystem_requested(self, subsystem: str) -> bool:
        return False

    def session_started(self) -> None:
        self._streams = Streams(self._chan, STDIN_LIMIT)
        self._streams.feed(bytes(self._early))
        self._task = asyncio.ensure_future(self._serve())
        self._front.tasks.add(self._task)
        self._task.add_done_callback(self._front.tasks.discard)

    # -- the wire ----------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self._app is not None:
            self._front.memory.typed()
            self._app.feed(data)
        elif self._streams is not None:
            self._streams.feed(data)
            if self._pty and b"\x03" in data:
                self._cut()
        elif len(self._early) < STDIN_LIMIT:
            self._early += data

    def eof_received(self) -> bool:
        if self._streams is not None:
            self._streams.end()
        # Keep the channel open: a command still owes its answer, and a screen without a keyboard is still a screen.
        return True

    def break_received(self, msec: int) -> bool:
        self._cut()
        return True

    def signal_received(self, signal: str) -> None:
        if signal in ("INT", "TERM", "HUP"):
            self._cut()

    def _cut(self) -> None:
        if self._app is None and self._task is not None:
            self._task.cancel()

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        if self._app is not None:
            self._app.resize(width, height)

    def pause_writing(self) -> None:
        if self._app is not None:
            self._app.pause(Slow.WINDOW)
        if self._streams is not None:
            self._streams.pause(Slow.WINDOW)

    def resume_writing(self) -> None:
        if self._app is not None:
            self._app.resume(Slow.WINDOW)
        if self._streams is not None:
            self._streams.resume(Slow.WINDOW)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone()
        if self._app is not None:
            self._app.lost()
        elif self._task is not None:
            self._task.cancel()

    # -- the service -------------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        assert self._streams is not None
        environment = self._environment
        words = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
        t, status = tongue("auto", words), int(Exit.OURS)
        try:
            desk = await asyncio.shield(self._desk)
            t = tongue(await self._language(desk), words)
            if self._command is None and self._pty:
                status = await self._show(desk, t, environment, "")
            else:
                status = await self._obey(desk, t, environment)
        except asyncio.CancelledError:
            status = 130
        except CoreError as refusal:
            self._streams.say(talk(t, refusal))
            status = exit_of(refusal)
        except Exception:
            log.exception("a channel failed")
        finally:
            self._streams.close()
            self._wire.remove(self._streams)
        if not self._chan.is_closing():
            self._chan.exit(status)

    async def _language(self, desk: Desk) -> str:
        me = await desk.run(WhoAmI(), awake=False)
        self._theme = me.theme
        return me.language

    async def _obey(self, desk: Desk, t: Tongue, environment: Mapping[str, str]) -> int:
        assert self._streams is not None
        self._wire.add(self._streams)
        command = Command(desk, t, self._streams, on_terminal=self._pty)
        screen = command.screen_of(self._command or "")
        if screen is not None:
            if screen not in BY_NAME:
                self._say(t("There is no screen {screen}; there are: {screens}", screen=one_line(screen)[:40],
                            screens=" ".join(tab.name for tab in TABS)))  # fmt: skip
                return int(Exit.USAGE)
            if not self._pty:
                self._streams.say(t("A screen needs a terminal: use ssh -t."))
                return int(Exit.USAGE)
            return await self._show(desk, t, environment, screen)
        run = asyncio.ensure_future(command.run(self._command or ""))
        try:
            either: set[asyncio.Future[Any]] = {run, desk.ended}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if run.done():
                return run.result()
            fault = desk.ended.result()
            self._streams.say(talk(t, fault))
            return exit_of(fault)
        finally:
            if not run.done():
                run.cancel()
                await asyncio.wait({run})

    async def _show(self, desk: Desk, t: Tongue, environment: Mapping[str, str], screen: str) -> int:
        term = str(self._chan.get_terminal_type() or "")[:64]
        if not can_draw(term):
            self._say(
                t(
                    "Your terminal ({term}) cannot draw screens; the same can be done by commands: help",
                    term=term or "-",
                )
            )
            return int(Exit.USAGE)
        client = Client.of(term, environment)
        width, height, *_ = self._chan.get_terminal_size()
        app = RunningApp(
            lambda: self._front.make_app(desk, client, t, self._theme, screen),
            self._chan,
            client,
            (width, height),
            gate=self._front.starting,
            on_crash=self._crashed(desk, t),
        )
        self._app = app
        self._front.apps.add(app)
        self._front.memory.session_began()
        self._wire.add(app)
        ended = desk.ended
        farewell = asyncio.ensure_future(asyncio.wait({ended}))
        farewell.add_done_callback(
            lambda _: app.end(talk(t, ended.result()), exit_of(ended.result())) if ended.done() else None
        )
        try:
            return await app.wait()
        finally:
            farewell.cancel()
            self._wire.remove(app)
            self._front.apps.discard(app)
            self._front.memory.session_ended()

    def _say(self, words: str) -> None:
        assert self._streams is not None
        self._streams.say(words)

    def _crashed(self, desk: Desk, t: Tongue) -> Callable[[str, BaseException], str]:
        def record(incident: str, fault: BaseException) -> str:
            log.error("incident %s: a screen of %s crashed: %s", incident, desk.caller.username,
                      type(fault).__name__, exc_info=fault)  # fmt: skip
            task = asyncio.ensure_future(self._front.core.crashed_screen(desk.caller, incident, fault))
            self._front.tasks.add(task)
            task.add_done_callback(self._front.tasks.discard)
            return t("Our fault, not yours: incident {incident}.", incident=incident)

        return record
