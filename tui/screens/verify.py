"""Verifying the record: a bar while it runs, one sentence at the end."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from core.audit.verdict import Verified, VerifyRecord
from core.command_line import line_for
from core.errors import CoreError
from tui.asking import sentence_of
from tui.screens.dialog import Dialog
from tui.widgets.pieces import Ink, Line, Piece, Text
from tui.widgets.prose import Prose

BAR = 40


class VerifyPanel(Dialog["Verified | None"]):
    """Answers what was found, or None when it was given up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("enter", "done", show=False),
        Binding("d", "deep", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._bar = Text()
        self._end = Prose()
        self._keys = Text()
        self._found: Verified | None = None

    def compose(self) -> ComposeResult:
        t = self.t
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Text([Piece(t("Verify the record"), Ink.STRONG)], [])
            yield self._bar
            yield self._end
            yield self._keys
            yield Text([], [Piece(line_for(VerifyRecord()), Ink.DIM)])

    def on_mount(self) -> None:
        self._begin(deep=False)

    def _begin(self, deep: bool) -> None:
        self._found = None
        self._end.show(())
        self._show_keys()
        self._progress(0, 0, "")
        self.run_worker(self._verify(deep), exclusive=True)

    async def _verify(self, deep: bool) -> None:
        try:
            found = await self.factory.desk.run(VerifyRecord(deep=deep), progress=self._progress)
        except CoreError as refusal:
            self._end.show([[], [Piece(sentence_of(self.t, refusal), Ink.REFUSES)], []])
            return
        self._found = found
        self._progress(found.entries, found.entries, "")
        self._end.show([[], *self._sentences(found), []])
        self._show_keys()

    def _progress(self, done: int, total: int, rate: str) -> None:
        t = self.t
        how_far = t("{done} of {total} entries", done=f"{done:,}", total=f"{total:,}") if total else t("begins…")
        bar = self.factory.symbols.bar(done, total, BAR)
        self._bar.show([Piece(bar, Ink.HERE)], [Piece(f"{how_far}   {rate}", Ink.DIM)])

    def _sentences(self, found: Verified) -> list[Line]:
        t = self.t
        if found.whole:
            words = t(
                "The record is whole: {entries} entries, signed up to {signed}.",
                entries=f"{found.entries:,}", signed=f"{found.signed_up_to:,}",
            )  # fmt: skip
            return [[Piece(words, Ink.FINISHED)], [Piece(t("signing key {key}", key=found.key), Ink.DIM)]]
        words = t("Broken at #{seq}, {place}: {kind}.", seq=f"{found.broken_seq:,}", place=found.broken_at,
                  kind=t(found.kind.replace("_", " ")))  # fmt: skip
        return [[Piece(words, Ink.REFUSES)], [Piece(t(found.sentence))]]

    def _show_keys(self) -> None:
        t, found = self.t, self._found
        if found is None:
            self._keys.show([Piece("esc ", Ink.HERE), Piece(t("stop"))])
            return
        enter = t("to the entry") if not found.whole else t("good")
        self._keys.show(
            [Piece("enter ", Ink.HERE), Piece(enter), Piece("    d ", Ink.HERE), Piece(t("read every line again"))]
        )

    def action_deep(self) -> None:
        """Read what sealed segments say, too."""
        if self._found is not None:
            self._begin(deep=True)

    def action_done(self) -> None:
        if self._found is not None:
            self.dismiss(self._found)

    def action_leave(self) -> None:
        self.workers.cancel_node(self)
        self.dismiss(self._found)
