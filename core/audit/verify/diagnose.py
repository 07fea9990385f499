"""Which trick was played: from the place where the chain breaks to a name for it."""

from __future__ import annotations

from pathlib import Path

from core.audit.entry import GENESIS, HEAD, SEALED_BYTES, TAIL, own_hash, seq_of
from core.audit.verify.chainfiles import ChainFile, all_hashes, find_seals
from core.audit.verify.report import Break, Kind


class Scene:
    """The files and the first line in them that does not follow from the one before it."""

    def __init__(
        self, folder: Path, files: list[ChainFile], index: int, line: int, raw: bytes, after: bytes, seq: int
    ) -> None:
        self.folder = folder
        self.files = files
        self.index = index
        self.file = files[index]
        self.line = line
        self.raw = raw
        """With its LF, if it has one."""
        self.after = after
        """Hash of the good line before it, hex."""
        self.seq = seq
        """The number that should stand here."""

    def name_it(self) -> Break:
        """The damage, by the first rule that fits."""
        return self._broken_in_itself() or self._out_of_place() or self._missing() or self._neighbour_edited()

    def _here(self, kind: Kind, sentence: str) -> Break:
        return Break(self.file.name, self.line, self.seq, kind, sentence)

    def _before(self, kind: Kind, sentence: str) -> Break:
        """The break lies in the line before, which may be the last one of the file before."""
        if self.line > 1:
            return Break(self.file.name, self.line - 1, self.seq - 1, kind, sentence)
        earlier = [file for file in self.files[: self.index] if file.size]
        if not earlier:
            return self._here(kind, sentence)
        return Break(earlier[-1].name, len(all_hashes(earlier[-1])), self.seq - 1, kind, sentence)

    def _broken_in_itself(self) -> Break | None:
        raw = self.raw
        if not raw.endswith(b"\n"):
            return self._here(Kind.TORN_LINE, "The file ends in the middle of a line.")
        line = raw[:-1]
        if not line.strip():
            return self._here(Kind.BAD_FRAMING, "A blank line stands here.")
        if line.endswith(b"\r"):
            return self._here(Kind.BAD_FRAMING, "The line ends in CR LF; bytes were converted on the way.")
        framed = line.startswith(HEAD) and line.endswith(b'"}') and line[-SEALED_BYTES:-66] == TAIL
        if not framed or HEAD in line[1:]:
            return self._here(Kind.BAD_FRAMING, "The line does not have the frame of an entry.")
        if own_hash(line) is None:
            return self._here(Kind.EDITED, "The entry was changed: its bytes do not give its hash.")
        if seq_of(line) is None:
            return self._here(Kind.EDITED, "The entry was changed and given a fresh hash: its number is unreadable.")
        return None

    def _out_of_place(self) -> Break | None:
        claim, number = self.raw[18:82], seq_of(self.raw) or 0
        if claim == self.after:
            if number > self.seq:
                return self._here(Kind.DELETED, "Entries are missing before this one, which was given a fresh hash.")
            return self._here(Kind.INSERTED, "The number of this entry is already taken.")
        if claim == GENESIS.encode() and number == 1 and self.seq > 1:
            return self._here(Kind.REORDERED, "The beginning of the record stands here, in the middle.")
        if self._stands_later(claim):
            return self._here(Kind.REORDERED, "This entry belongs further down: the one it follows comes later.")
        if self._stands_earlier(claim):
            return self._inserted(claim)
        if self._followed_later(self.after):
            return self._here(Kind.INSERTED, "This entry was put in: the true successor of the one before comes later.")
        return None

    def _inserted(self, claim: bytes) -> Break:
        """Two lines claim the same predecessor; which one is false?"""
        here, before = own_hash(self.raw[:-1]) or b"", self.after
        if claim == self._hash_before_the_one_before() and here != before and not self._followed_later(before):
            stored = self._stored_leaf(self.seq - 1)
            if self._followed_later(here) or stored == here:
                return self._before(Kind.INSERTED, "This entry was put in: the next one does not follow from it.")
        return self._here(Kind.INSERTED, "This entry was put in: it follows one that already has a successor.")

    def _missing(self) -> Break | None:
        number = seq_of(self.raw) or 0
        if number <= self.seq:
            return None
        gone = f"Entries {self.seq} to {number - 1} are missing here."
        if self.line > 1:
            return self._here(Kind.DELETED, gone)
        seals = find_seals(self.files, everywhere=True)
        names = {file.name for file in self.files}
        for seal in seals.values():
            if seal.file not in names and seal.first_seq <= number - 1 and seal.last_seq >= self.seq:
                return self._here(Kind.MISSING_SEGMENT, f"The file {seal.file} is missing before this one.")
        earlier = self.files[self.index - 1] if self.index else None
        if earlier is not None and earlier.name in seals and seals[earlier.name].last_seq >= self.seq:
            line = len(all_hashes(earlier)) + 1
            return Break(earlier.name, line, self.seq, Kind.DELETED, gone)
        own = seals.get(self.file.name)
        if own is not None and own.first_seq == number:
            return self._here(Kind.MISSING_SEGMENT, "A whole file is missing before this one.")
        return self._here(Kind.DELETED, gone)

    def _neighbour_edited(self) -> Break:
        here = own_hash(self.raw[:-1]) or b""
        first = first_difference(self.folder, self.files)
        if first is not None and (first.seq or 0) < self.seq:
            if first.seq == self.seq - 1:
                return self._before(Kind.EDITED, "The entry was changed and given a fresh hash; the next one tells.")
            return first
        if self.seq == 1 or (not self._followed_later(here) and self._stored_leaf(self.seq - 1) == self.after):
            return self._here(Kind.EDITED, "The entry was changed and given a fresh hash: it follows nothing.")
        return self._before(Kind.EDITED, "The entry was changed and given a fresh hash; the next one tells.")

    def _position(self) -> int:
        offset = 0
        for count, line in enumerate(self.file.lines(), 1):
            offset += len(line)
            if count == self.line:
                break
        return offset

    def _stands_later(self, seal: bytes) -> bool:
        needle = b',"hash":"' + seal + b'"}\n'
        if self.file.find(needle, self._position()) >= 0:
            return True
        return any(file.find(needle) >= 0 for file in self.files[self.index + 1 :])

    def _stands_earlier(self, seal: bytes) -> bool:
        needle = b',"hash":"' + seal + b'"}\n'
        return seal == GENESIS.encode() or any(file.find(needle) >= 0 for file in self.files[: self.index + 1])

    def _followed_later(self, seal: bytes) -> bool:
        needle = HEAD + seal + b'",'
        if self.file.find(needle, self._position()) >= 0:
            return True
        return any(file.find(needle) >= 0 for file in self.files[self.index + 1 :])

    def _hash_before_the_one_before(self) -> bytes:
        hashes = all_hashes(self.file)[: self.line - 1]
        for file in reversed(self.files[: self.index]):
            if len(hashes) >= 2:
                break
            hashes = all_hashes(file) + hashes
        return hashes[-2] if len(hashes) > 1 else GENESIS.encode()

    def _stored_leaf(self, seq: int) -> bytes:
        try:
            with (self.folder / "tree" / "leaves").open("rb") as leaves:
                leaves.seek((seq - 1) * 32)
                return leaves.read(32).hex().encode()
        except OSError:
            return b""


def first_difference(folder: Path, files: list[ChainFile]) -> Break | None:
    """The first entry whose hash is not the one that the signer stored; None when none is known to differ."""
    try:
        stored = (folder / "tree" / "leaves").read_bytes()
    except OSError:
        return None
    first = next((file.first_seq() for file in files if file.size), 1)
    seq = max(1, first)
    for file in files:
        for line, seal in enumerate(all_hashes(file), 1):
            leaf = stored[(seq - 1) * 32 : seq * 32]
            if len(leaf) < 32:
                return None
            if leaf.hex().encode() != seal:
                sentence = "From here on the record was written anew, with fresh hashes."
                return Break(file.name, line, seq, Kind.REWRITTEN, sentence)
            seq += 1
    return None
