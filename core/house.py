"""The parts that the gate hands out; assembly builds one of these and nothing else does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
