"""How sessions are told, and how one is ended, wherever a list of them stands."""

from __future__ import annotations

from collections.abc import Iterator

from core.i18n.tongue import Tongue
from core.identity.session_list import EndSession, SessionRow
from tui.screens.consent import consent
from tui.screens.place import Place
from tui.screens.product_words import age, whole_time
from tui.symbols import Sign, Symbols
from tui.widgets.columns import Column
from tui.widgets.pieces import Ink, Line, Piece


def columns(t: Tongue, symbols: Symbols, *, with_name: bool = True) -> list[Column[SessionRow]]:
    """Who is here, from where, by what proof, since when."""

    def mark(row: SessionRow) -> Line:
        if row.mine:
            return [Piece(symbols(Sign.ON), Ink.HERE)]
        return [Piece(symbols(Sign.DONE if row.ended_at else Sign.RUNNING), Ink.DIM if row.ended_at else Ink.FINISHED)]

    who = [
        Column[SessionRow](t("who"), lambda row: row.username, 12, grow=1, ink=Ink.STRONG),
        Column[SessionRow](t("role"), lambda row: t(row.role), 11, priority=2),
    ]
    return [
        Column("", mark, len(symbols(Sign.ON))),
        *(who if with_name else ()),
        Column(t("from"), lambda row: row.address, 15, grow=1),
        Column(t("signed in by"), lambda row: proof(t, row), 16, grow=1, priority=1),
        Column(t("open since"), lambda row: age(t, row.opened_at), 10, right=True),
        Column(t("last seen"), lambda row: seen(t, row), 10, right=True, ink=Ink.DIM),
        Column("id", lambda row: row.id, 16, priority=3, ink=Ink.DIM),
    ]


def proof(t: Tongue, row: SessionRow) -> str:
    """`key and code`, by the words of the sign-in."""
    return " + ".join(t(word.replace("_", " ")) for word in (row.method, row.factor) if word)


def seen(t: Tongue, row: SessionRow) -> str:
    """When it was used last, or that it is over."""
    return t("ended") if row.ended_at else age(t, row.seen_at)


def session_lines(t: Tongue, symbols: Symbols, row: SessionRow) -> Iterator[Line]:
    """Everything about one session."""
    yield [Piece(row.username, Ink.STRONG), Piece(f"  {t(row.role)}")]
    if row.mine:
        yield [Piece(f"{symbols(Sign.ON)} {t('this is the session you are using')}", Ink.HERE)]
    yield []
    facts = (
        (t("from"), row.address),
        (t("door"), row.door),
        (t("client"), row.client),
        (t("signed in by"), proof(t, row)),
        (t("stage"), t(row.stage.replace("_", " "))),
        (t("opened"), whole_time(row.opened_at)),
        (t("last seen"), whole_time(row.seen_at)),
        (t("ended"), whole_time(row.ended_at)),
        (t("why"), t(row.end_reason)),
        (t("key"), row.key_fingerprint),
        ("id", row.id),
    )
    for name, value in facts:
        if value:
            yield [Piece(f"{name:<14}", Ink.DIM), Piece(value)]


async def end(place: Place, row: SessionRow) -> None:
    """Ask, then end it; in `place.do` only."""
    t, asked = place.t, EndSession(session=row.id)
    if row.mine:
        title, effect = t("End your own session?"), t("You are signed out here and now.")
    else:
        title = t("End the session of {name}?", name=row.username)
        effect = t("Their screen, command or follow is cut at once; they may sign in again.")
    if not place.desk.may(EndSession).allowed or await consent(place.factory, asked, title, effect):
        await place.ask(asked, done=t("The session of {name} is ended.", name=row.username))
