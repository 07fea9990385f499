"""How often a proof may fail: counted in a store that survives a restart."""

from __future__ import annotations

from datetime import timedelta

from core.clock import Clock, stamp
from core.errors import Throttled
from core.store.store import Store

FAILURES = 5
WINDOW = timedelta(minutes=15)


def account_key(username: str) -> str:
    return f"account:{username}"


def address_key(address: str) -> str:
    return f"address:{address}"


class Throttle:
    """Spend an attempt before checking a proof, clear them when it was right: parallel guesses cannot slip through."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def spend(self, *keys: str) -> None:
        """Count one attempt against every key; raises Throttled, and counts nothing, when any is used up."""
        now = self._clock.now()
        since = stamp(now - WINDOW)
        async with self._store.transaction() as db:
            # Those of the far future too: a clock that was wrong for a while must not shut anybody out for years.
            await db.execute("DELETE FROM attempts WHERE at <= :since OR at > :until",
                             {"since": since, "until": stamp(now + WINDOW)})  # fmt: skip
            for key in keys:
                row = await db.fetch_one("SELECT count(*) AS n FROM attempts WHERE key = :key", {"key": key})
                if row is not None and row["n"] >= FAILURES:
                    raise Throttled(
                        "Too many failed attempts; try again in {minutes} minutes.",
                        minutes=str(int(WINDOW.total_seconds() // 60)),
                    )
            for key in keys:
                await db.execute("INSERT INTO attempts (key, at) VALUES (:key, :at)", {"key": key, "at": stamp(now)})

    async def refund(self, *keys: str) -> None:
        """Take back the newest attempt of each key: the proof was right."""
        async with self._store.transaction() as db:
            for key in keys:
                await db.execute(
                    "DELETE FROM attempts WHERE position = "
                    "(SELECT max(position) FROM attempts WHERE key = :key)", {"key": key},
                )  # fmt: skip

    async def clear(self, key: str) -> None:
        """Forget all attempts of one key."""
        await self._store.execute("DELETE FROM attempts WHERE key = :key", {"key": key})
