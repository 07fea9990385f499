"""The record: what happened, newest first; found by words, followed live, verified."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from core.audit.reading import EntryRow, ExportRecord, SearchRecord, ShowEntry, TailRecord
from core.audit.verdict import RecordState, ShowRecordState, Verified, VerifyRecord
from core.command_line import HOST
from core.errors import CoreError
from core.operation import Kind
from tui.asking import sentence_of
from tui.screens.listing import Listing
from tui.screens.record_entry import EntryCard, EntryScreen
from tui.screens.record_follow import Follower
from tui.screens.record_query import RecordQuery
from tui.screens.record_words import columns
from tui.screens.verify import VerifyPanel
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Piece
from tui.widgets.record_table import RecordTable

PAGE = 200
KEPT = 10_000
"""Entries that one list holds; who wants older ones asks for them by `until:`."""


class Record(Listing[EntryRow]):
    """Pages are fetched as the cursor comes near the end of those that are here."""

    tab = "audit"
    _card: EntryCard
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", show=False),
        Binding("f", "follow", show=False),
        Binding("v", "verify", show=False),
        Binding("s", "session", show=False),
        Binding("x", "export", show=False),
        Binding("y", "copy", show=False),
        Binding("left_square_bracket", "step(1)", show=False),
        Binding("right_square_bracket", "step(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[EntryRow] = []
        self._whole = False
        """There is nothing older than what is here."""
        self._state: RecordState | None = None
        self._follower = Follower(self, self._arrived)
        self._fetching = False

    def title_words(self) -> str:
        return self.t("Record")

    def line(self) -> RecordQuery:
        self._query = RecordQuery(self.t)
        return self._query

    def table(self) -> RecordTable[EntryRow]:
        t = self.t
        return RecordTable(
            columns(t, self.factory.symbols),
            key=lambda row: row.seq,
            empty=[Piece(t("Nothing on record says that.  /  looks for something else."), Ink.DIM)],
            row_ink=lambda row: Ink.REFUSES if not row.sound else None,
        )

    def card(self) -> EntryCard:
        return EntryCard()

    def hints(self) -> Sequence[Hint]:
        t = self.t
        return (
            Hint("enter", t("open")),
            Hint("/", t("search")),
            self.hint("f", t("stop following") if self._follower.running else t("follow"), TailRecord),
            self.hint("v", t("verify"), VerifyRecord),
            Hint("s", t("this session")),
            Hint("y", t("copy id")),
            self.hint("x", t("export"), ExportRecord),
            Hint("?", t("help")),
        )

    def all_keys(self) -> Sequence[Hint]:
        t = self.t
        return (
            Hint("enter", t("read the whole entry")),
            Hint("/", t("search: actor:ana action:users.* on:bakery since:1h and plain words")),
            self.hint("f", t("show entries as they are written"), TailRecord),
            self.hint("v", t("check every link and seal of the record"), VerifyRecord),
            Hint("s", t("only what this session did")),
            Hint("y", t("copy the id")),
            self.hint("x", t("how to export what is found"), ExportRecord),
        )

    def kinds(self) -> Sequence[Kind]:
        return (SearchRecord, ShowEntry, TailRecord, VerifyRecord, ExportRecord)

    def at_hand(self) -> Mapping[str, str]:
        row = self._table.row
        return {"query": self._query.query_words, **({"entry": str(row.seq)} if row else {})}

    # -- fetching ----------------------------------------------------------------------------------------------------

    async def load(self) -> None:
        self._state = await self.look(ShowRecordState())
        if self._follower.running:
            return
        page = await self.look(SearchRecord(query=self._query.query_words, limit=PAGE))
        older = [row for row in self._rows if page and row.seq < page[-1].seq] if len(page) == PAGE else []
        self._whole = len(page) < PAGE or (bool(older) and self._whole)
        self._rows = [*page, *older]
        self._show()

    async def _load_older(self) -> None:
        try:
            asked = SearchRecord(query=self._query.query_words, limit=PAGE, before=self._rows[-1].seq)
            page = await self.look(asked)
            if asked.query == self._query.query_words:
                self._whole = len(page) < PAGE
                self._rows = [*self._rows, *page]
                self._show()
        except CoreError as refusal:
            self.refuse(sentence_of(self.t, refusal), refusal)
        finally:
            self._fetching = False

    @property
    def _found(self) -> str:
        return f"{len(self._rows):,}" + ("" if self._whole else "+")

    def _show(self) -> None:
        last = max(self._state.last if self._state else 0, self._rows[0].seq if self._rows else 0)
        total = f"{last:,}"
        words = self._query.query_words
        count = (
            self.t("{n} of {total}", n=self._found, total=total) if words else self.t("{total} entries", total=total)
        )
        self._query.show_count(count, self._rows)
        self._table.show(self._rows)

    def action_follow(self) -> None:
        may = self.desk.may(TailRecord)
        if self._follower.running:
            self._follower.stop()
            self.say(self.t("No longer following."))
            self.again()
        elif may.refusal is not None:
            self.refuse(sentence_of(self.t, may.refusal), may.refusal)
        else:
            self._table.go_to(0)
            self._follower.start(self._query.query_words, self._rows[0].seq if self._rows else 0, PAGE)
            self.say(self.t("Following: new entries come in at the top."))
        self.show_hints()

    def _arrived(self, rows: Sequence[EntryRow]) -> None:
        on_newest = self._table.place[0] <= 1
        self._rows = [*rows, *self._rows]
        self._whole = self._whole and len(self._rows) <= KEPT
        del self._rows[KEPT:]
        self._show()
        if on_newest:
            self._table.go_to(0)

    # -- keys --------------------------------------------------------------------------------------------------------

    def show_place(self, place: tuple[int, int]) -> None:
        at, of = place
        self.footer.show_position(self.t("{at} of {of}", at=f"{at:,}", of=self._found) if of else "")

    def moved(self, row: EntryRow | None) -> None:
        at, of = self._table.place
        if of and of - at < PAGE // 4 and of < KEPT and not self._whole and not self._fetching:
            self._fetching = True
            self.run_worker(self._load_older(), group="older")
        older = self._rows[at] if at < len(self._rows) else None
        previous = older if row and older and older.seq == row.seq - 1 else None
        self._card.about(self, row, previous, self._state.signed if self._state else 0)

    def on_resize(self) -> None:
        self.moved(self._table.row)

    def chosen(self, row: EntryRow) -> None:
        self.app.push_screen(EntryScreen(row.seq, row))

    @on(RecordQuery.Asked)
    def _asked(self) -> None:
        self._follower.stop()
        self.show_hints()
        self._rows, self._whole = [], False
        self._table.go_to(0)
        self.again()

    @on(RecordQuery.Left)
    def _left(self) -> None:
        self._table.focus()

    def action_back(self) -> None:
        if self._query.query_words and self.refusal is None:
            self._query.action_clear()
        else:
            super().action_back()

    def action_search(self) -> None:
        self._query.open()

    def action_step(self, by: int) -> None:
        self._table.action_move(by)

    def action_session(self) -> None:
        if row := self._table.row:
            self._query.ask(f"session:{row.session_id}")

    def action_copy(self) -> None:
        if row := self._table.row:
            self.copy(row.id)

    def action_export(self) -> None:
        words = self._query.query_words
        query = f" --query {shlex.quote(words)}" if words else ""
        self.say(f"{HOST} audit export{query} > record.jsonl")

    def action_verify(self) -> None:
        may = self.desk.may(VerifyRecord)
        if may.allowed:
            self.app.push_screen(VerifyPanel(), self._verified)
        elif may.refusal:
            self.refuse(sentence_of(self.t, may.refusal), may.refusal)

    def _verified(self, found: Verified | None) -> None:
        self.again()
        if found is not None and not found.whole and found.broken_seq:
            self.app.push_screen(EntryScreen(found.broken_seq))


def make() -> Record:
    return Record()
