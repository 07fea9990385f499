"""One setting: type or choose another value, see old and new, say yes."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input

from core.command_line import line_for
from core.errors import CoreError, Invalid
from core.parse import build
from core.secret import Secret
from core.settings.changes import SetSetting, SettingShown
from tui.asking import sentence_of
from tui.screens.dialog import Dialog
from tui.symbols import Sign
from tui.widgets.forms import Choice, Field, Option
from tui.widgets.pieces import Ink, Piece, Text
from tui.widgets.press import Press
from tui.widgets.prose import Prose

FITS_ON_A_LINE = 5
"""Choices; more of them are typed, with all of them standing below."""


class EditSetting(Dialog["SetSetting | None"]):
    """Answers the request that was agreed to. A secret is written and never shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("y", "agree", show=False),
    ]

    def __init__(self, setting: SettingShown) -> None:
        super().__init__()
        self._setting = setting
        self._asked: SetSetting | None = None
        self._input: Field | Choice[str]
        self._review = Prose()
        self._keys = Text()

    def compose(self) -> ComposeResult:
        t, setting = self.t, self._setting
        with VerticalScroll(classes="dialog", can_focus=True):
            yield Text([Piece(setting.key, Ink.STRONG)])
            yield Prose([Piece(t(setting.sentence), Ink.DIM)], [])
            yield from self._inputs()
            yield Prose([Piece(self._allowed(), Ink.DIM)])
            yield self._review
            yield self._keys

    def _inputs(self) -> ComposeResult:
        t, setting = self.t, self._setting
        label = t("new value")
        choices = ("on", "off") if setting.type == "flag" else setting.choices
        if choices and len(choices) <= FITS_ON_A_LINE:
            options = [Option(each, t(each) if setting.type == "flag" else each) for each in choices]
            self._input = Choice(label, options, setting.value)
            yield self._input
            yield Press(t("go on"))
            return
        secret = setting.type == "secret"
        self._input = Field(label, "" if secret else setting.value, secret=secret, limit=400)
        yield self._input

    def _allowed(self) -> str:
        t, setting = self.t, self._setting
        if setting.type == "number":
            return t("a whole number from {least} to {most}", least=f"{setting.least:,}", most=f"{setting.most:,}")
        if len(setting.choices) > FITS_ON_A_LINE:
            return ", ".join(setting.choices)
        if setting.type == "secret":
            return t("sixteen characters or more; it is kept sealed and never shown again")
        return ""

    def on_mount(self) -> None:
        self._show_keys()
        (self._input.input if isinstance(self._input, Field) else self._input).focus()

    def _show_keys(self) -> None:
        t = self.t
        on = ("y", t("save")) if self._asked else ("enter", t("go on"))
        pairs = (on, ("esc", t("back") if self._asked else t("leave it")))
        self._keys.show([], [part for key, does in pairs for part in (Piece(key, Ink.HERE), Piece(f" {does}    "))])

    @on(Input.Submitted)
    @on(Press.Pressed)
    def _look(self) -> None:
        """Rehearse it: old and new stand there before anything is saved, or why it will not do."""
        t, setting, value = self.t, self._setting, self._input.value
        secret = setting.type == "secret"
        if not value.strip() or (value == setting.value and not secret):
            self._say(t("That is what it is already."), Ink.ASKS)
            return
        try:
            given = {"secret": Secret(value)} if secret else {"value": value}
            asked = build(SetSetting, {"key": setting.key, **given})
        except Invalid as fault:
            self._say(sentence_of(t, fault), Ink.REFUSES)
            return
        assert isinstance(asked, SetSetting)
        self.run_worker(self._rehearse(asked), exclusive=True)

    async def _rehearse(self, asked: SetSetting) -> None:
        t = self.t
        try:
            change = await self.factory.desk.run(asked, rehearse=True)
        except CoreError as refusal:
            self._say(sentence_of(t, refusal), Ink.REFUSES)
            return
        self._asked = asked
        to = self.factory.symbols(Sign.TO)
        change_line = [Piece(f"{change.old or '-'} ", Ink.DIM), Piece(f"{to} "), Piece(change.new or "-", Ink.STRONG)]
        self._review.show([[], change_line, [], [Piece(line_for(asked), Ink.DIM)]])
        self._show_keys()
        # The letters are answers now, not part of the value.
        self.query_one(".dialog").focus()

    def _say(self, words: str, ink: Ink) -> None:
        self._review.show([[], [Piece(words, ink)]])

    def action_agree(self) -> None:
        if self._asked is not None:
            self.dismiss(self._asked)

    def action_leave(self) -> None:
        if self._asked is None:
            self.dismiss(None)
            return
        self._asked = None
        self._review.show(())
        self.on_mount()
