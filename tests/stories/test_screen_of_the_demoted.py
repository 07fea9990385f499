"""A screen is open while its person loses a role, an account or the session: it follows, or ends and gives all back."""

from __future__ import annotations

import time

import pytest

from tests.stories.conftest import Keys
from tests.stories.console import Console, Operator
from tests.stories.eyes import Eyes, looking
from tests.stories.volume import open_sessions

PROMISED = 1.0
SLACK = 2.0
"""This machine may be busy with other tests; the promise itself is in docs/architecture.md."""
GIVEN_BACK = {
    "alternate screen": b"\x1b[?1049l",
    "cursor": b"\x1b[?25h",
    "line wrap": b"\x1b[?7h",
    "clicks": b"\x1b[?1000l",
    "drags": b"\x1b[?1002l",
    "movement": b"\x1b[?1003l",
    "mouse coordinates": b"\x1b[?1006l",
    "bracketed paste": b"\x1b[?2004l",
    "focus": b"\x1b[?1004l",
    "held frames": b"\x1b[?2026l",
    "kitty keyboard": b"\x1b[<u",
    "colours": b"\x1b[0m",
    "title": b"\x1b[23;2t",
}
TAKEN_AGAIN = (b"\x1b[?1049h", b"\x1b[?25l", b"\x1b[?7l", b"\x1b[?1000h", b"\x1b[?1006h", b"\x1b[?2004h")


def given_back_whole(eyes: Eyes) -> str:
    """Every mode is restored, and none is set again behind that; the words after the screen."""
    at = eyes.seen.rindex(GIVEN_BACK["kitty keyboard"])
    farewell = eyes.seen[at:]
    missing = [mode for mode, sequence in GIVEN_BACK.items() if sequence not in farewell]
    assert not missing
    assert not [sequence for sequence in TAKEN_AGAIN if sequence in farewell]
    assert farewell.index(GIVEN_BACK["kitty keyboard"]) < farewell.index(GIVEN_BACK["alternate screen"])
    return farewell.rpartition(b"\x1b[23;2t")[2].decode()


def test_a_demoted_persons_keys_go_grey_within_a_second_and_say_why(sue: Operator, oleg: Operator) -> None:
    with looking(Eyes(oleg, "open products")) as (eyes,):
        eyes.sees("oleg · operator", "n new")
        before = eyes.ink_of("n new")
        assert sue("users set-role oleg --role viewer").code == 0
        eyes.sees("oleg · viewer", seconds=PROMISED + SLACK)
        assert eyes.ink_of("n new") != before
        eyes.types("n")
        eyes.sees("Not allowed")
        assert sue("users set-role oleg --role operator").code == 0
        eyes.sees("oleg · operator", seconds=PROMISED + SLACK)
        assert eyes.ink_of("n new") == before


def test_a_demoted_persons_open_form_does_nothing_any_more(sue: Operator, oleg: Operator) -> None:
    """Hole: the form was opened while it was allowed. Attack: send it after. Must hold: nothing is made."""
    with looking(Eyes(oleg, "open products")) as (eyes,):
        eyes.sees("oleg · operator", "n new")
        eyes.types("n")
        eyes.sees("Brief")
        eyes.types("A page for a bakery in Lyon with bread and the way there.")
        assert sue("users set-role oleg --role viewer").code == 0
        time.sleep(PROMISED)
        eyes.types("\t\t\t\t\t\t\r")
        time.sleep(PROMISED)
        assert sue("products list --json").rows == []
        assert sue("users set-role oleg --role operator").code == 0


@pytest.mark.parametrize("mouse", [False, True])
def test_an_ended_session_gives_the_terminal_back_whole_and_says_who_ended_it(
    console: Console, sue: Operator, oleg: Operator, mouse: bool
) -> None:
    with looking(Eyes(oleg)) as (eyes,):
        eyes.sees("oleg · operator")
        if mouse:
            eyes.types("m")
            eyes.sees("The mouse is on")
        (session,) = open_sessions(console.data, "oleg")
        assert sue(f"sessions end {session['id']}").code == 0
        began = time.monotonic()
        assert eyes.ended() == 3
        assert time.monotonic() - began < PROMISED + SLACK
        assert "sue ended" in given_back_whole(eyes)


def test_a_disabled_persons_screen_ends_with_a_farewell(sue: Operator, vera: Operator) -> None:
    with looking(Eyes(vera, "open audit", TERM="xterm-kitty")) as (eyes,):
        eyes.sees("vera · viewer")
        assert sue("users disable vera").code == 0
        assert eyes.ended() == 3
        assert given_back_whole(eyes).strip()
        assert sue("users enable vera").code == 0


def test_leaving_by_oneself_gives_the_terminal_back_as_well(console: Console, keys: Keys) -> None:
    with looking(Eyes(console.operator("ada", keys.ada))) as (eyes,):
        eyes.sees("ada · admin")
        eyes.types("\x11")
        assert eyes.ended() == 0
        given_back_whole(eyes)


def test_a_text_console_is_not_sent_what_it_would_print(console: Console, keys: Keys) -> None:
    with looking(Eyes(console.operator("ada", keys.ada), TERM="linux")) as (eyes,):
        eyes.sees("ada")
        eyes.types("\x11")
        assert eyes.ended() == 0
        assert GIVEN_BACK["title"] not in eyes.seen
        assert GIVEN_BACK["kitty keyboard"] not in eyes.seen
        assert GIVEN_BACK["alternate screen"] in eyes.seen
