"""The event loop of the console."""

from __future__ import annotations

import asyncio
from typing import Any


class ConsoleLoop(asyncio.SelectorEventLoop):
    """An asyncio loop whose tasks always start on their own turn.

    `asyncio.Runner(loop_factory=ConsoleLoop)` is how the console starts. Textual's `App.run_async` installs
    `asyncio.eager_task_factory` on the running loop (Python 3.12 and later); from then on the authentication
    handlers of asyncssh run inside their own constructor and every later sign-in hangs. One loop serves
    everybody, so nobody may change how it makes tasks.
    """

    def set_task_factory(self, factory: Any) -> None:
        """Do nothing: see the class."""
