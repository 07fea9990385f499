"""Asking the desk from a screen: wait, say a refusal, ask to confirm or to prove a factor again, then once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from core.errors import CoreError, FactorNeeded, Forbidden, Unconfirmed
from core.i18n.tongue import Tongue
from core.operation import Errand, Operation
from core.sentence import Sentence
from core.work import no_progress
from tui.clean import one_line

if TYPE_CHECKING:
    from tui.app import FactoryApp

R = TypeVar("R")


def sentence_of(t: Tongue, refusal: CoreError) -> str:
    """A refusal in the person's language, on one line."""
    words = t.say(Sentence(refusal.reason, refusal.facts)) if refusal.reason else refusal.code
    return one_line(words)


class Refused(Exception):
    """The desk said no, and the person has been told."""

    def __init__(self, refusal: CoreError) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


async def ask(
    app: FactoryApp,
    asked: Operation[R] | Errand[R],
    *,
    effect: tuple[str, ...] = (),
    progress: Callable[[int, int, str], None] = no_progress,
) -> R:
    """Run it for the person. Must be called from a worker, since it may put questions on the screen.

    Raises Refused after the refusal was said in the status line. `effect` tells, before a dangerous thing happens,
    what will be different afterwards."""
    confirm: str | None = None
    for _ in range(3):
        try:
            return await app.desk.run(asked, confirm=confirm, progress=progress)
        except Unconfirmed as refusal:
            from tui.screens.sure import sure

            name = refusal.facts.get("name", "")
            if not name or not await sure(app, asked, name, effect):
                raise Refused(refusal) from None
            confirm = name
        except FactorNeeded as refusal:
            from tui.screens.sure import prove_again

            if not await prove_again(app):
                tell(app, refusal)
                raise Refused(refusal) from None
        except CoreError as refusal:
            tell(app, refusal)
            raise Refused(refusal) from None
    raise Refused(Unconfirmed())


def tell(app: FactoryApp, refusal: CoreError) -> None:
    """Say a refusal where it does not cover the work; a missing permission can be asked about with `?`."""
    from tui.screens.place import Place

    words = sentence_of(app.t, refusal)
    if isinstance(refusal, Forbidden):
        words = app.t("Not allowed: {words}", words=words)
    screen = app.screen
    if isinstance(screen, Place):
        screen.refuse(words, refusal)
    else:
        app.say(words)
