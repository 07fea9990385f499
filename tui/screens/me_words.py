"""How one is told about oneself: facts, keys, permissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.i18n.tongue import Tongue
from core.identity.keys import Key
from core.identity.own import Me
from core.identity.totp import Factors
from tui.screens.product_words import age
from tui.symbols import Sign, Symbols
from tui.widgets.columns import Column
from tui.widgets.pieces import Ink, shorten_middle

TONGUES = {"en": "English", "ru": "Русский", "es": "Español"}
"""Each in its own words, whatever is spoken now."""


@dataclass(frozen=True)
class Fact:
    """A line about oneself, and the key that changes it."""

    name: str
    value: str
    key: str = ""


def facts(t: Tongue, me: Me, factors: Factors | None) -> Sequence[Fact]:
    """Who I am here."""
    found = [
        Fact(t("role"), t(me.role)),
        Fact(t("signed in"), t("from {address}, session {session}", address=me.address, session=me.session)),
    ]
    if factors is not None:
        left = t.n("{n} is left", "{n} are left", factors.recovery_codes_left)
        found += [
            Fact(t("second factor"), t("yes") if factors.second_factor else t("not made yet"), "f"),
            Fact(t("recovery codes"), left, "c"),
        ]
    spoken = t("as the terminal says") if me.language == "auto" else TONGUES.get(me.language, me.language)
    return [*found, Fact(t("language"), spoken, "l"), Fact(t("theme"), me.theme, "T")]


def permissions(me: Me) -> Sequence[Fact]:
    """`products:read` and how far it reaches; the answer has `products:read (any)`."""
    parts = (said.partition(" (") for said in me.permissions)
    return [Fact(name, reach.rstrip(")")) for name, _, reach in parts]


def fact_columns() -> list[Column[Fact]]:
    """Name, value, and the key that changes it."""
    return [
        Column("", lambda row: row.name, 18, ink=Ink.DIM),
        Column("", lambda row: row.value, 44),
        Column("", lambda row: row.key, 2, ink=Ink.HERE),
    ]


def permission_columns(t: Tongue) -> list[Column[Fact]]:
    """The permission, and whose things it is about."""
    reach = {"any": t("everybody's"), "own": t("your own")}
    return [
        Column("", lambda row: row.name, 18),
        Column("", lambda row: reach.get(row.value, row.value), 18, grow=1, ink=Ink.DIM),
    ]


def key_columns(t: Tongue, symbols: Symbols) -> list[Column[Key]]:
    """A tick for hardware, what it is called, and when it was used."""

    def used(row: Key) -> str:
        return t("used {age} ago", age=age(t, row.last_used_at)) if row.last_used_at else t("never used")

    return [
        Column("", lambda row: symbols(Sign.DONE) if row.hardware else " ", 1, ink=Ink.FINISHED),
        Column("", lambda row: row.label, 14, grow=1, ink=Ink.STRONG),
        Column("", lambda row: row.algorithm.partition("@")[0], 15, priority=1),
        Column("", lambda row: shorten_middle(row.fingerprint, 25, symbols), 25, priority=2, ink=Ink.DIM),
        Column("", used, 14, right=True, ink=Ink.DIM),
    ]
