"""The console dies, by SIGTERM and by kill -9: nothing that was acknowledged is lost."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor

from tests.stories.conftest import Keys, Opens
from tests.stories.console import eventually
from tests.stories.volume import look, open_sessions


def test_kill_9_in_a_storm_of_changes_loses_nothing_acknowledged_and_the_chain_verifies(
    opens: Opens, keys: Keys
) -> None:
    console = opens(AIFACTORY_SESSIONS_PER_PERSON="50")
    sue = console.operator("sue", keys.sue)
    acknowledged: list[str] = []

    def create(worker: int) -> None:
        with console.operator("sue", keys.sue).sharing() as shared:
            for n in range(40):
                name = f"storm-{worker}-{n}"
                if shared(f"users create {name} --json").code != 0:
                    return
                acknowledged.append(name)

    with ThreadPoolExecutor(4) as threads:
        work = [threads.submit(create, worker) for worker in range(4)]
        eventually(lambda: len(acknowledged) >= 20, 20)
        console.kill()
        for each in work:
            each.exception()
    assert len(acknowledged) >= 20
    torn = console.verify()
    console.start()
    assert set(acknowledged) <= {row["username"] for row in sue("users list --json").rows}
    recorded = [e["resource"] for e in console.entries() if e["action"] == "users.create"]
    assert {f"users/{name}" for name in acknowledged} <= set(recorded)
    assert len(recorded) == len(set(recorded)), "an entry was replayed twice"
    people = {f"users/{row['username']}" for row in look(console.data, "SELECT username FROM people")}
    assert people >= set(recorded), "the record speaks of somebody who is not there"
    assert sue("audit verify --json").code == 0
    assert console.stop() == 0
    whole = console.verify()
    assert whole.returncode == 0, (torn.stdout, whole.stdout)


def test_sessions_of_a_killed_console_are_swept_with_the_reason(opens: Opens, keys: Keys) -> None:
    console = opens()
    follow = console.operator("oleg", keys.oleg).begin("audit tail --follow --json")
    follow.read_until('"session.open"')
    (session,) = open_sessions(console.data, "oleg")
    console.kill()
    assert follow.end(10).code == 255
    console.start()
    (row,) = look(console.data, "SELECT * FROM sessions WHERE id = :id", {"id": session["id"]})
    assert row["ended_at"]
    assert row["end_reason"] == "the console was killed"


def test_a_graceful_stop_says_goodbye_ends_sessions_and_signs_the_end(opens: Opens, keys: Keys) -> None:
    console = opens()
    oleg = console.operator("oleg", keys.oleg)
    screen = oleg.begin(options=("-tt",))
    screen.read_until("\x1b[?1049h")
    follow = console.operator("ada", keys.ada).begin("audit tail --follow --json")
    follow.read_until('"session.open"')
    started = time.monotonic()
    assert console.stop() == 0
    assert time.monotonic() - started < 10
    assert "\x1b[?1049l" in (shown := screen.end(5)).out
    assert "stopping" in shown.out
    follow.end(5)
    assert not open_sessions(console.data, "oleg")
    assert not open_sessions(console.data, "ada")
    checked = console.verify()
    assert checked.returncode == 0
    assert "; 0 after it" in checked.stdout


def test_ctrl_c_at_the_server_is_a_graceful_stop(opens: Opens) -> None:
    console = opens()
    assert console.end_by(signal.SIGINT) == 0
    assert console.verify().returncode == 0
