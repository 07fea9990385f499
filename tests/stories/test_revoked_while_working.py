"""Whoever loses a session, an account or a role loses it now: in a running follow, and at the next command."""

from __future__ import annotations

import time

from tests.stories.conftest import Keys
from tests.stories.console import Answer, Console, Follow, Operator
from tests.stories.volume import open_sessions, public

FOLLOW = "audit tail --follow --json"


def following(person: Operator) -> Follow:
    """A follow that has shown something already."""
    follow = person.begin(FOLLOW)
    follow.read_until('"session.open"')
    return follow


def cut_within_a_second(follow: Follow) -> Answer:
    started = time.monotonic()
    answer = follow.end(5)
    assert time.monotonic() - started < 2, "the promise is one second, and this machine may be busy"
    return answer


def test_ending_the_session_cuts_the_follow_and_says_who_did_it(
    console: Console, sue: Operator, oleg: Operator
) -> None:
    follow = following(oleg)
    (session,) = open_sessions(console.data, "oleg")
    assert sue(f"sessions end {session['id']}").code == 0
    answer = cut_within_a_second(follow)
    assert answer.code == 3
    assert "sue ended it" in answer.err
    assert not open_sessions(console.data, "oleg")


def test_disabling_the_account_cuts_the_follow_and_the_next_sign_in(sue: Operator, oleg: Operator) -> None:
    follow = following(oleg)
    assert sue("users disable oleg").code == 0
    assert cut_within_a_second(follow).code == 3
    assert oleg("whoami").code == 255
    assert sue("users enable oleg").code == 0
    assert oleg("whoami").code == 0


def test_demoting_cuts_a_follow_that_the_new_role_may_not_have(sue: Operator, oleg: Operator) -> None:
    follow = following(oleg)
    assert sue("users set-role oleg --role viewer").code == 0
    answer = cut_within_a_second(follow)
    assert answer.code == 3
    assert "audit:read" in answer.err
    assert sue("users set-role oleg --role operator").code == 0


def test_a_demoted_administrator_is_one_no_more_at_the_next_command_of_an_open_connection(
    console: Console, sue: Operator, keys: Keys
) -> None:
    with console.operator("ada", keys.ada).sharing() as ada:
        assert ada("sessions list --json").code == 0
        assert ada("factory hold --reason 'a look at the kitchen'").code == 0
        assert ada("factory release").code == 0
        sue("users set-role ada --role viewer")
        assert ada("factory hold --reason 'a look at the kitchen'").code == 3
        assert ada("whoami --json").row["role"] == "viewer"


def test_deleting_the_account_cuts_everything_of_it(console: Console, sue: Operator, keys: Keys) -> None:
    sue("users create gus --role operator")
    assert sue("users add-key gus --label one --key - --confirm gus", given=public(keys.stranger)).code == 0
    gus = console.operator("gus", keys.stranger)
    follow = following(gus)
    assert sue("users delete gus --confirm gus").code == 0
    assert cut_within_a_second(follow).code == 3
    assert gus("whoami").code == 255


def test_removing_the_key_ends_the_sessions_that_it_opened(console: Console, keys: Keys, sue: Operator) -> None:
    vera = console.operator("vera", keys.vera)
    with vera.sharing() as shared:
        assert shared("whoami").code == 0
        (session,) = open_sessions(console.data, "vera")
        by_dialogue = console.operator("vera")
        assert by_dialogue("keys remove key-vera").code == 0
        answer = shared("whoami")
        assert answer.code in (3, 255)
    assert vera("whoami").code == 255
    assert session["id"] not in {row["id"] for row in open_sessions(console.data, "vera")}


def test_a_terminal_is_given_back_whole_when_the_session_is_ended(
    console: Console, sue: Operator, oleg: Operator
) -> None:
    """An open screen: the app leaves the alternate screen, shows the cursor, says why."""
    follow = oleg.begin(options=("-tt",))
    follow.read_until("\x1b[?1049h")
    (session,) = open_sessions(console.data, "oleg")
    assert sue(f"sessions end {session['id']}").code == 0
    answer = cut_within_a_second(follow)
    assert "\x1b[?1049l" in answer.out
    assert "\x1b[?25h" in answer.out
    assert "sue ended it" in answer.out + answer.err
