"""The record on the screen: found, followed, read, verified."""

from __future__ import annotations

import pytest

from core.audit.reading import SearchRecord
from core.errors import Forbidden
from core.identity.people import CreatePerson, ListPeople
from core.settings.changes import SetSetting
from tests.house import OpenHouse
from tests.tui.seat import Seated, seated
from tui.screens import record

SIZES = [(80, 24), (120, 30), (160, 45)]


async def refuse_something(house: OpenHouse) -> None:
    with pytest.raises(Forbidden):
        await house.operator.run(ListPeople())


async def search(reader: Seated, words: str) -> None:
    await reader.types(f"/{words}\r")


@pytest.mark.parametrize("size", SIZES)
async def test_the_newest_entry_stands_first_and_beside_the_list_where_there_is_room(
    house: OpenHouse, size: tuple[int, int]
) -> None:
    await house.admin.run(SetSetting(key="task_max_retries", value="7"))
    async with seated(house.operator, "audit", size) as oleg:
        await oleg.sees("settings.set", "task_max_", "entries")
        if size[0] >= 120:
            await oleg.sees("by ada on settings/task_max_retries", "new: 7", "link")


async def test_a_search_narrows_and_says_how_many_of_how_many(house: OpenHouse) -> None:
    await house.admin.run(SetSetting(key="task_max_retries", value="7"))
    total = len(house.entries())
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("session.open")
        await search(oleg, "actor:ada action:settings.*")
        await oleg.sees("settings.set", f"1 of {total:,}")
        await oleg.misses("session.open")
        await oleg.types("\x1b")
        await oleg.sees("session.open", "entries")


async def test_tab_completes_a_key_and_then_a_value(house: OpenHouse) -> None:
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("session.open")
        await oleg.types("/sev\twar\t")
        await oleg.sees("/ severity:warning")


async def test_a_wrong_filter_is_told_beside_it_and_finds_nothing_new(house: OpenHouse) -> None:
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("session.open")
        await search(oleg, "colour:red")
        await oleg.sees("There is no filter colour")
        assert "session.open" in oleg.page


async def test_a_refusal_carries_a_mark(house: OpenHouse) -> None:
    await refuse_something(house)
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("users.list", "forbidden")
        assert any("!" in line and "users.list" in line for line in oleg.page.split("\n"))


async def test_following_shows_what_others_do_as_they_do_it(house: OpenHouse) -> None:
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("session.open")
        await oleg.types("f")
        await oleg.sees("Following")
        await refuse_something(house)
        await oleg.sees("users.list")
        await oleg.types("f")
        await oleg.sees("No longer following.")


async def test_older_pages_come_as_the_cursor_nears_the_end(house: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "PAGE", 4)
    every = await house.operator.run(SearchRecord())
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("1 of 4+")
        await oleg.types("G")
        await oleg.sees("of 8+")
        for _ in range(len(every)):
            await oleg.types("G")
        await oleg.sees("session.open", f"of {len(house.entries()):,}")


async def test_an_entry_shows_its_links_and_leads_to_its_neighbours(house: OpenHouse) -> None:
    await house.admin.run(SetSetting(key="task_max_retries", value="7"))
    newest = house.last()
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("settings.set")
        await oleg.types("\r")
        await oleg.sees(f"#{newest['seq']}", "old:", "new: 7", newest["id"], newest["previous_hash"][:4], "✓")
        await oleg.types("[")
        await oleg.sees(f"#{newest['seq'] - 1}")
        await oleg.types("]")
        await oleg.sees(newest["id"])


async def test_a_whole_record_verifies_in_one_sentence(house: OpenHouse) -> None:
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("session.open")
        await oleg.types("v")
        await oleg.sees("The record is whole")
        await oleg.types("\r")
        await oleg.misses("The record is whole")


async def test_a_changed_entry_is_named_and_enter_leads_to_it(house: OpenHouse) -> None:
    # The attack: somebody with the files rewrites who did it.
    await house.super_admin.run(CreatePerson(username="mallory"))
    forged = house.last()
    async with seated(house.operator, "audit") as oleg:
        await oleg.sees("users.create")
        for path in house.config.audit_dir.glob("audit-*.jsonl"):
            path.chmod(0o600)
            path.write_bytes(path.read_bytes().replace(b'users/mallory"', b'users/malloru"'))
        await oleg.types("v")
        await oleg.sees(f"Broken at #{forged['seq']}", "edited")
        await oleg.types("\r")
        await oleg.sees(f"#{forged['seq']} users.create", "it was changed", "broken at")


async def test_a_viewer_does_not_come_in_and_is_told_why(house: OpenHouse) -> None:
    async with seated(house.viewer) as vera:
        await vera.sees("Waiting for a person")
        await vera.types("4")
        await vera.sees("audit.search needs audit:read; you are viewer", "? why")


async def test_a_line_that_was_forged_with_control_characters_commands_no_terminal(house: OpenHouse) -> None:
    # The hole: what the writer washes, somebody with the files can put back as JSON escapes.
    await house.super_admin.run(CreatePerson(username="mallory"))
    seq = house.last()["seq"]
    for path in house.config.audit_dir.glob("audit-*.jsonl"):
        path.chmod(0o600)
        forged = b"users/\\u001b]52;c;cm0gLXJm\\u0007\\u202emal"
        path.write_bytes(path.read_bytes().replace(b"users/mallory", forged))
    for size in SIZES:
        async with seated(house.operator, "audit", size) as oleg:
            await oleg.sees("damaged")
            await search(oleg, "action:users.create")
            await oleg.types("\r")
            await oleg.sees(f"#{seq} users.create", "it was changed")
            sent = b"".join(oleg.someone.wire.sent)
            assert b"\x1b]52" not in sent
            assert "\u202e".encode() not in sent
