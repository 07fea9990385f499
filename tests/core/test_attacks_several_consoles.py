"""Attacks and accidents where several consoles share one data volume."""

from __future__ import annotations

from core.access.roles import Role
from core.assembly import _sweep
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
        await _sweep(store, beside.recorder, house.clock)

    row = await store.fetch_one("SELECT end_reason FROM sessions WHERE id = :id",
                                {"id": house.viewer.caller.session_id})  # fmt: skip
    assert row is not None
    assert row["end_reason"] == "the console was killed"
    assert house.trail().count(("users.create", "sue", "done")) == 1
