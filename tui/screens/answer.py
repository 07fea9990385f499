"""What an operation answered, as the exec door would print it for eyes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult

from core.command_line import line_for
from core.operation import Errand, Operation
from core.written import card, rows_of, table
from tui.screens.place import Place
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.prose import Reader, plain_lines

MOST_LINES = 5_000


class Page(Place):
    """Something to read, on top of a place."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._reader = Reader(wrapped=self.wrapped)

    wrapped: ClassVar[bool] = True

    def title_words(self) -> str:
        return self._title

    def body(self) -> ComposeResult:
        yield self._reader

    def hints(self) -> Sequence[Hint]:
        t = self.t
        return (Hint("j k", t("scroll")), Hint("g G", t("begin, end")), Hint("esc", t("back")))

    @on(Reader.Turned)
    def _turned(self) -> None:
        self.show_place(self._reader.position)

    def read(self, lines: Sequence[Line]) -> None:
        """Show these."""
        self._reader.show(lines)
        self.call_after_refresh(self._turned)


class Answer(Page):
    """The result of one request; it is not fetched again."""

    areas = ("nothing",)
    wrapped = False
    """A table that is wrapped is none; `h` and `l` move it sideways."""

    def __init__(self, asked: Operation[Any] | Errand[Any], result: Any) -> None:
        super().__init__(asked.name.replace(".", " "))
        self._asked = asked
        self._result = result

    async def load(self) -> None:
        self.read([[Piece(" "), *line] for line in self._lines()][:MOST_LINES])

    def _lines(self) -> Iterator[Line]:
        t, now, rows = self.t, datetime.now(UTC), rows_of(self._result)
        yield [Piece(line_for(self._asked), Ink.DIM)]
        yield []
        if rows is None:
            yield from plain_lines(card(t, self._result, now))
        elif not rows:
            yield [Piece(t("Nothing there."))]
        elif isinstance(rows[0], str):
            yield from ([Piece(line)] for line in rows)
        else:
            head, *rest = table(t, rows, now).split("\n")
            yield [Piece(head, Ink.STRONG)]
            yield from ([Piece(line)] for line in rest)
