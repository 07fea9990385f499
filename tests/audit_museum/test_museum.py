"""Every trick is caught at the right entry under its name, by the function and by the stand-alone program."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from core.audit.tail import Tail, encode
from core.audit.verify import Kind, Unreadable, check, read_key, verify
from core.audit.verify.chainfiles import chain_files
from core.audit.verify.ranges import check_ranges
from core.json_value import JsonObject
from tests.audit_museum.exhibit import UNSIGNED, Exhibit, build, draft
from tests.audit_museum.tricks import TRICKS, Trick

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(build(tmp_path_factory.mktemp("record")))


@pytest.fixture
def exhibit(whole: Path, tmp_path: Path) -> Exhibit:
    shutil.copytree(whole, tmp_path / "copy")
    return Exhibit(tmp_path / "copy")


def program(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "core.audit.verify", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("deep", [False, True])
def test_a_whole_record_is_whole(whole: Path, deep: bool) -> None:
    report = verify(whole, deep=deep)
    assert report.first_break is None
    assert (report.whole, report.files, report.unsigned_tail) == (True, len(Exhibit(whole).files), UNSIGNED)
    assert report.covered == report.entries - UNSIGNED


@pytest.mark.parametrize("deep", [False, True], ids=["default", "deep"])
@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_a_trick_is_caught_at_its_place_and_called_by_its_name(exhibit: Exhibit, trick: Trick, deep: bool) -> None:
    expected = trick(exhibit)
    found = verify(exhibit.folder, deep=deep).first_break
    assert found is not None
    assert (found.file, found.line, found.kind) == (expected.file, expected.line, expected.kind), found


def test_ranges_checked_by_helpers_join_to_the_whole_chain(whole: Path) -> None:
    files = chain_files(whole)
    answers = list(check_ranges([(file.path, *cut) for file in files for cut in file.cuts(1500)]))
    assert len(answers) > len(files)
    assert all(answer["whole"] for answer in answers)
    for before, after in pairwise(answers):
        assert (after["first"], after["seq"]) == (before["last"], before["seq"] + before["count"])


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_helpers_that_check_ranges_at_once_see_the_same(
    exhibit: Exhibit, trick: Trick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "_WORTH_HELPERS", 0)
    monkeypatch.setattr(check, "RANGE_BYTES", 1500)
    assert verify(exhibit.folder, deep=True).whole
    expected = trick(exhibit)
    found = verify(exhibit.folder, deep=True).first_break
    assert found is not None
    assert (found.file, found.line, found.kind) == (expected.file, expected.line, expected.kind), found


@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.__name__)
def test_the_program_alone_says_the_same_and_exits_1(exhibit: Exhibit, trick: Trick) -> None:
    expected = trick(exhibit)
    code, out = program(str(exhibit.folder), "--json")
    found = json.loads(out)["first_break"]
    assert code == 1
    assert (found["file"], found["line"], found["kind"]) == (
        expected.file,
        expected.line,
        expected.kind.value,
    )


def test_cutting_only_what_was_not_signed_yet_cannot_be_seen_and_the_report_says_how_far_it_vouches(
    exhibit: Exhibit,
) -> None:
    exhibit.put(-1, exhibit.lines(-1)[:-UNSIGNED])
    report = verify(exhibit.folder)
    assert report.whole
    assert report.covered == report.entries


def test_a_rolled_back_folder_is_caught_by_a_checkpoint_that_was_kept_elsewhere(whole: Path, tmp_path: Path) -> None:
    """The hole: everything in the folder is signed and agrees. The attack: put back an older copy of all."""
    older = tmp_path / "older"
    shutil.copytree(whole, older)
    kept = (whole / "checkpoint").read_bytes()
    notes = (older / "checkpoints").read_bytes().split(b"\n\nmuseum")
    first = notes[0].rstrip(b"\n") + b"\n\nmuseum" + notes[1].rstrip(b"\n") + b"\n"
    exhibit = Exhibit(older)
    (older / "checkpoints").write_bytes(first)
    (older / "checkpoint").write_bytes(b"museum" + notes[1].rstrip(b"\n") + b"\n")
    size = int(notes[1].split(b"\n")[1])
    for path in exhibit.files[1:]:
        path.unlink()
    exhibit.put(0, exhibit.lines(0)[:size])
    assert verify(older).whole
    found = verify(older, checkpoint=kept).first_break
    assert found is not None
    assert (found.kind, found.file, found.line) == (Kind.ROLLED_BACK, exhibit.files[0].name, size + 1)
    (tmp_path / "kept").write_bytes(kept)
    assert program(str(older), "--checkpoint", str(tmp_path / "kept"))[0] == 1


def test_a_record_signed_anew_with_another_key_is_caught_by_who_knows_the_right_key(
    whole: Path, tmp_path: Path
) -> None:
    key = (whole / "verifier.pub").read_text()
    other = asyncio.run(build(tmp_path))
    assert verify(other).whole
    found = verify(other, key=read_key(key)).first_break
    assert found is not None
    assert found.kind is Kind.BAD_CHECKPOINT
    assert program(str(other), "--key", key.strip())[0] == 1


def test_a_spoiled_tree_cache_does_not_matter(exhibit: Exhibit) -> None:
    for name in ("groups", "leaves"):
        path = exhibit.folder / "tree" / name
        path.write_bytes(b"\xff" * max(32, path.stat().st_size))
    assert verify(exhibit.folder).whole
    shutil.rmtree(exhibit.folder / "tree")
    assert verify(exhibit.folder, deep=True).whole


def test_a_seal_in_the_unsigned_tail_is_nobodys_word(tmp_path: Path) -> None:
    """The hole: finished files are believed by digest. The attack: edit one, and append a seal that fits it
    after the last checkpoint, where no signature reaches."""
    folder = asyncio.run(build(tmp_path, rounds=1))
    tail = Tail(folder, segment_bytes=1)
    tail.write([encode(draft(1))])
    exhibit = Exhibit(folder)
    exhibit.change(0, 4, lambda line: line.replace(b"bread", b"bombs"))
    data, lines = exhibit.files[0].read_bytes(), exhibit.lines(0)
    exhibit.files[0].chmod(0o440)
    seal: JsonObject = {
        "file": exhibit.files[0].name, "bytes": len(data), "lines": len(lines), "first_seq": 1,
        "last_seq": len(lines), "first_hash": "", "last_hash": lines[-1][-67:-3].decode(),
        "sha256": sha256(data).hexdigest(),
    }  # fmt: skip
    tail.write([encode(replace(draft(2), action="segment_sealed", actor="record", details=seal))])
    tail.close()
    found = verify(folder).first_break
    assert found is not None
    assert (found.file, found.line, found.kind) == (exhibit.files[0].name, 4, Kind.EDITED)


def test_the_program_exits_0_on_a_whole_copy_that_it_may_only_read(exhibit: Exhibit) -> None:
    for path in exhibit.folder.iterdir():
        path.chmod(0o500 if path.is_dir() else 0o400)
    exhibit.folder.chmod(0o500)
    before = sorted(path.name for path in exhibit.folder.iterdir())
    code, out = program(str(exhibit.folder))
    assert (code, out.splitlines()[0]) == (0, "WHOLE")
    assert sorted(path.name for path in exhibit.folder.iterdir()) == before
    exhibit.folder.chmod(0o700)


def test_the_program_exits_2_where_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        verify(tmp_path)
    assert program(str(tmp_path))[0] == 2
    assert program(str(tmp_path / "nowhere"))[0] == 2
