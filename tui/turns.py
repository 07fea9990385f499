"""Screens that fetch anew by themselves take turns, so that somebody's key waits for one of them and not for all."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

# One a loop, as every lock is; a process has one loop, a test run many.
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def turn() -> asyncio.Lock:
    """Held by the one screen of this process that is fetching because something changed."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
