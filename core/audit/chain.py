"""The record's front: appends that are durable when they return, and a checkpoint each second."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from core.audit.disk import Disk, replace_file
from core.audit.entry import Draft, Severity, Unfit, own_hash, segment_stamp, segments
from core.audit.signer import SEALED, Refusal, Signer
from core.audit.signing import SigningKey, load_or_make_key
from core.audit.tail import SEGMENT_BYTES, Receipt, Tail, encode
from core.errors import RecordUnavailable, Throttled
from core.json_value import JsonObject

__all__ = ["Chain", "Receipt"]

QUEUE = 4096
"""Entries that may wait for the writer."""
CHECKPOINT_SECONDS = 1.0
_AFTER_REFUSAL_SECONDS = 60.0
_BATCH_BYTES = 8 * 1024 * 1024
_LINE_END = re.compile(rb',"id":"([A-Za-z0-9._:-]{1,64})","hash":"[0-9a-f]{64}"\}\n')
_CLOCK_SLACK = timedelta(minutes=5)
_UNBOUNDED_FILES = 4

T = TypeVar("T")
log = logging.getLogger("factory.record")


@dataclass(eq=False, slots=True)
class _Batch:
    bodies: list[bytes]
    done: asyncio.Future[list[Receipt]]


class Chain:
    """One process's hand on the record; several processes may each hold one on the same folder."""

    def __init__(self, tail: Tail, signer: Signer, folder: Path, writing: ThreadPoolExecutor) -> None:
        self.trouble = ""
        """Why nothing is being signed, in an English sentence; empty when all is well."""
        self._tail = tail
        self._signer = signer
        self._folder = folder
        self._writing = writing
        self._reading = ThreadPoolExecutor(1, "record-read")
        self._waiting: list[_Batch] = []
        self._queued = 0
        self._work = asyncio.Event()
        self._unsigned = asyncio.Event()
        self._closed = False
        self._tasks: list[asyncio.Task[None]] = []
        self._told = ""

    @classmethod
    async def open(
        cls,
        folder: Path,
        key_file: Path,
        *,
        origin: str,
        segment_bytes: int = SEGMENT_BYTES,
        disk: Disk | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Chain:
        """Take up the chain in `folder`, made 0700 with its key when missing; raises RecordUnavailable.

        `origin` names the record on its checkpoints: one word, the same for ever. Beside the key stands the
        signer's memory (`<key_file>.signed`), which must not travel with backups of the folder."""

        def prepare() -> tuple[Tail, Signer, SigningKey, bool]:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key, made = load_or_make_key(key_file, origin)
            changed = _publish(folder, key)
            tail = Tail(folder, segment_bytes=segment_bytes, disk=disk, now=now)
            memory = key_file.with_name(key_file.name + ".signed")
            signer = Signer(folder, key, memory, first_time=made, own=tail.own)
            tail.look()
            return tail, signer, key, changed

        writing = ThreadPoolExecutor(1, "record-write")
        try:
            tail, signer, key, changed = await asyncio.get_running_loop().run_in_executor(writing, prepare)
        except OSError as error:
            cause = error.strerror or type(error).__name__
            raise RecordUnavailable("The record cannot be written: {cause}.", cause=cause) from error
        chain = cls(tail, signer, folder, writing)
        await chain._sign()
        chain._tasks = [asyncio.create_task(chain._write_on()), asyncio.create_task(chain._sign_on())]
        if changed:
            await chain.append(_own("record.key_changed", origin, {"key": key.public.fingerprint}, Severity.CRITICAL))
        return chain

    @property
    def tip(self) -> tuple[int, str]:
        """Number and hash of the last entry that this process knows of."""
        return self._tail.seq, self._tail.tip.decode()

    @property
    def signed(self) -> int:
        """The newest checkpoint of this process covers the entries up to this number."""
        return max(0, self._signer.signed)

    async def append(self, draft: Draft) -> Receipt:
        """Put one entry on record; durable when this returns.

        Raises RecordUnavailable when that is not certain (it may still be there: see `contains`), Throttled
        when too many wait, Unfit for a draft that cannot stand on record."""
        return (await self._append([_body(draft)]))[0]

    async def append_all(self, drafts: Sequence[Draft]) -> list[Receipt]:
        """Put entries on record one after the other with nothing between them; raises like `append`."""
        return await self._append([_body(draft) for draft in drafts])

    async def _append(self, bodies: list[bytes]) -> list[Receipt]:
        if self._closed:
            raise RecordUnavailable("The record is closed.")
        if not bodies:
            return []
        if self._queued and self._queued + len(bodies) > QUEUE:
            raise Throttled("The record is busy; try again in a moment.")
        batch = _Batch(bodies, asyncio.get_running_loop().create_future())
        self._waiting.append(batch)
        self._queued += len(bodies)
        self._work.set()
        return await batch.done

    async def contains(self, ids: Collection[str], *, since: datetime | None = None) -> set[str]:
        """Which of these entry ids stand in the chain with a sound line.

        Looks at the files that may hold entries appended after `since`; without it, at the newest four."""
        wanted = frozenset(ids)
        return await self._in(self._reading, lambda: _find_ids(self._folder, wanted, since)) if wanted else set()

    async def ready(self) -> None:
        """Raise RecordUnavailable when an append would probably fail now; mends what can be mended first."""
        if self._closed:
            raise RecordUnavailable("The record is closed.")
        await self._in(self._writing, self._tail.ready)

    async def sign_now(self) -> None:
        """Sign all that is on disk without waiting for the second to pass."""
        await self._sign()

    async def remembered_checkpoint(self) -> bytes:
        """The newest checkpoint from the signer's own memory, which no roll-back of the folder touches.

        Raises RecordUnavailable when that memory is damaged."""
        try:
            return await self._in(self._reading, self._signer.remembered)
        except Refusal as refusal:
            raise RecordUnavailable("The record cannot be judged: {cause}.", cause=str(refusal)) from refusal

    async def close(self) -> None:
        """Write what waits, then sign all of it; nothing can be appended afterwards."""
        if self._closed:
            return
        self._closed = True
        self._work.set()
        writer, signer = self._tasks
        await writer
        signer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await signer
        await self._sign(keep=True)
        self._reading.shutdown()
        self._writing.shutdown()
        self._tail.close()
        self._signer.close()

    async def _in(self, pool: ThreadPoolExecutor, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, call)

    async def _write_on(self) -> None:
        while not self._closed or self._waiting:
            await self._work.wait()
            self._work.clear()
            while self._waiting:
                await self._write_batch(self._take())

    def _take(self) -> list[_Batch]:
        """All that waits, up to a few MiB; those who were cancelled meanwhile are dropped unwritten."""
        taken, size = [], 0
        for batch in self._waiting:
            if size >= _BATCH_BYTES:
                break
            taken.append(batch)
            size += sum(map(len, batch.bodies))
        del self._waiting[: len(taken)]
        self._queued = sum(len(batch.bodies) for batch in self._waiting)
        return [batch for batch in taken if not batch.done.cancelled()]

    async def _write_batch(self, batches: list[_Batch]) -> None:
        bodies = [body for batch in batches for body in batch.bodies]
        if not bodies:
            return
        try:
            receipts = await self._in(self._writing, lambda: self._tail.write(bodies))
        except Exception as error:
            for batch in batches:
                if not batch.done.done():
                    batch.done.set_exception(_again(error))
            return
        self._unsigned.set()
        first = 0
        for batch in batches:
            last = first + len(batch.bodies)
            if not batch.done.done():
                batch.done.set_result(receipts[first:last])
            first = last

    async def _sign_on(self) -> None:
        while True:
            await self._unsigned.wait()
            await asyncio.sleep(_AFTER_REFUSAL_SECONDS if self.trouble else CHECKPOINT_SECONDS)
            self._unsigned.clear()
            await self._sign()

    async def _sign(self, *, keep: bool = False) -> None:
        """Sign, put missing seals on record, and sign those; a refusal is put on record once."""
        try:
            seals = await self._in(self._reading, lambda: self._signer.sign(keep=keep))
            if seals:
                await self._seal(seals)
                await self._in(self._reading, lambda: self._signer.sign(keep=keep))
            self.trouble = self._told = ""
        except Refusal as refusal:
            self.trouble = f"Nothing is signed: {refusal}."
            if self._told != self.trouble and not self._closed:
                self._told = self.trouble
                with contextlib.suppress(RecordUnavailable, Throttled):
                    await self._own_lines([_own("record.not_signed", "checkpoint", refusal.facts, Severity.CRITICAL)])
        except OSError as error:
            # Not the whole error: it names a path of the machine, and every visitor's header shows this.
            self.trouble = f"Nothing is signed: {error.strerror or type(error).__name__}."
        except RecordUnavailable as error:
            self.trouble = f"Nothing is signed: {error}"
        except Exception as error:  # whatever else it is: a signer that died silently would look like one at rest
            log.exception("the signer fell over")
            self.trouble = f"Nothing is signed: {type(error).__name__}."

    async def _seal(self, seals: Sequence[JsonObject]) -> None:
        await self._own_lines([_own(SEALED, str(seal["file"]), seal, Severity.INFO) for seal in seals])

    async def _own_lines(self, drafts: Sequence[Draft]) -> None:
        """Past the queue, which is not open yet at the first seal and closed at the last."""
        bodies = [encode(draft) for draft in drafts]
        await self._in(self._writing, lambda: self._tail.write(bodies))


def _body(draft: Draft) -> bytes:
    if draft.action == SEALED:
        raise Unfit("only the signer seals files")
    return encode(draft)


def _own(action: str, resource: str, details: JsonObject, severity: Severity) -> Draft:
    return Draft(
        action=action, actor="record", resource=resource, outcome="done", details=details,
        severity=severity, ip_address="", session_id="",
    )  # fmt: skip


def _again(error: Exception) -> Exception:
    """A fresh exception for each who waits: one object raised in many tasks would mix their tracebacks."""
    if isinstance(error, RecordUnavailable):
        copy = RecordUnavailable(error.reason, **error.facts)
    else:
        copy = RecordUnavailable("The record cannot be written: {cause}.", cause=type(error).__name__)
    copy.__cause__ = error
    return copy


def _publish(folder: Path, key: SigningKey) -> bool:
    """Lay the public key beside the record; True when another lay there."""
    path, text = folder / "verifier.pub", f"{key.public}\n".encode()
    known = path.read_bytes() if path.exists() else b""
    if known != text:
        replace_file(path, text, mode=0o644)
    return bool(known) and known != text


def _find_ids(folder: Path, wanted: frozenset[str], since: datetime | None) -> set[str]:
    found: set[str] = set()
    for count, path in enumerate(reversed(segments(folder)), 1):
        data = path.read_bytes()
        for match in _LINE_END.finditer(data):
            name = match[1].decode()
            if name in wanted and own_hash(data[data.rfind(b"\n", 0, match.start()) + 1 : match.end() - 1]):
                found.add(name)
        if len(found) == len(wanted) or (since is None and count == _UNBOUNDED_FILES):
            break
        if since is not None and segment_stamp(path.name)[0] < since - _CLOCK_SLACK:
            break
    return found
