"""The pieces of a form. None of them blinks: a blinking cursor in 200 sessions costs a processor."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.clean import clean, one_line
from tui.symbols import Sign
from tui.widgets.pieces import Ink, Inked, Line, Piece, Text, spread, width_of

Value = TypeVar("Value", bound=Hashable)


class LineInput(Input):
    """One line of text. Pasted control characters are dropped, and a paste never submits."""

    def __init__(
        self,
        value: str = "",
        *,
        secret: bool = False,
        limit: int = 512,
        on_cut: Callable[[int], str] | None = None,
        id: str | None = None,
    ) -> None:
        """`on_cut` says in the person's language that only the first of so many pasted lines was taken."""
        super().__init__(one_line(value, limit), password=secret, max_length=limit, compact=True, id=id)
        self.cursor_blink = False
        self._on_cut = on_cut

    def action_copy(self) -> None:
        """Copy what is selected, but never a secret."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected, but never a secret."""
        if not self.password:
            super().action_cut()

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        lines = [line for line in event.text.splitlines() if line.strip()]
        if not lines:
            return
        self.insert_text_at_cursor(clean(lines[0].expandtabs(1)))
        say: Callable[[str], None] | None = getattr(self.screen, "say", None)
        if len(lines) > 1 and self._on_cut is not None and say is not None:
            say(self._on_cut(len(lines)))


class Field(Horizontal):
    """A label and a line to fill in, with room for what is wrong with it."""

    def __init__(
        self,
        label: str,
        value: str = "",
        *,
        secret: bool = False,
        limit: int = 512,
        on_cut: Callable[[int], str] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id, classes="field")
        self._label = label
        self.input = LineInput(value, secret=secret, limit=limit, on_cut=on_cut)
        self._fault = Text()

    @property
    def value(self) -> str:
        """What stands in it."""
        return self.input.value

    def fault(self, sentence: str) -> None:
        """Say what is wrong beside the line; an empty sentence takes it back."""
        self._fault.show([Piece(sentence, Ink.REFUSES)] if sentence else [])

    def compose(self) -> ComposeResult:
        yield Text([Piece(self._label, Ink.DIM)])
        yield self.input
        yield self._fault


@dataclass(frozen=True)
class Option(Generic[Value]):
    """One thing to choose, and whether this person may."""

    value: Value
    word: str
    may: bool = True


class Choice(Inked, Generic[Value], can_focus=True):
    """One of a few, on one line, turned with the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h,up", "turn(-1)", show=False),
        Binding("right,l,down,space", "turn(1)", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another option is chosen."""

        choice: Choice[Hashable]
        value: Hashable

    def __init__(self, label: str, options: Sequence[Option[Value]], chosen: Value, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self._options = options
        self._at = next(at for at, option in enumerate(options) if option.value == chosen)

    @property
    def value(self) -> Value:
        """What is chosen."""
        return self._options[self._at].value

    def draw(self, width: int) -> Sequence[Line]:
        pieces = [Piece(f"{one_line(self._label):<18}", Ink.DIM)]
        first = self._first_in_sight(width - 18)
        if first:
            pieces.append(Piece(f"{self.symbols(Sign.MORE)} ", Ink.DIM))
        room = width - width_of(pieces)
        for at, option in enumerate(self._options[first:], first):
            room -= cell_len(option.word) + 5
            if room < -3:
                pieces.append(Piece(self.symbols(Sign.MORE), Ink.DIM))
                break
            chosen = at == self._at
            sign = self.symbols(Sign.ON if chosen else Sign.OFF)
            ink = Ink.HERE if chosen and self.has_focus else Ink.TEXT if option.may else Ink.DIM
            pieces.append(Piece(f"{sign} {option.word}   ", ink))
        return [spread(pieces, (), width, self.symbols)]

    def _first_in_sight(self, room: int) -> int:
        """Where to begin, so that what is chosen can be seen when there are too many for the line."""
        widths = [cell_len(option.word) + 5 for option in self._options]
        first = 0
        while first < self._at and sum(widths[first : self._at + 1]) + 2 * (first > 0) > room:
            first += 1
        return first

    def on_focus(self) -> None:
        self.redraw()

    def on_blur(self) -> None:
        self.redraw()

    def action_turn(self, by: int) -> None:
        """To the next option that this person may choose."""
        for step in range(1, len(self._options)):
            at = (self._at + by * step) % len(self._options)
            if self._options[at].may:
                self._at = at
                self.redraw()
                self.post_message(self.Changed(self, self.value))  # type: ignore[arg-type]
                return
