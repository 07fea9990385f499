"""Help for the screen in front: why it said no, its keys, its operations, the signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from textual.screen import Screen

from core.command_line import HOST, usage
from core.errors import CoreError, Forbidden
from core.explain import ExplainAccess, Explanation
from core.operation import Kind
from tui.asking import sentence_of
from tui.keys import BY_NAME, kind_of
from tui.screens.answer import Page
from tui.screens.place import Place
from tui.symbols import Sign
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece

KEY = 10
"""Cells for a key."""


class Help(Page):
    """On top of the screen that it explains."""

    areas = ("nothing",)

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__("")
        self._about = about if isinstance(about, Place) else None

    def title_words(self) -> str:
        return self.t("Help: {place}", place=self._about.title_words()) if self._about else self.t("Help")

    async def load(self) -> None:
        why = [line async for line in self._why()]
        self.read([*why, *self._keys(), *self._everywhere(), *self._kinds(), *self._signs()])

    # -- a refusal that stands there

    async def _why(self) -> Any:
        refusal = self._about.refusal if self._about else None
        if refusal is None:
            return
        yield self._heading(self.t("Why not"))
        yield [Piece("   "), Piece(sentence_of(self.t, refusal), Ink.REFUSES)]
        operation = refusal.facts.get("operation", "")
        if isinstance(refusal, Forbidden) and operation and self.desk.may(ExplainAccess).allowed:
            try:
                found = await self.look(ExplainAccess(operation=operation))
            except CoreError:
                found = None
            for line in self._explained(found) if found else ():
                yield line
        yield []

    def _explained(self, found: Explanation) -> Iterator[Line]:
        t = self.t
        for sentence in found.because:
            yield [Piece("   "), Piece(t.say(sentence))]
        if found.grantors:
            who = t("{people} can give you a role that may.", people=", ".join(found.grantors))
            yield [Piece("   "), Piece(who)]
        line = f"{HOST} access explain --operation {found.operation} --user {found.username}"
        yield [Piece("   "), Piece(line, Ink.DIM)]

    # -- keys

    def _heading(self, words: str) -> Line:
        return [Piece(f" {words}", Ink.STRONG)]

    def _row(self, hint: Hint) -> Line:
        may = hint.may
        more = [] if may else [Piece(f"   {self.t('not with your role')}", Ink.ASKS)]
        return [
            Piece(f"   {hint.key:<{KEY}}", Ink.HERE if may else Ink.DIM),
            Piece(hint.does, Ink.TEXT if may else Ink.DIM),
            *more,
        ]

    def _keys(self) -> Iterator[Line]:
        if self._about is None:
            return
        yield self._heading(self.t("Keys here"))
        for hint in self._about.all_keys():
            if hint.key not in ("?", "esc", ":"):
                yield self._row(hint)
        yield []

    def _everywhere(self) -> Iterator[Line]:
        t = self.t
        yield self._heading(t("Keys everywhere"))
        for key, does in (
            ("1 … 8", t("to a place")),
            (":  ctrl+p", t("every command, found by typing")),
            ("j k g G", t("down, up, first, last; arrows and pages too")),
            ("esc  q", t("back by one level")),
            ("m", t("mouse on or off; it is off so that you can select text")),
            ("?  f1", t("this page")),
            ("ctrl+q", t("leave")),
        ):
            yield self._row(Hint(key, does))
        yield []

    # -- operations

    def _kinds(self) -> Iterator[Line]:
        kinds = self._kinds_of()
        if not kinds:
            return
        yield self._heading(self.t("The same from a shell"))
        for kind in kinds:
            may = self.desk.may(kind).allowed
            yield [Piece(f"   {HOST} {usage(kind)}", Ink.TEXT if may else Ink.DIM)]
            yield [Piece(f"       {self.t(kind.sentence())}", Ink.DIM)]
        yield []

    def _kinds_of(self) -> Sequence[Kind]:
        if self._about is None:
            return ()
        tab = BY_NAME.get(self._about.tab)
        return self._about.kinds() or ([kind] if tab and (kind := kind_of(tab)) else ())

    def _signs(self) -> Iterator[Line]:
        t, symbols = self.t, self.factory.symbols
        yield self._heading(t("Signs"))
        signs = (
            (Sign.RUNNING, Ink.HERE, t("runs")),
            (Sign.ASKS, Ink.ASKS, t("waits for a person")),
            (Sign.PAUSED, Ink.ASKS, t("paused, or on hold")),
            (Sign.DONE, Ink.FINISHED, t("done, whole")),
            (Sign.FAILED, Ink.REFUSES, t("failed, broken, sent back")),
            (Sign.REFUSED, Ink.REFUSES, t("refused, cancelled, tried again")),
            (Sign.AHEAD, Ink.DIM, t("still ahead")),
            (Sign.HERE, Ink.HERE, t("you are here")),
        )
        for sign, ink, means in signs:
            yield [Piece(f"   {symbols(sign):<{KEY}}", ink), Piece(means)]
