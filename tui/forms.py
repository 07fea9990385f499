"""A form for any operation, made from its fields; it builds the request that the exec door would build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, get_args, get_type_hints

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, TextArea

from core.command_line import line_of
from core.errors import Invalid
from core.operation import Asked, Kind, Risk
from core.parse import Input as Given
from core.parse import build, inputs_of
from core.secret import Secret
from core.text import Blob, Brief, Note
from core.written import heading
from tui.asking import sentence_of, tell
from tui.screens.dialog import Dialog
from tui.widgets.forms import Choice, Field, Option
from tui.widgets.long_input import LongInput
from tui.widgets.pieces import Ink, Line, Piece, Text
from tui.widgets.press import Press
from tui.widgets.prose import Prose

if TYPE_CHECKING:
    from tui.app import FactoryApp

LONG = {Note: 2_000, Brief: 50_000, Blob: 20_000}
"""Types that take many lines, and how many characters."""
YES, NO, UNSAID = "true", "false", ""


async def fill(
    app: FactoryApp, kind: Kind, given: Mapping[str, str], offers: Mapping[str, Sequence[str]] | None = None
) -> Asked | None:
    """The request as the person filled it in, or None when they went back or may not ask at all. In workers only.

    Fields in `given` are shown and not asked for; `offers` are the values to choose from in others."""
    may = app.desk.may(kind)
    if may.refusal is not None:
        tell(app, may.refusal)
        return None
    return await app.push_screen_wait(Form(kind, given, offers))


class Form(Dialog["Asked | None"]):
    """One operation's fields. Answers the request, built and valid, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("ctrl+s", "send", show=False, priority=True),
    ]

    def __init__(
        self,
        kind: Kind,
        given: Mapping[str, str] | None = None,
        offers: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__()
        self.kind = kind
        self._inputs = [
            replace(each, choices=tuple(offers[each.name])) if offers and each.name in offers else each
            for each in inputs_of(kind)
        ]
        self._given = {each.name: given[each.name] for each in self._inputs if given and each.name in given}
        self._asked: dict[str, Field | Choice[str] | LongInput] = {}
        self._faults = Prose(id="faults")
        self._line = Prose(id="line")

    def compose(self) -> ComposeResult:
        t = self.t
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Text([Piece(f"{self.kind.area} {self.kind.verb}", Ink.STRONG)])
            yield Prose([Piece(t(self.kind.sentence()), Ink.DIM)], [])
            for each in self._inputs:
                yield from self._widgets(each)
            yield self._faults
            yield Press(self._word())
            yield Text([], self._keys(), [])
            yield self._line

    def _keys(self) -> Line:
        t = self.t
        keys = (("tab", t("next")), ("ctrl+s", self._word()), ("esc", t("back")))
        return [part for key, does in keys for part in (Piece(key, Ink.HERE), Piece(f" {does}   "))]

    def _word(self) -> str:
        return self.t("show") if self.kind.risk is Risk.LOOK else self.t("do it")

    def _widgets(self, each: Given) -> Iterator[Widget]:
        t = self.t
        label = t(heading(each.name)) + (" *" if each.required else "")
        if each.name in self._given:
            yield Text([Piece(f"{label:<18}", Ink.DIM), Piece(self._given[each.name])])
            return
        long = _length(self.kind, each.name)
        if each.kind == "flag":
            self._asked[each.name] = Choice(
                label, [Option(NO, t("no")), Option(YES, t("yes"))], each.default.lower() or NO
            )
        elif each.choices:
            unsaid = [] if each.required or each.default else [Option(UNSAID, t("not said"))]
            options = [*unsaid, *(Option(choice, choice) for choice in each.choices)]
            self._asked[each.name] = Choice(label, options, each.default or options[0].value)
        elif long:
            yield Text([Piece(f"{label:<18}", Ink.DIM), Piece(t(each.sentence) if each.sentence else "", Ink.DIM)])
            self._asked[each.name] = LongInput(limit=long)
        else:
            self._asked[each.name] = Field(label, each.default, secret=each.kind == "secret", on_cut=self._cut)
        yield self._asked[each.name]
        if each.sentence and not long:
            yield Prose([Piece(" " * 18), Piece(t(each.sentence), Ink.DIM)])

    def _cut(self, lines: int) -> str:
        return self.t("Only the first of {n} lines was taken.", n=lines)

    def on_mount(self) -> None:
        self._show_line()

    # -- what was filled in

    def _values(self) -> dict[str, Any]:
        """What was said, by field; empty means left out."""
        said: dict[str, Any] = dict(self._given)
        for each in self._inputs:
            if each.name not in self._asked:
                continue
            text = self._asked[each.name].value
            if text == each.default and not each.required:
                continue
            if each.kind == "flag":
                said[each.name] = text == YES
            elif text:
                said[each.name] = Secret(text) if each.kind == "secret" else text
        return said

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Choice.Changed)
    def _show_line(self) -> None:
        self._line.show([[Piece(line_of(self.kind, self._values()), Ink.DIM)]])

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Press.Pressed)
    def action_send(self) -> None:
        """Build it; what is wrong is said and nothing is lost."""
        t = self.t
        values = self._values()
        missing = [each.name for each in self._inputs if each.required and each.name not in values]
        if missing:
            words = t("Still needed: {fields}.", fields=", ".join(t(heading(name)) for name in missing))
            self._faults.show([[Piece(words, Ink.REFUSES)], []])
            return
        try:
            asked = build(self.kind, values)
        except Invalid as fault:
            self._faults.show([[Piece(sentence_of(t, fault), Ink.REFUSES)], []])
            return
        self.dismiss(asked)

    def action_leave(self) -> None:
        self.dismiss(None)


def _length(kind: Kind, name: str) -> int:
    """How many characters of many lines the field takes; 0 for one line."""
    hint = get_type_hints(kind, include_extras=True)[name]
    return next((LONG[part] for part in (hint, *get_args(hint)) if part in LONG), 0)
