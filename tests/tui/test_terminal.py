"""The terminal of a session, against clients that send what no terminal sends."""

from __future__ import annotations

import asyncio
import base64

import pytest

from sshd import keyboard
from sshd.channel import DEFAULT_SIZE, LARGEST_SIZE, Slow, sane_size
from tests.tui.apps import Blank, SignUp
from tests.tui.demo_app import DemoApp
from tests.tui.wire import person
from tui.client import Client, ColourDepth


@pytest.mark.parametrize(
    ("claimed", "painted"),
    [
        ((0, 0), DEFAULT_SIZE),
        ((0, 50), (80, 50)),
        ((-1, 24), (80, 24)),
        ((2**32 - 1, 2**32 - 1), LARGEST_SIZE),
        ((120, 40), (120, 40)),
    ],
)
def test_absurd_sizes_become_sane(claimed: tuple[int, int], painted: tuple[int, int]) -> None:
    assert sane_size(*claimed) == painted


async def test_a_terminal_of_no_size_gets_80_by_24() -> None:
    async with person(DemoApp, size=(0, 0)) as ana:
        assert ana.app.size == (80, 24)
        assert "1 Home" in ana.wire.screen()[1]


async def test_a_storm_of_sizes_ends_at_the_last_one_in_a_few_frames() -> None:
    async with person(DemoApp) as ana:
        frames = len(ana.wire.sent)
        for step in range(500):
            ana.running.resize(step % 300, step % 90)
        ana.running.resize(100, 30)
        await ana.until(lambda: ana.app.size == (100, 30), "the size")
        await ana.quiet()
        assert len(ana.wire.sent) - frames < 10


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (10, 5), (500, 3), (20, 200)])
async def test_no_size_breaks_a_screen(size: tuple[int, int]) -> None:
    async with person(DemoApp, size=size) as ana:
        await ana.types(b"jjGf", b"\x1b", b"d")
        assert ana.crashes == []


@pytest.mark.parametrize(
    "attack",
    [
        b"\x1b[48;99999;99999;9;9t",  # "my window is huge"
        b"\x1b[48;0;0;0;0t\x1b[<0;5;5M",  # no size, then a click in pixels
        b"\x1b[99999999999;5u",  # a key beyond Unicode
        b"\x1b[55296;5;55296u",  # half a surrogate pair
        b"\x1b[<0;99999;99999M\x1b[<64;1;1M",  # a click far outside
        b"\x1b[?2048;4$y\x1b[?2026;9$y",  # answers to questions that we never asked
        b"\xff\xfe\xc3\x28\xed\xa0\x80",  # not UTF-8
        b"\x1b[I\x1b[O\x1b[5;5R",
        b"\x1b" * 200,
        b"\x1b[200~" + b"x" * 3000 + b"\x1b]52;c;AAAA\x07\x1b[201~",
        bytes(byte for byte in range(256) if byte != 0x11) * 4,  # all but ctrl+q
    ],
)
async def test_no_input_crashes_or_resizes_an_app(attack: bytes) -> None:
    async with person(SignUp) as ana:
        await ana.types(attack)
        await asyncio.sleep(0.15)
        assert ana.crashes == []
        assert ana.app.is_running
        assert ana.app.size == (80, 24)
        await ana.types(b"\x1b[201~\tab")
        assert b"52;c;AAAA" not in ana.wire.bytes


async def test_a_paste_that_never_ends_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hole: a paste is kept until its end. Attack: never end it. Must hold: memory, and keys after."""
    monkeypatch.setattr(keyboard, "LONGEST_PASTE", 10_000)
    async with person(SignUp) as ana:
        ana.running.feed(b"\x1b[200~")
        for _ in range(40):
            ana.running.feed(b"y" * 1000)
            await asyncio.sleep(0)
        await ana.quiet()
        board = ana.app._driver.keyboard
        assert sum(map(len, board._pasted)) <= 10_000
        await ana.types(b"\x1b[201~z")
        assert ana.app.name_field.value == "z"


@pytest.mark.parametrize("cut", range(1, 40, 3))
async def test_a_paste_presses_no_key(cut: int) -> None:
    """Hole: an ESC inside a paste was taken for keys. Attack: a clipboard with ESC, Enter and y."""
    attack = b"\x1b[200~one\x1b\x1b]9;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\ty\x11\x1b[201~!"
    async with person(SignUp) as ana:
        await ana.types(attack[:cut], attack[cut:])
        assert ana.app.is_running
        assert ana.app.secret_field.value == ""
        assert ana.app.name_field.value.startswith("one]9;")
        assert ana.app.name_field.value.endswith("!")


async def test_a_flood_of_keys_stops_the_reading_until_it_is_worked_off() -> None:
    async with person(DemoApp) as ana:
        ana.running.feed(b"\x1b[200~" + b"w" * 40_000 + b"\x1b[201~")
        assert not ana.wire.reading
        await ana.until(lambda: ana.wire.reading, "the reading")


async def test_a_lone_escape_is_the_escape_key_and_a_split_arrow_is_an_arrow() -> None:
    async with person(DemoApp) as ana:
        await ana.types(b"f")
        assert "Form" in ana.wire.screen()[0]
        await ana.types(b"\x1b")
        await ana.until(lambda: "Products" in ana.wire.screen()[0], "the way back")
        ana.running.feed(b"\x1b")
        ana.running.feed(b"[B")
        await ana.until(lambda: "2 of 1000" in ana.wire.screen()[-1], "the arrow")


async def test_utf8_may_arrive_in_halves() -> None:
    async with person(SignUp) as ana:
        for byte in "жук 本".encode():
            ana.running.feed(bytes([byte]))
        await ana.until(lambda: ana.app.name_field.value == "жук 本", "the word")


async def test_the_mouse_is_the_terminals_until_m_and_mere_movement_is_never_asked_for() -> None:
    async with person(DemoApp) as ana:
        assert b"?1000h" not in ana.wire.bytes
        await ana.types(b"\x1b[<0;5;8M\x1b[<0;5;8m")
        assert "1 of 1000" in ana.wire.screen()[-1]
        await ana.types(b"m")
        assert b"\x1b[?1000h\x1b[?1006h" in ana.wire.bytes
        await ana.types(b"\x1b[<0;5;8M\x1b[<0;5;8m")
        await ana.until(lambda: "4 of 1000" in ana.wire.screen()[-1], "the click")
        await ana.types(b"m")
        assert ana.wire.bytes.rstrip().endswith(b"\x1b[?1000l\x1b[?1006l")
        assert b"?1003h" not in ana.wire.bytes


async def test_a_copy_ends_with_st_and_one_too_long_is_refused() -> None:
    async with person(Blank) as ana:
        assert ana.app.terminal.copy("id-1")
        assert b"\x1b]52;c;" + base64.b64encode(b"id-1") + b"\x1b\\" in ana.wire.bytes
        before = len(ana.wire.bytes)
        assert not ana.app.terminal.copy("x" * 60_000)
        assert len(ana.wire.bytes) == before


async def test_a_title_takes_no_commands_and_a_text_console_gets_none() -> None:
    async with person(Blank) as ana:
        ana.app.terminal.set_title("factory\x07\x1b]52;c;AA\x07 – record")
        assert b"\x1b]2;factory]52;c;AA  record\x1b\\" in ana.wire.bytes
    poor = Client(term="linux", colour=ColourDepth.SIXTEEN, symbols=False)
    async with person(lambda: Blank(poor), poor) as boris:
        boris.app.terminal.set_title("factory")
        assert b"\x1b]" not in boris.wire.bytes
        assert b"22;2t" not in boris.wire.bytes


async def test_a_slow_client_gets_no_frames_and_then_the_newest() -> None:
    async with person(DemoApp) as ana:
        ana.running.pause(Slow.WINDOW)
        ana.running.pause(Slow.SOCKET)
        before = len(ana.wire.sent)
        await ana.types(b"jjjj")
        ana.running.resume(Slow.WINDOW)
        await ana.quiet()
        assert len(ana.wire.sent) == before
        ana.running.resume(Slow.SOCKET)
        await ana.until(lambda: "5 of 1000" in ana.wire.screen()[-1], "the newest")


async def test_a_frame_is_one_packet() -> None:
    async with person(DemoApp) as ana:
        before = len(ana.wire.sent)
        await ana.types(b"j")
        assert len(ana.wire.sent) - before <= 2
