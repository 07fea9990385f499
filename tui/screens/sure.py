"""Before something dangerous: the effect, the name typed, and a second factor proved afresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input

from core.command_line import line_for
from core.errors import CoreError
from core.identity.totp import Prove
from core.operation import Errand, Operation
from core.secret import Secret
from tui.asking import sentence_of
from tui.screens.dialog import Dialog
from tui.widgets.confirm import ConfirmByName, Question
from tui.widgets.forms import LineInput
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece, Text
from tui.widgets.prose import Prose

if TYPE_CHECKING:
    from tui.app import FactoryApp


async def sure(app: FactoryApp, asked: Operation[Any] | Errand[Any], name: str, effect: tuple[str, ...]) -> bool:
    """Whether the person typed the name of what will be changed. In workers only."""
    t, command = app.t, asked.name.replace(".", " ")
    question = Question(
        title=t("{command}?", command=f"{command} {name}" if asked.on else command),
        effect=effect or (t(asked.sentence()),),
        command=line_for(asked),
        yes=Hint("enter", t("yes")),
        no=Hint("esc", t("no, leave it")),
    )
    wrong = t("That is not the name; nothing happened.")
    dialog = ConfirmByName(question, name, t("Type {name} to go on:", name=name), wrong)
    answer: bool | None = await app.push_screen_wait(dialog)
    return bool(answer)


async def prove_again(app: FactoryApp) -> bool:
    """Whether the person proved their second factor. In workers only."""
    proved: bool | None = await app.push_screen_wait(ProveAgain())
    return bool(proved)


class ProveAgain(Dialog[bool]):
    """Asks for a code and proves it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "answer(False)", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._wrong = Prose()

    def compose(self) -> ComposeResult:
        t = self.t
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Text([Piece(t("Prove that it is you"), Ink.STRONG)], [])
            yield Prose(
                [Piece(t("This is dangerous, so your second factor is asked for again; it counts for ten minutes."))],
                [],
                [Piece(t("Code of your authenticator, or a recovery code:"))],
            )
            yield LineInput(secret=True, limit=32)
            yield self._wrong
            yield Text([Piece("esc ", Ink.HERE), Piece(t("no, leave it"), Ink.STRONG)], [])
            yield Text([Piece("ssh factory@host mfa prove --code -", Ink.DIM)])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        code = Secret(event.value)
        event.input.value = ""
        self.run_worker(self._prove(code), exclusive=True)

    async def _prove(self, code: Secret) -> None:
        try:
            await self.factory.desk.run(Prove(code=code))
        except CoreError as refusal:
            self._wrong.show([[Piece(sentence_of(self.t, refusal), Ink.REFUSES)]])
            return
        self.dismiss(True)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
