"""Checking byte ranges at once in helper processes, because one interpreter hashes lines on one core only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypedDict

RANGE_BYTES = 8 * 1024 * 1024
"""About what a helper checks between two reports."""

_HELPER = Path(__file__).with_name("walk.py")


class Ranged(TypedDict):
    """What a helper found in a range; `first` and `seq` are its first line's own claims."""

    first: str
    seq: int
    count: int
    last: str
    whole: bool


def check_ranges(jobs: Sequence[tuple[Path, int, int]]) -> Generator[Ranged, None, None]:
    """Results in the order of the jobs; closing the iterator ends the helpers."""
    count = min(len(jobs), len(os.sched_getaffinity(0)), 8)
    if not jobs:
        return
    helpers = [_start() for _ in range(count)]
    threads = [ThreadPoolExecutor(1, "record-verify") for _ in helpers]  # a helper answers one question at a time
    try:
        waiting = [
            threads[number % count].submit(_ask, helpers[number % count], job) for number, job in enumerate(jobs)
        ]
        for answer in waiting:
            yield answer.result()
    finally:
        for helper in helpers:
            helper.kill()
        for thread in threads:
            thread.shutdown(cancel_futures=True)
        for helper in helpers:
            helper.communicate()


def _start() -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-S", str(_HELPER)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603


def _ask(helper: subprocess.Popen[str], job: tuple[Path, int, int]) -> Ranged:
    assert helper.stdin is not None
    assert helper.stdout is not None
    path, start, end = job
    helper.stdin.write(json.dumps([str(path), start, end]) + "\n")
    helper.stdin.flush()
    line = helper.stdout.readline()
    if not line:
        raise ChildProcessError("a helper of the verifier died")
    answer: Ranged = json.loads(line)
    return answer
