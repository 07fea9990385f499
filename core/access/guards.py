"""What demo mode adds: one table of risk by mode. Production's guard acts before anything listens (core/startup)."""

from __future__ import annotations

from core.config import Mode
from core.errors import GuardRefused
from core.operation import Demo, Policy


def check(kind: type[Policy], mode: Mode) -> None:
    """Refuse what the mode does not allow; in demo only what its own class line allows."""
    if mode is Mode.DEMO and kind.demo is not Demo.RUN:
        raise GuardRefused("This is a public demo: {operation} is switched off here.", operation=kind.name)
