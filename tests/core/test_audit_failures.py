"""Disks that fill, lie and break, and processes that die in the middle."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.audit.chain import Chain
from core.audit.disk import Disk
from core.audit.entry import segments
from core.audit.verify import Kind, verify
from core.errors import RecordUnavailable
from tests.core.test_audit_chain import ORIGIN, draft, lines, open_chain

ROOT = Path(__file__).parents[2]


class MoodyDisk(Disk):
    """Does what it is told to do wrong, once."""

    def __init__(self) -> None:
        self.short = 0
        self.full = False
        self.bad_sync = False
        self.left = 10**9

    def write(self, fd: int, data: bytes) -> int:
        if self.short:
            part, self.short = self.short, 0
            return os.write(fd, data[:part])
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data)

    def sync(self, fd: int) -> None:
        if self.bad_sync:
            self.bad_sync = False
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync(fd)

    def free(self, folder: Path) -> int:
        return self.left


async def test_a_short_write_is_taken_back_and_the_chain_goes_on(tmp_path: Path) -> None:
    disk = MoodyDisk()
    chain = await open_chain(tmp_path, disk=disk)
    await chain.append(draft(1))
    disk.short = 50
    with pytest.raises(RecordUnavailable):
        await chain.append(draft(2))
    await chain.append(draft(3))
    await chain.close()
    assert [line["details"].get("task") for line in lines(tmp_path)] == [1, 3]
    assert verify(tmp_path / "audit").whole


async def test_a_full_disk_refuses_everybody_in_the_batch_and_nobody_after_it_has_room_again(
    tmp_path: Path,
) -> None:
    disk = MoodyDisk()
    chain = await open_chain(tmp_path, disk=disk)
    disk.full = True
    refused = await asyncio.gather(*(chain.append(draft(one)) for one in range(5)), return_exceptions=True)
    disk.full = False
    receipt = await chain.append(draft(9))
    await chain.close()
    assert all(isinstance(one, RecordUnavailable) for one in refused)
    assert receipt.seq == 1


async def test_a_failed_sync_is_never_called_a_success_and_its_bytes_are_written_again(
    tmp_path: Path,
) -> None:
    disk = MoodyDisk()
    chain = await open_chain(tmp_path, disk=disk)
    await chain.append(draft(1))
    disk.bad_sync = True
    doubtful = draft(2)
    with pytest.raises(RecordUnavailable):
        await chain.append(doubtful)
    await chain.ready()
    assert await chain.contains([doubtful.id]) == {doubtful.id}
    await chain.append(draft(3))
    await chain.close()
    report = verify(tmp_path / "audit")
    assert (report.whole, report.entries) == (True, 3)


async def test_ready_says_no_before_the_change_is_made(tmp_path: Path) -> None:
    disk = MoodyDisk()
    chain = await open_chain(tmp_path, disk=disk)
    await chain.ready()
    disk.left = 1000
    with pytest.raises(RecordUnavailable):
        await chain.ready()
    disk.left = 10**9
    newest = segments(tmp_path / "audit")[-1]
    await chain.append(draft(1))
    newest.write_bytes(newest.read_bytes().replace(b'"task":1', b'"task":7') + b"\n")
    with pytest.raises(RecordUnavailable):
        await chain.append(draft(2))
    with pytest.raises(RecordUnavailable):
        await chain.ready()
    await chain.close()


def test_a_limit_of_the_kernel_on_the_file_size_tears_nothing(tmp_path: Path) -> None:
    code = f"""
import asyncio, resource
from pathlib import Path
from core.errors import RecordUnavailable
from tests.core.test_audit_chain import draft, open_chain
async def main():
    chain = await open_chain(Path({str(tmp_path)!r}))
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
    done = refused = 0
    for number in range(30):
        try:
            await chain.append(draft(number)); done += 1
        except RecordUnavailable:
            refused += 1
    print(done, refused)
asyncio.run(main())
"""
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    done, refused = map(int, out.split())
    data = segments(tmp_path / "audit")[-1].read_bytes()
    assert refused > 0
    assert (data.count(b"\n"), data[-1:]) == (done, b"\n")


async def test_a_torn_tail_is_kept_aside_cut_off_and_put_on_record(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    await chain.append(draft(1))
    await chain.close()
    newest = segments(tmp_path / "audit")[-1]
    torn = b'{"previous_hash":"' + b"a" * 30_000
    with newest.open("ab") as file:
        file.write(torn)
    found = verify(tmp_path / "audit").first_break
    assert found is not None
    assert (found.kind, found.line) == (Kind.TORN_LINE, 2)
    again = await open_chain(tmp_path)
    receipt = await again.append(draft(2))
    await again.close()
    told = lines(tmp_path)[1]
    assert (receipt.seq, told["action"], told["details"]["bytes"]) == (3, "record.torn_tail", len(torn))
    assert (tmp_path / "audit" / told["details"]["kept_in"]).read_bytes() == torn
    assert verify(tmp_path / "audit").whole


async def test_a_crash_between_sealing_and_the_next_file_leaves_no_fork(tmp_path: Path) -> None:
    chain = await open_chain(tmp_path)
    await chain.append(draft(1))
    segments(tmp_path / "audit")[-1].chmod(0o440)
    await chain.append(draft(2))
    await chain.close()
    (tmp_path / "audit" / "audit-20991231-000000.jsonl").touch(0o600)
    again = await open_chain(tmp_path)
    await again.append(draft(3))
    await again.close()
    assert len(segments(tmp_path / "audit")) == 3
    assert verify(tmp_path / "audit", deep=True).whole


WORKER = """
import asyncio, sys
from pathlib import Path
from tests.core.test_audit_chain import draft, open_chain
async def main(home):
    chain = await open_chain(home, segment_bytes=300_000)
    async def on():
        while True:
            receipt = await chain.append(draft(1))
            sys.stdout.write(f"{receipt.seq} {receipt.hash}\\n")
            sys.stdout.flush()
    await asyncio.gather(*(on() for _ in range(16)))
asyncio.run(main(Path(sys.argv[1])))
"""


def test_nothing_acknowledged_is_lost_when_writers_are_killed_in_a_storm(tmp_path: Path) -> None:
    """Three writers at a time on one chain, one of them killed -9 every now and then."""

    def out(number: int) -> Path:
        return tmp_path / f"out-{number}"

    def start(number: int) -> subprocess.Popen[bytes]:
        with out(number).open("wb") as sink:
            return subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path)], cwd=ROOT, stdout=sink)

    running = {number: start(number) for number in range(3)}
    kills, deadline = 0, time.monotonic() + 30
    while kills < 6 and time.monotonic() < deadline:
        time.sleep(random.uniform(0.05, 0.3))
        busy = [number for number in running if out(number).stat().st_size]
        if busy:
            victim = running.pop(random.choice(busy))
            victim.send_signal(signal.SIGKILL)
            victim.wait()
            kills += 1
            running[2 + kills] = start(2 + kills)
    for worker in running.values():
        worker.kill()
        worker.wait()

    async def settle() -> None:
        chain = await Chain.open(tmp_path / "audit", tmp_path / "key", origin=ORIGIN)
        await chain.append(draft(2))
        await chain.close()
        assert chain.trouble == ""

    asyncio.run(settle())
    report = verify(tmp_path / "audit", deep=True)
    assert report.first_break is None
    assert report.unsigned_tail == 0
    stands = {(line["seq"], line["hash"]) for line in lines(tmp_path)}
    told = [line.split() for path in tmp_path.glob("out-*")
            for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]  # fmt: skip
    assert len(told) > 100
    assert {(int(seq), seal) for seq, seal in told} <= stands
    assert json.dumps(report.as_json())
