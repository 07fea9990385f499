"""Text that steers terminals and forges lines is put into every field through the exec door; nothing comes out."""

from __future__ import annotations

import json
import re
import shlex
import typing
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
import pytest

from core.audit.entry import link, segments
from core.catalogue import OPERATIONS
from core.command_line import for_people
from core.desk import Desk
from core.errors import CoreError, Invalid
from core.i18n.tongue import Tongue
from core.identity.keys import AddKey
from core.operation import Feed, Kind, Risk
from core.parse import inputs_of
from core.pipeline.intake import CreateProduct
from core.sentence import Sentence
from core.settings.changes import SetSetting
from sshd.answers import Exit, card, json_line, plain, table, talk
from sshd.commands import Command, Streams
from tests.house import OpenHouse
from tests.keyring import ed25519
from tests.samples import TEXTS, fields_of, value_for

PIECES = {
    "ESC": "\x1b[2J\x1b[31m",
    "OSC 52": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "OSC 8": "\x1b]8;;http://evil.example\x1b\\",
    "C1": "\x9b31m\x9d52;c;eA==\x9c",
    "bidi": "\u202e\u2066\u200f",
    "NUL": "\x00\x08\x7f",
    "line ends": "\rroot: all is well\r\n\x85\u2028\u2029\x0b\x0c",
    "lone surrogates": "\ud800\udfff",
    "invisible": "\u200b\u2060\ufeff\U000e0041",
}
HOSTILE = "a" + "b".join(PIECES.values()) + "c{username}{0.__class__}%s"
STEERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
LIMIT = 1_048_576
NAMES = [kind for kind in OPERATIONS if for_people(kind) and (fields_of(kind, str) or fields_of(kind, int))]
LOOKS = [kind for kind in OPERATIONS if for_people(kind) and kind.risk is Risk.LOOK and not issubclass(kind, Feed)]
TONGUE = Tongue("en")


class Wire:
    """The channel's end, keeping what would have gone to the client."""

    def __init__(self) -> None:
        self.out, self.err = bytearray(), bytearray()

    def write(self, data: bytes) -> None:
        self.out += data

    def write_stderr(self, data: bytes) -> None:
        self.err += data

    def is_closing(self) -> bool:
        return False


@dataclass(frozen=True)
class Said:
    """What one command said."""

    code: int
    out: str
    err: str


async def say(desk: Desk, words: list[str], given: str = "") -> Said:
    """Run one command line of the exec door; both streams must be UTF-8."""
    wire = Wire()
    streams = Streams(wire, LIMIT)  # type: ignore[arg-type]
    streams.feed(given.encode("utf-8", "surrogatepass"))
    streams.end()
    code = await Command(desk, TONGUE, streams, on_terminal=False).run(shlex.join(words))
    return Said(code, wire.out.decode(), wire.err.decode())


def check(said: Said, *, as_json: bool) -> None:
    for stream in (said.out, said.err):
        found = STEERS.search(stream)
        assert found is None, f"{found!r} in {stream[:400]!r}"
    assert said.code != Exit.OURS, said.err
    assert len(said.err) < 4_000, "a refusal is a line, not what somebody typed"
    if as_json:
        for line in said.out.splitlines():
            json.loads(line)


def line_with(kind: Kind, field: str, hostile: str) -> list[str]:
    """The command with samples everywhere but in that field."""
    hints = typing.get_type_hints(kind)
    words = [kind.area, kind.verb]
    for each in inputs_of(kind):
        if each.name == field:
            words.append(f"--{each.name.replace('_', '-')}={hostile}")
        elif each.required and each.kind != "secret":
            words.append(f"--{each.name.replace('_', '-')}={value_for(kind, each.name, hints[each.name])}")
        elif each.required:
            words.append(f"--{each.name.replace('_', '-')}=-")
    return [*words, f"--confirm={hostile}"] if kind.risk is Risk.DANGER else words


FIELDS = [
    pytest.param(kind, field, id=f"{kind.name}-{field}")
    for kind in NAMES
    for field in fields_of(kind, str)
    if not issubclass(kind, Feed)
]


@pytest.mark.parametrize(("kind", "field"), FIELDS)
async def test_hostile_text_in_any_field_comes_out_of_no_stream_and_stands_on_no_record(
    house: OpenHouse, kind: Kind, field: str
) -> None:
    for extra in ([], ["--json"], ["--dry-run"]):
        said = await say(house.super_admin, [*line_with(kind, field, HOSTILE), *extra], "from input\n")
        check(said, as_json="--json" in extra)

    record = house.record().decode()
    assert STEERS.search(record) is None
    for line in record.splitlines():
        assert STEERS.search("".join(texts(json.loads(line)))) is None


def texts(value: object) -> list[str]:
    """Every string in a parsed line, unescaped."""
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(("kind", "field"), FIELDS)
async def test_a_line_of_a_hundred_thousand_characters_is_taken_or_refused_in_one_line(
    house: OpenHouse, kind: Kind, field: str
) -> None:
    words = [word for word in line_with(kind, field, "-") if not word.startswith("--confirm")]

    said = await say(house.super_admin, words, "x" * 100_000)

    check(said, as_json=False)
    assert all(len(line) < 2**16 for line in house.record().decode().splitlines())


@pytest.mark.parametrize(
    ("kind", "field"),
    [pytest.param(kind, field, id=f"{kind.name}-{field}") for kind in NAMES for field in fields_of(kind, int)],
)
@pytest.mark.parametrize("number", ["-1", "0", "9223372036854775808", "1" * 40, "1e3", "٣", "1" * 5000])
async def test_a_monstrous_number_is_refused_or_kept_within_bounds(
    house: OpenHouse, kind: Kind, field: str, number: str
) -> None:
    if issubclass(kind, Feed):
        return
    check(await say(house.super_admin, line_with(kind, field, number)), as_json=False)


@pytest.mark.parametrize("words", [
    [HOSTILE], [HOSTILE, HOSTILE], ["users", HOSTILE], ["help", HOSTILE], ["users", "list", HOSTILE],
    ["users", "list", f"--{HOSTILE}"], ["users", "list", f"--{HOSTILE}={HOSTILE}"], ["--json", HOSTILE],
    ["users", "delete", "vera", f"--confirm={HOSTILE}"], ["whoami", f"--code={HOSTILE}"],
    ["x" * 60_000], ["users", "x" * 60_000], ["users", "list", "--" + "x" * 60_000], ["y" * 30_000] * 2,
], ids=range(14))  # fmt: skip
async def test_hostile_words_in_place_of_a_command_are_refused_in_one_line(house: OpenHouse, words: list[str]) -> None:
    said = await say(house.super_admin, words)

    check(said, as_json=False)
    assert said.code != Exit.DONE


@pytest.mark.parametrize("line", ["'", '"', "\\", "users list '", "\x00", "\ud800", "$(id)", "`id`", "a;b|c>d"])
async def test_a_line_that_is_no_command_is_refused(house: OpenHouse, line: str) -> None:
    wire = Wire()
    code = await Command(house.viewer, TONGUE, Streams(wire, LIMIT), on_terminal=False).run(line)  # type: ignore[arg-type]

    assert code in (Exit.USAGE, Exit.NOT_FOUND)
    assert STEERS.search(wire.err.decode()) is None


async def test_input_that_is_not_text_is_refused(house: OpenHouse) -> None:
    for data in (b"\xff\xfe\x00", "\ud800".encode("utf-8", "surrogatepass"), b"x" * (LIMIT + 1)):
        wire = Wire()
        streams = Streams(wire, LIMIT)  # type: ignore[arg-type]
        streams.feed(data)
        streams.end()

        assert (
            await Command(house.operator, TONGUE, streams, on_terminal=False).run("products create --brief -")
            == Exit.USAGE
        )


# What got into the store before it was washed, or past us


PLANTED = {
    "keys": ("label", "last_address"),
    "sessions": ("client", "address", "method"),
    "products": ("name", "owner_name", "brief"),
    "tasks": ("error",),
    "handoffs": ("product_name",),
    "settings": ("changed_by",),
}


async def plant(house: OpenHouse) -> str:
    """Hostile text in every text column that somebody else's words reach; a product's id to ask about."""
    await house.super_admin.run(AddKey(label="mine", key=ed25519(1)))
    product = await house.super_admin.run(CreateProduct(brief=TEXTS["brief"], product="bakery"))
    await house.admin.run(SetSetting(key="task_max_retries", value="3"))
    hostile = HOSTILE.encode("utf-8", "ignore").decode()
    for table_name, columns in PLANTED.items():
        for column in columns:
            await house.core.house.store.execute(f"UPDATE {table_name} SET {column} = :text", {"text": hostile})
    return product.id


@pytest.mark.parametrize("kind", LOOKS, ids=lambda kind: kind.name)
async def test_hostile_text_that_is_in_the_store_already_comes_out_of_no_look(house: OpenHouse, kind: Kind) -> None:
    product = await plant(house)
    here = {"product": product, "product_id": product, "username": "sue", "user": "sue", "key": "task_max_retries"}
    words = [kind.area, kind.verb]
    for each in inputs_of(kind):
        if each.required:
            words.append(f"--{each.name}={here.get(each.name, 'x')}")

    for extra in ([], ["--json"]):
        check(await say(house.super_admin, [*words, *extra]), as_json=bool(extra))


def forged(house: OpenHouse, actor: bytes) -> bytes:
    """A line with this actor that carries a right hash: whoever can write the file can compute one."""
    seq, tip = house.core.house.chain.tip
    line, _ = link(
        tip.encode(),
        seq + 1,
        b'"timestamp":"2026-03-02T10:00:00.000000Z","action":"forged.entry","actor":"%b","resource":"x",'
        b'"outcome":"done","details":{},"severity":"info","ip_address":"","session_id":"","id":"forged"' % actor,
    )
    return line


@pytest.mark.parametrize("actor", [b"a\x1b[2Jb", b"a\\u001b[2J\\u202eb", "a\u202eb\u009b31m".encode()], ids=range(3))
@pytest.mark.parametrize("command", ["audit search", "audit tail --limit 5", "audit show forged", "audit export"])
async def test_a_forged_line_of_the_record_steers_no_terminal(house: OpenHouse, command: str, actor: bytes) -> None:
    """The attack: write escape codes into the record's file and wait for the auditor to look."""
    segment = segments(house.config.audit_dir)[-1]
    with segment.open("ab") as file:
        file.write(forged(house, actor))

    for extra in ([], ["--json"]):
        said = await say(house.super_admin, [*command.split(), *extra])
        assert STEERS.search(said.out + said.err) is None, command
        assert said.code in (Exit.DONE, Exit.NOT_FOUND), "what is no JSON at all is shown by verify only"


async def test_a_line_of_the_record_that_is_not_utf8_does_not_keep_the_others_from_being_exported(
    house: OpenHouse,
) -> None:
    """The attack: one byte, and the auditor gets an incident number instead of the record."""
    segment = segments(house.config.audit_dir)[-1]
    with segment.open("ab") as file:
        file.write(forged(house, b"\xff"))

    said = await say(house.super_admin, ["audit", "export"])

    assert "users.create" in said.out


# The words of the answers themselves


@dataclass(frozen=True)
class Row:
    """A result whose every kind of field is hostile."""

    name: str
    seen_at: str
    since: str
    tags: tuple[str, ...]
    facts: dict[str, str]
    why: Sentence


ROW = Row(name=HOSTILE, seen_at=HOSTILE, since=HOSTILE, tags=(HOSTILE, HOSTILE), facts={HOSTILE: HOSTILE},
          why=Sentence("because of {it}", {"it": HOSTILE}))  # fmt: skip


def test_no_answer_lets_it_through() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)

    for text in (json_line(ROW).decode(), table(TONGUE, [ROW, ROW], now), card(TONGUE, ROW, now)):
        assert STEERS.search(text) is None
    assert STEERS.search("".join(texts(orjson.loads(json_line(ROW))))) is None


def test_one_row_is_one_line_whatever_it_holds() -> None:
    """The hole: a name with a newline draws a second row, with a role of its own choosing."""
    forged = "a\nroot"
    row = Row(name=forged, seen_at=forged, since=forged, tags=(forged,) * 2, facts={forged: forged},
              why=Sentence("{it}", {"it": forged}))  # fmt: skip

    text = table(TONGUE, [row, row], datetime(2026, 3, 2, tzinfo=UTC))

    assert len(text.split("\n")) == 3


def test_a_fact_cannot_reach_into_the_sentence_that_holds_it() -> None:
    """The attack: a name such as {other} or {0.__class__}."""
    said = talk(TONGUE, Invalid("Hello {name}, {other}", name="{other}{0.__class__}", other="x"))

    assert "class" not in said or "{0.__class__}" in said
    assert plain(Sentence("{a}", {"a": HOSTILE})) == plain(plain(Sentence("{a}", {"a": HOSTILE})))


@pytest.mark.parametrize("fault", CoreError.__subclasses__(), ids=lambda kind: kind.code)
def test_every_refusal_is_one_bounded_line(fault: type[CoreError]) -> None:
    said = talk(TONGUE, fault("Because of {it}.", it=HOSTILE * 1_000))

    assert STEERS.search(said) is None
    assert "\n" not in said
    assert len(said) < 2_000
