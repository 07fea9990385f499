"""Every way to damage a record; each returns where it must be caught, and under which name."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.audit.entry import link
from core.audit.signing import SigningKey
from core.audit.verify import Kind
from tests.audit_museum.exhibit import ORIGIN, UNSIGNED, Exhibit, Expected, with_fresh_hash

Trick = Callable[[Exhibit], Expected]


def edit_a_byte(it: Exhibit) -> Expected:
    it.change(1, 4, lambda line: line.replace(b"bread", b"bombs"))
    return it.where(1, 4, Kind.EDITED)


def edit_a_byte_in_the_newest_file(it: Exhibit) -> Expected:
    it.change(-1, 2, lambda line: line.replace(b'"done"', b'"gone"'))
    return it.where(-1, 2, Kind.EDITED)


def edit_the_stored_hash(it: Exhibit) -> Expected:
    it.change(0, 7, lambda line: line[:-67] + (b"0" if line[-67:-66] != b"0" else b"1") + line[-66:])
    return it.where(0, 7, Kind.EDITED)


def edit_a_space_into_a_line(it: Exhibit) -> Expected:
    it.change(0, 7, lambda line: line.replace(b'"action":', b'"action": '))
    return it.where(0, 7, Kind.EDITED)


def edit_a_number(it: Exhibit) -> Expected:
    it.change(0, 7, lambda line: line.replace(b'"seq":7,', b'"seq":8,'))
    return it.where(0, 7, Kind.EDITED)


def edit_and_fix_the_hash(it: Exhibit) -> Expected:
    it.change(1, 4, lambda line: with_fresh_hash(line, b"bread", b"bombs"))
    return it.where(1, 4, Kind.EDITED)


def edit_and_fix_the_hash_without_the_tree(it: Exhibit) -> Expected:
    shutil.rmtree(it.folder / "tree")
    return edit_and_fix_the_hash(it)


def edit_the_last_line_of_a_file_and_fix_its_hash(it: Exhibit) -> Expected:
    last = len(it.lines(1))
    it.change(1, last, lambda line: with_fresh_hash(line, b"bread", b"bombs"))
    return it.where(1, last, Kind.EDITED)


def edit_the_very_first_line_and_fix_its_hash(it: Exhibit) -> Expected:
    it.change(0, 1, lambda line: with_fresh_hash(line, b"bread", b"bombs"))
    return it.where(0, 1, Kind.EDITED)


def delete_a_line(it: Exhibit) -> Expected:
    lines = it.lines(1)
    it.put(1, lines[:4] + lines[5:])
    return it.where(1, 5, Kind.DELETED)


def delete_the_first_line_of_all(it: Exhibit) -> Expected:
    it.put(0, it.lines(0)[1:])
    return it.where(0, 1, Kind.DELETED)


def delete_the_first_line_of_a_later_file(it: Exhibit) -> Expected:
    it.put(2, it.lines(2)[1:])
    return it.where(2, 1, Kind.DELETED)


def delete_the_last_line_of_a_finished_file(it: Exhibit) -> Expected:
    last = len(it.lines(1))
    it.put(1, it.lines(1)[:-1])
    return it.where(1, last, Kind.DELETED)


def delete_a_line_of_the_unsigned_tail(it: Exhibit) -> Expected:
    lines = it.lines(-1)
    it.put(-1, [*lines[:-3], *lines[-2:]])
    return it.where(-1, len(lines) - 2, Kind.DELETED)


def insert_a_forged_line(it: Exhibit) -> Expected:
    lines = it.lines(1)
    forged, _ = link(lines[3][-67:-3], json.loads(lines[3])["seq"] + 1, lines[5][lines[5].index(b'"timestamp"') : -76])
    it.put(1, [*lines[:4], forged, *lines[4:]])
    return it.where(1, 5, Kind.INSERTED)


def insert_a_line_that_follows_nothing(it: Exhibit) -> Expected:
    lines = it.lines(1)
    forged, _ = link(b"ab" * 32, json.loads(lines[3])["seq"] + 1, lines[5][lines[5].index(b'"timestamp"') : -76])
    it.put(1, [*lines[:4], forged, *lines[4:]])
    return it.where(1, 5, Kind.INSERTED)


def repeat_a_line(it: Exhibit) -> Expected:
    lines = it.lines(1)
    it.put(1, [*lines[:5], lines[4], *lines[5:]])
    return it.where(1, 6, Kind.INSERTED)


def repeat_an_old_line_at_the_end(it: Exhibit) -> Expected:
    lines = it.lines(-1)
    it.put(-1, [*lines, it.lines(0)[4]])
    return it.where(-1, len(lines) + 1, Kind.INSERTED)


def swap_two_lines(it: Exhibit) -> Expected:
    lines = it.lines(1)
    lines[4], lines[5] = lines[5], lines[4]
    it.put(1, lines)
    return it.where(1, 5, Kind.REORDERED)


def move_a_line_far_down(it: Exhibit) -> Expected:
    lines, later = it.lines(0), it.lines(2)
    it.put(2, [*later[:3], lines[6], *later[3:]])
    it.put(0, lines[:6] + lines[7:])
    return it.where(0, 7, Kind.REORDERED)


def swap_two_files(it: Exhibit) -> Expected:
    one, two = it.lines(1), it.lines(2)
    it.put(1, two)
    it.put(2, one)
    return it.where(1, 1, Kind.REORDERED)


def take_a_file_out_of_the_middle(it: Exhibit) -> Expected:
    it.files[1].unlink()
    return it.where(1, 1, Kind.MISSING_SEGMENT)


def take_the_first_file_away(it: Exhibit) -> Expected:
    it.files[0].unlink()
    return it.where(0, 1, Kind.MISSING_SEGMENT)


def take_the_newest_file_away(it: Exhibit) -> Expected:
    it.files[-1].unlink()
    return it.where(-1, len(it.lines(-1)) + 1, Kind.CUT_TAIL)


def cut_the_tail_before_the_checkpoint(it: Exhibit) -> Expected:
    keep = len(it.lines(-1)) - UNSIGNED - 3
    it.put(-1, it.lines(-1)[:keep])
    return it.where(-1, keep + 1, Kind.CUT_TAIL)


def cut_the_tail_and_put_an_older_checkpoint_back(it: Exhibit) -> Expected:
    first = (it.folder / "checkpoints").read_bytes().split(b"\n\n" + ORIGIN.encode())
    notes = [first[0], *(ORIGIN.encode() + note for note in first[1:])]
    older = notes[1].strip(b"\n") + b"\n"
    size = int(older.split(b"\n")[1])
    (it.folder / "checkpoint").write_bytes(older)
    for path in it.files[1:]:
        path.unlink()
    it.put(0, it.lines(0)[:size])
    return it.where(0, size + 1, Kind.ROLLED_BACK)


def tear_the_last_line(it: Exhibit) -> Expected:
    lines = it.lines(-1)
    it.put(-1, [*lines[:-1], lines[-1][:100]])
    return it.where(-1, len(lines), Kind.TORN_LINE)


def take_the_last_line_feed_away(it: Exhibit) -> Expected:
    lines = it.lines(-1)
    it.put(-1, [*lines[:-1], lines[-1][:-1]])
    return it.where(-1, len(lines), Kind.TORN_LINE)


def rewrite_everything_with_fresh_hashes(it: Exhibit) -> Expected:
    it.rechain(0, 1, lambda body: body.replace(b"bread", b"bombs"))
    return it.where(0, 1, Kind.REWRITTEN)


def rewrite_from_the_middle_with_fresh_hashes(it: Exhibit) -> Expected:
    it.rechain(1, 4, lambda body: body.replace(b"bread", b"bombs"))
    return it.where(1, 4, Kind.REWRITTEN)


def rewrite_everything_and_burn_the_tree(it: Exhibit) -> Expected:
    shutil.rmtree(it.folder / "tree")
    it.rechain(0, 1, lambda body: body.replace(b"bread", b"bombs"))
    return it.where(0, 1, Kind.REWRITTEN)


def delete_a_line_and_rewrite_all_after_it(it: Exhibit) -> Expected:
    lines = it.lines(2)
    kept = json.loads(lines[4])
    it.put(2, lines[:4] + lines[5:])
    first = it.lines(2)[4]
    body = first[first.index(b'"timestamp"') : -76]
    it.change(2, 5, lambda _: link(kept["previous_hash"].encode(), kept["seq"], body)[0])
    it.rechain(2, 5)
    return it.where(2, 5, Kind.REWRITTEN)


def rewrite_one_finished_file_alone(it: Exhibit) -> Expected:
    later = [it.lines(index) for index in range(2, len(it.files))]
    it.rechain(1, 3, lambda body: body.replace(b"bread", b"bombs"))
    for index, lines in enumerate(later, 2):
        it.put(index, lines)
    return it.where(1, 3, Kind.REWRITTEN)


def convert_to_windows_line_ends(it: Exhibit) -> Expected:
    it.put(2, [line[:-1] + b"\r\n" for line in it.lines(2)])
    return it.where(2, 1, Kind.BAD_FRAMING)


def put_a_blank_line_in(it: Exhibit) -> Expected:
    lines = it.lines(1)
    it.put(1, [*lines[:3], b"\n", *lines[3:]])
    return it.where(1, 4, Kind.BAD_FRAMING)


def put_a_line_of_other_json_in(it: Exhibit) -> Expected:
    lines = it.lines(1)
    it.put(1, [*lines[:3], b'{"action":"nothing to see"}\n', *lines[3:]])
    return it.where(1, 4, Kind.BAD_FRAMING)


def reformat_a_line(it: Exhibit) -> Expected:
    it.change(1, 3, lambda line: json.dumps(json.loads(line)).encode() + b"\n")
    return it.where(1, 3, Kind.BAD_FRAMING)


def join_two_lines(it: Exhibit) -> Expected:
    it.change(1, 3, lambda line: line[:-1])
    return it.where(1, 3, Kind.BAD_FRAMING)


def append_a_line_with_a_member_twice(it: Exhibit) -> Expected:
    lines = it.lines(-1)
    body = lines[-1][lines[-1].index(b'"timestamp"') : -76].replace(
        b'"details":{', b'"details":{"task":1,"task":2,"x":'
    )
    forged, _ = link(lines[-1][-67:-3], json.loads(lines[-1])["seq"] + 1, body.replace(b'"x":"task"', b'"x"'))
    it.put(-1, [*lines, forged])
    return it.where(-1, len(lines) + 1, Kind.MALFORMED)


def append_a_line_with_a_float(it: Exhibit) -> Expected:
    lines = it.lines(-1)
    body = lines[-1][lines[-1].index(b'"timestamp"') : -76].replace(b'"details":{', b'"details":{"share":0.1,')
    forged, _ = link(lines[-1][-67:-3], json.loads(lines[-1])["seq"] + 1, body)
    it.put(-1, [*lines, forged])
    return it.where(-1, len(lines) + 1, Kind.MALFORMED)


def put_members_twice_into_a_signed_line(it: Exhibit) -> Expected:
    it.change(1, 3, lambda line: line.replace(b'"outcome":', b'"outcome":"refused","outcome":'))
    return it.where(1, 3, Kind.EDITED)


def change_the_digest_in_a_seal(it: Exhibit) -> Expected:
    for file in range(1, len(it.files)):
        for number, line in enumerate(it.lines(file), 1):
            if b'"segment_sealed"' in line:
                it.change(file, number, lambda line: line.replace(b'"sha256":"', b'"sha256":"0')[:-1] + b"\n")
                return it.where(file, number, Kind.EDITED)
    raise AssertionError("no seal")


def edit_a_sealed_file_and_forge_its_seal_with_fresh_hashes(it: Exhibit) -> Expected:
    it.rechain(0, 3, lambda body: body.replace(b"bread", b"bombs"))
    return it.where(0, 3, Kind.REWRITTEN)


def forge_the_root_in_the_checkpoint(it: Exhibit) -> Expected:
    path = it.folder / "checkpoint"
    lines = path.read_text().split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    path.write_text("\n".join(lines))
    return Expected("checkpoint", 1, Kind.BAD_CHECKPOINT)


def forge_the_size_in_the_checkpoint(it: Exhibit) -> Expected:
    path = it.folder / "checkpoint"
    lines = path.read_text().split("\n")
    lines[1] = str(int(lines[1]) - 1)
    path.write_text("\n".join(lines))
    return Expected("checkpoint", 1, Kind.BAD_CHECKPOINT)


def sign_with_a_foreign_key(it: Exhibit) -> Expected:
    foreign = SigningKey(ORIGIN, Ed25519PrivateKey.generate())
    size = int((it.folder / "checkpoint").read_text().split("\n")[1])
    (it.folder / "checkpoint").write_bytes(foreign.checkpoint(size, bytes(32)))
    return Expected("checkpoint", 1, Kind.BAD_CHECKPOINT)


def burn_the_checkpoint(it: Exhibit) -> Expected:
    (it.folder / "checkpoint").unlink()
    return Expected("checkpoint", 1, Kind.BAD_CHECKPOINT)


def burn_the_key(it: Exhibit) -> Expected:
    (it.folder / "verifier.pub").unlink()
    return Expected("verifier.pub", 1, Kind.BAD_CHECKPOINT)


def forge_a_former_checkpoint(it: Exhibit) -> Expected:
    path = it.folder / "checkpoints"
    lines = path.read_text().split("\n")
    last = max(number for number, line in enumerate(lines) if line == ORIGIN)
    lines[last + 1] = str(int(lines[last + 1]) + 1)
    path.write_text("\n".join(lines))
    return Expected("checkpoints", last + 1, Kind.BAD_CHECKPOINT)


def fill_the_middle_of_a_file_with_zeros(it: Exhibit) -> Expected:
    it.change(1, 5, lambda line: bytes(len(line) - 1) + b"\n")
    return it.where(1, 5, Kind.BAD_FRAMING)


def empty_a_finished_file(it: Exhibit) -> Expected:
    names = [path.name for path in it.files]
    it.put(1, [])
    return Expected(names[1], 1, Kind.DELETED)


TRICKS: tuple[Trick, ...] = (
    edit_a_byte,
    edit_a_byte_in_the_newest_file,
    edit_the_stored_hash,
    edit_a_space_into_a_line,
    edit_a_number,
    edit_and_fix_the_hash,
    edit_and_fix_the_hash_without_the_tree,
    edit_the_last_line_of_a_file_and_fix_its_hash,
    edit_the_very_first_line_and_fix_its_hash,
    delete_a_line,
    delete_the_first_line_of_all,
    delete_the_first_line_of_a_later_file,
    delete_the_last_line_of_a_finished_file,
    delete_a_line_of_the_unsigned_tail,
    insert_a_forged_line,
    insert_a_line_that_follows_nothing,
    repeat_a_line,
    repeat_an_old_line_at_the_end,
    swap_two_lines,
    move_a_line_far_down,
    swap_two_files,
    take_a_file_out_of_the_middle,
    take_the_first_file_away,
    take_the_newest_file_away,
    cut_the_tail_before_the_checkpoint,
    cut_the_tail_and_put_an_older_checkpoint_back,
    tear_the_last_line,
    take_the_last_line_feed_away,
    rewrite_everything_with_fresh_hashes,
    rewrite_from_the_middle_with_fresh_hashes,
    rewrite_everything_and_burn_the_tree,
    delete_a_line_and_rewrite_all_after_it,
    rewrite_one_finished_file_alone,
    convert_to_windows_line_ends,
    put_a_blank_line_in,
    put_a_line_of_other_json_in,
    reformat_a_line,
    join_two_lines,
    append_a_line_with_a_member_twice,
    append_a_line_with_a_float,
    put_members_twice_into_a_signed_line,
    change_the_digest_in_a_seal,
    edit_a_sealed_file_and_forge_its_seal_with_fresh_hashes,
    forge_the_root_in_the_checkpoint,
    forge_the_size_in_the_checkpoint,
    sign_with_a_foreign_key,
    burn_the_checkpoint,
    burn_the_key,
    forge_a_former_checkpoint,
    fill_the_middle_of_a_file_with_zeros,
    empty_a_finished_file,
)
