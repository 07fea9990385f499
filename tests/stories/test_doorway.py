"""Who is let in first when more people come than may be signing in at once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator

import pytest

from sshd import doorway
from sshd.doorway import Doorway, Visit, network_of


class Hall:
    """Greets by remembering who came, and keeps them until told to let go."""

    def __init__(self) -> None:
        self.inside: list[Visit] = []
        self._ends: list[socket.socket] = []

    async def greet(self, sock: socket.socket, visit: Visit) -> None:
        self.inside.append(visit)

    def knock(self, at: Doorway, address: str) -> socket.socket:
        """Somebody arrives from there; their end of the connection."""
        theirs, ours = socket.socketpair()
        self._ends += [theirs, ours]
        theirs.setblocking(False)
        at.arrive(ours, address)
        return theirs

    def addresses(self) -> list[str]:
        return [visit.address for visit in self.inside]

    def close(self) -> None:
        for end in self._ends:
            end.close()


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    made.close()


def dropped(theirs: socket.socket) -> bool:
    try:
        return theirs.recv(1) == b""
    except BlockingIOError:
        return False


async def test_a_newcomer_waits_one_turn_and_not_the_whole_crowd_of_another_address(hall: Hall) -> None:
    """The attack: two addresses fill every place and the queue behind it; the third person never gets a turn."""
    door = Doorway(hall.greet, in_all=4, per_address=2)
    for _ in range(20):
        hall.knock(door, "192.0.2.1")
        hall.knock(door, "192.0.2.2")
    hall.knock(door, "198.51.100.7")
    await asyncio.sleep(0)
    assert "198.51.100.7" not in hall.addresses()
    hall.inside[0].done()
    await asyncio.sleep(0)
    assert hall.addresses()[-1] == "198.51.100.7"


async def test_one_address_never_takes_more_than_its_share(hall: Hall) -> None:
    door = Doorway(hall.greet, in_all=10, per_address=3)
    for _ in range(8):
        hall.knock(door, "192.0.2.1")
    hall.knock(door, "198.51.100.7")
    await asyncio.sleep(0)
    assert hall.addresses().count("192.0.2.1") == 3
    assert "198.51.100.7" in hall.addresses()


async def test_a_full_waiting_room_sends_the_crowd_away_and_not_the_newcomer(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorway, "WAITING_IN_ALL", 5)
    door = Doorway(hall.greet, in_all=1, per_address=1)
    crowd = [hall.knock(door, "192.0.2.1") for _ in range(6)]
    newcomer = hall.knock(door, "198.51.100.7")
    assert not dropped(newcomer)
    assert [dropped(each) for each in crowd] == [False] * 5 + [True]


async def test_everybody_gets_in_once_those_before_have_left(hall: Hall) -> None:
    door = Doorway(hall.greet, in_all=2, per_address=2)
    for n in range(9):
        hall.knock(door, f"192.0.2.{n % 3}")
    for at in range(9):
        await asyncio.sleep(0)
        hall.inside[at].done()
        hall.inside[at].done()
    assert len(hall.inside) == 9


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_an_ipv6_owner_is_counted_once_for_all_of_their_addresses(address: str, counted_as: str) -> None:
    assert network_of(address) == counted_as
