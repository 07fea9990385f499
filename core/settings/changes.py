"""Looking at settings and changing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import GuardRefused, Invalid
from core.operation import Demo, Operation, Risk
from core.secret import Secret
from core.settings import values
from core.settings.table import SETTINGS, Setting, named
from core.settings.values import Source, Values
from core.text import Line, Word
from core.work import Work

LEAST_SECRET = 16


@dataclass(frozen=True, kw_only=True)
class SettingShown:
    """One setting as it holds now; a secret's value is only `set` or `not set`."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("key", "value", "source", "default", "sentence")

    key: str
    value: str
    source: str
    default: str
    type: str
    least: int
    most: int
    choices: tuple[str, ...]
    sentence: str
    through: str
    """The operation that changes it, when that is not `settings.set`."""
    changed_by: str
    changed_at: str


def _show(setting: Setting, held: Values) -> SettingShown:
    row = held.row(setting.key)
    return SettingShown(
        key=setting.key,
        value=held.shown(setting.key),
        source=held.source(setting.key).value,
        default="not set" if setting.secret else setting.shown(setting.default),
        type=setting.type,
        least=setting.least,
        most=setting.most,
        choices=setting.choices,
        sentence=setting.sentence,
        through=setting.through,
        changed_by=row["changed_by"] if row else "",
        changed_at=row["changed_at"] if row else "",
    )


class ListSettings(Operation[tuple[SettingShown, ...]], name="settings.list", needs=Permission.SETTINGS_READ,
                   risk=Risk.LOOK, demo=Demo.REFUSE):  # fmt: skip
    """List all settings, their values and where each comes from."""

    async def run(self, work: Work) -> tuple[SettingShown, ...]:
        held = await values.read(work.db, work.config)
        return tuple(_show(setting, held) for setting in SETTINGS)


class ShowSetting(Operation[SettingShown], name="settings.show", needs=Permission.SETTINGS_READ,
                  risk=Risk.LOOK, demo=Demo.REFUSE, on="key"):  # fmt: skip
    """Show one setting."""

    key: Word

    async def run(self, work: Work) -> SettingShown:
        return _show(named(self.key), await values.read(work.db, work.config))


@dataclass(frozen=True, kw_only=True)
class SettingChanged:
    """What it was and what it is."""

    key: str
    old: str
    new: str


class SetSetting(Operation[SettingChanged], name="settings.set", needs=Permission.SETTINGS_CHANGE,
                 risk=Risk.CHANGE, demo=Demo.REFUSE, on="key"):  # fmt: skip
    """Change one setting; it holds at once."""

    key: Word
    value: Line | None = None
    secret: Secret | None = None
    """Instead of `value` where the setting is a secret."""

    async def run(self, work: Work) -> SettingChanged:
        setting, held = await _changeable(work, self.key)
        if setting.secret:
            if self.secret is None or self.value is not None:
                raise Invalid("{key} is a secret: give it as secret, not as value.", key=setting.key)
            if len(self.secret) < LEAST_SECRET:
                raise Invalid("{key} needs at least {least} characters.", key=setting.key, least=str(LEAST_SECRET))
            text = work.box.seal(self.secret.reveal(), f"settings/{setting.key}").hex()
        elif self.value is None or self.secret is not None:
            raise Invalid("Give {key} a value.", key=setting.key)
        else:
            text = setting.shown(setting.typed(self.value))
        await values.save(work.db, setting, text, work.caller.username, stamp(work.clock.now()))
        return await _changed(work, setting, held)


class ResetSetting(Operation[SettingChanged], name="settings.reset", needs=Permission.SETTINGS_CHANGE,
                   risk=Risk.CHANGE, demo=Demo.REFUSE, on="key"):  # fmt: skip
    """Put one setting back to its default."""

    key: Word

    async def run(self, work: Work) -> SettingChanged:
        setting, held = await _changeable(work, self.key)
        await values.forget(work.db, setting)
        return await _changed(work, setting, held)


async def _changeable(work: Work, key: str) -> tuple[Setting, Values]:
    setting, held = named(key), await values.read(work.db, work.config)
    work.remarks.resource = f"settings/{setting.key}"
    if setting.through:
        raise Invalid("{key} is changed by {operation}.", key=setting.key, operation=setting.through.replace(".", " "))
    if held.source(setting.key) is Source.ENVIRONMENT:
        raise GuardRefused(
            "The environment decides {key} (AIFACTORY_{name}); what is saved here would not count.",
            key=setting.key,
            name=setting.key.upper(),
        )
    return setting, held


async def _changed(work: Work, setting: Setting, before: Values) -> SettingChanged:
    after = await values.read(work.db, work.config)
    changed = SettingChanged(key=setting.key, old=before.shown(setting.key), new=after.shown(setting.key))
    work.note(old=changed.old, new=changed.new)
    return changed
