"""Taking the oldest files away without breaking the proof of the rest: a signed anchor stands for them."""

from __future__ import annotations

import os
from pathlib import Path

from core.audit.disk import lock_file, locked, replace_file, sync_folder
from core.audit.entry import GENESIS, segments
from core.audit.signing import SigningKey
from core.audit.verify.anchor import FILE, Anchor, read_anchor
from core.audit.verify.tree import Tree
from core.audit.verify.walk import blocks, check_lines
from core.errors import Conflict


def prune(folder: Path, key: SigningKey, *, keep: str, signed: int) -> Anchor:
    """Remove the files older than the one named `keep`, checking them a last time; export them before.

    `signed` is how many entries the newest checkpoint covers: what is not signed stays. The anchor is durable
    before the first file goes. Blocks: call it in a thread, and put it on record. Raises Conflict."""
    lock = lock_file(folder / "signer.lock")
    try:
        with locked(lock):
            names = [path.name for path in segments(folder)]
            if keep not in names or keep == names[0]:
                raise Conflict("There is nothing older than {file}.", file=keep)
            old = segments(folder)[: names.index(keep)]
            anchor = _stand_for(old, read_anchor(folder, key.public))
            if anchor.size > signed:
                raise Conflict("These files are not signed yet.")
            replace_file(folder / FILE, key.sign(anchor.text(key.name)), mode=0o644)
            sync_folder(folder)
            for path in old:
                path.unlink()
            return anchor
    finally:
        os.close(lock)


def _stand_for(old: list[Path], before: Anchor | None) -> Anchor:
    tree, tip = (before.tree(), before.hash.encode()) if before else (Tree(), GENESIS.encode())
    for path in old:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            size = os.fstat(fd).st_size
            for _, lines in blocks(fd, 0, size):
                good, tip = check_lines(lines, tip, tree.size + 1)
                if good < len(lines):
                    raise Conflict("{file} is damaged: it stays as evidence.", file=path.name)
                for line in lines:
                    tree.add(bytes.fromhex(line[-66:-2].decode()))
        finally:
            os.close(fd)
    return Anchor(tree.size, tip.decode(), tuple(tree.edge))
