"""The kit, widget by widget, against good and hostile content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
from rich.cells import cell_len
from textual.widget import Widget
from textual.widgets import Static

from tests.tui.apps import Blank, SignUp
from tests.tui.demo_app import DemoApp
from tests.tui.framed import Framed
from tests.tui.wire import person
from tui.clean import clean, one_line
from tui.symbols import Symbols
from tui.widgets.columns import Column, Layout
from tui.widgets.confirm import Confirm, ConfirmByName, Question
from tui.widgets.forms import Choice, Field, Option
from tui.widgets.frame import Footer, Header, Hint, Mode, Standing
from tui.widgets.pieces import Ink, Piece, Text, shorten, shorten_middle, spread, width_of
from tui.widgets.qr import QrCode, half_blocks
from tui.widgets.record_table import RecordTable
from tui.widgets.stage_strip import Stage, stage_strip

RICH, POOR = Symbols(rich=True), Symbols(rich=False)

HOSTILE = {
    "escape": "a\x1b[2J\x1b[31mb",
    "clipboard": "a\x1b]52;c;cm0gLXJm\x07b",
    "link": "a\x1b]8;;https://evil.example\x1b\\b\x1b]8;;\x1b\\",
    "title": "a\x1b]2;pwned\x07b",
    "c1": "a\x9b2J\x9d52;c;AA\x9cb",
    "bidi": "a\u202egnp.exe\u2066b\u200f",
    "nul": "a\x00b\x7f",
    "surrogate": "a\ud800b\udfff",
    "breaks": "a\r\nb\x0bc\x85d\u2028e",
    "long": "a\x1b]0;x\x07" + "x" * 100_000,
    "wide": "東京" * 400 + "\x1b[31m",
    "joined": "👩\u200d👩\u200d👧‍\ufe0f❤\ufe0f" * 5,
}


class Showing(Framed):
    """One widget in a frame."""

    def __init__(self, widget: Widget) -> None:
        super().__init__("place", standing=Standing("ana", Mode.DEMO, "1"))
        self._widget = widget

    def body(self) -> Iterable[Widget]:
        yield self._widget


def showing(make: Callable[[], Widget | Framed]) -> Blank:
    class App(Blank):
        def on_mount(self) -> None:
            made = make()
            self.push_screen(made if isinstance(made, Framed) else Showing(made))

    return App()


# -- hostile text


def _table(text: str) -> Widget:
    table: RecordTable[str] = RecordTable([Column("t" + text, str, 20, grow=1)], key=str, empty=[Piece(text)])
    table.show([text, text + "2"])
    return table


WIDGETS: dict[str, Callable[[str], Widget]] = {
    "static": lambda text: Static(text, markup=False),
    "text": lambda text: Text([Piece(text, Ink.ASKS)]),
    "table": _table,
    "empty table": lambda text: RecordTable([Column("n", str, 4)], key=str, empty=[Piece(text)]),
    "header": lambda text: Header(text, (text, "b"), 0, Standing(text, Mode.PRODUCTION, text)),
    "footer": lambda text: _saying(Footer(Hint(text[:30], text)), text),
    "field": lambda text: Field(text, text),
    "choice": lambda text: Choice(text, [Option(1, text), Option(2, "b")], 1),
    "qr": lambda text: _blanked(QrCode([[True]], text)),
}


def _saying(footer: Footer, text: str) -> Footer:
    footer.say(text, Ink.REFUSES)
    footer.show_position(text[:20])
    return footer


def _blanked(code: QrCode) -> QrCode:
    code._rows = ()
    return code


def _commands(sent: bytes) -> bytes:
    """What is left of the output without what we write ourselves: SGR, cursor moves, modes, title."""
    own = rb"\x1b\[[\d;]*[mHt]|\x1b\[\?\d+[hl]|\x1b\[\?2026\$p"
    return re.sub(own, b"", sent)


@pytest.mark.parametrize("attack", HOSTILE)
@pytest.mark.parametrize("widget", WIDGETS)
async def test_hostile_text_commands_no_terminal(widget: str, attack: str) -> None:
    async with person(lambda: showing(lambda: WIDGETS[widget](HOSTILE[attack]))) as ana:
        await ana.quiet()
        assert ana.crashes == []
        sent = ana.wire.bytes
    left = _commands(sent).decode("utf-8")
    bad = [char for char in left if (ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0]
    assert bad == []
    assert not set("\u202e\u2066\u200f\u2028") & set(left)


@pytest.mark.parametrize("attack", HOSTILE)
async def test_hostile_text_in_a_dialogue_commands_no_terminal(attack: str) -> None:
    text = HOSTILE[attack][:2000]
    question = Question(text, [text], text, Hint("y", text), Hint("n", text))

    class App(Blank):
        def on_mount(self) -> None:
            self.push_screen(ConfirmByName(question, "x", text, text))

    async with person(App) as ana:
        await ana.types(b"wrong\r")
        assert ana.crashes == []
        left = _commands(ana.wire.bytes)
    assert b"\x1b" not in left
    assert b"\x07" not in left


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_cleaned_line_is_printable_and_as_wide_as_it_says(attack: str) -> None:
    line = one_line(HOSTILE[attack])
    assert "\x1b" not in line
    assert all(char.isprintable() for char in line)
    assert cell_len(line) == sum(cell_len(char) for char in line)


async def test_pasted_commands_do_not_enter_a_field_and_a_second_line_never_submits() -> None:
    async with person(SignUp) as ana:
        await ana.types(b"\x1b[200~an\x01a\x1b]52;c;AA\x07\nsecond\r\n\x1b[2", b"01~")
        assert ana.app.name_field.value == "ana]52;c;AA"
        assert ana.app.secret_field.value == ""


# -- widths


def test_wide_narrow_and_combining_cells_line_up() -> None:
    names = [
        "bakery",
        "東京の本屋さん",
        "книжный клуб",
        "e\u0301te\u0301",
        "👩\u200d👩\u200d👧 family",
        "a\ud800b",
        "🇫🇷 flag",
    ]
    columns: list[Column[str]] = [
        Column("name", lambda name: name, 12),
        Column("n", lambda name: "7", 4, right=True),
    ]
    layout = Layout(columns)
    layout.fit(40, RICH)
    lines = ["".join(text for text, _ in layout.cells(name, 40, RICH, None)) for name in names]
    assert {cell_len(line.rstrip()) for line in lines} == {12 + 2 + 4}


def test_cut_text_is_marked_and_never_half_a_character() -> None:
    assert shorten("東京の本屋", 6, RICH) == "東京…"
    assert shorten("abcdef", 4, POOR) == "abc~"
    assert shorten_middle("prod-3f8a-99c1", 9, RICH) == "prod…99c1"


def test_the_right_side_of_a_line_stays_when_it_gets_narrow() -> None:
    line = spread([Piece("a long place name")], [Piece("✓ 12,408")], 16, RICH)
    assert width_of(line) == 16
    assert line[-1].text == "✓ 12,408"


@pytest.mark.parametrize("width", range(20, 120, 7))
def test_columns_drop_by_priority_and_never_overflow(width: int) -> None:
    columns: list[Column[int]] = [
        Column("name", str, 10, grow=1),
        Column("first to go", str, 12, priority=3),
        Column("second", str, 12, priority=2),
        Column("last to go", str, 12, priority=1),
    ]
    layout = Layout(columns)
    layout.fit(width, RICH)
    titles = "".join(text for text, _ in layout.header(width, RICH))
    assert layout.width <= width
    assert "name" in titles
    assert ("first to go" in titles) <= ("second" in titles) <= ("last to go" in titles)


@pytest.mark.parametrize("width", [60, 70, 80, 100, 160])
async def test_mode_and_chain_stay_in_sight_at_every_width(width: int) -> None:
    who = "somebody with a very long name · super_admin"
    standing = Standing(who, Mode.PRODUCTION, "broken at #8,113", whole=False)
    header = Header("A place with quite a long name", ("Home", "Products"), 0, standing)
    async with person(lambda: showing(lambda: header), size=(width, 24)) as ana:
        await ana.until(lambda: any("✗ broken at #8,113" in line for line in ana.wire.screen(width)), "the chain")
        assert any(" PRODUCTION " in line for line in ana.wire.screen(width))


# -- the table


@dataclass(frozen=True)
class Item:
    id: int
    word: str = ""


class Items(Framed):
    def __init__(self, count: int) -> None:
        super().__init__("items")
        self.items = [Item(n) for n in range(count)]
        self.chosen: list[int] = []
        columns: list[Column[Item]] = [
            Column("id", lambda item: str(item.id), 6, right=True),
            Column("word", lambda item: item.word, 20),
        ]
        self.table = RecordTable(columns, key=lambda item: item.id, empty=[Piece("Nothing yet.")])

    def body(self) -> Iterable[Widget]:
        yield self.table

    def on_mount(self) -> None:
        self.table.show(self.items)

    def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        self.chosen.append(event.row.id)


def items(count: int) -> tuple[Items, Blank]:
    screen = Items(count)
    return screen, showing(lambda: screen)


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (b"jjk", 1),
        (b"\x1b[B\x1b[B", 2),
        (b"G", 99),
        (b"Gg", 0),
        (b"\x1b[F\x1b[H", 0),
        (b"\x1b[6~", 18),
        (b"\x04", 9),
        (b"\x04\x15", 0),
        (b"kkk", 0),
        (b"Gjjj", 99),
    ],
)
async def test_the_cursor_goes_where_the_key_says(keys: bytes, row: int) -> None:
    screen, app = items(100)
    async with person(lambda: app) as ana:
        await ana.types(keys)
        await ana.until(lambda: screen.table.place == (row + 1, 100), str(screen.table.place))
        assert any(f"▸ {row:>6}" in line for line in ana.wire.screen())
        await ana.types(b"\r")
        assert screen.chosen == [row]


async def test_new_rows_leave_the_cursor_on_its_row() -> None:
    screen, app = items(50)
    async with person(lambda: app) as ana:
        await ana.types(b"jjjjj")
        screen.table.show([Item(1000), Item(1001), *screen.items])
        assert screen.table.row == Item(5)
        screen.table.show(screen.items[:3])
        assert screen.table.place == (3, 3)
        screen.table.show([])
        await ana.until(lambda: any("Nothing yet." in line for line in ana.wire.screen()), "the empty state")
        await ana.types(b"jG\r\x04")
        assert screen.table.place == (0, 0)
        assert screen.chosen == []


async def test_one_changed_row_repaints_one_line() -> None:
    screen, app = items(50)
    async with person(lambda: app) as ana:
        await ana.quiet()
        before = len(ana.wire.bytes)
        screen.items[3] = Item(3, "changed")
        screen.table.changed(3)
        await ana.until(lambda: any("changed" in line for line in ana.wire.screen()), "the change")
        await ana.quiet()
        assert screen.table.place[0] == 1
        assert len(ana.wire.bytes) - before < 400


async def test_a_table_too_wide_for_the_terminal_can_be_moved_sideways() -> None:
    columns: list[Column[int]] = [Column(f"c{n}", f"cell-{n}".format, 30) for n in range(4)]
    table = RecordTable(columns, key=lambda row: row)
    table.show([1])
    async with person(lambda: showing(lambda: table), size=(60, 10)) as ana:
        await ana.until(lambda: "cell-0" in "".join(ana.wire.screen(60, 10)), "the table")
        assert "cell-3" not in "".join(ana.wire.screen(60, 10))
        await ana.types(b"l" * 20)
        await ana.until(lambda: "cell-3" in "".join(ana.wire.screen(60, 10)), "the last column")


# -- dialogues, forms, the rest


async def _answer(dialog: type[Confirm], *keys: bytes) -> list[bool | None]:
    question = Question("Delete eve?", ["Gone."], "ssh …", Hint("y", "yes"), Hint("esc", "no"))
    answers: list[bool | None] = []
    made = ConfirmByName(question, "eve", "Type eve:", "No.") if dialog is ConfirmByName else Confirm(question)

    class App(Blank):
        def on_mount(self) -> None:
            self.push_screen(made, answers.append)

    async with person(App) as ana:
        await ana.types(*keys)
        await ana.types(b"")
    return answers


@pytest.mark.parametrize(
    ("keys", "answer"), [(b"y", [True]), (b"\r", [False]), (b"n", [False]), (b"q", [False]), (b"xz5", [])]
)
async def test_only_yes_is_yes(keys: bytes, answer: list[bool]) -> None:
    assert await _answer(Confirm, keys) == answer


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (b"eve\r", [True]),
        (b"Eve\r", []),
        (b"eve \r", []),
        (b"\r", []),
        (b"y\r", []),
        (b"x\r\x7feve\r", [True]),
    ],
)
async def test_a_dangerous_thing_happens_only_by_its_exact_name(keys: bytes, answer: list[bool]) -> None:
    assert await _answer(ConfirmByName, keys) == answer


async def test_a_choice_skips_what_this_person_may_not_choose() -> None:
    choice = Choice("role", [Option("a", "a"), Option("b", "b", may=False), Option("c", "c")], "a")
    async with person(lambda: showing(lambda: choice)) as ana:
        await ana.types(b"\x1b[C")
        assert choice.value == "c"
        await ana.types(b"\x1b[C")
        assert choice.value == "a"


async def test_a_secret_field_never_shows_what_is_typed() -> None:
    async with person(SignUp) as ana:
        await ana.types(b"\tswordfish")
        assert ana.app.secret_field.value == "swordfish"
        await ana.types(b"\x1b[1;2H\x03\x18")
        assert b"swordfish" not in ana.wire.bytes
        assert b"]52;" not in ana.wire.bytes


async def test_a_qr_code_is_black_on_white_with_its_quiet_zone_and_goes_away() -> None:
    code = QrCode([[True, False], [False, True]], "gone", shown_for=0.3)
    async with person(lambda: showing(lambda: code)) as ana:
        await ana.until(lambda: any("▀▄" in line for line in ana.wire.screen()), "the code")
        assert b"38;2;0;0;0;48;2;255;255;255" in ana.wire.bytes
        await ana.until(lambda: any("gone" in line for line in ana.wire.screen()), "its end")
        assert not any("▀▄" in line for line in ana.wire.screen())


def test_half_blocks_carry_two_rows_each() -> None:
    assert half_blocks([[True], [False], [True]], quiet=1) == [" ▄ ", " ▄ ", "   "]


def test_a_stage_strip_joins_neighbours_of_one_ink() -> None:
    strip = stage_strip([Stage.DONE, Stage.DONE, Stage.RUNNING, Stage.AHEAD], RICH)
    assert [piece.text for piece in strip] == ["✓✓", "●", "·"]
    assert "".join(piece.text for piece in stage_strip(Stage, POOR)).isascii()


async def test_what_is_said_takes_the_rule_and_not_the_work() -> None:
    async with person(DemoApp) as ana:
        await ana.quiet()
        before = ana.wire.screen()
        await ana.types(b"\r")
        await ana.until(lambda: "not yours" in ana.wire.screen()[-2], "the sentence")
        after = ana.wire.screen()
        assert after[:-2] == before[:-2]
        assert after[-1] == before[-1]


def test_clean_keeps_honest_text() -> None:
    for text in ("naïve café", "Москва", "東京", "می\u200cخواهم", "a\u00a0b", "👩\u200d🚀"):
        assert clean(text) == text


async def test_a_step_of_the_cursor_sends_two_rows_and_the_line_of_keys() -> None:
    """The rule above the keys, and each blank in an ink of its own, tripled the bytes on a slow link."""
    async with person(DemoApp, size=(120, 40)) as ana:
        await ana.types(b"j")
        await ana.quiet()
        before = len(ana.wire.bytes)
        await ana.types(b"j")
        await ana.until(lambda: "3 of 1000" in ana.wire.screen(120, 40)[-1], "the step")
        await ana.quiet()
        assert len(ana.wire.bytes) - before < 1200
