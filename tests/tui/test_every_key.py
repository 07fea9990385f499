"""Every key of every screen, as somebody of each kind of role, while the window changes its size."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input

from core.access.roles import Role
from tests.core.factory_floor import at_review
from tests.house import OpenHouse
from tests.tui.seat import Seated, escape, seated
from tui.keys import TABS
from tui.screens.place import Place

STORM = ((20, 5), (60, 20), (80, 24), (300, 100))
BYTES = {
    "escape": "\x1b", "enter": "\r", "tab": "\t", "space": " ", "slash": "/", "colon": ":", "question_mark": "?",
    "left_square_bracket": "[", "right_square_bracket": "]", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C",
    "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "f1": "\x1bOP",
    "f5": "\x1b[15~", "backspace": "\x7f", "delete": "\x1b[3~", "shift+tab": "\x1b[Z",
}  # fmt: skip
LEAVES = {"ctrl+q"}


def bytes_of(key: str) -> str | None:
    """What a terminal sends for a key of Textual's name; None for those that no plain terminal has."""
    if key in LEAVES:
        return None
    if key.startswith("ctrl+") and len(key) == 6:
        return chr(ord(key[-1]) & 0x1F)
    return BYTES.get(key, key if len(key) == 1 else None)


def keys_of(app: Any, *, all_of_them: bool) -> list[str]:
    """What is bound in the screen in front and, where asked for, in what has the focus there, and in the app."""
    nodes = [app, *(app.focused or app.screen).ancestors_with_self] if all_of_them else [app.screen]
    found = dict.fromkeys(
        key.strip()
        for node in nodes
        for binding in type(node)._merge_bindings().key_to_bindings.values()
        for one in binding
        if isinstance(one, Binding)
        for key in one.key.split(",")
    )
    return [sent for key in found if (sent := bytes_of(key)) is not None]


async def back_to(someone: Seated, number: int) -> None:
    """Escape leads back from wherever a key has led, or the digit does, from another place."""
    for _ in range(8):
        # A filter that is open takes digits for itself.
        if len(someone.app.screen_stack) == 1 and not isinstance(someone.app.focused, Input):
            break
        await escape(someone)
    assert len(someone.app.screen_stack) == 1, f"no way back from {someone.app.screen}:\n{someone.page}"
    if someone.app.screen.tab != TABS[number - 1].name:
        await someone.types(str(number))
        await someone.someone.until(lambda: someone.app.screen.tab == TABS[number - 1].name, TABS[number - 1].name)


def front(someone: Seated) -> Screen[Any]:
    screen: Screen[Any] = someone.app.screen
    return screen


@pytest.mark.parametrize("number", range(1, len(TABS) + 1), ids=[tab.name for tab in TABS])
@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.SUPER_ADMIN], ids=lambda role: role.word)
async def test_no_key_of_a_place_breaks_it_or_has_no_way_back(house: OpenHouse, role: Role, number: int) -> None:
    await at_review(house, house.operator)
    async with seated(house.desks[role]) as someone:
        await someone.types(str(number))
        if front(someone).tab != TABS[number - 1].name:  # type: ignore[attr-defined]
            await someone.sees("Not allowed")
            return
        for turn, key in enumerate(keys_of(someone.app, all_of_them=role is Role.SUPER_ADMIN)):
            someone.someone.running.feed(key.encode())
            await asyncio.sleep(0.03)
            for size in (STORM[turn % len(STORM)], (80, 24)):
                someone.someone.running.resize(*size)
                await asyncio.sleep(0.07)
            assert not someone.someone.crashes, (key, someone.someone.crashes)
            await back_to(someone, number)


async def test_every_key_that_is_grey_says_why_when_it_is_pressed(house: OpenHouse) -> None:
    await at_review(house, house.operator)
    async with seated(house.viewer, size=(160, 45)) as vera:
        pressed = 0
        for number, tab in enumerate(TABS, 1):
            await vera.types(str(number))
            place = front(vera)
            if not isinstance(place, Place) or place.tab != tab.name:
                continue
            await vera.someone.quiet()
            for hint in [hint for hint in place.all_keys() if not hint.may]:
                sent = bytes_of(hint.key)
                if sent is None:
                    continue
                place.say("")
                await vera.types(sent)
                assert place.footer.said, f"{tab.name}: {hint.key} ({hint.does}) says nothing"
                pressed += 1
                await back_to(vera, number)
        assert pressed
