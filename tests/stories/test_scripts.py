"""What a script may rely on: exit codes, clean output, and an end when it asks for one."""

from __future__ import annotations

import json

import pytest

from tests.house import PASSWORD
from tests.stories.conftest import Keys, Opens
from tests.stories.console import Console, Operator, eventually
from tests.stories.volume import look, make_key, open_sessions, public

BRIEF = "A small bakery in Vienna wants a page with its hours, its address and three kinds of bread."


# -- exit codes --------------------------------------------------------------------------------------------------------


def test_0_is_done_and_only_data_is_on_standard_output(sue: Operator) -> None:
    answer = sue("users list --json")
    assert (answer.code, answer.err) == (0, "")
    assert all(row["username"] for row in answer.rows)


@pytest.mark.parametrize(
    "line",
    [
        "users create",
        "users create --username ana --colour red",
        "users show --username",
        "users list extra words here",
        "users create --username 'a b'",
        'users list "',
        "users create --username ana --role emperor",
        "open audit",
        "users create --username ana --username bob",
        "sessions list --limit many",
    ],
)
def test_2_is_wrong_usage_and_nothing_is_on_standard_output(sue: Operator, line: str) -> None:
    answer = sue(line)
    assert (answer.code, answer.out) == (2, ""), answer
    assert answer.err.strip()


def test_3_is_not_allowed_and_says_where_the_reason_is(vera: Operator) -> None:
    answer = vera("users list --json")
    assert (answer.code, answer.out) == (3, "")
    assert "users:read" in answer.err
    assert "access explain --operation users.list" in answer.err


def test_4_is_a_second_factor_first(opens: Opens, keys: Keys) -> None:
    guarded = opens(factors=True)
    answer = guarded.operator("sue", keys.sue)("users list")
    assert (answer.code, answer.out) == (4, "")


def test_5_is_a_guard(opens: Opens, keys: Keys) -> None:
    demo = opens(AIFACTORY_DEMO_READONLY="1")
    answer = demo.operator("sue", keys.sue)("users create --username ana")
    assert (answer.code, answer.out) == (5, "")


def test_6_is_not_found_whether_it_never_was_or_is_somebody_elses(sue: Operator, oleg: Operator) -> None:
    assert sue("users show nobody").code == 6
    assert sue("no such").code == 6
    stranger = oleg("sessions end abcdefghijklmnop")
    (session,) = [row for row in sue("sessions list --json").rows if row["mine"]]
    theirs = oleg(f"sessions end {session['id']}")
    assert (stranger.code, theirs.code) == (6, 6)


def test_7_is_a_conflict(sue: Operator) -> None:
    assert sue("users create --username twin").code == 0
    assert sue("users create --username twin").code == 7
    assert sue("users disable sue").code == 7


def test_75_is_try_later(opens: Opens, keys: Keys) -> None:
    console = opens(AIFACTORY_SESSIONS_PER_PERSON="2")
    oleg = console.operator("oleg", keys.oleg)
    with oleg.sharing(), console.operator("oleg", keys.oleg).sharing():
        answer = oleg("whoami --json")
    assert (answer.code, answer.out) == (75, "")
    assert "end one first" in answer.err


def test_an_operation_for_no_person_does_not_exist_for_any(sue: Operator) -> None:
    missing = sue("no such")
    for command in ("tasks claim x", "factory bootstrap --password -", "tasks recover"):
        answer = sue(command, given="some words here")
        assert (answer.code, answer.out) == (missing.code, "")
        assert "There is no command" in answer.err


# -- input and output --------------------------------------------------------------------------------------------------


def test_json_is_one_object_a_line_with_the_same_keys_in_every_language(
    console: Console, keys: Keys, sue: Operator
) -> None:
    english = sue("users list --json").rows
    sue.environment["LANG"] = "ru_RU.UTF-8"
    russian = console.operator("sue", keys.sue, options=("-o", "SetEnv=LANG=ru_RU.UTF-8"))("users list --json").rows
    assert [list(row) for row in english] == [list(row) for row in russian]


def test_help_as_json_is_the_catalogue(vera: Operator) -> None:
    rows = vera("help --json").rows
    assert {"name", "permission", "risk", "demo", "sentence"} <= set(rows[0])
    assert {"users.create", "audit.verify", "products.approve"} <= {row["name"] for row in rows}
    assert vera("help users create").out.count("--username") >= 1


def test_no_command_and_no_terminal_is_a_short_help_on_standard_error(vera: Operator) -> None:
    answer = vera("")
    assert (answer.code, answer.out) == (2, "")
    assert "AREA VERB" in answer.err


def test_a_rehearsal_changes_nothing_and_says_so(sue: Operator, console: Console) -> None:
    before = len([e for e in console.entries() if e["action"] == "users.create"])
    answer = sue("users create --username rehearsed --dry-run --json")
    assert answer.row["username"] == "rehearsed"
    assert "nothing was changed" in answer.err
    assert sue("users show rehearsed").code == 6
    assert len([e for e in console.entries() if e["action"] == "users.create"]) == before


def test_a_brief_arrives_on_standard_input(oleg: Operator) -> None:
    made = oleg("products create --brief - --json", given=BRIEF)
    assert made.code == 0, made.err
    assert oleg(f"products show {made.row.get('id') or made.row.get('product')} --json").code == 0


def test_a_key_arrives_on_standard_input_and_opens_the_door(
    console: Console, oleg: Operator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    key = make_key(tmp_path_factory.mktemp("new") / "laptop")
    assert oleg("keys add --label laptop --key - --json", given=public(key)).row["label"] == "laptop"
    assert console.operator("oleg", key)("whoami --json").row["username"] == "oleg"
    assert oleg("keys remove laptop").code == 0
    assert console.operator("oleg", key)("whoami --json").code == 255


def test_a_password_arrives_on_standard_input_and_never_on_the_command_line(console: Console, sue: Operator) -> None:
    assert sue("users create --username petra --password 'so many words'").code == 2
    assert sue("users create --username petra --role viewer --password-stdin", given="so many quiet words\n").code == 0
    petra = console.operator("petra", password="so many quiet words")
    assert petra("whoami --json").row["stage"] == "must_change"
    assert "so many quiet words" not in json.dumps(console.entries())


def test_a_private_key_is_refused_with_a_warning(oleg: Operator, keys: Keys) -> None:
    answer = oleg("keys add --label oops --key -", given=keys.oleg.read_text())
    assert answer.code == 2
    assert "private key" in answer.err


# -- following ---------------------------------------------------------------------------------------------------------


def test_ctrl_c_ends_a_follow_and_leaves_no_session(console: Console, oleg: Operator) -> None:
    follow = oleg.begin("audit tail --follow --json")
    follow.read_until('"session.open"')
    follow.interrupt()
    follow.end(5)
    assert eventually(lambda: not open_sessions(console.data, "oleg"))


def test_ctrl_c_in_a_terminal_is_130(oleg: Operator) -> None:
    follow = oleg.begin("audit tail --follow", options=("-tt",))
    follow.read_until("session.open")
    assert follow.process.stdin is not None
    follow.process.stdin.write(b"\x03")
    follow.process.stdin.flush()
    assert follow.end(5).code == 130


def test_a_cut_connection_ends_the_follow_and_its_session(console: Console, oleg: Operator) -> None:
    follow = oleg.begin("audit tail --follow --json")
    follow.read_until('"session.open"')
    follow.kill()
    assert eventually(lambda: not open_sessions(console.data, "oleg"))
    (last,) = look(console.data, "SELECT * FROM sessions WHERE username = 'oleg' ORDER BY opened_at DESC LIMIT 1")
    assert last["end_reason"] == "the connection closed"


def test_a_follow_shows_what_happens_while_it_runs(oleg: Operator, sue: Operator) -> None:
    follow = oleg.begin("audit tail --follow --json")
    follow.read_until('"session.open"')
    sue("users create --username seen-at-once")
    assert '"users/seen-at-once"' in follow.read_until("seen-at-once", 3)
    follow.kill()


def test_a_password_changes_by_command_and_the_old_one_is_worth_nothing(console: Console) -> None:
    vera = console.operator("vera")
    changed = vera("password change --current - --new - --json", given=f"{PASSWORD}\nanother nine words\n")
    assert (changed.code, changed.row["stage"]) == (0, "full")
    assert vera("whoami").code == 255
    assert console.operator("vera", password="another nine words")("whoami --json").row["username"] == "vera"
