"""How hand-offs and tasks are told, in lists and in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from core.i18n.tongue import Tongue
from core.pipeline.handoffs import Handoff
from core.pipeline.tasks import Task
from tui.screens import product_words as words
from tui.symbols import Symbols
from tui.widgets.columns import Column
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.record_table import RecordTable
from tui.widgets.stage_strip import Stage, status

Row = TypeVar("Row")

STATUS: Mapping[str, Stage] = MappingProxyType(
    {
        "pending": Stage.AHEAD,
        "running": Stage.RUNNING,
        "completed": Stage.DONE,
        "blocked": Stage.FAILED,
        "failed": Stage.FAILED,
        "timeout": Stage.FAILED,
        "cancelled": Stage.REFUSED,
    }
)


def columns(t: Tongue, symbols: Symbols, *, with_product: bool) -> list[Column[Handoff]]:
    """`13:44:02  developer → qa  runtime test passed`, and what was objected to where there is room."""
    product: list[Column[Handoff]] = [Column(t("product"), lambda row: row.product_name, 14, grow=2, ink=Ink.STRONG)]
    return [
        Column(t("time"), lambda row: words.short_time(row.at), 8, ink=Ink.DIM),
        *(product if with_product else ()),
        Column(t("from"), lambda row: words.agent_word(t, row.from_agent), 13, grow=1),
        Column("", lambda row: [words.passing_sign(symbols, row)], 2),
        Column(t("to"), lambda row: words.agent_word(t, row.to_agent), 13, grow=1),
        Column(t("reason"), lambda row: reason_line(t, row), 18, grow=2, priority=1),
        Column(t("objection"), lambda row: row.notes[0] if row.notes else "", 30, grow=4, priority=2),
    ]


def show_newest_first(table: RecordTable[Row], rows: Sequence[Row]) -> None:
    """Show rows that grow at the top; a cursor on the newest stays on the newest, elsewhere on its row."""
    on_newest = table.place[0] <= 1
    table.show(rows)
    if on_newest:
        table.go_to(0)


def reason_line(t: Tongue, row: Handoff) -> Line:
    """The reason; a refusal in the ink of refusals, so that blocked work stands out."""
    return [Piece(words.reason_word(t, row.reason), Ink.REFUSES if row.blocked else Ink.DIM)]


def handoff_lines(t: Tongue, symbols: Symbols, row: Handoff) -> Iterator[Line]:
    """Everything about one hand-off."""
    yield [
        Piece(f"{words.agent_word(t, row.from_agent)} ", Ink.STRONG),
        words.passing_sign(symbols, row),
        Piece(f" {words.agent_word(t, row.to_agent)}", Ink.STRONG),
    ]
    yield reason_line(t, row)
    yield []
    yield [Piece(words.whole_time(row.at), Ink.DIM)]
    yield [Piece(row.product_name), Piece(f"  {row.product_id}", Ink.DIM)]
    yield [Piece(f"{words.state_word(t, row.from_state)} → {words.state_word(t, row.to_state)}".replace(
        "→", "→" if symbols.rich else "->"))]  # fmt: skip
    yield []
    if row.notes:
        yield [Piece(t("What was said"), Ink.DIM)]
        for note in row.notes:
            yield from ([Piece(f"  {line}")] for line in note.split("\n"))
        yield []
    if row.output_fingerprint:
        keys = row.output_fingerprint.get("keys")
        named = ", ".join(map(str, keys)) if isinstance(keys, list) else ""
        yield [Piece(t("Handed over"), Ink.DIM), Piece(f"  {named}")]
        yield [Piece(f"  hmac-sha256 {row.output_fingerprint.get('digest', '')}", Ink.DIM)]
        yield []
    for title, value in ((t("Task"), row.task_id), (t("Next task"), row.next_task_id), (t("Hand-off"), row.id)):
        if value:
            yield [Piece(f"{title:<10} ", Ink.DIM), Piece(value, Ink.DIM)]


def task_columns(t: Tongue, symbols: Symbols) -> list[Column[Task]]:
    """Who did what, how often, how it ended."""
    return [
        Column(t("time"), lambda row: words.short_time(row.started_at or row.created_at), 8, ink=Ink.DIM),
        Column(t("agent"), lambda row: t(row.agent_title), 16),
        Column(t("status"), lambda row: task_status(t, symbols, row), 12),
        Column(t("try"), lambda row: f"{row.attempt}/{row.max_attempts}", 5, right=True, ink=Ink.DIM),
        Column(t("to"), lambda row: words.state_word(t, row.target_state), 14, priority=2, ink=Ink.DIM),
        Column(t("trouble"), lambda row: row.error, 12, grow=1, priority=1, ink=Ink.REFUSES),
    ]


def task_status(t: Tongue, symbols: Symbols, row: Task) -> Line:
    """`✓ done`."""
    return status(STATUS.get(row.status, Stage.AHEAD), t(row.status), symbols)


def task_lines(t: Tongue, symbols: Symbols, row: Task) -> Iterator[Line]:
    """Everything that a list knows of one task."""
    yield [Piece(t(row.agent_title), Ink.STRONG)]
    yield task_status(t, symbols, row)
    yield []
    for title, value in (
        (t("From"), words.state_word(t, row.from_state)),
        (t("To"), words.state_word(t, row.target_state)),
        (t("Try"), t("{at} of {of}", at=row.attempt, of=row.max_attempts)),
        (t("Queued"), words.whole_time(row.created_at)),
        (t("Begun"), words.whole_time(row.started_at)),
        (t("Ended"), words.whole_time(row.ended_at)),
        (t("Task"), row.id),
    ):
        if value:
            yield [Piece(f"{title:<8} ", Ink.DIM), Piece(value)]
    if row.error:
        yield []
        yield [Piece(row.error, Ink.REFUSES)]
