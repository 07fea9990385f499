"""The parts that the gate hands out; assembly builds one of these and nothing else does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.turns import Turns

if TYPE_CHECKING:
    from core.audit.chain import Chain
    from core.audit.search import Archive
    from core.clock import Clock
    from core.config import Config
    from core.identity.passwords import Hasher
    from core.identity.sealed import Box
    from core.identity.throttle import Throttle
    from core.news import News
    from core.pipeline.agents import Studio
    from core.store.store import Store

HEAVY_AT_MOST = 6
"""One that is done, the others in line."""


@dataclass(frozen=True, kw_only=True)
class House:
    """One running core."""

    config: Config
    clock: Clock
    store: Store
    security: Store
    chain: Chain
    archive: Archive
    hasher: Hasher
    throttle: Throttle
    box: Box
    news: News
    studio: Studio
    server: str
    """This process's row in `servers`: its sessions and its outbox rows carry it."""
    heavy: Turns = field(default_factory=lambda: Turns(HEAVY_AT_MOST))
    """Verifications, exports and check-ups share one line."""
