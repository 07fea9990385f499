"""The Merkle tree of RFC 6962 over the lines; a leaf's data is the SHA-256 of a line's hashed bytes."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

GROUP = 256
"""Leaves under one node that the signer stores."""
_GROUP_HEIGHT = 8


class Tree:
    """A tree that grows at its right edge and remembers only that edge, so it can start anywhere."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if len(edge) != size.bit_count():
            raise ValueError("the edge has one node for each bit that is set in the size")
        self.size = size
        self.edge = list(edge)
        """Roots of the perfect subtrees, largest first: one for each bit that is set in `size`."""
        self.full_groups: list[bytes] = []
        """Roots of the groups that became full since somebody last emptied this list."""

    def add(self, data: bytes) -> None:
        """Append one line's hash."""
        node, before, edge, height = sha256(b"\0" + data).digest(), self.size, self.edge, 0
        while before & 1:
            node = sha256(b"\1" + edge.pop() + node).digest()
            before >>= 1
            height += 1
            if height == _GROUP_HEIGHT:
                self.full_groups.append(node)
        edge.append(node)
        self.size += 1

    def add_group(self, node: bytes) -> None:
        """Append a whole group by its root; only where a group begins."""
        if self.size % GROUP:
            raise ValueError("a group begins at a multiple of its size")
        before = self.size >> _GROUP_HEIGHT
        while before & 1:
            node = sha256(b"\1" + self.edge.pop() + node).digest()
            before >>= 1
        self.edge.append(node)
        self.size += GROUP

    def root(self) -> bytes:
        """The root over everything added; that of an empty tree is the hash of nothing."""
        if not self.edge:
            return sha256().digest()
        node = self.edge[-1]
        for left in self.edge[-2::-1]:
            node = sha256(b"\1" + left + node).digest()
        return node

    def copy(self) -> Tree:
        """The same tree, to grow on its own."""
        return Tree(self.size, self.edge)
