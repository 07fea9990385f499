"""The first step of a first sign-in: a password that nobody else knows."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input

from core.command_line import line_for
from core.identity.own import ChangePassword
from core.secret import Secret
from tui.screens.gate import Gate
from tui.widgets.forms import Field
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece
from tui.widgets.prose import Prose


class NewPassword(Gate):
    """Replaces the password that somebody gave."""

    story = 1

    def title_words(self) -> str:
        return self.t("New password")

    def hints(self) -> Sequence[Hint]:
        return (Hint("enter", self.t("go on")), Hint("tab", self.t("next field")), Hint("ctrl+q", self.t("leave")))

    def body(self) -> ComposeResult:
        t = self.t
        with VerticalScroll(classes="gate", can_focus=False):
            yield Prose(
                [Piece(t("The password you came with is known to whoever gave it to you."), Ink.STRONG)],
                [Piece(t("Choose your own: twelve characters or more, best a few words. What you type is not shown."))],
                [],
            )
            yield Field(t("new password"), secret=True, limit=256, id="first")
            yield Field(t("once more"), secret=True, limit=256, id="second")
            yield Prose(id="fault")
            yield Prose([], [Piece(line_for(ChangePassword(new=Secret(""))), Ink.DIM)])

    @on(Input.Submitted)
    def _try(self, event: Input.Submitted) -> None:
        event.stop()
        first, second = self.query_one("#first", Field), self.query_one("#second", Field)
        if event.input is first.input:
            second.input.focus()
        elif first.value != second.value:
            self._again(self.t("The two are not the same; type both once more."))
        else:
            self.run_worker(self._change(first.value), exclusive=True)

    async def _change(self, password: str) -> None:
        self.say(self.t("One moment…"))
        if await self.attempt(ChangePassword(new=Secret(password))) is None:
            self._again("")
        self.say("")

    def _again(self, fault: str) -> None:
        if fault:
            self.fault(fault)
        for field in self.query(Field):
            field.input.value = ""
        self.query_one("#first", Field).input.focus()
