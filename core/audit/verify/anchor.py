"""Where a pruned record begins: a signed note beside it that stands for everything that was taken away.

The note's first line is the record's name followed by `/anchor`, then the number of lines that are gone,
the hash of the last of them, and the edge of the Merkle tree over them, one base64 node a line, largest
subtree first.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path

from core.audit.verify.note import BadNote, VerifierKey, open_note
from core.audit.verify.tree import Tree

FILE = "anchor"


@dataclass(frozen=True)
class Anchor:
    """The lines up to `size` were pruned; `hash` is the last one's."""

    size: int
    hash: str
    edge: tuple[bytes, ...]

    def tree(self) -> Tree:
        """The tree over what was pruned, ready to grow."""
        return Tree(self.size, self.edge)

    def text(self, name: str) -> str:
        """What is signed."""
        nodes = "".join(base64.b64encode(node).decode() + "\n" for node in self.edge)
        return f"{name}/anchor\n{self.size}\n{self.hash}\n{nodes}"


def read_anchor(folder: Path, key: VerifierKey) -> Anchor | None:
    """The folder's anchor, None when nothing was pruned; raises BadNote for one that `key` has not signed."""
    try:
        note = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    name, size, last, *nodes = [*open_note(note, key).rstrip("\n").split("\n"), "", ""][:70]
    nodes = [node for node in nodes if node]
    if name != f"{key.name}/anchor" or not re.fullmatch(r"[1-9][0-9]{0,15}", size):
        raise BadNote("not an anchor of this record")
    try:
        edge = tuple(base64.b64decode(node, validate=True) for node in nodes)
        Tree(int(size), edge)
    except (binascii.Error, ValueError) as error:
        raise BadNote("not an anchor of this record") from error
    if not re.fullmatch(r"[0-9a-f]{64}", last) or any(len(node) != 32 for node in edge):
        raise BadNote("not an anchor of this record")
    return Anchor(int(size), last, edge)
