"""The pane at the right of a list of products: the one under the cursor, in short."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

from textual.worker import WorkType

from core.errors import CoreError
from core.pipeline.products import ProductInFull, ShowProduct
from core.text import clip, one_line
from tui.screens import product_words as words
from tui.screens.place import Place
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.prose import Prose

PASSINGS = 8
AT_REST = 0.25
"""Seconds that the cursor stays on a product before it is fetched: whoever scrolls past asks for nothing."""


class ProductCard(Prose):
    """Fetches the product when there is room to show it, and not at all where there is none."""

    def __init__(self) -> None:
        super().__init__(id="card", classes="detail")
        self._place: Place | None = None
        self._product: str | None = None

    def about(self, place: Place, product: str | None) -> None:
        """Show this product; the one that was being fetched is forgotten."""
        self._place = place
        rest = AT_REST if self._product not in (None, product) else 0.0
        self._product = product
        if product is None or not place.wide:
            self.show(())
            return
        fetch: WorkType[None] = partial(self._fetch, place, product, rest)
        self.run_worker(fetch, group="card", exclusive=True)

    async def _fetch(self, place: Place, product: str, rest: float) -> None:
        await asyncio.sleep(rest)
        try:
            found = await place.look(ShowProduct(product=product))
        except CoreError:
            self.show(())
            return
        self.show(self._lines(place, found))

    def _lines(self, place: Place, product: ProductInFull) -> Iterator[Line]:
        t, symbols = place.t, self.symbols
        yield [Piece(product.name, Ink.STRONG)]
        yield [*words.state_line(t, symbols, product), Piece(f"  {words.age(t, product.since)}", Ink.DIM)]
        yield words.strip_line(symbols, product)
        yield []
        yield [Piece(f"{t('Why')}   ", Ink.DIM), Piece(t.say(product.why))]
        yield [Piece(f"{t('Next')}  ", Ink.DIM), Piece(t.say(product.next_step))]
        yield []
        yield [Piece(f"“{clip(one_line(product.brief), 240)}”", Ink.DIM)]
        yield []
        for passing in product.handoffs[:PASSINGS]:
            yield [
                Piece(f"{words.short_time(passing.at)[:5]}  ", Ink.DIM),
                words.passing_sign(symbols, passing),
                Piece(f" {words.agent_word(t, passing.to_agent)}  "),
                Piece(words.reason_word(t, passing.reason), Ink.DIM),
            ]
