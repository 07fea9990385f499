"""Everything that can be asked, found by typing: `:` or ctrl+p."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from core.catalogue import OPERATIONS
from core.command_line import HOST, for_people, usage
from core.operation import Errand, Feed, Kind, Operation, Stage
from core.parse import inputs_of
from tui.asking import Refused, ask, tell
from tui.forms import fill
from tui.keys import TABS
from tui.screens.dialog import Dialog
from tui.widgets.columns import Column
from tui.widgets.filter_line import fits
from tui.widgets.forms import LineInput
from tui.widgets.pieces import Ink, Piece
from tui.widgets.prose import Prose
from tui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from tui.app import FactoryApp

AREAS_SHOWN_BY_PLACES = {"handoffs": "handoffs", "audit": "audit"}
"""Live views belong to a place that shows them better than a form could."""


@dataclass(frozen=True)
class Entry:
    """One thing to choose."""

    kind: Kind
    words: str
    sentence: str
    needs: str
    """Who could do it, when this person may not."""


def entries_of(app: FactoryApp) -> list[Entry]:
    """What people may ask at all; what this one may do stands first."""
    found = []
    for kind in OPERATIONS:
        if not for_people(kind) or Stage.FULL not in kind.at:
            continue
        may = app.desk.may(kind)
        role = may.grantors[0].word if may.grantors else ""
        needs = (
            ""
            if may.allowed
            else app.t("needs {role}", role=app.t(role))
            if _by_role(may.refusal)
            else app.t("not here")
        )
        found.append(Entry(kind, f"{kind.area} {kind.verb}", app.t(kind.sentence()), needs))
    return sorted(found, key=lambda entry: bool(entry.needs))


def _by_role(refusal: Exception | None) -> bool:
    return getattr(refusal, "code", "") == "forbidden"


class Palette(Dialog[None]):
    """Filtered as one types; the equivalent command line stands below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+p", "leave", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(8)", show=False, priority=True),
        Binding("pageup", "move(-8)", show=False, priority=True),
    ]

    def __init__(self, at_hand: Mapping[str, str] | None = None) -> None:
        """`at_hand` fills fields of the form that opens, such as the product under the cursor."""
        super().__init__()
        self._at_hand = at_hand or {}
        self._entries: Sequence[Entry] = ()
        self._line = Prose(id="line")

    def compose(self) -> ComposeResult:
        t = self.t
        self._entries = entries_of(self.factory)
        columns: list[Column[Entry]] = [
            Column("", lambda row: row.words, 20, ink=Ink.STRONG),
            Column("", lambda row: row.sentence, 24, grow=1),
        ]
        if any(entry.needs for entry in self._entries):
            columns.append(Column("", lambda row: row.needs, 17, right=True, priority=1))
        self._table: RecordTable[Entry] = RecordTable(
            columns,
            key=lambda row: row.kind.name,
            empty=[Piece(t("No command has these words."), Ink.DIM)],
            row_ink=lambda row: Ink.DIM if row.needs else None,
        )
        self._table.can_focus = False
        with Vertical(classes="palette"):
            yield LineInput(id="sought", limit=80)
            yield self._table
            yield self._line

    def on_mount(self) -> None:
        self._narrow("")
        self.query_one("#sought").focus()

    def _narrow(self, sought: str) -> None:
        kept = [entry for entry in self._entries if fits(sought, entry.words, entry.sentence)]
        # What is called so is more likely meant than what mentions it.
        kept.sort(key=lambda entry: (-_named(entry, sought), bool(entry.needs)))
        self._table.show(kept)
        self._table.go_to(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if (entry := self._table.row) is not None:
            self._choose(entry)

    def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        self._choose(event.row)

    def on_record_table_moved(self) -> None:
        entry = self._table.row
        self._line.show([[Piece(f"{HOST} {usage(entry.kind)}", Ink.DIM)]] if entry else [])

    def action_move(self, by: int) -> None:
        self._table.action_move(by)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _choose(self, entry: Entry) -> None:
        app = self.factory
        self.dismiss(None)
        app.call_later(choose, app, entry.kind, self._at_hand)


def _named(entry: Entry, sought: str) -> int:
    """How many of the words begin one of the command's own."""
    parts = entry.words.split()
    return sum(any(part.startswith(word) for part in parts) for word in sought.casefold().split())


def choose(app: FactoryApp, kind: Kind, at_hand: Mapping[str, str]) -> None:
    """Refuse, go to the place that shows it live, or ask for its fields and run it."""
    may = app.desk.may(kind)
    if not may.allowed and may.refusal is not None:
        tell(app, may.refusal)
    elif issubclass(kind, Feed):
        app.action_go(AREAS_SHOWN_BY_PLACES.get(kind.area, TABS[0].name))
    else:
        app.run_worker(_run(app, kind, at_hand), group="palette", exclusive=True)


async def _run(app: FactoryApp, kind: Kind, at_hand: Mapping[str, str]) -> None:
    from tui.screens.answer import Answer

    inputs = inputs_of(kind)
    if inputs:
        asked: Any = await fill(app, kind, at_hand)
    else:
        asked = kind()
    if not isinstance(asked, Operation | Errand):
        return
    try:
        result = await ask(app, asked)
    except Refused:
        return
    app.push_screen(Answer(asked, result))
