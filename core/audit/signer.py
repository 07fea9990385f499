"""Reads what was written, checks it, and signs how far the record goes; runs in a thread of its own.

Any process may sign; a lock lets one at a time, and what was signed last is remembered beside the key, so
that nobody signs less than before, or something else, even when the whole folder of the record is rolled
back.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from core.audit.disk import lock_file, locked, replace_file
from core.audit.entry import GENESIS, Malformed, own_hash, segments, seq_of, strict
from core.audit.signing import SigningKey
from core.audit.verify.anchor import read_anchor
from core.audit.verify.note import BadNote, Checkpoint, open_checkpoint, split_notes
from core.audit.verify.tree import GROUP, Tree
from core.audit.verify.walk import blocks, check_lines
from core.json_value import JsonObject

KEEP_SECONDS = 60.0
_LEAVES_AT_ONCE = 64 * 1024
_POLITE_BLOCK = 32 * 1024
_POLITE_SECONDS = 0.0001
"""Between blocks: without it the writer and everybody's screen would wait 5 ms for each turn of the interpreter."""
SEALED = "segment_sealed"
_SEAL_MARK = b'"action":"segment_sealed"'


class Refusal(Exception):
    """The record is not what was signed, or is damaged after it: nothing is signed until somebody looks."""

    def __init__(self, sentence: str, **facts: str | int) -> None:
        super().__init__(sentence)
        self.facts: dict[str, str | int] = {"sentence": sentence, **facts}


@dataclass
class _Place:
    """How far the signer has read."""

    tree: Tree = field(default_factory=Tree)
    file: str = ""
    offset: int = 0
    hash: bytes = GENESIS.encode()
    unsealed: list[str] = field(default_factory=list)
    """Files that are finished, but whose seal was not met in the chain yet."""

    def pack(self, note: bytes) -> bytes:
        return json.dumps(
            {
                "note": note.decode(),
                "size": self.tree.size,
                "edge": [node.hex() for node in self.tree.edge],
                "file": self.file,
                "offset": self.offset,
                "hash": self.hash.decode(),
                "unsealed": self.unsealed,
            }
        ).encode()

    @classmethod
    def unpack(cls, data: bytes) -> tuple[_Place, bytes]:
        known = json.loads(data)
        tree = Tree(known["size"], [bytes.fromhex(node) for node in known["edge"]])
        place = cls(tree, known["file"], known["offset"], known["hash"].encode(), known["unsealed"])
        return place, known["note"].encode()


def _unpacked(data: bytes) -> tuple[_Place, bytes]:
    try:
        return _Place.unpack(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal("the signer's memory is damaged") from error


class Signer:
    """Signs checkpoints of one folder; not for two threads at once."""

    def __init__(
        self, folder: Path, key: SigningKey, memory: Path, *, first_time: bool, own: set[bytes] | None = None
    ) -> None:
        self.signed = 0
        """Lines under the newest checkpoint."""
        self._folder = folder
        self._key = key
        self._memory = memory
        self._first_time = first_time
        self._own = own if own is not None else set()
        self._lock = lock_file(folder / "signer.lock")
        self._writers = lock_file(folder / "chain.lock")
        self._place = _Place()
        self._remembered = b""
        self._leaves: list[bytes] = []
        self._kept_at = 0.0
        self._kept_size = -1

    def close(self) -> None:
        """Let the lock files go."""
        os.close(self._lock)
        os.close(self._writers)

    def sign(self, *, keep: bool = False) -> list[JsonObject]:
        """Sign all that is on disk now; `keep` also adds to the file of kept checkpoints.

        Returns the details of seals that the chain should hold and does not yet. Raises Refusal."""
        with locked(self._lock):
            try:
                required = self._recall()
                finished = self._read_on(required)
                if required is not None and self._place.tree.size < required.size:
                    raise Refusal("the record is shorter than its last checkpoint says", size=required.size)
                self._write(keep or bool(finished))
                return [self._seal(name) for name in self._place.unsealed]
            except Exception:
                self._remembered = b""  # begin again from what was signed
                raise

    def remembered(self) -> bytes:
        """The note that was signed last; empty when nothing was. Raises Refusal when it cannot be read."""
        try:
            return _unpacked(self._memory.read_bytes())[1]
        except FileNotFoundError:
            return b""

    def _recall(self) -> Checkpoint | None:
        """Take up where the last signer stopped; the checkpoint that what we read must agree with, if any."""
        try:
            remembered = self._memory.read_bytes()
        except FileNotFoundError:
            remembered = b""
        if remembered and remembered == self._remembered:
            return None
        self._leaves = []
        public = self._public_checkpoint()
        if remembered:
            self._place, note = _unpacked(remembered)
            try:
                mine = open_checkpoint(note, self._key.public)
            except BadNote as error:
                raise Refusal("the signer's memory is not under this key") from error
            if mine.size != self._place.tree.size or mine.root != self._place.tree.root():
                raise Refusal("the signer's memory contradicts itself")
            self._remembered, self.signed = remembered, mine.size
            self._kept_size = max(self._kept_size, mine.size)
            return public if public is not None and public.size > mine.size else None
        anchor = read_anchor(self._folder, self._key.public)
        self._place = _Place(anchor.tree(), hash=anchor.hash.encode()) if anchor else _Place()
        self.signed = -1
        if public is None and not self._first_time and self._any_line():
            raise Refusal("the checkpoint is gone, and lines are there")
        return public

    def _any_line(self) -> bool:
        return any(path.stat().st_size for path in segments(self._folder))

    def _public_checkpoint(self) -> Checkpoint | None:
        try:
            return open_checkpoint((self._folder / "checkpoint").read_bytes(), self._key.public)
        except (FileNotFoundError, BadNote):
            return None

    def _read_on(self, required: Checkpoint | None) -> list[str]:
        """Check and take in every whole line on disk; the names of the files that were finished."""
        paths = segments(self._folder)
        names = [path.name for path in paths]
        place = self._place
        if place.file and place.file not in names:
            raise Refusal("a file of the record is gone", file=place.file)
        finished = []
        for path in paths[names.index(place.file) if place.file else 0 :]:
            if path.name != place.file:
                if place.file:
                    finished.append(place.file)
                    place.unsealed.append(place.file)
                place.file, place.offset = path.name, 0
            self._read_file(path, required)
        return finished

    def _read_file(self, path: Path, required: Checkpoint | None) -> None:
        place, tree = self._place, self._place.tree
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            with locked(self._writers):  # a write under way might still be taken back
                end = os.fstat(fd).st_size
            if end <= place.offset:
                if end < place.offset:
                    raise Refusal("a file of the record has shrunk", file=path.name)
                return
            for _, lines in blocks(fd, place.offset, end, _POLITE_BLOCK):
                good, last = check_lines(lines, place.hash, tree.size + 1)
                self._take_in(lines[:good], required)
                place.hash = last
                if good < len(lines):
                    raise Refusal("a line does not follow from the one before it", file=path.name, seq=tree.size + 1)
                if len(self._leaves) > _LEAVES_AT_ONCE:
                    self._store_tree()
                time.sleep(_POLITE_SECONDS)
            os.fdatasync(fd)  # a signature over lines that a power cut could still take would be a false alarm
        finally:
            os.close(fd)

    def _take_in(self, lines: list[bytes], required: Checkpoint | None) -> None:
        """Lines whose hashes and links are right; those that others wrote are also read strictly."""
        place, tree = self._place, self._place.tree
        for line in lines:
            seal = line[-66:-2]
            if seal in self._own:
                self._own.discard(seal)
            else:
                try:
                    strict(line)
                except Malformed as error:
                    why = f"a line is not what our writer writes: {error}"
                    raise Refusal(why, file=place.file, seq=tree.size + 1) from error
            data = bytes.fromhex(seal.decode())
            tree.add(data)
            self._leaves.append(data)
            place.offset += len(line) + 1
            if required is not None and tree.size == required.size and tree.root() != required.root:
                raise Refusal("the record differs from what its last checkpoint says", size=required.size)
            if place.unsealed and _SEAL_MARK in line:
                members = json.loads(line)
                if members["action"] == SEALED and members["details"]["file"] in place.unsealed:
                    place.unsealed.remove(members["details"]["file"])

    def _write(self, keep: bool) -> None:
        place = self._place
        new = place.tree.size != self.signed
        note = self._key.checkpoint(place.tree.size, place.tree.root())
        if new:
            self._store_tree()
        fresh = place.pack(note)
        if fresh != self._remembered:
            replace_file(self._memory, fresh)
            self._remembered = fresh
        public = self._folder / "checkpoint"
        if new or not public.exists() or public.read_bytes() != note:
            replace_file(public, note, mode=0o644)
        self.signed = place.tree.size
        if (keep or time.monotonic() - self._kept_at >= KEEP_SECONDS) and self._kept_size != self.signed:
            self._keep(note)
            self._kept_at, self._kept_size = time.monotonic(), self.signed

    def _keep(self, note: bytes) -> None:
        path = self._folder / "checkpoints"
        with path.open("ab") as kept:
            if kept.tell():
                whole = path.read_bytes()
                if not whole.endswith(b"\n\n"):  # a power cut took half a note
                    kept.truncate(sum(len(one) + 1 for one in split_notes(whole)))
            kept.write(note + b"\n")
            kept.flush()
            os.fdatasync(kept.fileno())

    def _store_tree(self) -> None:
        """Keep leaves and groups for quick checks and proofs; a cache, so nobody waits for the disk here."""
        folder = self._folder / "tree"
        folder.mkdir(mode=0o700, exist_ok=True)
        tree = self._place.tree
        first_leaf = tree.size - len(self._leaves)
        first_group = tree.size // GROUP - len(tree.full_groups)
        for name, first, nodes in (
            ("leaves", first_leaf, self._leaves),
            ("groups", first_group, tree.full_groups),
        ):
            fd = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(fd, b"".join(nodes), first * 32)
            finally:
                os.close(fd)
            nodes.clear()

    def _seal(self, name: str) -> JsonObject:
        """What the chain should say of a finished file, from bytes checked again in the same reading."""
        digest, lines_seen, last = sha256(), 0, b""
        fd = os.open(self._folder / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            size = os.fstat(fd).st_size
            head = os.pread(fd, 64 * 1024, 0).split(b"\n", 1)[0]
            first_seq, first_hash = seq_of(head), own_hash(head)
            if first_seq is None or first_hash is None:
                raise Refusal("a finished file is damaged", file=name, line=1)
            last = head[18:82]
            for raw, lines in blocks(fd, 0, size, _POLITE_BLOCK):
                time.sleep(_POLITE_SECONDS)
                digest.update(raw)
                good, last = check_lines(lines, last, first_seq + lines_seen)
                lines_seen += good
                if good < len(lines):
                    raise Refusal("a finished file is damaged", file=name, line=lines_seen + 1)
        finally:
            os.close(fd)
        return {
            "file": name, "bytes": size, "lines": lines_seen,
            "first_seq": first_seq, "last_seq": first_seq + lines_seen - 1,
            "first_hash": first_hash.decode(), "last_hash": last.decode(), "sha256": digest.hexdigest(),
        }  # fmt: skip
