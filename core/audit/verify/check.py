"""The verification itself: files by seal or line by line, then the tree against every checkpoint at hand."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from core.audit.entry import GENESIS, Malformed, strict
from core.audit.verify.anchor import read_anchor
from core.audit.verify.chainfiles import ChainFile, Seal, chain_files, find_seals, offset_of
from core.audit.verify.diagnose import Scene, first_difference
from core.audit.verify.note import BadNote, Checkpoint, VerifierKey
from core.audit.verify.papers import Papers, bad_paper, disagreeing, read_papers
from core.audit.verify.ranges import RANGE_BYTES, Ranged, check_ranges
from core.audit.verify.report import Break, Damage, Kind, OnProgress, Progress, Report, Stopped, Unreadable
from core.audit.verify.tree import Tree
from core.audit.verify.walk import blocks, check_lines

_WORTH_HELPERS = 24 * 1024 * 1024


class Verification:
    """One run over one folder; the steps raise Damage at the first thing that is wrong."""

    def __init__(self, folder: Path, papers: Papers, progress: OnProgress | None) -> None:
        self.folder = folder
        self.papers = papers
        self.progress = progress
        self.files = chain_files(folder)
        self.begun = time.monotonic()
        self.seq = 0
        self.tip = GENESIS.encode()
        self.start = Tree()
        self.covered = 0
        self.total = max((file.last_seq() for file in self.files), default=0)

    def report(self, found: Break | None) -> Report:
        """What is known at the end, whichever it was."""
        return Report(
            whole=found is None,
            entries=self.seq - self.start.size,
            files=len(self.files),
            bytes=sum(file.size for file in self.files),
            seconds=time.monotonic() - self.begun,
            covered=self.covered,
            unsigned_tail=max(0, self.seq - self.covered),
            tip=self.tip.decode(),
            key=self.papers.key.fingerprint if self.papers.key else "",
            first_break=found,
        )

    def run(self, *, deep: bool, every_line_strictly: bool) -> Report:
        """Lines first, because a broken line says more than a signature that fails over it."""
        try:
            self._begin()
            self._follow(deep=deep)
            if self.papers.bad is not None:
                raise Damage(self.papers.bad)
            self._compare_with_signed()
            self._read_strictly(self.start.size if every_line_strictly else self.covered)
        except Damage as damage:
            return self.report(damage.found)
        except OSError as error:
            raise Unreadable(f"{error.filename or self.folder}: {error.strerror}") from error
        return self.report(None)

    def _begin(self) -> None:
        """Begin at the first line, or at the anchor when older files were pruned."""
        first = next((file.first_seq() for file in self.files if file.size), 1)
        if first <= 1 or self.papers.key is None:
            return
        try:
            anchor = read_anchor(self.folder, self.papers.key)
        except (BadNote, UnicodeDecodeError) as error:
            raise Damage(bad_paper("anchor", f"The anchor is not good: {error}.")) from error
        if anchor is not None:
            self.files = [file for file in self.files if not file.size or file.last_seq() > anchor.size]
            self.seq, self.tip, self.start = anchor.size, anchor.hash.encode(), anchor.tree()

    def _believable_seals(self) -> dict[str, Seal]:
        """Seals under a signature; one in the unsigned tail is anybody's word."""
        newest = max((paper.size for paper in self.papers.all()), default=0)
        return {name: seal for name, seal in find_seals(self.files).items() if seal.seq <= newest}

    def _follow(self, *, deep: bool) -> None:
        """Go through all files: a sealed one by its digest, any other line by line."""
        with ThreadPoolExecutor(2, "record-digest") as pool:
            finished = [] if deep else self.files[:-1]
            digests = {file.name: pool.submit(_digest, file) for file in finished}
            seals = {} if deep else self._believable_seals()
            by_line = [file for file in self.files if file.name not in seals and file.size]
            if sum(file.size for file in by_line) >= _WORTH_HELPERS:
                jobs = [(file.path, *cut) for file in by_line for cut in file.cuts(RANGE_BYTES)]
            else:
                jobs = []
            try:
                with closing(check_ranges(jobs)) as ranges:
                    for index, file in enumerate(self.files):
                        self._follow_file(index, file, seals, digests, ranges if jobs else None)
            finally:
                for digest in digests.values():
                    digest.cancel()

    def _follow_file(
        self,
        index: int,
        file: ChainFile,
        seals: Mapping[str, Seal],
        digests: Mapping[str, Future[str]],
        ranges: Iterator[Ranged] | None,
    ) -> None:
        seal = seals.get(file.name)
        if seal is not None and self._fits(file, seal) and digests[file.name].result() == seal.sha256:
            self.seq, self.tip = seal.last_seq, seal.last_hash.encode()
            self._tell()
            return
        before = self.seq, self.tip
        if seal is None and ranges is not None and file.size:
            parts = [next(ranges) for _ in file.cuts(RANGE_BYTES)]
            if all(self._join(part) for part in parts):
                return
            self.seq, self.tip = before
        self._walk(index, file)

    def _fits(self, file: ChainFile, seal: Seal) -> bool:
        head = b'{"previous_hash":"%b","seq":%d,' % (self.tip, self.seq + 1)
        return seal.first_seq == self.seq + 1 and file.size == seal.bytes and file.head().startswith(head)

    def _join(self, part: Ranged) -> bool:
        if not part["whole"] or part["first"] != self.tip.decode() or part["seq"] != self.seq + 1:
            return False
        self.seq, self.tip = self.seq + part["count"], part["last"].encode()
        self._tell()
        return True

    def _walk(self, index: int, file: ChainFile) -> None:
        """Line by line, here, to the first line that is wrong."""
        line_number, offset = 0, 0
        with file.path.open("rb") as stream:
            for _, lines in blocks(stream.fileno(), 0, file.size):
                good, self.tip = check_lines(lines, self.tip, self.seq + 1)
                self.seq += good
                line_number += good
                offset += sum(map(len, lines[:good])) + good
                if good < len(lines):
                    break
                self._tell()
            if offset < file.size:
                stream.seek(offset)
                raw = stream.readline()[: file.size - offset]
                scene = Scene(self.folder, self.files, index, line_number + 1, raw, self.tip, self.seq + 1)
                raise Damage(scene.name_it())

    def _compare_with_signed(self) -> None:
        papers = self.papers
        for paper in papers.all():
            if paper.size > self.seq:
                own = papers.checkpoint
                rolled = own is not None and own.size <= self.seq
                kind = Kind.ROLLED_BACK if rolled else Kind.CUT_TAIL
                sentence = f"The record ends after entry {self.seq}, but {paper.size} entries were signed."
                raise Damage(self._place(self.seq + 1, kind, sentence))
        wrong = disagreeing(
            self.folder, self.files, self.start, [one for one in papers.all() if one.size >= self.start.size]
        )
        if wrong:
            raise Damage(first_difference(self.folder, self.files) or self._rewritten(wrong))
        self.covered = max((paper.size for paper in papers.all()), default=0)

    def _rewritten(self, wrong: list[Checkpoint]) -> Break:
        good = [paper.size for paper in self.papers.all() if paper not in wrong]
        first = max([size for size in good if size < wrong[0].size], default=self.start.size) + 1
        sentence = f"Somewhere from entry {first} to {wrong[0].size} this is not what was signed, but written anew."
        return self._place(first, Kind.REWRITTEN, sentence)

    def _place(self, seq: int, kind: Kind, sentence: str) -> Break:
        """Where the entry of this number stands, or should."""
        found = next((file for file in reversed(self.files) if file.size and file.first_seq() <= seq), None)
        if found is None:
            return Break("checkpoint", 1, seq, kind, sentence)
        return Break(found.name, seq - found.first_seq() + 1, seq, kind, sentence)

    def _read_strictly(self, after: int) -> None:
        """Read lines as strict JSON; the signer did so before it signed the earlier ones."""
        for file in self.files:
            if not file.size or file.last_seq() <= after:
                continue
            first = max(after + 1, file.first_seq())
            with file.path.open("rb") as stream:
                stream.seek(offset_of(file.path, file.size, first))
                for seq, line in enumerate(stream, first):
                    if stream.tell() > file.size or seq > self.seq:
                        break
                    try:
                        strict(line[:-1])
                    except Malformed as error:
                        sentence = f"No writer of ours makes such a line: {error}."
                        raise Damage(self._place(seq, Kind.MALFORMED, sentence)) from error

    def _tell(self) -> None:
        if self.progress is None:
            return
        spent = max(1e-6, time.monotonic() - self.begun)
        if not self.progress(Progress(self.seq, self.total, (self.seq - self.start.size) / spent)):
            raise Stopped


def _digest(file: ChainFile) -> str:
    digest, left = sha256(), file.size
    with file.path.open("rb", buffering=0) as stream:
        while left and (data := stream.read(min(left, 1 << 20))):
            digest.update(data)
            left -= len(data)
    return digest.hexdigest()


def verify(
    folder: Path,
    *,
    deep: bool = False,
    key: VerifierKey | None = None,
    checkpoint: bytes | None = None,
    progress: OnProgress | None = None,
    every_line_strictly: bool = False,
) -> Report:
    """Check the record in `folder`, which may be a copy and is never written to.

    By default finished files are checked by the digest that the chain holds of them; `deep` checks each line.
    `key` is the verifier key that you trust (else the one beside the record), `checkpoint` a note you kept.
    Blocks: call it in a thread. Raises Unreadable, and Stopped when `progress` said no."""
    deep = deep or every_line_strictly
    if not folder.is_dir():
        raise Unreadable(f"{folder}: there is no such folder")
    papers = read_papers(folder, key, checkpoint, deep=deep)
    run = Verification(folder, papers, progress)
    if not run.files and papers.checkpoint is None:
        raise Unreadable(f"{folder}: there is no record here")
    return run.run(deep=deep, every_line_strictly=every_line_strictly)
