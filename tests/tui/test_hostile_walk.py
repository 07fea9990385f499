"""Every screen over a store full of text that steers terminals: nothing but our own sequences goes to the wire.

The hole: somebody forgets to wash. The attack: every text that people, agents and clients can leave is asked for by its
own door, and then put into the store behind every door's back as well. What must hold: the last line of defence.
"""

from __future__ import annotations

import json
import re
from contextlib import closing
from sqlite3 import connect

import pytest
from rich.cells import cell_len
from textual.widgets import Input

from core.errors import CoreError
from core.identity.keys import AddKey
from core.operation import Kind, Operation
from core.parse import build
from core.pipeline.agents import Done, Job, Verdict
from core.pipeline.holds import HoldFactory
from core.pipeline.intake import CreateProduct
from core.settings.changes import SetSetting
from tests.core.factory_floor import ScriptedStudio, at_review, make, whole_run
from tests.house import OpenHouse
from tests.keyring import ed25519
from tests.rules.test_hostile_text import HOSTILE, STEERS
from tests.tui.seat import Seated, escape, seated
from tui.keys import TABS

OURS = re.compile(
    r"\x1b\[[\d;]*m|\x1b\[\d+;\d+H|\x1b\[H|\x1b\[\?(?:1049|25|2026|2004|7|1000|1002|1003|1004|1006)[hl]"
    r"|\x1b\[\?2026\$p|\x1b\[2[23];2t|\x1b\]2;[ -~]*\x1b\\|\x1b\[<u|\r\n"
)
WORST = HOSTILE.encode("utf-8", "ignore").decode() + "ширина 漢字カナ 👩‍👩‍👧 é\u0301\u0301"
TEXTS = {
    "products": ("name", "brief", "owner_name"),
    "tasks": ("output", "error"),
    "handoffs": ("product_name",),
    "keys": ("label", "algorithm", "last_address"),
    "sessions": ("client", "address", "method"),
}
"""Columns whose text comes from people, agents and clients."""
LISTS = {"tasks": "feedback", "handoffs": "notes"}


def says_the_worst(job: Job) -> Done:
    """An agent's answer."""
    blocked = job.agent == "qa"
    return Done(
        output={"agent": job.agent, WORST: WORST, "more": [WORST, {"deep": WORST}]},
        verdict=Verdict.BLOCK if blocked else Verdict.APPROVE,
        blockers=(WORST, WORST * 30) if blocked else (),
    )


class WorstStudio(ScriptedStudio):
    """Agents that attack whoever reads them."""

    async def work(self, job: Job) -> Done:
        self.jobs.append(job)
        return says_the_worst(job) if len(self.jobs) < 12 else Done(output={"agent": job.agent})


async def try_to(house: OpenHouse, kind: Kind, **fields: object) -> None:
    """Ask as a form would; a refusal is as good as a washing."""
    try:
        asked = build(kind, fields)
        assert isinstance(asked, Operation)
        await house.super_admin.run(asked, confirm=WORST)
    except CoreError:
        return


async def fill_with_the_worst(house: OpenHouse) -> None:
    """By every door, then behind them."""
    await whole_run(house, WorstStudio(), await make(house.operator), "waiting", "failed", "completed", "done", "live")
    await at_review(house, house.operator)
    for number, label in enumerate((WORST[:60], "laptop")):
        await try_to(house, AddKey, label=label, key=ed25519(40 + number))
    await try_to(house, CreateProduct, brief=WORST * 5, name=WORST)
    await try_to(house, HoldFactory, reason=WORST)
    await try_to(house, SetSetting, key=WORST, value=WORST)
    with closing(connect(house.config.state_dir / "factory.db")) as db, db:
        for table, columns in TEXTS.items():
            for column in columns:
                db.execute(f"UPDATE {table} SET {column} = substr({column}, 1, 3) || ? || rowid", (WORST[:100],))
        for table, column in LISTS.items():
            db.execute(f"UPDATE {table} SET {column} = ?", (json.dumps([WORST, WORST * 20]),))
        db.execute("UPDATE people SET username = username || ? WHERE username = 'ada'", (WORST[:100],))
        db.execute(
            "UPDATE settings SET value = ?, changed_by = ? WHERE key = 'hold_reason'", (json.dumps(WORST), WORST)
        )


def check(someone: Seated, where: str) -> None:
    if someone.someone.crashes:
        raise AssertionError(where) from someone.someone.crashes[0][1]
    sent = someone.someone.wire.bytes.decode()
    left = OURS.sub("", sent)
    found = STEERS.search(left)
    assert found is None, f"{where}: {found!r} in {left[max(0, found.start() - 80) : found.end() + 80]!r}"
    assert "\x1b]52" not in sent
    assert "\x1b]8" not in sent
    width = someone.app.size.width
    for strip in someone.app.screen._compositor.render_strips():
        cells = sum(cell_len(segment.text) for segment in strip if not segment.control)
        assert cells == width, f"{where}: a line of {cells} cells on {width}: {strip.text!r}"


WITHIN = {
    "home": ("\r", "j\r", "?"),
    "products": ("\r", "\r2\r", "\r3\r", "\r4\r", "j\r\t\t\r", "n", "r", "c", "s", "/a", "?"),
    "handoffs": ("\r", "b", "o", "?"),
    "audit": ("\r", "\r[[", "/actor:", "v", "s", "?"),
    "users": ("\r", "\rjj", "n", "o", "d", "jo", "a", "?"),
    "sessions": ("\r", "e", "x", "jx", "?"),
    "settings": ("\r", "jjj\r", "d", "?"),
    "me": ("a", "d", "p", "f", "l", "?"),
}
"""What is opened from each place; escape leads back."""


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_no_screen_passes_on_what_steers_a_terminal(house: OpenHouse, size: tuple[int, int]) -> None:
    await fill_with_the_worst(house)
    assert set(WITHIN) == {tab.name for tab in TABS}
    async with seated(house.super_admin, size=size) as sue:
        for number, tab in enumerate(TABS, 1):
            await sue.types(str(number))
            check(sue, tab.name)
            for keys in (*WITHIN[tab.name], ":pro", ":a\r"):
                await sue.types(keys)
                check(sue, f"{tab.name} {keys}")
                for _ in range(4):
                    if len(sue.app.screen_stack) > 1 or isinstance(sue.app.focused, Input):
                        await escape(sue)
                if len(sue.app.screen_stack) > 1 or sue.app.screen.tab != tab.name:
                    await sue.types(str(number))
        check(sue, "at the end")
