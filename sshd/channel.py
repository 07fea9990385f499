"""What an app needs of the wire, and the sizes that a terminal may have."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from asyncssh import SSHServerConnection

DEFAULT_SIZE = (80, 24)
LARGEST_SIZE = (500, 200)
"""Columns, rows. A client may claim 2³² of each; what it cannot see we do not paint."""


class Channel(Protocol):
    """The part of `asyncssh.SSHServerChannel[bytes]` that an app on it uses."""

    def write(self, data: bytes, /) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def exit(self, status: int, /) -> None: ...


class Slow(Enum):
    """Which of the two buffers towards a client is full; frames wait until both are free."""

    WINDOW = "the channel's SSH window"
    SOCKET = "the connection's TCP socket"


class Patient(Protocol):
    """Whoever can stop producing output for a while: an app, a follower of the exec door."""

    def pause(self, slow: Slow) -> None: ...

    def resume(self, slow: Slow) -> None: ...


def sane_size(columns: int, rows: int) -> tuple[int, int]:
    """The size to paint: zeros (some clients send 0x0) become 80x24, giants are cut."""
    return (
        min(columns, LARGEST_SIZE[0]) if columns > 0 else DEFAULT_SIZE[0],
        min(rows, LARGEST_SIZE[1]) if rows > 0 else DEFAULT_SIZE[1],
    )


class SocketWatch:
    """Passes TCP back-pressure on to everybody who writes on one connection.

    asyncssh's own `pause_writing` of a connection does nothing, so a client that stops reading behind a 2 GiB
    SSH window would grow the transport's buffer without limit. Make one for each connection, in
    `connection_made`.
    """

    def __init__(self, connection: SSHServerConnection) -> None:
        self._writers: set[Patient] = set()
        self._full = False
        connection.pause_writing = self._pause  # type: ignore[method-assign]
        connection.resume_writing = self._resume  # type: ignore[method-assign]
        _keep_little_unsent(connection)

    def add(self, writer: Patient) -> None:
        self._writers.add(writer)
        if self._full:
            writer.pause(Slow.SOCKET)

    def remove(self, writer: Patient) -> None:
        self._writers.discard(writer)

    def _pause(self) -> None:
        self._full = True
        for writer in tuple(self._writers):
            writer.pause(Slow.SOCKET)

    def _resume(self) -> None:
        self._full = False
        for writer in tuple(self._writers):
            writer.resume(Slow.SOCKET)


def _keep_little_unsent(connection: SSHServerConnection) -> None:
    """Stale frames shall not queue in the kernel either (Linux; elsewhere the option is missing)."""
    import socket

    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    wire = connection.get_extra_info("socket")
    if option is not None and wire is not None and wire.family in (socket.AF_INET, socket.AF_INET6):
        wire.setsockopt(socket.IPPROTO_TCP, option, 32_768)
