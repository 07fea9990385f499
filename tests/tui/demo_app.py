"""A console of nothing, for looking at the kit: `python -m tests.tui.demo_app 2299`, then `ssh -p 2299 localhost`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

from textual.widget import Widget
from textual.widgets import Static

from sshd.loop import ConsoleLoop
from tests.tui.door import Door
from tui.client import Client
from tui.lean import LeanApp


class DemoApp(LeanApp):
    """Grows with the kit."""

    def __init__(self, client: Client | None = None) -> None:
        super().__init__(client)

    def compose(self) -> Iterator[Widget]:
        yield Static("hello", markup=False)


async def serve(port: int) -> None:
    await Door(DemoApp).listen(port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=ConsoleLoop) as runner:
        runner.run(serve(int(sys.argv[1])))
