"""The screens before one is in: the lock, the new password, the second factor."""

from __future__ import annotations

import re

import pyotp
import segno

from core.access.roles import Role
from core.desk import Desk
from core.operation import Stage
from tests.house import NAMES, PASSWORD, OpenHouse
from tests.tui.seat import Seated, seated
from tui.client import Client, ColourDepth
from tui.widgets.qr import QrCode, half_blocks

GROUPS = re.compile(r"((?:[A-Z2-7]{4} ){3}[A-Z2-7]{4})")
CLIPBOARD = b"\x1b]52;"


def secret_on(page: str) -> str:
    """The base32 that stands there in groups."""
    return "".join(GROUPS.findall(page)).replace(" ", "")


async def secret_shown(newcomer: Seated) -> str:
    """Wait for it."""
    await newcomer.someone.until(lambda: len(secret_on(newcomer.page)) == 32, "a secret")
    return secret_on(newcomer.page)


async def enrolled_up_to_the_codes(house: OpenHouse, newcomer: Seated) -> None:
    await newcomer.sees("step 2 of 4", "Scan this")
    await newcomer.types(pyotp.TOTP(await secret_shown(newcomer)).at(house.clock.now()) + "\r")
    await newcomer.sees("Keep these recovery codes")


async def newcomer_of(house: OpenHouse, role: Role = Role.VIEWER) -> Desk:
    return await house.at_stage(Stage.MUST_ENROL, role)


# -- the lock


async def test_a_code_opens_a_half_open_session_and_a_wrong_one_says_so(house: OpenHouse) -> None:
    half = await house.at_stage(Stage.HALF_OPEN, Role.VIEWER)
    async with seated(half) as holder:
        await holder.sees("Your key opened the door half-way.")
        await holder.types("000000\r")
        await holder.sees("That code is not right")
        await holder.types(f"{house.code().reveal()}\r")
        await holder.sees("Waiting for a person", "1 Home")


async def test_behind_the_lock_no_key_leads_anywhere(house: OpenHouse) -> None:
    half = await house.at_stage(Stage.HALF_OPEN, Role.SUPER_ADMIN)
    async with seated(half, screen="users") as holder:
        await holder.sees("half-way")
        await holder.types("\t2\t5:\x10")
        assert "half-way" in holder.page
        assert NAMES[Role.ADMIN] not in holder.page


# -- a new password


async def test_a_new_password_is_typed_twice_and_told_what_is_wrong_with_it(house: OpenHouse) -> None:
    desk = await house.at_stage(Stage.MUST_CHANGE, Role.VIEWER)
    async with seated(desk) as newcomer:
        await newcomer.sees("step 1 of 4", "new password")
        await newcomer.types("a quiet red teapot\ranother one\r")
        await newcomer.sees("The two are not the same")
        await newcomer.types("short\rshort\r")
        await newcomer.sees("at least 12 characters")
        await newcomer.types("a quiet red teapot\ra quiet red teapot\r")
        await newcomer.sees("Waiting for a person")
        assert "teapot" not in b"".join(newcomer.someone.wire.sent).decode(errors="replace")


async def test_the_old_password_is_not_a_new_one(house: OpenHouse) -> None:
    desk = await house.at_stage(Stage.MUST_CHANGE, Role.VIEWER)
    async with seated(desk) as newcomer:
        await newcomer.sees("step 1 of 4")
        await newcomer.types(f"{PASSWORD}\r{PASSWORD}\r")
        await newcomer.sees("The new password is the old one.")


# -- the second factor


async def test_a_newcomer_is_led_from_the_code_over_the_recovery_codes_and_a_word_on_keys_home(
    house: OpenHouse,
) -> None:
    async with seated(await newcomer_of(house)) as newcomer:
        await enrolled_up_to_the_codes(house, newcomer)
        assert len(re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){3}", newcomer.page)) == 10
        await newcomer.types("\r")
        assert "Keep these recovery codes" in newcomer.page, "a stray enter must not take them away"
        await newcomer.types("k")
        await newcomer.sees("step 3 of 4", "keys add --label laptop")
        await newcomer.types("\r")
        await newcomer.sees("Waiting for a person", "You are in.")


async def test_the_code_that_is_drawn_is_that_of_the_secret_beside_it(house: OpenHouse) -> None:
    desk = await newcomer_of(house)
    name = "must_enrol.viewer"
    async with seated(desk) as newcomer:
        secret = await secret_shown(newcomer)
        for label in (f"AI-Factory:{name}", name):
            uri = f"otpauth://totp/{label}?secret={secret}"
            code = segno.make(uri, error="l", micro=False, boost_error=False)
            rows = half_blocks([[bool(module) for module in row] for row in code.matrix], 2)
            if len(rows) <= 19:
                break
        drawn = newcomer.page.split("\n")[3:22]
        assert [line[: len(rows[0])].rstrip() for line in drawn] == [row.rstrip() for row in rows]


async def test_code_and_secret_go_together_after_a_minute_and_come_back_on_demand(house: OpenHouse) -> None:
    async with seated(await newcomer_of(house)) as newcomer:
        secret = await secret_shown(newcomer)
        newcomer.app.screen.query_one(QrCode).blank()
        await newcomer.sees("ctrl+r shows it again")
        await newcomer.someone.until(lambda: not secret_on(newcomer.page), "the secret's end")
        assert "▀" not in newcomer.page
        await newcomer.types("\x12")
        await newcomer.sees("▀")
        assert await secret_shown(newcomer) == secret


async def test_recovery_codes_never_reach_a_clipboard(house: OpenHouse) -> None:
    async with seated(await newcomer_of(house)) as newcomer:
        await enrolled_up_to_the_codes(house, newcomer)
        await newcomer.types("y")
        await newcomer.sees("Secrets are never copied")
        assert CLIPBOARD not in b"".join(newcomer.someone.wire.sent)


async def test_a_terminal_that_cannot_draw_the_code_gets_the_secret(house: OpenHouse) -> None:
    poor = Client(term="vt220", colour=ColourDepth.SIXTEEN, symbols=False)
    async with seated(await newcomer_of(house), client=poor) as newcomer:
        await newcomer.sees("type the secret")
        assert await secret_shown(newcomer)
        assert "▀" not in newcomer.page


async def test_a_long_name_leaves_the_secret_where_its_code_does_not_fit(house: OpenHouse) -> None:
    name = "n" * 64
    await house.person(name, enrolled=False)
    desk = await house.sit(name, factor="")
    async with seated(desk) as newcomer:
        await newcomer.sees("The window is too low")
        assert await secret_shown(newcomer)
    async with seated(await house.sit(name, factor=""), size=(160, 45)) as newcomer:
        await newcomer.sees("Scan this", "▀")
