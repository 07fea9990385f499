"""Whether the record is whole: verifying it, and the last verdict for everybody's header."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import orjson

from core.access.permissions import Permission
from core.audit.verify import Progress, Unreadable, verify
from core.clock import stamp
from core.errors import Conflict
from core.house import House
from core.operation import Demo, Errand, Risk
from core.work import Outing

STATE_FILE = "record_state.json"
# One verification at a time in this process, off the loop; it starts helpers of its own where the log is long.
_verifying = ThreadPoolExecutor(1, thread_name_prefix="verify")
# Every header reads the last verdict; it must not wait behind a verification.
_glancing = ThreadPoolExecutor(1, thread_name_prefix="verdict")


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a verification found."""

    whole: bool
    entries: int
    files: int
    unsigned_tail: int
    """Entries newer than the newest signed checkpoint."""
    signed_up_to: int
    broken_at: str
    """`file:line` of the first broken entry, or empty."""
    broken_seq: int
    kind: str
    sentence: str
    key: str
    """Fingerprint of the signing key; compare it with the one you wrote down."""
    at: str

    @property
    def exit_code(self) -> int:
        return 0 if self.whole else 1


class VerifyRecord(Errand[Verified], name="audit.verify", needs=Permission.AUDIT_VERIFY,
                   risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """Check the whole record and name the first broken entry."""

    deep: bool = False
    """Read every line, also of sealed segments."""

    async def run(self, outing: Outing) -> Verified:
        return await verify_now(outing.house, self.deep, outing.progress)


async def verify_now(house: House, deep: bool, progress: Callable[[int, int, str], None]) -> Verified:
    """Verify in a thread, tell the progress on the loop, and keep the verdict for the header of every screen.

    Raises Throttled when too many wait for theirs."""
    async with house.heavy.mine():
        return await _verify(house, deep, progress)


async def _verify(house: House, deep: bool, progress: Callable[[int, int, str], None]) -> Verified:
    loop = asyncio.get_running_loop()
    cancelled = False

    def tell(far: Progress) -> bool:
        loop.call_soon_threadsafe(progress, far.done, far.total, f"{far.rate:,.0f}/s")
        return not cancelled

    remembered = await house.chain.remembered_checkpoint() or None
    try:
        report = await loop.run_in_executor(
            _verifying, lambda: verify(house.config.audit_dir, deep=deep, checkpoint=remembered, progress=tell)
        )
    except asyncio.CancelledError:
        cancelled = True
        raise
    except Unreadable as fault:
        raise Conflict("The record cannot be read: {cause}", cause=str(fault)) from fault
    broken = report.first_break
    found = Verified(
        whole=report.whole, entries=report.entries, files=report.files, unsigned_tail=report.unsigned_tail,
        signed_up_to=report.covered, broken_at=f"{broken.file}:{broken.line}" if broken else "",
        broken_seq=(broken.seq or 0) if broken else 0, kind=broken.kind.value if broken else "",
        sentence=broken.sentence if broken else "", key=report.key, at=stamp(house.clock.now()),
    )  # fmt: skip
    state = house.config.state_dir / STATE_FILE
    # Whoever asked gets the verdict, whether or not the disk has room for the header's copy of it.
    with contextlib.suppress(OSError):
        await loop.run_in_executor(_glancing, _keep, state, orjson.dumps(
            {"whole": found.whole, "seq": found.broken_seq, "at": found.at, "entries": found.entries}
        ))  # fmt: skip
    return found


def _keep(target: Path, content: bytes) -> None:
    fresh = target.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(target)


@dataclass(frozen=True, kw_only=True)
class RecordState:
    """How the record stands, for the header."""

    last: int
    """Number of the newest entry."""
    signed: int
    """Entries up to this number are under a signed checkpoint."""
    whole: bool
    broken_seq: int
    verified_at: str
    trouble: str
    """Why entries cannot be written or signed at the moment, or empty."""


class ShowRecordState(Errand[RecordState], name="audit.status", needs=Permission.FACTORY_READ,
                      risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """Show how the record stands: its last number and what the last verification found."""

    async def run(self, outing: Outing) -> RecordState:
        house = outing.house
        path = house.config.state_dir / STATE_FILE
        try:
            kept = json.loads(await asyncio.get_running_loop().run_in_executor(_glancing, path.read_bytes))
        except (OSError, ValueError):
            kept = {}
        return RecordState(
            last=house.chain.tip[0], signed=house.chain.signed, whole=bool(kept.get("whole", True)),
            broken_seq=int(kept.get("seq", 0)),
            verified_at=str(kept.get("at", "")), trouble=house.chain.trouble,
        )  # fmt: skip
