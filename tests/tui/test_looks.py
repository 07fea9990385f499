"""Colours, themes and signs."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color

from sshd.downgrade import downgrade
from tests.tui.demo_app import DemoApp
from tests.tui.wire import person
from tui.client import Client, ColourDepth, can_draw
from tui.symbols import Sign, Symbols
from tui.themes import FOLDER, BrokenTheme, read, themes

DEPTHS = ColourDepth


@pytest.mark.parametrize(
    ("term", "colorterm", "no_color", "depth"),
    [
        ("xterm", "", "", DEPTHS.INDEXED),
        ("xterm-256color", "", "", DEPTHS.INDEXED),
        ("xterm-256color", "truecolor", "", DEPTHS.TRUE),
        ("xterm-256color", "24bit", "1", DEPTHS.NONE),
        ("xterm-kitty", "", "", DEPTHS.TRUE),
        ("xterm-direct", "", "", DEPTHS.TRUE),
        ("foot", "", "", DEPTHS.TRUE),
        ("alacritty", "", "", DEPTHS.TRUE),
        ("tmux-256color", "", "", DEPTHS.INDEXED),
        ("linux", "", "", DEPTHS.SIXTEEN),
        ("vt220", "", "", DEPTHS.SIXTEEN),
        ("something-new", "", "", DEPTHS.SIXTEEN),
        ("dumb", "truecolor", "", DEPTHS.NONE),
        ("", "", "", DEPTHS.NONE),
    ],
)
def test_the_depth_of_colour_follows_the_terminal(term: str, colorterm: str, no_color: str, depth: ColourDepth) -> None:
    assert ColourDepth.of(term, colorterm, no_color) is depth


def test_nothing_is_drawn_on_a_dumb_terminal() -> None:
    assert not can_draw("dumb")
    assert not can_draw("")
    assert can_draw("xterm")


@pytest.mark.parametrize(
    ("term", "environment", "symbols"),
    [
        ("xterm", {}, True),
        ("xterm", {"LANG": "en_GB.UTF-8"}, True),
        ("xterm", {"LANG": "C"}, False),
        ("xterm", {"LANG": "ru_RU.KOI8-R", "LC_ALL": "ru_RU.utf8"}, True),
        ("linux", {"LANG": "en_GB.UTF-8"}, False),
        ("vt100", {}, False),
    ],
)
def test_signs_become_ascii_where_they_could_not_be_drawn(
    term: str, environment: dict[str, str], symbols: bool
) -> None:
    assert Client.of(term, environment).symbols is symbols


def test_every_sign_has_an_ascii_twin() -> None:
    assert all(sign.ascii_twin.isascii() and sign.ascii_twin.isprintable() for sign in Sign)
    assert Symbols(rich=False).bar(1, 2, 4) == "##--"
    assert Symbols(rich=True).bar(9, 2, 4) == "▰▰▰▰"


FRAME = "\x1b[1;38;2;255;0;0;48;2;17;21;28mred\x1b[0m\x1b[3;4H"


def test_a_frame_goes_down_to_what_the_terminal_has() -> None:
    assert downgrade(FRAME, DEPTHS.TRUE) == FRAME
    assert downgrade(FRAME, DEPTHS.INDEXED) == "\x1b[1;38;5;196;48;5;233mred\x1b[0m\x1b[3;4H"
    assert downgrade(FRAME, DEPTHS.SIXTEEN) == "\x1b[1;31;40mred\x1b[0m\x1b[3;4H"
    assert downgrade(FRAME, DEPTHS.NONE) == "\x1b[1mred\x1b[0m\x1b[3;4H"


def test_text_never_takes_the_colour_of_its_paper_in_sixteen_colours() -> None:
    assert downgrade("\x1b[38;2;30;30;30;48;2;20;20;20m", DEPTHS.SIXTEEN) == "\x1b[97;40m"
    assert downgrade("\x1b[38;2;250;250;250;48;2;255;255;255m", DEPTHS.SIXTEEN) == "\x1b[30;107m"


async def test_the_cursor_row_is_seen_without_colours() -> None:
    mono = Client(colour=DEPTHS.NONE)
    async with person(lambda: DemoApp(mono), mono) as ana:
        assert b"\x1b[1;7m" in ana.wire.bytes


@pytest.mark.parametrize("name", ["night", "day", "high_contrast", "mono"])
async def test_every_theme_paints(name: str) -> None:
    async with person(lambda: DemoApp(theme=name)) as ana:
        ground = themes()[name].background or ""
        red, green, blue = Color.parse(ground).rgb
        assert f"48;2;{red};{green};{blue}".encode() in ana.wire.bytes
        assert ana.crashes == []


@pytest.mark.parametrize("theme", ["night", "day", "high_contrast"])
def test_every_text_can_be_read_on_its_paper(theme: str) -> None:
    least = 7.0 if theme == "high_contrast" else 4.5
    found = themes()[theme]
    paper, raised = found.variables["paper"], found.variables["raised"]
    pairs = [
        (ink, ground) for ink in ("ink", "dim", "accent", "asks", "refuses", "finished") for ground in (paper, raised)
    ]
    colours = found.variables
    measured = {(ink, ground): _contrast(colours[ink], ground) for ink, ground in pairs}
    measured["on-cursor", "cursor"] = _contrast(colours["on-cursor"], colours["cursor"])
    measured["on-banner", "asks"] = _contrast(colours["on-banner"], colours["asks"])
    measured["on-banner", "refuses"] = _contrast(colours["on-banner"], colours["refuses"])
    assert {pair: ratio for pair, ratio in measured.items() if ratio < least} == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('rule = "', 'ruler = "'), "colour rule is missing"),
        (("dark = true", "dark = true\nsize = 3"), "unknown key size"),
        (('"#11151c"', '"blue"'), "background is not #rrggbb"),
        (("[colours]", "[colours"), "night.toml"),
    ],
)
def test_a_broken_theme_is_refused_with_its_reason(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    broken = tmp_path / "night.toml"
    broken.write_text((FOLDER / "night.toml").read_text("utf-8").replace(*change), "utf-8")
    with pytest.raises(BrokenTheme, match=said):
        read(broken)


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
            for part in Color.parse(colour).normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
