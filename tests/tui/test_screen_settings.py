"""Settings and oneself: what is set, by whom, and how it is changed."""

from __future__ import annotations

import pytest

from core.identity.keys import ListKeys
from core.identity.own import WhoAmI
from core.settings.changes import ShowSetting
from tests.house import PASSWORD, OpenHouse
from tests.tui.seat import Seated, seated

SIZES = [(80, 24), (160, 45)]
CTRL_S = "\x13"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


async def to_setting(somebody: Seated, key: str) -> None:
    """Move the cursor to that setting."""
    for _ in range(30):
        if any("▸" in line and key in line for line in somebody.page.split("\n")):
            return
        await somebody.types("j")
    raise AssertionError(f"there is no {key}")


@pytest.mark.parametrize("size", SIZES)
async def test_settings_stand_in_groups_with_where_they_come_from(house: OpenHouse, size: tuple[int, int]) -> None:
    async with seated(house.operator, "settings", size) as oleg:
        await oleg.sees("The factory", "Gates", "New products", "task_max_retries", "default")


async def test_old_and_new_are_shown_before_anything_is_saved(house: OpenHouse) -> None:
    async with seated(house.admin, "settings") as ada:
        await ada.sees("task_max_retries")
        await to_setting(ada, "task_max_retries")
        await ada.types("\r")
        await ada.sees("a whole number from 1 to 25")
        await ada.types("\x15999\r")
        await ada.sees("task_max_retries is a whole number from 1 to 25.")
        await ada.types("\x1512\r")
        await ada.sees("→ 12", "settings set --key task_max_retries --value 12")
        assert (await house.admin.run(ShowSetting(key="task_max_retries"))).source == "default"
        await ada.types("y")
        await ada.sees("→ 12", "saved")
        assert (await house.admin.run(ShowSetting(key="task_max_retries"))).value == "12"
        await ada.types("d")
        await ada.sees("Put task_max_retries back to its default?")
        await ada.types("y")
        await ada.sees("task_max_retries is at its default.")


async def test_a_secret_is_written_and_never_read(house: OpenHouse) -> None:
    async with seated(house.admin, "settings") as ada:
        await ada.sees("task_max_retries")
        await to_setting(ada, "fingerprint_key")
        await ada.types("\rthe cat sat on the mat\r")
        await ada.sees("not set → set")
        await ada.types("y")
        await ada.sees("fingerprint_key: not set → set")
        assert b"the cat" not in b"".join(ada.someone.wire.sent)
    assert b"the cat" not in house.record()


async def test_who_may_not_change_settings_is_told_before_typing(house: OpenHouse) -> None:
    async with seated(house.operator, "settings") as oleg:
        await oleg.sees("task_max_retries")
        await to_setting(oleg, "task_max_retries")
        await oleg.types("\r")
        await oleg.sees("settings.set needs settings:change; you are operator")


async def test_what_takes_more_than_a_value_is_changed_by_its_own_command(house: OpenHouse) -> None:
    async with seated(house.admin, "settings") as ada:
        await ada.sees("factory_on_hold")
        await to_setting(ada, "factory_on_hold")
        await ada.types("\r")
        await ada.sees("factory hold", "reason")


# -- oneself


@pytest.mark.parametrize("size", SIZES)
async def test_one_sees_who_one_is_and_what_one_may(house: OpenHouse, size: tuple[int, int]) -> None:
    async with seated(house.viewer, "me", size) as vera:
        await vera.sees("vera", "viewer", "second factor", "No keys yet.", "What you may", "Sessions")
        await vera.types("G")
        await vera.sees("sessions:read", "your own")


async def test_a_pasted_key_is_added_and_removed_after_a_yes(house: OpenHouse) -> None:
    async with seated(house.viewer, "me") as vera:
        await vera.sees("No keys yet.")
        await vera.types("alaptop\t")
        await vera.pastes(KEY + " vera@her-laptop\n")
        await vera.types(CTRL_S)
        await vera.sees("The key is yours", "laptop")
        keys = await house.viewer.run(ListKeys())
        assert [key.label for key in keys] == ["laptop"]
        await to_setting(vera, "ssh-ed25519")
        await vera.types("d")
        await vera.sees("Remove the key laptop?")
        await vera.types("y")
        await vera.sees("The key laptop is removed.")
    assert not await house.viewer.run(ListKeys())


async def test_a_private_key_is_refused_with_advice(house: OpenHouse) -> None:
    async with seated(house.viewer, "me") as vera:
        await vera.sees("No keys yet.")
        await vera.types("alaptop\t")
        await vera.pastes("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
        await vera.types(CTRL_S)
        await vera.sees("That is a private key")


async def test_a_theme_and_a_language_hold_at_once_and_for_one_person(house: OpenHouse) -> None:
    async with seated(house.viewer, "me") as vera, seated(house.operator, "me") as oleg:
        await vera.sees("theme")
        await oleg.sees("theme")
        before = oleg.app.theme
        await vera.types("T")
        await vera.someone.until(lambda: vera.app.theme != before, "another theme")
        await vera.types("l")
        await vera.sees("Русский")
        assert (oleg.app.theme, oleg.app.t.language) == (before, "en")
        me = await house.viewer.run(WhoAmI())
        assert (me.language, me.theme) == ("ru", vera.app.theme)


async def test_a_password_is_changed_only_with_the_old_one(house: OpenHouse) -> None:
    async with seated(house.viewer, "me") as vera:
        await vera.sees("second factor")
        await vera.types(f"pa new blue kettle\rwrong old one{CTRL_S}")
        await vera.sees("The current password is not right.")
        await vera.types(f"pa new blue kettle\r{PASSWORD}{CTRL_S}")
        await vera.sees("The password is changed")


async def test_new_recovery_codes_stand_there_until_they_are_kept(house: OpenHouse) -> None:
    async with seated(house.viewer, "me") as vera:
        await vera.sees("0 are left")
        await vera.types("c")
        await vera.sees("Type mfa.recovery to go on:")
        await vera.types("mfa.recovery\r")
        await vera.sees("Your recovery codes", "k I have kept it")
        await vera.types("\x1b\r")
        assert "Your recovery codes" in vera.page
        await vera.types("k")
        await vera.sees("10 are left")


async def test_a_visitor_sees_who_they_are_and_changes_nothing(demo_house: OpenHouse) -> None:
    async with seated(demo_house.visitor, "me") as visitor:
        await visitor.sees("visitor", "products:read", "DEMO")
        await visitor.types("p")
        await visitor.sees("password.change needs self:manage; you are visitor")


async def test_demo_mode_lets_nobody_among_the_people(demo_house: OpenHouse) -> None:
    async with seated(demo_house.super_admin) as sue:
        await sue.sees("DEMO")
        await sue.types("5")
        await sue.sees("demo")
        assert "vera" not in sue.page
