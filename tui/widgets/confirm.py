"""Questions before something happens: first the effect, then the question; the answer at hand is no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.widgets.forms import LineInput
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece, Text
from tui.widgets.prose import Prose


@dataclass(frozen=True)
class Question:
    """What is about to happen, in the person's language."""

    title: str
    effect: Sequence[str]
    """What will be different afterwards, a sentence a line."""
    command: str
    """The `ssh …` line that would do the same."""
    yes: Hint
    no: Hint


class Confirm(ModalScreen[bool]):
    """Asks yes or no. Only the yes key says yes; enter and escape say no. Answers True or False."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,n,q", "answer(False)", show=False),
        Binding("y", "answer(True)", show=False),
    ]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        asked = self.question
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Text([Piece(asked.title, Ink.STRONG)], [])
            yield Prose(*([Piece(line)] for line in asked.effect), [])
            yield from self.answers()
            yield Prose([], [Piece(asked.command, Ink.DIM)])

    def answers(self) -> ComposeResult:
        """What the person answers with."""
        yes, no = self.question.yes, self.question.no
        yield Text(
            [
                Piece(f"{no.key} ", Ink.HERE),
                Piece(f"{no.does}      ", Ink.STRONG),
                Piece(f"{yes.key} ", Ink.HERE),
                Piece(yes.does),
            ]
        )

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class ConfirmByName(Confirm):
    """Asks for the name of what will be changed to be typed. Anything but exactly that name is no."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "answer(False)", show=False)]

    def __init__(self, question: Question, name: str, ask: str, wrong: str) -> None:
        """`ask` invites to type the name; `wrong` is said when something else was typed."""
        super().__init__(question)
        self._wanted = name
        self._ask = ask
        self._wrong = Text()
        self._wrong_words = wrong

    def answers(self) -> ComposeResult:
        yield Text([Piece(self._ask)])
        yield LineInput()
        yield self._wrong
        no = self.question.no
        yield Text([Piece(f"{no.key} ", Ink.HERE), Piece(no.does, Ink.STRONG)])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The name decides."""
        event.stop()
        if event.value == self._wanted:
            self.dismiss(True)
        else:
            self._wrong.show([Piece(self._wrong_words, Ink.REFUSES)])
