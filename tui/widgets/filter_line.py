"""The line that narrows a list while one types: `/` opens it, escape takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.widgets.forms import LineInput
from tui.widgets.pieces import Ink, Piece, Text


class FilterLine(Horizontal):
    """Hidden until it is opened. Words must all occur; a word after `!` must not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("down", "done", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Something else is looked for."""

        words: str

    class Done(Message):
        """The list has the keys again."""

    def __init__(self) -> None:
        super().__init__(classes="filter")
        self.input = LineInput(limit=200)
        self.display = False

    @property
    def words(self) -> str:
        """What is looked for; nothing when it is hidden."""
        return self.input.value if self.display else ""

    def compose(self) -> ComposeResult:
        yield Text([Piece(" / ", Ink.HERE)])
        yield self.input

    def open(self) -> None:
        """Show it and give it the keys."""
        self.display = True
        self.input.focus()

    def action_close(self) -> None:
        self.input.value = ""
        self.display = False
        self.post_message(self.Changed(""))
        self.post_message(self.Done())

    def action_done(self) -> None:
        if not self.input.value:
            self.display = False
        self.post_message(self.Done())

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_done()


def fits(words: str, *texts: str) -> bool:
    """Whether every word occurs in one of the texts, and no word after `!` does; case does not matter."""
    whole = "\n".join(texts).casefold()
    for word in words.casefold().split():
        unwanted = word.startswith("!")
        if (sought := word.removeprefix("!")) and (sought in whole) is unwanted:
            return False
    return True
