"""Text of many lines to type or paste: a brief, a note."""

from __future__ import annotations

from textual import events
from textual.widgets import TextArea

from core.text import wash


class LongInput(TextArea):
    """Wraps, keeps what was pasted in lines, drops control characters; its cursor does not blink."""

    def __init__(self, text: str = "", *, limit: int, id: str | None = None) -> None:
        """`limit` in characters; what would not fit any more is not taken."""
        super().__init__(
            wash(text),
            id=id,
            compact=True,
            highlight_cursor_line=False,
            show_line_numbers=False,
            max_checkpoints=20,
        )
        self.cursor_blink = False
        self._limit = limit

    @property
    def value(self) -> str:
        """What stands in it."""
        return self.text

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        room = max(self._limit - len(self.text) + len(self.selected_text), 0)
        if result := self._replace_via_keyboard(wash(event.text).expandtabs(4)[:room], *self.selection):
            self.move_cursor(result.end_location)

    async def _on_key(self, event: events.Key) -> None:
        if event.is_printable and len(self.text) >= self._limit and not self.selected_text:
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)
