"""What a verification says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The name of the damage; the best guess at the trick, while the place is certain."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TORN_LINE = "torn_line"
    BAD_FRAMING = "bad_framing"
    MALFORMED = "malformed"
    """Well chained, but JSON readers would disagree about it: our writer never wrote it."""
    CUT_TAIL = "cut_tail"
    MISSING_SEGMENT = "missing_segment"
    REWRITTEN = "rewritten"
    """Every hash is right, but it is not what was signed."""
    ROLLED_BACK = "rolled_back"
    """Older than a checkpoint that was kept."""
    BAD_CHECKPOINT = "bad_checkpoint"


@dataclass(frozen=True)
class Break:
    """The first broken entry."""

    file: str
    line: int
    """1-based; where lines are missing, the place at which the first of them should stand."""
    seq: int | None
    """The number that belongs there, as far as it can be known."""
    kind: Kind
    sentence: str


@dataclass(frozen=True)
class Report:
    """The whole answer."""

    whole: bool
    entries: int
    files: int
    bytes: int
    seconds: float
    covered: int
    """Entries up to this number are under the newest good checkpoint."""
    unsigned_tail: int
    """Entries after it: well chained, signed within the next second of a running console."""
    tip: str
    """Hash of the last good entry."""
    key: str
    """Fingerprint of the verifier key; compare it with the one you were told by another way."""
    first_break: Break | None

    def as_json(self) -> dict[str, object]:
        """Stable keys for scripts."""
        return asdict(self)


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    done: int
    total: int
    """Entries, by the number of the last one."""
    rate: float
    """Entries a second."""


OnProgress = Callable[[Progress], bool]
"""Called now and then from the verifying thread; answers whether to go on."""


class Unreadable(Exception):
    """There is no record here, or it cannot be read."""


class Stopped(Exception):
    """The progress callback said no."""


class Damage(Exception):
    """Carries the first break to the surface."""

    def __init__(self, found: Break) -> None:
        super().__init__(found.sentence)
        self.found = found
