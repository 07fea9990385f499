"""A record whose oldest files were taken away on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.audit.chain import Chain
from core.audit.entry import segments
from core.audit.prune import prune
from core.audit.search import Archive
from core.audit.signing import load_or_make_key
from core.audit.verify import Kind, verify
from core.errors import Conflict
from tests.core.test_audit_chain import ORIGIN, draft


async def pruned(home: Path, keep: int) -> Path:
    folder = home / "audit"
    chain = await Chain.open(folder, home / "key", origin=ORIGIN, segment_bytes=3000)
    for number in range(60):
        await chain.append(draft(number))
    await chain.sign_now()
    key, _ = load_or_make_key(home / "key", ORIGIN)
    prune(folder, key, keep=segments(folder)[keep].name, signed=chain.signed)
    await chain.append(draft(60))
    await chain.close()
    return folder


@pytest.mark.parametrize("deep", [False, True])
async def test_a_pruned_record_verifies_from_its_anchor(tmp_path: Path, deep: bool) -> None:
    folder = await pruned(tmp_path, 3)
    report = verify(folder, deep=deep)
    assert report.first_break is None
    assert report.entries == report.covered - int((folder / "anchor").read_text().split("\n")[1])


async def test_a_pruned_record_goes_on_and_can_be_pruned_again(tmp_path: Path) -> None:
    folder = await pruned(tmp_path, 2)
    key, _ = load_or_make_key(tmp_path / "key", ORIGIN)
    prune(folder, key, keep=segments(folder)[2].name, signed=10_000)
    assert verify(folder, deep=True).whole


async def test_files_taken_away_without_a_signed_anchor_are_missed(tmp_path: Path) -> None:
    """The hole: an anchor excuses missing files. The attack: take one more, or move the anchor."""
    folder = await pruned(tmp_path, 3)
    anchor = (folder / "anchor").read_text()
    (folder / "anchor").write_text(anchor.replace(anchor.split("\n")[1], "7", 1))
    assert (found := verify(folder).first_break) is not None
    assert (found.file, found.kind) == ("anchor", Kind.BAD_CHECKPOINT)
    (folder / "anchor").write_text(anchor)
    gone = segments(folder)[0]
    gone.unlink()
    assert (found := verify(folder).first_break) is not None
    assert (found.file, found.line, found.kind) == (segments(folder)[0].name, 1, Kind.MISSING_SEGMENT)


async def test_the_spoiled_tree_cache_of_a_pruned_record_does_not_matter(tmp_path: Path) -> None:
    folder = await pruned(tmp_path, 3)
    for path in (folder / "tree").iterdir():
        path.unlink()
    assert verify(folder).whole


async def test_a_damaged_file_stays_as_evidence(tmp_path: Path) -> None:
    folder = await pruned(tmp_path, 1)
    victim = segments(folder)[0]
    victim.chmod(0o600)
    victim.write_bytes(victim.read_bytes().replace(b'"done"', b'"gone"', 1))
    key, _ = load_or_make_key(tmp_path / "key", ORIGIN)
    with pytest.raises(Conflict):
        prune(folder, key, keep=segments(folder)[1].name, signed=10_000)
    assert victim.exists()


async def test_search_knows_what_is_left(tmp_path: Path) -> None:
    archive = Archive(await pruned(tmp_path, 3))
    assert await archive.show(1) is None
    newest = await archive.show(61)
    assert newest is not None
    await archive.close()
