"""Accepts connections: so many may be signing in at once, in all and per address; the others wait their turn."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
from collections import Counter
from collections.abc import Awaitable, Callable

log = logging.getLogger("factory.doorway")

WAITING_PER_ADDRESS = 256
WAITING_IN_ALL = 1_024

Greet = Callable[[socket.socket, "Visit"], Awaitable[None]]


def network_of(address: str) -> str:
    """What limits count by: the address itself, or the /64 of an IPv6 one, since its owner has all of it."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


class Visit:
    """One connection's place among those that are signing in; `done` gives it to the next."""

    def __init__(self, doorway: Doorway, address: str) -> None:
        self.address = address
        self._doorway: Doorway | None = doorway

    def done(self) -> None:
        """Signed in, or gone; may be called twice."""
        doorway, self._doorway = self._doorway, None
        if doorway is not None:
            doorway.leave(self.address)


class Doorway:
    """Holds accepted sockets until there is a place; drops some when too many wait."""

    def __init__(self, greet: Greet, *, in_all: int, per_address: int) -> None:
        self._greet = greet
        self._in_all = in_all
        self._per_address = per_address
        self._inside: Counter[str] = Counter()
        self._waiting: list[tuple[socket.socket, str]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def stand_open(self, listener: socket.socket) -> None:
        """Accept until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, peer = await loop.sock_accept(listener)
            except OSError as fault:
                # Out of descriptors: whoever is inside must be able to go on, and to leave.
                log.warning("cannot accept: %s", fault)
                await asyncio.sleep(0.5)
                continue
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.arrive(sock, network_of(str(peer[0])))

    def arrive(self, sock: socket.socket, address: str) -> None:
        """Let it in or let it wait; when too many wait, the newest of the largest crowd is dropped."""
        self._waiting.append((sock, address))
        self._admit()
        crowds = Counter(address for _, address in self._waiting)
        for largest, size in crowds.most_common(1):
            if size > WAITING_PER_ADDRESS or len(self._waiting) > WAITING_IN_ALL:
                newest = max(at for at, (_, address) in enumerate(self._waiting) if address == largest)
                self._waiting.pop(newest)[0].close()

    def _admit(self) -> None:
        # Whoever has the fewest inside goes first (the oldest of equals): a crowd from elsewhere, however many
        # of it wait, costs a newcomer one turn and not all of theirs.
        while self._waiting and self._inside.total() < self._in_all:
            place = min(self._waiting, key=lambda place: self._inside[place[1]])
            sock, address = place
            if self._inside[address] >= self._per_address:
                return
            self._waiting.remove(place)
            self._inside[address] += 1
            task = asyncio.ensure_future(self._greeted(sock, Visit(self, address)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _greeted(self, sock: socket.socket, visit: Visit) -> None:
        try:
            await self._greet(sock, visit)
        except (TimeoutError, OSError) as fault:
            log.info("a connection from %s ended before it began: %s", visit.address, type(fault).__name__)
            visit.done()
            sock.close()
        except BaseException:
            visit.done()
            sock.close()
            raise

    def leave(self, address: str) -> None:
        """A place is free."""
        self._inside[address] -= 1
        if self._inside[address] <= 0:
            del self._inside[address]
        self._admit()

    def close(self) -> None:
        """Nobody comes in any more."""
        for sock, _ in self._waiting:
            sock.close()
        self._waiting.clear()
        for task in self._tasks:
            task.cancel()
