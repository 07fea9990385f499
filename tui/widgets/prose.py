"""Text that is read: wrapped to the width, and scrolled where it is long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.clean import one_line
from tui.widgets.pieces import Ink, Inked, Line, Piece, width_of

_WORDS = re.compile(r"\s*\S+|\s+")


def wrap(line: Line, width: int, hang: int | None = None) -> list[Line]:
    """The line broken between words into lines of at most `width` cells; a longer word is cut where the line ends.

    Those after the first are indented by `hang`, or as far as the first is."""
    if width_of(line) <= width or width < 2:
        return [line]
    if hang is None:
        whole = "".join(text for text, _ in line)
        hang = len(whole) - len(whole.lstrip(" "))
    hang = min(hang, width // 2)
    done: list[Line] = []
    here, room, empty = [Piece("")], width, True
    for text, ink in line:
        for word in _WORDS.findall(one_line(text, limit=len(text))):
            cells = cell_len(word)
            if cells > room and not empty:
                done.append(here)
                here, room, empty = [Piece(" " * hang)], width - hang, True
                word = word.lstrip()
                cells = cell_len(word)
            at = 0
            while cells > room:
                # A slice, because a whole file may be one word.
                part = chop_cells(word[at : at + 2 * room], room)[0]
                done.append([*here, Piece(part, ink)])
                at, cells = at + len(part), cells - cell_len(part)
                here, room = [Piece(" " * hang)], width - hang
            if at < len(word):
                here.append(Piece(word[at:], ink))
                room, empty = room - cells, False
    return done if empty else [*done, here]


def plain_lines(text: str, ink: Ink = Ink.TEXT) -> list[Line]:
    """Each line of a text as a line of one piece."""
    return [[Piece(line, ink)] for line in text.expandtabs(4).split("\n")]


class Prose(Inked):
    """Lines that are wrapped, not cut."""

    def __init__(
        self, *lines: Line, hang: int | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._given: Sequence[Line] = lines
        self._hang = hang

    def show(self, lines: Iterable[Line]) -> None:
        """Show these lines instead."""
        self._given = tuple(lines)
        self.repaint()

    def draw(self, width: int) -> Sequence[Line]:
        return [part for line in self._given for part in wrap(line, width, self._hang)]


class Reader(Prose, can_focus=True):
    """A page to scroll through by keys; it takes the room there is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_by(1)", show=False),
        Binding("k,up", "scroll_by(-1)", show=False),
        Binding("l,right", "pan(16)", show=False),
        Binding("h,left", "pan(-16)", show=False),
        Binding("pagedown,space", "page(1.0)", show=False),
        Binding("pageup", "page(-1.0)", show=False),
        Binding("ctrl+d", "page(0.5)", show=False),
        Binding("ctrl+u", "page(-0.5)", show=False),
        Binding("g,home", "scroll_by(-1000000)", show=False),
        Binding("G,end", "scroll_by(1000000)", show=False),
    ]

    class Turned(Message):
        """Another part is seen."""

    _top = 0
    _left = 0

    def repaint(self, top: int = 0) -> None:
        self.redraw(layout=True)

    def __init__(self, *lines: Line, wrapped: bool = True, id: str | None = None) -> None:
        """`wrapped` lines are broken between words; others are moved sideways."""
        super().__init__(*lines, id=id)
        self._wrapped = wrapped

    @property
    def position(self) -> tuple[int, int]:
        """The last line in sight, and how many there are."""
        total = len(self.lines(self.size.width))
        return min(self._top + self.size.height, total), total

    def render_line(self, y: int) -> Strip:
        if self._wrapped:
            return super().render_line(y + self._top)
        lines, width = self.lines(self.size.width), self.size.width
        line = lines[y + self._top] if y + self._top < len(lines) else ()
        strip = self.strip(line, max(width, self._left + width))
        return strip.crop(self._left, self._left + width)

    def draw(self, width: int) -> Sequence[Line]:
        return super().draw(width) if self._wrapped else list(self._given)

    def action_scroll_by(self, by: int) -> None:
        most = max(len(self.lines(self.size.width)) - self.size.height, 0)
        top = max(0, min(self._top + by, most))
        if top != self._top:
            self._top = top
            self.refresh()
        self.post_message(self.Turned())

    def action_pan(self, by: int) -> None:
        longest = 0 if self._wrapped else max(map(width_of, self._given), default=0)
        self._left = max(0, min(self._left + by, longest - self.size.width))
        self.refresh()

    def action_page(self, part: float) -> None:
        self.action_scroll_by(round(self.size.height * part))

    def on_resize(self, event: events.Resize) -> None:
        self.action_scroll_by(0)

    def on_mouse_scroll_down(self) -> None:
        self.action_scroll_by(3)

    def on_mouse_scroll_up(self) -> None:
        self.action_scroll_by(-3)
