"""`users create --username ana` becomes a request, by looking in the catalogue."""

from __future__ import annotations

import asyncio
import shlex
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import asyncssh

from core.audit.entry import wash as washed
from core.catalogue import BY_NAME, OPERATIONS
from core.desk import Desk
from core.errors import CoreError, FactorNeeded, Invalid, NotFound, Unconfirmed
from core.explain import ExplainAccess
from core.i18n.tongue import Tongue
from core.identity.totp import Prove
from core.operation import Feed, Kind, Stage
from core.parse import Words, inputs_of, request_of, split_options, taken
from core.secret import Secret
from core.text import one_line, wash
from sshd import helping
from sshd.answers import Exit, card, exit_of, json_line, rows_of, table, talk
from sshd.channel import Slow


class Streams:
    """A channel's three streams: bytes in up to a limit, data out with back-pressure, talk on the side."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], limit: int) -> None:
        self._channel: asyncssh.SSHServerChannel[bytes] | None = channel
        self._limit = limit
        self._given = bytearray()
        self._ended = asyncio.Event()
        self._free = asyncio.Event()
        self._free.set()
        self._slow: set[Slow] = set()

    def feed(self, data: bytes) -> None:
        if len(self._given) <= self._limit:
            self._given += data

    def end(self) -> None:
        self._ended.set()

    def pause(self, slow: Slow) -> None:
        self._slow.add(slow)
        self._free.clear()

    def resume(self, slow: Slow) -> None:
        self._slow.discard(slow)
        if not self._slow:
            self._free.set()

    async def read(self) -> str:
        """Everything that arrives until the other side ends it; raises Invalid when it is too much or not UTF-8."""
        await self._ended.wait()
        if len(self._given) > self._limit:
            raise Invalid("That is too long for standard input: at most {limit} bytes.", limit=str(self._limit))
        try:
            return self._given.decode()
        except UnicodeDecodeError as fault:
            raise Invalid("Standard input is not UTF-8.") from fault

    async def write(self, data: bytes) -> None:
        """Data; waits while the reader is slow."""
        await self._free.wait()
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write(data)

    def say(self, words: str) -> None:
        """Talk, on stderr; washed, one or more lines."""
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write_stderr(f"{wash(words)}\n".encode())

    def close(self) -> None:
        self._channel = None


class Command:
    """One command line of one person."""

    def __init__(self, desk: Desk, t: Tongue, streams: Streams, *, on_terminal: bool) -> None:
        self._desk = desk
        self._t = t
        self._streams = streams
        self._newline = b"\r\n" if on_terminal else b"\n"

    def screen_of(self, line: str) -> str | None:
        """The screen that `open NAME` asks for."""
        words = line.split()
        return words[1] if len(words) == 2 and words[0] == "open" else None

    async def run(self, line: str) -> int:
        """Obey one line; the exit code. Never raises a CoreError."""
        try:
            words = split_options(shlex.split(line, comments=False, posix=True))
        except (ValueError, Invalid) as fault:
            reason = fault if isinstance(fault, Invalid) else Invalid("The quotes in that line do not match.")
            self._streams.say(talk(self._t, reason))
            return int(Exit.USAGE)
        try:
            return await self._obey(words)
        except CoreError as refusal:
            self._streams.say(talk(self._t, refusal))
            if (hint := self._hint(refusal, words)) is not None:
                self._streams.say(hint)
            return exit_of(refusal)

    async def _obey(self, words: Words) -> int:
        if not words.plain or words.plain[0] == "help" or words.asks_help:
            return await self._help(words)
        kind, rest = find(words.plain)
        if kind is None or not self._may_know(kind):
            raise NotFound("There is no command {command}; try help.", command=" ".join(words.plain[:2]))
        code = None
        if all(each.name != "code" for each in inputs_of(kind)):
            words, code = taken(words, "code")
        asked = await request_of(kind, rest, words, self._streams.read)
        if code is not None:
            await self._desk.run(Prove(code=Secret(code)))
        if isinstance(asked, Feed):
            return await self._follow(asked, words)
        result = await self._desk.run(
            asked, confirm=words.confirm, rehearse=words.dry_run,
            progress=self._progress,
        )  # fmt: skip
        if words.dry_run:
            t = self._t
            self._streams.say(t("Rehearsed only: nothing was changed."))
        await self._answer(result, words.json)
        return await self._verdict(result)

    async def _verdict(self, result: object) -> int:
        # A result may carry its own exit code (audit verify: 1 for a damaged chain).
        return int(getattr(result, "exit_code", Exit.DONE))

    def _may_know(self, kind: Kind) -> bool:
        # An operation for no person (the runner's, the host's) is as unknown as one that does not exist.
        return helping.for_people(kind)

    def _hint(self, refusal: CoreError, words: Words) -> str | None:
        t = self._t
        if isinstance(refusal, Unconfirmed):
            name = shlex.quote(one_line(refusal.facts.get("name", "")))
            return t("Add {option} to the same command.", option=f"--confirm {name}")
        if isinstance(refusal, FactorNeeded):
            stage = self._desk.caller.stage
            if stage is Stage.MUST_ENROL:
                return t("Sign in with a terminal (ssh -t), or use: mfa enrol, then mfa confirm --code CODE")
            if stage is Stage.MUST_CHANGE:
                return t("Sign in with a terminal (ssh -t), or use: password change --new -")
            return t(
                "Add --code CODE to the same command, or use: mfa prove --code CODE (OpenSSH's ControlMaster keeps it)."
            )
        if refusal.code == "forbidden" and len(words.plain) > 1 and self._desk.may(ExplainAccess).allowed:
            return t("Why: access explain --operation {operation}", operation=".".join(words.plain[:2]))
        return None

    # -- answers -----------------------------------------------------------------------------------------------------

    async def _answer(self, result: object, as_json: bool) -> None:
        rows = rows_of(result)
        if rows and isinstance(rows[0], str):
            # Lines of the record go out as they stand: a changed byte would be a broken proof.
            for line in rows:
                await self._streams.write(defused(line.removesuffix("\n")).encode() + self._newline)
            return
        if as_json:
            for each in rows if rows is not None else [result]:
                await self._streams.write(json_line(each))
            return
        now = datetime.now(UTC)
        if rows is None:
            text = card(self._t, result, now)
        elif rows:
            text = table(self._t, rows, now)
        else:
            t = self._t
            self._streams.say(t("Nothing there."))
            return
        await self._streams.write(text.encode().replace(b"\n", self._newline) + self._newline)

    async def _follow(self, feed: Feed[Any], words: Words) -> int:
        async with aclosing(self._desk.watch(feed)) as stream:
            async for item in stream:
                if words.json:
                    await self._streams.write(json_line(item))
                else:
                    line = table(self._t, [item], datetime.now(UTC)).split("\n")[1]
                    await self._streams.write(line.encode() + self._newline)
        return int(Exit.DONE)

    def _progress(self, done: int, total: int, label: str) -> None:
        self._streams.say(f"{label} {done}/{total}" if total else f"{label} {done}")

    async def _help(self, words: Words) -> int:
        asked = words.plain[1:] if words.plain and words.plain[0] == "help" else words.plain
        kinds = [kind for kind in OPERATIONS if helping.for_people(kind)]
        if asked:
            kind, _ = find(asked)
            named = [kind] if kind is not None else [k for k in kinds if k.area == asked[0]]
            kinds = [k for k in named if helping.for_people(k)]
            if not kinds:
                raise NotFound("There is no command {command}; try help.", command=" ".join(asked[:2]))
        if words.json:
            for kind in kinds:
                await self._streams.write(json_line(helping.facts(kind)))
            return int(Exit.DONE)
        text = helping.page(self._t, kinds, self._desk, long=bool(asked))
        if not words.plain:
            # No command and no terminal: this is talk, not data.
            self._streams.say(text)
            return int(Exit.USAGE)
        await self._streams.write(text.encode().replace(b"\n", self._newline) + self._newline)
        return int(Exit.DONE)


def defused(line: str) -> str:
    """A line of the record as it stands, unless it holds what our writer never lets in: that one is forged."""
    if washed(line) == line:
        return line
    return "".join(each if washed(each) == each else f"\\u{ord(each):04x}" for each in line)


def find(words: list[str]) -> tuple[Kind | None, list[str]]:
    """The kind that the words begin with, and the words after it; an area alone means the first of `show`, `status`,
    `run` and `list` that needs nothing more."""
    if len(words) >= 2 and (kind := BY_NAME.get(f"{words[0]}.{words[1]}")) is not None:
        return kind, words[2:]
    for verb in ("show", "status", "run", "list"):
        kind = BY_NAME.get(f"{words[0]}.{verb}") if len(words) == 1 else None
        if kind is not None and not any(each.required for each in inputs_of(kind)):
            return kind, []
    return None, words
