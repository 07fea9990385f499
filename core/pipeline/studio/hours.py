"""Opening hours found in a sentence: which days, from when to when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_DAYS = (
    r"mon(?:days?)?|lunes|понедельник\w*|пн",
    r"tue(?:s(?:days?)?)?|martes|вторник\w*|вт",
    r"wed(?:nesdays?)?|mi[ée]rcoles|сред[аыуе]м?|ср",
    r"thu(?:rs?(?:days?)?)?|jueves|четверг\w*|чт",
    r"fri(?:days?)?|viernes|пятниц\w*|пт",
    r"sat(?:urdays?)?|s[áa]bados?|суббот\w*|сб",
    r"sun(?:days?)?|domingos?|воскресень\w*|вс",
)
_DAY = "|".join(f"(?P<d{index}>{names})" for index, names in enumerate(_DAYS))
_TOKEN = re.compile(
    rf"(?<![\w$€£₽+])(?<![$€£₽]\s)(?:{_DAY}|(?P<daily>every day|daily|seven days a week"
    r"|todos los días|cada día|ежедневно|каждый день|без выходных)"
    r"|(?P<weekdays>weekdays|working days|entre semana|по будням|будни|в будни)"
    r"|(?P<weekend>weekends?|fines? de semana|выходные дни|по выходным)"
    r"|(?P<closed>closed|cerrad[oa]s?|cerramos|закрыт[оы]?|выходной)"
    r"|(?P<except>except|but|excepto|salvo|кроме)"
    r"|(?P<until>until|till|hasta las|до)(?=\s\d)"
    r"|(?P<h>[01]?\d|2[0-4])(?:[:.h](?P<m>[0-5]\d))?\s?(?P<half>[ap]\.?\s?m\b\.?|h\b|ч\b\.?)?(?![\d%€$£₽])(?!\s?(?:€|\$|£|₽|руб|eur|день|лет|год|минут|человек|days|years|minutes|people|km|км)))(?!\w)",
    re.IGNORECASE,
)
_TO = re.compile(
    r"\s*(?:[-–—]|to|through|thru|till|until|a(?: las)?|al|hasta(?: las)?|по|до)\s*(?:el\s)?", re.IGNORECASE
)
_BEING_THERE = re.compile(
    r"\b(?:open|hours|clos|answer|reception|office|daily|откры|закры|работа|час[ыо]|ежедневн|выходн|принима|заняти|занима"
    r"|ждём|ждем|отвеча|abr[eií]|abiert|horario|cerra|atend|contest|recep)",
    re.IGNORECASE,
)
_FAR = 25  # characters between a day and its times; beyond, they belong to different things
_JOINS_DAYS = re.compile(r"\s*(?:,|and|y|и|&|,?\s?en|on|во?)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Opening:
    """The same hours on one or more days; both ends empty means closed that day."""

    days: tuple[int, ...]
    """0 is Monday."""
    opens: str
    """`HH:MM`, 24 hours."""
    closes: str

    @property
    def closed(self) -> bool:
        """Whether this says that nobody is there."""
        return not self.opens and not self.closes


def hours(sentence: str) -> list[Opening]:
    """Openings of one sentence; empty unless it names days (or "daily") together with times."""
    if not re.search(r"\d", sentence):
        return []
    pieces = _pieces(sentence)
    found = _openings(pieces)
    return found if any(not one.closed for one in found) else []


def opening_hours(sentence: str) -> list[Opening]:
    """Hours of a sentence that speaks of being there for people; a rehearsal's are none."""
    return hours(sentence) if _BEING_THERE.search(sentence) or _TOKEN.match(sentence) else []


def together(found: Sequence[Opening]) -> list[Opening]:
    """One line per day, later sentences and narrower lines winning, days with equal hours joined in order."""
    by_day: dict[int, Opening] = {}
    for one in sorted(found, key=lambda line: -len(line.days)):
        for day in one.days:
            before = by_day.get(day)
            opens = one.opens or ("" if one.closed or before is None else before.opens)
            by_day[day] = Opening((day,), opens, one.closes)
    lines: list[Opening] = []
    for day in sorted(by_day):
        now = by_day[day]
        if lines and lines[-1].days[-1] == day - 1 and (lines[-1].opens, lines[-1].closes) == (now.opens, now.closes):
            lines[-1] = Opening((*lines[-1].days, day), now.opens, now.closes)
        else:
            lines.append(now)
    return lines


@dataclass(frozen=True)
class _Piece:
    kind: str  # "days", "time", "closed", "except", "until"
    days: tuple[int, ...] = ()
    clock: str = ""
    half: str = ""
    start: int = 0
    end: int = 0


def _pieces(sentence: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    for token in _TOKEN.finditer(sentence):
        piece = _piece(token)
        if piece.kind == "days" and pieces and pieces[-1].kind == "days":
            joined = _join(pieces[-1], piece, sentence[pieces[-1].end : piece.start])
            if joined:
                pieces[-1] = joined
                continue
        pieces.append(piece)
    return pieces


def _piece(token: re.Match[str]) -> _Piece:
    start, end = token.span()
    for kind, days in (("daily", range(7)), ("weekdays", range(5)), ("weekend", range(5, 7))):
        if token[kind]:
            return _Piece("days", tuple(days), start=start, end=end)
    for kind in ("closed", "except", "until"):
        if token[kind]:
            return _Piece(kind, start=start, end=end)
    if token["h"]:
        half = (token["half"] or "").lower()[:1]
        return _Piece("time", clock=_clock(token["h"], token["m"], half), half=half, start=start, end=end)
    day = next(index for index in range(7) if token[f"d{index}"])
    return _Piece("days", (day,), start=start, end=end)


def _clock(hour: str, minute: str | None, half: str) -> str:
    number = int(hour)
    if half == "p" and number < 12:
        number += 12
    elif half == "a" and number == 12:
        number = 0
    return f"{number:02d}:{minute or '00'}"


def _join(left: _Piece, right: _Piece, between: str) -> _Piece | None:
    if _TO.fullmatch(between):
        first, last = left.days[-1], right.days[0]
        run = tuple(day % 7 for day in range(first, (last if last >= first else last + 7) + 1))
        return _Piece("days", (*left.days[:-1], *run), start=left.start, end=right.end)
    if _JOINS_DAYS.fullmatch(between):
        return _Piece("days", (*left.days, *right.days), start=left.start, end=right.end)
    return None


def _openings(pieces: list[_Piece]) -> list[Opening]:
    found: list[Opening] = []
    rest = pieces
    while rest:
        kinds = tuple(piece.kind for piece in rest[:5])
        shape = next((shape for shape in _SHAPES if kinds[: len(shape)] == shape), None)
        if shape and _close(rest[: len(shape)]):
            found.extend(_said(shape, rest[: len(shape)]))
            rest = rest[len(shape) :]
        else:
            rest = rest[1:]
    return found


def _close(pieces: list[_Piece]) -> bool:
    return all(after.start - before.end <= _FAR for before, after in pairwise(pieces))


_SHAPES = (
    ("days", "except", "days", "time", "time"),
    ("days", "time", "until", "time"),
    ("days", "time", "time"),
    ("days", "until", "time"),
    ("time", "until", "time", "days"),
    ("time", "time", "days"),
    ("days", "closed"),
    ("closed", "days"),
    ("except", "days"),
)


def _said(shape: tuple[str, ...], pieces: list[_Piece]) -> list[Opening]:
    times = [piece for piece in pieces if piece.kind == "time"]
    days = [piece.days for piece in pieces if piece.kind == "days"]
    if not times or "except" in shape:
        closed = [Opening(days[-1], "", "")]
        return [_opening(days[0], times[0], times[1]), *closed] if times else closed
    if len(times) == 1:
        return [Opening(days[0], "", times[0].clock)]
    return [_opening(days[0], times[0], times[1])]


def _opening(days: tuple[int, ...], opens: _Piece, closes: _Piece) -> Opening:
    # "1 to 5 pm" means the afternoon at both ends, "9 to 5 pm" does not.
    both = closes.half == "p" and not opens.half and opens.clock < "07:00"
    return Opening(days, _clock(opens.clock[:2], opens.clock[3:], "p") if both else opens.clock, closes.clock)
