"""How products are told: the same signs, words and inks in every list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from core.clock import stamp
from core.i18n.tongue import Tongue
from core.pipeline.flow import Agent, State
from core.pipeline.handoffs import Handoff
from core.pipeline.rows import Product, Standing
from core.written import ago
from tui.symbols import Sign, Symbols
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.stage_strip import Stage, stage_strip, status

STAGES: Mapping[Standing, Stage] = MappingProxyType(
    {
        Standing.RUNNING: Stage.RUNNING,
        Standing.QUEUED: Stage.AHEAD,
        Standing.WAITING: Stage.ASKS,
        Standing.PAUSED: Stage.PAUSED,
        Standing.DONE: Stage.DONE,
        Standing.FAILED: Stage.FAILED,
        Standing.CANCELLED: Stage.REFUSED,
    }
)


def standing_of(product: Product) -> Standing:
    """What it is doing."""
    return Standing(product.standing)


def state_line(t: Tongue, symbols: Symbols, product: Product) -> Line:
    """`◆ waiting`, sign and word."""
    return status(STAGES[standing_of(product)], t(product.standing), symbols)


def strip_line(symbols: Symbols, product: Product) -> Line:
    """`✓✓✓●···`: the squares behind, the one it stands on, those ahead."""
    standing = standing_of(product)
    if standing is Standing.DONE:
        return stage_strip([Stage.DONE] * product.stations, symbols)
    here = Stage.RUNNING if standing is Standing.QUEUED else STAGES[standing]
    ahead = product.stations - product.station_number
    return stage_strip([*[Stage.DONE] * (product.station_number - 1), here, *[Stage.AHEAD] * ahead], symbols)


def age(t: Tongue, stamped: str) -> str:
    """`12 min`, or a date when it is long ago."""
    return ago(t, stamped, datetime.now(UTC)) if stamped else ""


def whole_time(stamped: str) -> str:
    """`2026-11-21 14:03:20 UTC`."""
    return f"{stamped[:19].replace('T', ' ')} UTC" if stamped else ""


def cost(usd: float) -> str:
    """`$0.31`."""
    return f"${usd:,.2f}"


def agent_word(t: Tongue, code: str) -> str:
    """An agent by the name that people use."""
    try:
        return t(Agent.named(code).title)
    except KeyError:
        return code


def state_word(t: Tongue, code: str) -> str:
    """A state by the word that people use."""
    try:
        return t(State.named(code).word)
    except KeyError:
        return code


def reason_word(t: Tongue, code: str) -> str:
    """`runtime test passed`."""
    return t(code.replace("_", " "))


def passing_sign(symbols: Symbols, handoff: Handoff) -> Piece:
    """An arrow when work went on, a cross when it was refused, a mark when the same agent tries again."""
    if handoff.blocked:
        return Piece(symbols(Sign.FAILED), Ink.REFUSES)
    if not handoff.success:
        return Piece(symbols(Sign.REFUSED), Ink.ASKS)
    return Piece(symbols(Sign.TO), Ink.FINISHED)


def clock_time(stamped: str) -> str:
    """`13:51:04` of a time stamp."""
    return stamped[11:19]


def short_time(stamped: str) -> str:
    """`13:51:04` today, `11-19` before; in UTC, as the record has it."""
    return clock_time(stamped) if stamped[:10] == stamp(datetime.now(UTC))[:10] else stamped[5:10]
