"""Settings: typed, layered, on record, and secret where they are secret."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.config import Config
from core.errors import Forbidden, GuardRefused, Invalid
from core.secret import Secret
from core.sentence import fill
from core.settings.changes import ListSettings, ResetSetting, SetSetting, ShowSetting
from core.settings.table import SETTINGS, Setting
from tests.core.factory_floor import ScriptedStudio, make, seen, whole_run
from tests.house import OpenHouse, open_house

KEY = "correct horse battery staple"


async def test_a_setting_says_where_its_value_comes_from(house: OpenHouse) -> None:
    before = await house.operator.run(ShowSetting(key="qa_max_rounds"))
    changed = await house.admin.run(SetSetting(key="qa_max_rounds", value="7"))
    after = await house.operator.run(ShowSetting(key="qa-max-rounds"))

    assert (before.value, before.source, before.changed_by) == ("10", "default", "")
    assert (changed.old, changed.new) == ("10", "7")
    assert (after.value, after.source, after.changed_by) == ("7", "saved", "ada")
    assert (await house.admin.run(ResetSetting(key="qa_max_rounds"))).new == "10"


async def test_old_and_new_are_on_record(house: OpenHouse) -> None:
    await house.admin.run(SetSetting(key="human_review_required", value="off"))

    entry = house.last()

    assert (entry["action"], entry["resource"]) == ("settings.set", "settings/human_review_required")
    assert (entry["details"]["old"], entry["details"]["new"]) == ("on", "off")


async def test_without_human_review_software_goes_straight_to_sales(house: OpenHouse) -> None:
    await house.admin.run(SetSetting(key="human_review_required", value="no"))
    product = await make(house.operator, "An app with a login and a dashboard for beekeepers.")

    done = await whole_run(house, ScriptedStudio(), product, "done", "waiting", "failed")

    assert done.standing == "done"


async def test_what_the_environment_sets_cannot_be_saved_over(pinned: OpenHouse) -> None:
    with pytest.raises(GuardRefused) as refused:
        await pinned.admin.run(SetSetting(key="qa_max_rounds", value="7"))

    assert refused.value.facts == {"key": "qa_max_rounds", "name": "QA_MAX_ROUNDS"}
    shown = await pinned.operator.run(ShowSetting(key="qa_max_rounds"))
    assert (shown.value, shown.source) == ("3", "environment")


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("qa_max_rounds", "0", "qa_max_rounds is a whole number from 1 to 100."),
        ("qa_max_rounds", "ten", "qa_max_rounds is a whole number from 1 to 100."),
        ("qa_max_rounds", "٣", "qa_max_rounds is a whole number from 1 to 100."),
        ("human_review_required", "maybe", "human_review_required is on or off."),
        ("default_content_locale", "xx", "default_content_locale is one of: auto, en,"),
        ("factory_on_hold", "on", "factory_on_hold is changed by factory hold."),
        ("no_such_thing", "1", "There is no setting no_such_thing;"),
        ("fingerprint_key", KEY, "fingerprint_key is a secret:"),
    ],
)
async def test_a_wrong_value_is_refused_with_what_would_be_right(
    house: OpenHouse, key: str, value: str, reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await house.admin.run(SetSetting(key=key, value=value))

    assert fill(refused.value.reason, refused.value.facts).startswith(reason)


async def test_a_secret_is_never_shown_recorded_or_stored_in_the_clear(house: OpenHouse) -> None:
    changed = await house.admin.run(SetSetting(key="fingerprint_key", secret=Secret(KEY)))

    assert (changed.old, changed.new) == ("not set", "set")
    listed = await house.admin.run(ListSettings())
    assert KEY not in str(listed)
    assert KEY.encode() not in house.record()
    row = await house.core.house.store.fetch_one("SELECT value FROM settings WHERE key = 'fingerprint_key'")
    assert row is not None
    assert KEY not in row["value"]


async def test_the_fingerprint_key_changes_the_digests_of_hand_offs(house: OpenHouse) -> None:
    async def digest() -> object:
        product = await make(house.operator)
        await whole_run(house, ScriptedStudio(), product, "done", "failed")
        return (await seen(house, product)).handoffs[-2].output_fingerprint["digest"]

    before = await digest()
    assert before == await digest()
    await house.admin.run(SetSetting(key="fingerprint_key", secret=Secret(KEY)))

    assert before != await digest()


async def test_operators_read_settings_admins_change_them_and_viewers_do_neither(house: OpenHouse) -> None:
    listed = await house.operator.run(ListSettings())
    assert len(listed) == len(SETTINGS)
    with pytest.raises(Forbidden):
        await house.operator.run(SetSetting(key="qa_max_rounds", value="7"))
    with pytest.raises(Forbidden):
        await house.viewer.run(ListSettings())


async def test_a_demo_refuses_settings(demo_house: OpenHouse) -> None:
    with pytest.raises(GuardRefused):
        await demo_house.super_admin.run(SetSetting(key="qa_max_rounds", value="7"))


@pytest.mark.parametrize("setting", [one for one in SETTINGS if one.key in Config.model_fields and one.most])
def test_a_setting_and_its_variable_have_the_same_limits(setting: Setting) -> None:
    limits = {type(one).__name__: one for one in Config.model_fields[setting.key].metadata}
    assert (limits["Ge"].ge, limits["Le"].le) == (setting.least, setting.most)


@pytest.fixture
async def pinned(furnished: Path, tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """A house whose environment fixes one setting."""
    async with open_house(furnished, tmp_path / "pinned", qa_max_rounds=3) as opened:
        yield opened
