"""Small apps for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from tests.tui.framed import Framed
from tui.client import Client
from tui.lean import LeanApp
from tui.widgets.forms import Field


class Blank(LeanApp):
    """Nothing but a sentence."""

    BINDINGS = [Binding("f9", "crash"), Binding("f8", "hang"), Binding("ctrl+z", "suspend_process")]
    SENTENCE = "all is well"

    def __init__(self, client: Client | None = None) -> None:
        super().__init__(client)

    def compose(self) -> Iterable[Widget]:
        yield Static(self.SENTENCE, markup=False)

    def action_crash(self) -> None:
        password = "hunter2-in-a-local"
        raise RuntimeError(f"broken, {len(password)}")

    async def action_hang(self) -> None:
        await asyncio.Event().wait()


class SignUp(LeanApp):
    """Two fields: a visible one and a secret one."""

    def __init__(self, client: Client | None = None) -> None:
        super().__init__(client)
        self.name_field = Field("name")
        self.secret_field = Field("secret", secret=True)
        self.add_mode("form", lambda: _Form(self))

    DEFAULT_MODE = "form"


class _Form(Framed):
    def __init__(self, app: SignUp) -> None:
        super().__init__("Sign up")
        self._fields = (app.name_field, app.secret_field)

    def body(self) -> Iterable[Widget]:
        yield from self._fields

    def on_mount(self) -> None:
        self._fields[0].input.focus()
