"""How entries of the record are told, in the list and in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from core.audit.reading import EntryRow
from core.i18n.tongue import Tongue
from tui.screens.product_words import agent_word
from tui.symbols import Sign, Symbols
from tui.widgets.columns import Column
from tui.widgets.pieces import Ink, Line, Piece, shorten_middle

WELL = ("done", "attempted", "")
HANDOFF = "agent_handoff"


def is_refusal(row: EntryRow) -> bool:
    """Whether the row wants a mark: refused, crashed, or worse than usual."""
    return row.outcome not in WELL or row.severity != "info" or not row.sound


def object_of(row: EntryRow) -> str:
    """`bakery-lyon` of `pipeline/bakery-lyon`."""
    return row.resource.partition("/")[2] or row.resource


def time_of(row: EntryRow) -> str:
    """The time of day today, the day and the hour before."""
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    return row.timestamp[11:19] if row.timestamp.startswith(today) else row.timestamp[5:16].replace("T", " ")


def outcome_line(t: Tongue, symbols: Symbols, row: EntryRow) -> Line:
    """What came of it; of a hand-off, who has the work now."""
    if not row.sound:
        return [Piece(f"{symbols(Sign.FAILED)} {t('damaged')}", Ink.REFUSES)]
    if row.action == HANDOFF and isinstance(to := row.details.get("to_agent"), str):
        return [Piece(f"{symbols(Sign.TO)} {agent_word(t, to)}", Ink.FINISHED)]
    words = t(row.outcome.replace("_", " "))
    return [Piece(words, Ink.REFUSES if row.outcome not in WELL else Ink.DIM)]


def columns(t: Tongue, symbols: Symbols) -> list[Column[EntryRow]]:
    """The list, newest first."""

    def mark(row: EntryRow) -> Line:
        return [Piece(symbols(Sign.REFUSED) if is_refusal(row) else " ", Ink.REFUSES)]

    return [
        Column("", mark, 1),
        Column("#", lambda row: f"{row.seq:,}", 9, right=True, ink=Ink.DIM),
        Column(t("time"), time_of, 11),
        Column(t("actor"), lambda row: row.actor, 10, grow=2, ink=Ink.STRONG),
        Column(t("action"), lambda row: row.action, 15, grow=2),
        Column(t("resource"), object_of, 10, grow=3),
        Column(t("outcome"), lambda row: outcome_line(t, symbols, row), 9, grow=1),
    ]


def entry_lines(t: Tongue, symbols: Symbols, row: EntryRow, previous: EntryRow | None, signed: int) -> Iterator[Line]:
    """Everything about one entry. `previous` is the one before it, if it could be read."""
    yield [Piece(f"#{row.seq:,} ", Ink.HERE), Piece(row.action, Ink.STRONG)]
    yield [Piece(t("by {actor} on {resource}", actor=row.actor, resource=row.resource))]
    yield [Piece(row.timestamp.replace("T", " ").replace("Z", " UTC"), Ink.DIM)]
    yield [*outcome_line(t, symbols, row), Piece(f"   {t(row.severity)}", Ink.DIM)]
    yield []
    where = t("from {address}, session {session}", address=row.ip_address or "-", session=row.session_id or "-")
    yield [Piece(where)]
    yield []
    for name, value in flat(row.details):
        yield [Piece(f"{name}: ", Ink.DIM), Piece(value)]
    if row.details:
        yield []
    yield from _links(t, symbols, row, previous, signed)
    yield []
    yield [Piece("id  ", Ink.DIM), Piece(row.id, Ink.DIM)]
    yield [Piece(f"{row.file}:{row.line}", Ink.DIM)]


def _links(t: Tongue, symbols: Symbols, row: EntryRow, previous: EntryRow | None, signed: int) -> Iterator[Line]:
    linked = row.seq == 1 or (previous is not None and previous.hash == row.previous_hash)
    good = row.sound and linked
    sign = Piece(f" {symbols(Sign.DONE if good else Sign.FAILED)}", Ink.FINISHED if good else Ink.REFUSES)
    to = symbols(Sign.TO)
    ends = f"{shorten_middle(row.previous_hash, 9, symbols)} {to} {shorten_middle(row.hash, 9, symbols)}"
    yield [Piece(t("link") + "  ", Ink.DIM), Piece(ends), sign]
    if not row.sound:
        yield [Piece(t("The line does not make the hash that it carries: it was changed."), Ink.REFUSES)]
    elif not linked:
        yield [Piece(t("The entry before it does not have the hash that this one names."), Ink.REFUSES)]
    if row.seq <= signed:
        covered = t("covered by the signed checkpoint at {seq}", seq=f"{signed:,}")
        yield [Piece(covered), Piece(f" {symbols(Sign.DONE)}", Ink.FINISHED)]
    else:
        yield [Piece(t("not yet under a signed checkpoint"), Ink.DIM)]


def flat(details: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every detail as a name and a text, those within others by their path."""
    for name, value in details.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}", ", ".join(str(each) for each in value)
        elif isinstance(value, bool):
            yield f"{prefix}{name}", str(value).lower()
        else:
            yield f"{prefix}{name}", "-" if value in (None, "") else str(value)
