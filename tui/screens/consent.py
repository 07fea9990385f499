"""Small questions and answers on top of a place: do it or not, and a secret that is shown once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from core.command_line import line_for
from core.operation import Asked
from tui.widgets.confirm import Confirm, Question
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece, Text
from tui.widgets.prose import Prose, wrap

if TYPE_CHECKING:
    from tui.app import FactoryApp

LINE = 66
"""Cells of a line in a dialog of 80 columns."""


async def consent(app: FactoryApp, asked: Asked, title: str, *effect: str) -> bool:
    """Whether the person says yes to what will be different afterwards. In workers only."""
    room = min(LINE, app.size.width - 12)
    told = ["".join(piece.text for piece in line) for each in effect for line in wrap([Piece(each)], room)]
    question = Question(title, told, line_for(asked), Hint("y", app.t("yes")), Hint("esc", app.t("no, leave it")))
    yes: bool = await app.push_screen_wait(Confirm(question))
    return yes


class ShownOnce(ModalScreen[None]):
    """A secret that nobody can look up again; only `k` closes it, so that no stray enter does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "kept", show=False),
        Binding("y", "copy", show=False),
    ]

    def __init__(self, title: str, secrets: Sequence[str], what_to_do: str) -> None:
        super().__init__()
        self._title = title
        self._secrets = secrets
        self._what_to_do = what_to_do
        self._said = Prose()

    def compose(self) -> ComposeResult:
        t = cast("FactoryApp", self.app).t
        half = (len(self._secrets) + 1) // 2 if len(self._secrets) > 5 else len(self._secrets)
        rows = [self._secrets[at::half] for at in range(half)]
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Text([Piece(self._title, Ink.STRONG)], [])
            yield Text(*([Piece("   " + "      ".join(row), Ink.HERE)] for row in rows), [])
            yield Prose([Piece(self._what_to_do)], [])
            yield Text([Piece("k ", Ink.HERE), Piece(t("I have kept it"), Ink.STRONG), Piece("    y ", Ink.DIM),
                        Piece(t("copy"), Ink.DIM)])  # fmt: skip
            yield self._said

    def action_copy(self) -> None:
        t = cast("FactoryApp", self.app).t
        words = t("Secrets are never copied: a clipboard tells everybody. Write them down.")
        self._said.show([[], [Piece(words, Ink.ASKS)]])

    def action_kept(self) -> None:
        self._secrets = ()
        self.dismiss(None)
