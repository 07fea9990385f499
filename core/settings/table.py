"""Every setting that something really reads: one table, typed, with limits and a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from core.config import Config
from core.errors import Invalid
from core.text import clip, one_line

Typed: TypeAlias = bool | int | str

CONTENT_LOCALES = (
    "auto", "en", "ru", "es", "de", "fr", "pt", "it", "pl", "uk", "tr", "zh", "ja", "ko", "ar", "hi", "id",
    "vi",
)  # fmt: skip
_YES = ("on", "true", "yes", "1")
_NO = ("off", "false", "no", "0")


@dataclass(frozen=True)
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
        if digits.isascii() and digits.isdigit() and len(digits) <= 12 and self.least <= int(digits) <= self.most:
            return int(digits)
        raise Invalid("{key} is a whole number from {least} to {most}.",
                      key=self.key, least=str(self.least), most=str(self.most))  # fmt: skip

    def shown(self, value: Typed) -> str:
        """A value as people read and write it."""
        return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _configured(key: str, sentence: str, least: int = 0, most: int = 0) -> Setting:
    # One default for one number: the environment's own.
    return Setting(key, Config.model_fields[key].default, sentence, least, most)


SETTINGS: tuple[Setting, ...] = (
    Setting("factory_on_hold", False, "Nothing new is started and running work is put back.",
            through="factory.hold", from_environment=False),
    Setting("hold_reason", "", "What whoever held the factory said about it.",
            through="factory.hold", from_environment=False),
    Setting("factory_focus_product", "", "Only this product gets work.",
            through="factory.focus", from_environment=False),
    _configured("human_review_required", "Full software waits for a person between packaging and sales."),
    _configured("qa_max_rounds", "Repair rounds that the QA gate allows before a person is asked.", 1, 100),
    _configured("security_max_rounds",
                "Repair rounds that the security gate allows before a person is asked.", 1, 100),
    _configured("design_review_max_iters",
                "Design reviews before the pipeline goes on regardless, on record.", 1, 20),
    _configured("pm_spec_auto_requeue_max",
                "How often a refused specification is written again before a person is asked.", 0, 50),
    _configured("task_max_retries", "How often one task is tried before its product fails.", 1, 25),
    Setting("parallel_tasks", 4, "Agents of one runner that work at the same time.", 1, 16),
    Setting("step_pace_seconds", 0,
            "Least time that an agent's step takes, for people who want to watch; 0 is as fast as it goes.", 0, 60),
    _configured("products_per_hour", "Products that one person may create in an hour.", 1, 10_000),
    _configured("demo_products_per_hour",
                "Products that one visitor's address may create in an hour in demo mode.", 0, 1_000),
    Setting("default_content_locale", "auto",
            "Language of products when none is asked for; auto follows the brief.", choices=CONTENT_LOCALES),
    Setting("fingerprint_key", "",
            "Key of the digests in hand-offs; without it one is derived from the sealing key.", secret=True),
)  # fmt: skip
BY_KEY: Mapping[str, Setting] = MappingProxyType({setting.key: setting for setting in SETTINGS})


def named(key: str) -> Setting:
    """The setting of that key; raises Invalid."""
    setting = BY_KEY.get(key.lower().replace("-", "_"))
    if setting is None:
        raise Invalid("There is no setting {key}; settings list shows all.", key=clip(one_line(key), 64))
    return setting
