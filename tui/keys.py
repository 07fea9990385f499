"""The places, in the order of their digits; a place is a screen that one can go to from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from core.operation import Kind

if TYPE_CHECKING:
    from tui.screens.place import Place


@dataclass(frozen=True)
class Tab:
    """A place: its name for `open NAME`, its word on the tab, and what one must be allowed to see it."""

    name: str
    word: str
    """English, and the key of its translation."""
    module: str
    kind: str
    """Name of the operation that the place lives from; without it the place is greyed out."""

    def make(self) -> Place:
        """The screen; built on the first visit, since most people never visit most places."""
        factory: Callable[[], Place] = import_module(f"tui.screens.{self.module}").make
        return factory()


TABS = (
    Tab("home", "Home", "home", "factory.status"),
    Tab("products", "Products", "products", "products.list"),
    Tab("handoffs", "Hand-offs", "handoffs", "handoffs.list"),
    Tab("audit", "Record", "record", "audit.search"),
    Tab("users", "People", "people", "users.list"),
    Tab("sessions", "Sessions", "sessions", "sessions.list"),
    Tab("settings", "Settings", "settings", "settings.list"),
    Tab("me", "Me", "me", "whoami.show"),
)
BY_NAME = {tab.name: tab for tab in TABS} | {"record": TABS[3], "people": TABS[4]}


def kind_of(tab: Tab) -> Kind | None:
    """The operation's class, when the catalogue has it."""
    from core import catalogue

    return catalogue.BY_NAME.get(tab.kind)
