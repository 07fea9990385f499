"""One whole record, and small tools to damage a copy of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.audit.chain import Chain
from core.audit.entry import Draft, Severity, link, segments
from core.audit.tail import SEGMENT_BYTES, Tail, encode
from core.audit.verify import Kind

ORIGIN = "museum.example/record"
UNSIGNED = 6
"""Lines after the newest checkpoint of the whole record."""


def draft(number: int) -> Draft:
    return Draft(
        action="agent_handoff", actor=("agent:pm", "agent:developer")[number % 2],
        resource="pipeline/bakery", outcome="done",
        details={"task": number, "reason": "sequential", "note": "bread before noon"},
        severity=Severity.INFO, ip_address="10.0.0.7", session_id="k3v9",
    )  # fmt: skip


async def build(home: Path, rounds: int = 4) -> Path:
    """Several finished files and a newest one, all signed, then a few lines that are not signed yet."""
    folder = home / "audit"
    for number in range(rounds):
        chain = await Chain.open(
            folder, home / "key", origin=ORIGIN, segment_bytes=SEGMENT_BYTES if number == 0 else 5000
        )
        for one in range(15):
            await chain.append(draft(100 * number + one))
        await chain.close()
    tail = Tail(folder)
    tail.write([encode(draft(900 + one)) for one in range(UNSIGNED)])
    tail.close()
    return folder


@dataclass
class Exhibit:
    """A copy that may be damaged."""

    folder: Path

    @property
    def files(self) -> list[Path]:
        return [path for path in segments(self.folder) if path.stat().st_size]

    def lines(self, file: int) -> list[bytes]:
        return self.files[file].read_bytes().splitlines(keepends=True)

    def put(self, file: int, lines: list[bytes]) -> None:
        path = self.files[file]
        path.chmod(0o600)
        path.write_bytes(b"".join(lines))

    def change(self, file: int, line: int, how: Callable[[bytes], bytes]) -> None:
        """Replace one line, 1-based."""
        lines = self.lines(file)
        lines[line - 1] = how(lines[line - 1])
        self.put(file, lines)

    def where(self, file: int, line: int, kind: Kind) -> Expected:
        return Expected(self.files[file].name, line, kind)

    def rechain(self, file: int, line: int, how: Callable[[bytes], bytes] = lambda body: body) -> None:
        """Change the body of a line, and give it and all after it fresh hashes and numbers."""
        previous, seq = b"", 0
        for index in range(file, len(self.files)):
            lines = self.lines(index)
            for at in range(line - 1 if index == file else 0, len(lines)):
                old = lines[at]
                previous = previous or old[18:82]
                seq = seq or json.loads(old)["seq"]
                body = old[old.index(b'"timestamp"') : old.rindex(b',"hash":"')]
                lines[at], previous = link(previous, seq, how(body) if (index, at) == (file, line - 1) else body)
                seq += 1
            self.put(index, lines)


@dataclass(frozen=True)
class Expected:
    """What the verifier must say."""

    file: str
    line: int
    kind: Kind


def with_fresh_hash(line: bytes, old: bytes, new: bytes) -> bytes:
    """The line with some bytes replaced, and a hash that is right again."""
    hashed = line[: line.rindex(b',"hash":"')].replace(old, new, 1)
    assert hashed != line[: line.rindex(b',"hash":"')]
    body = hashed[hashed.index(b'"timestamp"') :]
    return link(hashed[18:82], json.loads(hashed + b"}")["seq"], body)[0]
