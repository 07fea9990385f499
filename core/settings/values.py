"""What holds now: the environment over what was saved over the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING

from core.config import Config
from core.settings.table import BY_KEY, Setting, Typed
from core.store.store import Db, Row

if TYPE_CHECKING:
    from core.identity.sealed import Box


class Source(Enum):
    """Which layer the value comes from; the environment beats what was saved, which beats the default."""

    DEFAULT = "default"
    SAVED = "saved"
    ENVIRONMENT = "environment"


class Values:
    """All settings as they hold now."""

    def __init__(self, rows: Mapping[str, Row], config: Config) -> None:
        self._rows = rows
        self._config = config

    def source(self, key: str) -> Source:
        """Which layer decides."""
        setting = BY_KEY[key]
        if setting.from_environment and key in self._config.model_fields_set:
            return Source.ENVIRONMENT
        return Source.SAVED if key in self._rows else Source.DEFAULT

    def row(self, key: str) -> Row | None:
        """Who saved it and when; None when nobody did."""
        return self._rows.get(key)

    def _value(self, key: str) -> Typed:
        source, setting = self.source(key), BY_KEY[key]
        if source is Source.ENVIRONMENT:
            return getattr(self._config, key)  # type: ignore[no-any-return]
        if source is Source.SAVED:
            return setting.typed(self._rows[key]["value"])
        return setting.default

    def flag(self, key: str) -> bool:
        return bool(self._value(key))

    def number(self, key: str) -> int:
        return int(self._value(key))

    def text(self, key: str) -> str:
        return str(self._value(key))

    def secret(self, key: str, box: Box) -> str:
        """The plain text, empty when it is not set; raises Unsealable when its key file was replaced."""
        row = self._rows.get(key)
        return box.open(bytes.fromhex(row["value"]), f"settings/{key}") if row else ""

    def shown(self, key: str) -> str:
        """For people; a secret says only whether it is set."""
        if BY_KEY[key].secret:
            return "set" if key in self._rows else "not set"
        return BY_KEY[key].shown(self._value(key))


async def read(db: Db, config: Config) -> Values:
    """The layers put together: one query."""
    rows = await db.fetch_all("SELECT * FROM settings")
    return Values({row["key"]: row for row in rows if row["key"] in BY_KEY}, config)


async def save(db: Db, setting: Setting, text: str, by: str, now: str) -> None:
    """Write a value that has been checked."""
    await db.execute(
        "INSERT INTO settings (key, value, changed_by, changed_at) VALUES (:key, :value, :by, :now)"
        " ON CONFLICT (key) DO UPDATE SET value = :value, changed_by = :by, changed_at = :now",
        {"key": setting.key, "value": text, "by": by, "now": now},
    )


async def forget(db: Db, setting: Setting) -> None:
    """Back to the layer below."""
    await db.execute("DELETE FROM settings WHERE key = :key", {"key": setting.key})
