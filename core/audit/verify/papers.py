"""What was signed, and whether the lines agree with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.audit.verify.chainfiles import ChainFile, all_hashes, last_hashes
from core.audit.verify.note import BadNote, Checkpoint, VerifierKey, open_checkpoint, read_key, split_notes
from core.audit.verify.report import Break, Kind
from core.audit.verify.tree import GROUP, Tree


@dataclass(frozen=True)
class Papers:
    """Everything signed that is at hand, read before the lines are measured."""

    key: VerifierKey | None = None
    checkpoint: Checkpoint | None = None
    history: tuple[Checkpoint, ...] = ()
    """From the file of kept checkpoints: the newest, or all for a deep look."""
    kept: Checkpoint | None = None
    """The one that the caller kept elsewhere."""
    bad: Break | None = None
    """What is wrong with the papers themselves."""

    def all(self) -> list[Checkpoint]:
        """Every good checkpoint, smallest first."""
        found = [paper for paper in (*self.history, self.checkpoint, self.kept) if paper is not None]
        return sorted(found, key=lambda paper: paper.size)


def read_papers(folder: Path, key: VerifierKey | None, kept: bytes | None, *, deep: bool) -> Papers:
    """Read key and checkpoints; problems go into `bad`, because broken lines say more and are told first."""
    try:
        key = key or read_key((folder / "verifier.pub").read_text())
    except (OSError, UnicodeDecodeError, BadNote):
        return Papers(bad=bad_paper("verifier.pub", "The verifier key is missing or unreadable."))
    checkpoint = kept_checkpoint = None
    bad: Break | None = None
    try:
        kept_checkpoint = open_checkpoint(kept, key) if kept is not None else None
    except (BadNote, UnicodeDecodeError) as error:
        bad = bad_paper("checkpoint", f"The checkpoint that you kept is not good: {error}.")
    try:
        checkpoint = open_checkpoint((folder / "checkpoint").read_bytes(), key)
    except FileNotFoundError:
        if kept is None:
            bad = bad_paper("checkpoint", "There is no checkpoint: nothing says where the record ends.")
    except (OSError, BadNote, UnicodeDecodeError) as error:
        bad = bad_paper("checkpoint", f"The checkpoint is not good: {error}.")
    history, bad_note = _read_history(folder, key, deep=deep)
    return Papers(key, checkpoint, history, kept_checkpoint, bad or bad_note)


def _read_history(folder: Path, key: VerifierKey, *, deep: bool) -> tuple[tuple[Checkpoint, ...], Break | None]:
    try:
        notes = split_notes((folder / "checkpoints").read_bytes())
    except OSError:
        return (), None
    found, line = [], 1
    for number, note in enumerate(notes):
        if deep or number == len(notes) - 1:
            try:
                found.append(open_checkpoint(note, key))
            except (BadNote, UnicodeDecodeError) as error:
                return tuple(found), bad_paper("checkpoints", f"A former checkpoint is not good: {error}.", line)
        line += note.count(b"\n") + 1
    return tuple(found), None


def bad_paper(file: str, sentence: str, line: int = 1) -> Break:
    """Something signed is missing, forged or by a stranger."""
    return Break(file, line, None, Kind.BAD_CHECKPOINT, sentence)


def disagreeing(
    folder: Path, files: Sequence[ChainFile], start: Tree, papers: Sequence[Checkpoint]
) -> list[Checkpoint]:
    """Which of these checkpoints (each within the lines) do not have the root of the checked lines.

    First by the signer's stored groups: when they and a few hundred lines give a signed root, its last line
    is the one that was signed, and the chain vouches for all before it. If not, every leaf is hashed anew."""
    doubtful = [paper for paper in papers if paper.size > start.size and not _quickly(folder, files, paper)]
    doubtful += [paper for paper in papers if paper.size == start.size and start.root() != paper.root]
    if not doubtful:
        return []
    wrong = []
    tree = start.copy()
    leaves = _leaves(files)
    for paper in sorted(doubtful, key=lambda one: one.size):
        while tree.size < paper.size:
            tree.add(next(leaves))
        if tree.root() != paper.root:
            wrong.append(paper)
    return wrong


def _leaves(files: Sequence[ChainFile]) -> Iterator[bytes]:
    for file in files:
        for seal in all_hashes(file):
            yield bytes.fromhex(seal.decode())


def _quickly(folder: Path, files: Sequence[ChainFile], paper: Checkpoint) -> bool:
    groups = (paper.size - 1) // GROUP
    try:
        with (folder / "tree" / "groups").open("rb") as stored:
            nodes = stored.read(groups * 32)
    except OSError:
        return False
    if len(nodes) != groups * 32:
        return False
    tree = Tree()
    for start in range(0, len(nodes), 32):
        tree.add_group(nodes[start : start + 32])
    for seal in last_hashes(list(files), groups * GROUP + 1, paper.size):
        tree.add(seal)
    return tree.size == paper.size and tree.root() == paper.root
