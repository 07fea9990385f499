"""Every product within reach, those that wait for a person first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.operation import Kind
from core.pipeline.intake import CreateProduct
from core.pipeline.products import ListProducts, ShowProduct
from core.pipeline.rows import Product
from tui.screens import product_words as words
from tui.screens.listing import Narrowed
from tui.screens.product_card import ProductCard
from tui.screens.steering import Steers, Subject, subject_of
from tui.widgets.columns import Column
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.record_table import RecordTable

MOST = 2_000
SQUARES = 17
"""The longest stage strip."""


class Products(Narrowed[Product], Steers):
    """The list."""

    tab = "products"
    areas = ("products", "tasks", "agent_handoff")
    _card: ProductCard
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", show=False),
        Binding("o", "turn", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._open_only = False

    def title_words(self) -> str:
        return self.t("Products")

    def table(self) -> RecordTable[Product]:
        return RecordTable(self._columns(), key=lambda row: row.id, empty=self._empty())

    def card(self) -> ProductCard:
        return ProductCard()

    def _empty(self) -> Line:
        t = self.t
        if not self.desk.may(CreateProduct).allowed:
            return [Piece(t("No products yet; an operator makes them."), Ink.DIM)]
        return [Piece(t("No products yet.  ")), Piece("n", Ink.HERE), Piece(t("  makes one from a brief."))]

    def _columns(self) -> list[Column[Product]]:
        t, symbols = self.t, self.factory.symbols
        return [
            Column(t("product"), lambda row: row.name, 20, grow=3, ink=Ink.STRONG),
            Column(t("state"), lambda row: words.state_line(t, symbols, row), 11),
            Column(t("stage strip"), lambda row: words.strip_line(symbols, row), SQUARES, priority=3),
            Column(t("held by"), lambda row: t(row.holder), 12, grow=1, priority=2),
            Column(t("owner"), lambda row: row.owner, 10, grow=1, priority=4, ink=Ink.DIM),
            Column(t("cost"), lambda row: words.cost(row.cost_usd), 7, right=True, priority=5, ink=Ink.DIM),
            Column(t("age"), lambda row: words.age(t, row.since), 10, right=True, priority=1, ink=Ink.DIM),
        ]

    def hints(self) -> Sequence[Hint]:
        new = self.hint("n", self.t("new"), CreateProduct)
        opens = [Hint("enter", self.t("open"))] if self._all else []
        return (*opens, new, Hint("/", self.t("filter")), *self.steering_hints(), Hint("?", self.t("help")))

    def all_keys(self) -> Sequence[Hint]:
        return (
            Hint("enter", self.t("open the product")),
            self.hint("n", self.t("make a product from a brief"), CreateProduct),
            Hint("/", self.t("show only those with these words; !word leaves out")),
            Hint("o", self.t("only those that are not over, or all")),
            *self.steering_keys(),
        )

    def kinds(self) -> Sequence[Kind]:
        return (ListProducts, ShowProduct, CreateProduct, *super().kinds())

    def subject(self) -> Subject | None:
        row = self._table.row
        return subject_of(row) if row else None

    async def load(self) -> None:
        found = await self.look(ListProducts(which="open" if self._open_only else "all", limit=MOST))
        self._all = found
        self.narrow()

    def texts(self, row: Product) -> Iterable[str]:
        t = self.t
        return row.name, t(row.standing), t(row.holder), row.owner, t(row.state_word), row.station, row.id

    def on_resize(self) -> None:
        # Room for the pane at the right may have come or gone.
        if self._loaded:
            self.moved(self._table.row)

    # -- keys

    def moved(self, row: Product | None) -> None:
        self.show_hints()
        self._card.about(self, row.id if row else None)

    def chosen(self, row: Product) -> None:
        from tui.screens.product import ProductScreen

        self.app.push_screen(ProductScreen(row.id))

    def action_turn(self) -> None:
        self._open_only = not self._open_only
        self.say(self.t("Only products that are not over.") if self._open_only else "")
        self.again()

    def action_new(self) -> None:
        from tui.screens.new_product import open_new_product

        open_new_product(self)


def make() -> Products:
    return Products()
