"""Home: what needs me, what runs, whether all is well."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from core.audit.reading import SearchRecord
from core.audit.verdict import RecordState, ShowRecordState
from core.identity.session_list import ListSessions, SessionRow
from core.operation import Kind
from core.pipeline.handoffs import Handoff, ListHandoffs
from core.pipeline.holds import AtWork, Factory, ShowFactory
from core.pipeline.intake import CreateProduct
from core.pipeline.rows import Product, Standing
from tui.clean import one_line
from tui.screens import product_words as words
from tui.screens import timeline
from tui.screens.product_card import ProductCard
from tui.screens.steering import Steers, Subject, subject_of
from tui.symbols import Sign
from tui.widgets.columns import Column
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece, Text, shorten
from tui.widgets.sections import Section, Sections

REFUSED_SIGN_INS = SearchRecord(query="action:session.open outcome:refused since:24h", limit=100)
COUNTED_EVERY = 60.0
"""Seconds between two counts of refused sign-ins: a search of the record is no small change."""
BAR = 16
TALL, LATELY = 34, 12
"""From so many lines on there is room for what changed hands lately, and for how much of it."""


class Home(Steers):
    """The first screen."""

    tab = "home"
    # Not people's coming and going: a hundred sign-ins would wake a hundred homes each. They are counted with the rest.
    areas = ("products", "tasks", "agent_handoff", "factory", "settings")
    calm = 2.0
    """Most people are here most of the time, and it asks for more than any other place."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "new", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._list = Sections(key=_key, id="needs")
        self._list.add_class("list")
        self._card = ProductCard()
        self._summary = Text(id="summary")
        self._summary.add_class("summary")
        self._refused = ""
        self._counted_at = float("-inf")

    def title_words(self) -> str:
        return self.t("Home")

    def body(self) -> ComposeResult:
        yield Horizontal(self._list, self._card, classes="split")
        yield self._summary

    def hints(self) -> Sequence[Hint]:
        opens = [Hint("enter", self.t("open"))] if self.subject() else []
        new = self.hint("n", self.t("new product"), CreateProduct)
        return (*opens, *self.steering_hints(), new, Hint(":", self.t("commands")), Hint("?", self.t("help")))

    def all_keys(self) -> Sequence[Hint]:
        new = self.hint("n", self.t("make a product from a brief"), CreateProduct)
        return (Hint("enter", self.t("open the product")), *self.steering_keys(), new)

    def kinds(self) -> Sequence[Kind]:
        return (ShowFactory, CreateProduct, *super().kinds())

    def subject(self) -> Subject | None:
        row = self._list.row
        if isinstance(row, Product):
            return subject_of(row)
        if isinstance(row, AtWork):
            return Subject(row.product_id, row.product, Standing.RUNNING)
        if isinstance(row, Handoff):
            return Subject(row.product_id, row.product_name, None)
        return None

    # -- fetching and showing

    async def load(self) -> None:
        factory = await self.look(ShowFactory())
        lately = await self.look(ListHandoffs(limit=LATELY)) if self.app.size.height >= TALL else ()
        self._show_lists(factory, lately)
        record = await self.look(ShowRecordState())
        here = await self.look(ListSessions()) if self.desk.may(ListSessions).allowed else ()
        here = tuple(row for row in here if row.door != "runner")
        await self._count_refused()
        self._summary.show(
            [],
            self._factory_line(factory),
            self._record_line(record),
            *([self._people_line(here, factory)] if here else []),
        )

    def _show_lists(self, factory: Factory, lately: Sequence[Handoff]) -> None:
        t = self.t
        nothing = t("Nothing runs.")
        if factory.held:
            nothing = t("The factory is on hold.")
        elif self.desk.may(CreateProduct).allowed:
            nothing = t("Nothing runs.  n  makes a product from a brief.")
        sections = [
            Section(t("Waiting for a person"), factory.waiting_count, factory.waiting,
                    self._waiting_columns(), t("Nothing waits for a person.")),
            Section(t("Running"), len(factory.running), factory.running, self._running_columns(), nothing),
        ]  # fmt: skip
        if lately:
            columns = timeline.columns(t, self.factory.symbols, with_product=True)
            sections.append(Section(t("Lately"), 0, lately, columns, ""))
        self._list.show(*sections)

    def _waiting_columns(self) -> list[Column[Product]]:
        sign = self.factory.symbols(Sign.ASKS)
        return [
            Column("", lambda row: sign, 1, ink=Ink.ASKS),
            Column("", lambda row: row.name, 16, grow=1, ink=Ink.STRONG),
            Column("", lambda row: self.t.say(row.why), 24, grow=3),
            Column("", lambda row: words.age(self.t, row.since), 10, right=True, ink=Ink.DIM),
        ]

    def _running_columns(self) -> list[Column[AtWork]]:
        symbols, t = self.factory.symbols, self.t
        return [
            Column("", lambda row: symbols(Sign.RUNNING), 1, ink=Ink.HERE),
            Column("", lambda row: row.product, 16, grow=1, ink=Ink.STRONG),
            Column("", lambda row: f"{t(row.agent_title)} {t(row.doing)}", 24, grow=3),
            Column("", lambda row: self._bar(row), BAR, priority=1),
            Column("", lambda row: words.age(t, row.since), 6, right=True, ink=Ink.DIM),
        ]

    def _bar(self, row: AtWork) -> Line:
        return [Piece(self.factory.symbols.bar(row.station_number - 1, row.stations, BAR), Ink.HERE)]

    async def _count_refused(self) -> None:
        if not self.desk.may(SearchRecord).allowed or time.monotonic() - self._counted_at < COUNTED_EVERY:
            return
        self._counted_at = time.monotonic()
        entries = await self.look(REFUSED_SIGN_INS)
        found = len(entries)
        more = "+" if found == REFUSED_SIGN_INS.limit else ""
        self._refused = self.t.n(
            "{n}{more} sign-in refused, 24 h", "{n}{more} sign-ins refused, 24 h", found, more=more
        )

    # -- all is well

    def _line(self, title: str, sign: Sign, word: str, ink: Ink, *more: str) -> Line:
        roomy = 8 if self.wide else 0
        state = self._cell(f"{self.factory.symbols(sign)} {word}", 18 + roomy)
        return [
            Piece(self._cell(f" {title}", 9), Ink.DIM),
            Piece(state, ink),
            *(Piece(self._cell(part, 23 + roomy)) for part in more[:-1]),
            Piece(more[-1]),
        ]

    def _cell(self, text: str, width: int) -> str:
        short = shorten(one_line(text), width, self.factory.symbols)
        return short + " " * (width - cell_len(short) + 1)

    def _factory_line(self, factory: Factory) -> Line:
        t = self.t
        queued = t("{n} queued", n=factory.queued)
        if factory.queued:
            queued = t("{n} queued, oldest {age}", n=factory.queued, age=words.age(t, factory.oldest_queued_since))
        spent = t("{cost} today", cost=words.cost(factory.cost_today_usd))
        if factory.held:
            held = t("on hold by {person}", person=factory.held_by)
            return self._line(t("Factory"), Sign.PAUSED, held, Ink.ASKS, factory.hold_reason or queued, spent)
        if factory.focus:
            focus = t("only {product}", product=factory.focus)
            return self._line(t("Factory"), Sign.HERE, focus, Ink.ASKS, queued, spent)
        return self._line(t("Factory"), Sign.RUNNING, t("released"), Ink.FINISHED, queued, spent)

    def _record_line(self, record: RecordState) -> Line:
        t = self.t
        verified = t("never verified: 4, v")
        if record.verified_at:
            verified = t("verified {age} ago", age=words.age(t, record.verified_at))
        if not record.whole:
            broken = t("broken at #{seq}", seq=f"{record.broken_seq:,}")
            return self._line(t("Record"), Sign.FAILED, broken, Ink.REFUSES, verified, self._refused)
        if record.trouble:
            return self._line(t("Record"), Sign.FAILED, t("cannot be written"), Ink.REFUSES, record.trouble)
        return self._line(t("Record"), Sign.DONE, t("whole"), Ink.FINISHED, verified, self._refused)

    def _people_line(self, here: Sequence[SessionRow], factory: Factory) -> Line:
        t = self.t
        people = len({row.username for row in here})
        sessions = t.n("{n} session", "{n} sessions", len(here))
        agents = t.n("{n} agent at work", "{n} agents at work", len(factory.running))
        return self._line(t("People"), Sign.ON, t("{n} here", n=people), Ink.TEXT, sessions, agents)

    def on_resize(self) -> None:
        # Room for the pane at the right may have come or gone.
        if self._loaded:
            self._moved()

    # -- keys

    @on(Sections.Moved)
    def _moved(self) -> None:
        self.show_place(self._list.place)
        self.show_hints()
        subject = self.subject()
        self._card.about(self, subject.id if subject else None)

    @on(Sections.Chosen)
    def _open(self) -> None:
        from tui.screens.product import ProductScreen

        if subject := self.subject():
            self.app.push_screen(ProductScreen(subject.id))

    def action_new(self) -> None:
        from tui.screens.new_product import open_new_product

        open_new_product(self)


def _key(row: Product | AtWork | Handoff) -> str:
    return row.product_id if isinstance(row, AtWork) else row.id


def make() -> Home:
    return Home()
