"""The lock screen: a key opened the door half-way, the second factor opens it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from core.command_line import line_for
from core.identity.totp import Prove
from core.secret import Secret
from tui.screens.gate import Gate
from tui.widgets.forms import Field
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece
from tui.widgets.prose import Prose


class SecondFactor(Gate):
    """Takes a code or a recovery code; the app shows what is open as soon as the desk knows."""

    def title_words(self) -> str:
        return self.t("Second factor")

    def hints(self) -> Sequence[Hint]:
        return (Hint("enter", self.t("prove")), Hint("ctrl+q", self.t("leave")))

    def body(self) -> ComposeResult:
        t = self.t
        with VerticalScroll(classes="gate", can_focus=False):
            yield Prose(
                [Piece(t("Your key opened the door half-way."), Ink.STRONG)],
                [Piece(t("Type the six digits that your authenticator shows now, or one of your recovery codes."))],
                [],
            )
            yield Field(t("code"), limit=64, id="code")
            yield Prose(id="fault")
            yield Prose(
                [],
                [Piece(t("It counts for this whole connection, other panes and commands included."), Ink.DIM)],
                [Piece(t("Lost both? A super_admin lets you make a new one: users reset-mfa."), Ink.DIM)],
                [],
                [Piece(line_for(Prove(code=Secret(""))), Ink.DIM)],
            )

    @on(Input.Submitted)
    def _try(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.run_worker(self._prove(event.value), exclusive=True)

    async def _prove(self, code: str) -> None:
        field = self.query_one("#code", Field)
        if await self.attempt(Prove(code=Secret(code))) is None:
            field.input.value = ""
            field.input.focus()
        else:
            self.say(self.t("That is you."))
