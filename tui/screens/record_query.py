"""The line that searches the record: `key:value` words with completion, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from core import catalogue
from core.audit.entry import Severity
from core.audit.query import NAMES, parse_query
from core.audit.reading import EntryRow
from core.errors import Invalid
from core.i18n.tongue import Tongue
from tui.asking import sentence_of
from tui.widgets.forms import LineInput
from tui.widgets.pieces import Ink, Piece, Text

KEYS = ("actor", "action", "on", "severity", "outcome", "since", "until", "session", "ip")
assert set(KEYS) == set(NAMES), "the keys of the query have changed"
FIXED = {
    "action": ("agent_handoff", "session.open", *catalogue.BY_NAME),
    "severity": tuple(Severity),
    "outcome": ("done", "refused", "forbidden", "invalid", "crashed"),
    "since": ("15m", "1h", "24h", "7d"),
    "until": ("1h", "24h", "7d"),
}
SHOWN = 8


class RecordQuery(Vertical):
    """Searches when enter is pressed; escape forgets the search."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", show=False, priority=True),
        Binding("tab", "complete", show=False, priority=True),
        Binding("down", "leave", show=False),
    ]

    @dataclass
    class Asked(Message):
        """Something else is looked for."""

        query: str

    class Left(Message):
        """The list has the keys again."""

    def __init__(self, t: Tongue) -> None:
        super().__init__(classes="query")
        self._t = t
        self._input = LineInput(limit=400)
        # Coming back to the line is mostly for adding a word to it.
        self._input.select_on_focus = False
        self._open = False
        self._count = Text()
        self._help = Text()
        self._seen: Sequence[EntryRow] = ()
        self._asked = ""

    @property
    def query_words(self) -> str:
        """What was asked last."""
        return self._asked

    def compose(self) -> ComposeResult:
        with Horizontal(classes="filter"):
            yield Text([Piece(" / ", Ink.HERE)])
            yield self._input
            yield self._count
        yield self._help

    def on_mount(self) -> None:
        self._help.display = False

    def open(self) -> None:
        """Give it the keys."""
        self._open = True
        self._input.focus()
        self._say_help()

    def ask(self, words: str) -> None:
        """Look for this."""
        self._input.value = words
        self._submit()

    def show_count(self, words: str, seen: Sequence[EntryRow]) -> None:
        """`214 of 12,408`; what was seen is also what is offered for completion."""
        self._seen = seen
        self._count.show([Piece(f"{words} ", Ink.DIM)])

    # -- completion --------------------------------------------------------------------------------------------------

    def _offers(self) -> tuple[str, list[str]]:
        """The words before the last one, and what the last one may become."""
        before, blank, last = self._input.value.rpartition(" ")
        key, colon, value = last.partition(":")
        if not colon:
            return before + blank, [f"{name}:" for name in KEYS if name.startswith(key)]
        if key not in KEYS:
            return before + blank, []
        found = dict.fromkeys([*self._seen_values(key), *FIXED.get(key, ())])
        return before + blank, [f"{key}:{each}" for each in found if each.startswith(value) and each != value]

    def _seen_values(self, key: str) -> Iterable[str]:
        names = {"on": "resource", "session": "session_id", "ip": "ip_address"}
        if key in ("since", "until"):
            return ()
        values = (getattr(row, names.get(key, key)) for row in self._seen[:500])
        return [each for each in values if each and " " not in each]

    def action_complete(self) -> None:
        before, offers = self._offers()
        if offers:
            self._input.value = before + offers[0]
            self._input.cursor_position = len(self._input.value)

    def _say_help(self) -> None:
        fault = self._fault()
        offers = [] if fault else [offer.partition(":")[2] or offer for offer in self._offers()[1][:SHOWN]]
        tab = [Piece("   tab ", Ink.HERE)] if offers else []
        self._help.show([Piece(f"   {fault}", Ink.REFUSES)] if fault else [*tab, Piece("  ".join(offers), Ink.DIM)])
        self._help.display = self._open

    def _fault(self) -> str:
        # A word that is still being typed is not wrong yet.
        words = self._input.value
        if words.endswith(":"):
            words = words.rpartition(" ")[0]
        try:
            parse_query(words)
        except Invalid as fault:
            return sentence_of(self._t, fault)
        return ""

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say_help()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._submit()

    def _submit(self) -> None:
        try:
            parse_query(self._input.value)
        except Invalid as fault:
            self._help.show([Piece(f"   {sentence_of(self._t, fault)}", Ink.REFUSES)])
            self._help.display = True
            return
        self._asked = self._input.value
        self.post_message(self.Asked(self._asked))
        self.action_leave()

    def action_clear(self) -> None:
        changed = bool(self._asked)
        self._input.value = self._asked = ""
        if changed:
            self.post_message(self.Asked(""))
        self.action_leave()

    def action_leave(self) -> None:
        self._open = self._help.display = False
        self.post_message(self.Left())
