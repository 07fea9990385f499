"""Every setting that something really reads: one table, typed, and how the layers above it decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from core.config import Config
from core.errors import Invalid
from core.store.store import Db, Row
from core.text import clip, one_line

if TYPE_CHECKING:
    from core.identity.sealed import Box

Typed: TypeAlias = bool | int | str

CONTENT_LOCALES = (
    "auto",
    "en",
    "ru",
    "es",
    "de",
    "fr",
    "pt",
    "it",
    "pl",
    "uk",
    "tr",
    "zh",
    "ja",
    "ko",
    "ar",
    "hi",
    "id",
    "vi",
)


class Source(Enum):
    """Which layer the value comes from; the environment beats what was saved, which beats the default."""

    DEFAULT = "default"
    SAVED = "saved"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting: its type follows from its default."""

    key: str
    default: Typed
    sentence: str
    least: int = 0
    most: int = 0
    choices: tuple[str, ...] = ()
    secret: bool = False
    """Sealed at rest and never shown; its value is text."""
    through: str = ""
    """The operation that changes it instead of `settings.set`, because more than a value belongs to it."""
    from_environment: bool = True
    """False when a flag of the same name means something stronger."""

    @property
    def type(self) -> str:
        """For forms: flag, number, choice, secret or text."""
        if self.secret:
            return "secret"
        if isinstance(self.default, bool):
            return "flag"
        if isinstance(self.default, int):
            return "number"
        return "choice" if self.choices else "text"

    def typed(self, text: str) -> Typed:
        """The value that a person or a row wrote; raises Invalid with what would be right."""
        if self.type == "flag":
            if text.lower() in _YES + _NO:
                return text.lower() in _YES
            raise Invalid("{key} is on or off.", key=self.key)
        if self.type == "number":
            return self._number(text)
        if self.choices and text not in self.choices:
            raise Invalid("{key} is one of: {choices}.", key=self.key, choices=", ".join(self.choices))
        return text

    def _number(self, text: str) -> int:
        digits = text.replace("_", "").replace(",", "")
        if (
            digits.isascii()
            and digits.isdigit()
            and len(digits) <= 12
            and self.least <= int(digits) <= self.most
        ):
            return int(digits)
        raise Invalid("{key} is a whole number from {least} to {most}.",
                      key=self.key, least=str(self.least), most=str(self.most))  # fmt: skip


_YES = ("on", "true", "yes", "1")
_NO = ("off", "false", "no", "0")


def _configured(key: str) -> Typed:
    # One default for one number: the environment's own.
    default: Typed = Config.model_fields[key].default
    return default


SETTINGS: tuple[Setting, ...] = (
    Setting(
        key="factory_on_hold",
        default=False,
        through="factory.hold",
        from_environment=False,
        sentence="Nothing new is started and running work is put back.",
    ),
    Setting(
        key="hold_reason",
        default="",
        through="factory.hold",
        from_environment=False,
        sentence="What whoever held the factory said about it.",
    ),
    Setting(
        key="factory_focus_product",
        default="",
        through="factory.focus",
        from_environment=False,
        sentence="Only this product gets work.",
    ),
    Setting(
        key="human_review_required",
        default=_configured("human_review_required"),
        sentence="Full software waits for a person between packaging and sales.",
    ),
    Setting(
        key="qa_max_rounds",
        default=_configured("qa_max_rounds"),
        least=1,
        most=100,
        sentence="Repair rounds that the QA gate allows before a person is asked.",
    ),
    Setting(
        key="security_max_rounds",
        default=_configured("security_max_rounds"),
        least=1,
        most=100,
        sentence="Repair rounds that the security gate allows before a person is asked.",
    ),
    Setting(
        key="design_review_max_iters",
        default=_configured("design_review_max_iters"),
        least=1,
        most=20,
        sentence="Design reviews before the pipeline goes on regardless, on record.",
    ),
    Setting(
        key="pm_spec_auto_requeue_max",
        default=_configured("pm_spec_auto_requeue_max"),
        least=0,
        most=50,
        sentence="How often a refused specification is written again before a person is asked.",
    ),
    Setting(
        key="task_max_retries",
        default=_configured("task_max_retries"),
        least=1,
        most=25,
        sentence="How often one task is tried before its product fails.",
    ),
    Setting(
        key="parallel_tasks",
        default=4,
        least=1,
        most=16,
        sentence="Agents of one runner that work at the same time.",
    ),
    Setting(
        key="products_per_hour",
        default=_configured("products_per_hour"),
        least=1,
        most=10_000,
        sentence="Products that one person may create in an hour.",
    ),
    Setting(
        key="demo_products_per_hour",
        default=_configured("demo_products_per_hour"),
        least=0,
        most=1_000,
        sentence="Products that one visitor's address may create in an hour in demo mode.",
    ),
    Setting(
        key="default_content_locale",
        default="auto",
        choices=CONTENT_LOCALES,
        sentence="Language of new products when nobody asks for one; auto follows the brief.",
    ),
    Setting(
        key="fingerprint_key",
        default="",
        secret=True,
        sentence="Key of the digests that hand-offs carry; without it one is derived from the sealing key.",
    ),
)
BY_KEY: Mapping[str, Setting] = MappingProxyType({setting.key: setting for setting in SETTINGS})


def named(key: str) -> Setting:
    """The setting of that key; raises Invalid with the nearest ones."""
    setting = BY_KEY.get(key.lower().replace("-", "_"))
    if setting is None:
        raise Invalid("There is no setting {key}; settings list shows all.", key=clip(one_line(key), 64))
    return setting


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
        value = self._value(key)
        return ("on" if value else "off") if isinstance(value, bool) else str(value)


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
