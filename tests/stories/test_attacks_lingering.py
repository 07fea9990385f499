"""Connections that outlive what they were let in for."""

from __future__ import annotations

from tests.stories.console import Console, Operator
from tests.stories.volume import open_sessions


def test_a_connection_whose_session_was_ended_is_hung_up_on(console: Console, sue: Operator, oleg: Operator) -> None:
    """The hole: ending a session cut its channels, but the signed-in connection stayed, counted nowhere.

    The attack: end one's own sessions again and again, and keep the connections.
    What must hold: whoever lost their session loses the connection a few seconds later."""
    idle = oleg.begin(options=("-N",))
    while not (rows := open_sessions(console.data, "oleg")):
        assert idle.process.poll() is None

    assert sue(f"sessions end {rows[0]['id']}").code == 0

    assert idle.end(20).code == 255
