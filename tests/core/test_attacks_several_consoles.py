"""Attacks and accidents where several consoles share one data volume."""

from __future__ import annotations

import os

import pytest

from core.access.roles import Role
from core.assembly import _sweep
from core.heartbeat import Heartbeat, alive
from core.identity.people import CreatePerson
from core.secret import Secret
from sshd.first_start import First, carry_out
from tests.house import DEAD_SERVER, OpenHouse


async def test_the_second_console_on_a_new_volume_leaves_the_first_password_alone(house: OpenHouse) -> None:
    """The hole: two consoles started at once, each wrote its own random password into the one file.

    The attack is none: a supervisor that starts two is enough, and nobody can ever sign in.
    What must hold: whoever finds accounts writes nothing."""
    house.config.bootstrap_file.write_text("username: admin\npassword: of the first\n")

    await carry_out(First(password=Secret("of the second"), in_file=True), house.core)

    assert house.config.bootstrap_file.read_text() == "username: admin\npassword: of the first\n"


async def test_a_console_that_was_killed_is_cleaned_up_after_by_the_one_beside_it(house: OpenHouse) -> None:
    """The hole: only a start swept; sessions, tasks and entries of a killed console waited for days.

    What must hold: a console that is alive ends them, and brings the committed entries into the chain, once."""
    beside = await house.second_core()
    store = beside.house.store
    await store.execute("UPDATE sessions SET server = :dead WHERE id = :id",
                        {"dead": DEAD_SERVER, "id": house.viewer.caller.session_id})  # fmt: skip
    await house.super_admin.run(CreatePerson(username="nora", role=Role.VIEWER.word))
    await store.execute("UPDATE outbox SET server = :dead", {"dead": DEAD_SERVER})

    for _ in range(2):
        await _sweep(house.config, store, beside.recorder, house.clock)

    row = await store.fetch_one("SELECT end_reason FROM sessions WHERE id = :id",
                                {"id": house.viewer.caller.session_id})  # fmt: skip
    assert row is not None
    assert row["end_reason"] == "the console was killed"
    assert house.trail().count(("users.create", "sue", "done")) == 1


async def test_a_console_whose_process_cannot_be_seen_is_not_taken_for_dead(
    house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hole: alive was who had a process of that number, and a container sees no other container's.

    The attack is none: two containers on one volume end each other's sessions and write each other's entries twice.
    What must hold: alive is who holds its lock, wherever its process is; and a lock that is let go is a death."""
    monkeypatch.setattr("os.getpid", lambda: 1)
    beside = await house.second_core()
    assert house.viewer.caller.session_id in await beside.sessions.live(house.core.house.server)
    assert alive(house.config.state_dir, house.core.house.server)

    os.close(house.core._heartbeat._lock)

    assert not alive(house.config.state_dir, house.core.house.server)
    house.core._heartbeat = Heartbeat(house.config.state_dir, house.core.house.server)
