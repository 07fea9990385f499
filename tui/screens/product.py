"""One product: where it is and why, who did what, what there is of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from core.operation import Kind
from core.pipeline.artifacts import ArtifactFile, ShowArtifact
from core.pipeline.handoffs import Handoff
from core.pipeline.products import ProductInFull, ShowProduct
from core.pipeline.rows import Standing
from core.pipeline.sharing import ShareProduct
from core.pipeline.tasks import ShowTask, Task
from core.text import clip, one_line
from tui.screens import product_words as words
from tui.screens import timeline
from tui.screens.steering import Steers, Subject, subject_of
from tui.widgets.columns import Column
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece, Text, spread
from tui.widgets.prose import Prose, Reader, plain_lines
from tui.widgets.record_table import RecordTable

BRIEF_SHOWN = 400


class Part(Enum):
    """What the lower half shows: key and heading."""

    HANDOFFS = ("h", "Hand-offs")
    TASKS = ("t", "Tasks")
    FILES = ("f", "Files")
    BRIEF = ("b", "Brief")

    def __init__(self, key: str, word: str) -> None:
        self.key = key
        self.word = word


class ProductScreen(Steers):
    """Opens on top of a list."""

    areas = ("products", "tasks", "agent_handoff", "factory")
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the table, whose `h` would move it sideways.
        *(Binding(part.key, f"part('{part.name}')", show=False, priority=True) for part in Part),
        Binding("tab", "next_part", show=False, priority=True),
    ]

    def __init__(self, product: str) -> None:
        super().__init__()
        self._sought = product
        self._product: ProductInFull | None = None
        self._part = Part.HANDOFFS

    def title_words(self) -> str:
        return self._product.name if self._product else self.t("Product")

    def body(self) -> ComposeResult:
        t, symbols = self.t, self.factory.symbols
        self._top = Text(id="top")
        self._detail = Prose(id="card", classes="detail")
        self._tables: dict[Part, RecordTable[Any]] = {
            Part.HANDOFFS: RecordTable(
                timeline.columns(t, symbols, with_product=False),
                key=lambda row: row.id,
                empty=[Piece(t("Nothing changed hands yet."), Ink.DIM)],
            ),
            Part.TASKS: RecordTable(
                timeline.task_columns(t, symbols),
                key=lambda row: row.id,
                empty=[Piece(t("No agent has begun yet."), Ink.DIM)],
            ),
            Part.FILES: RecordTable(
                [
                    Column(t("file"), lambda row: row.path, 24, grow=1),
                    Column(t("bytes"), lambda row: f"{row.size:,}", 12, right=True, ink=Ink.DIM),
                ],
                key=lambda row: row.path,
                empty=[Piece(t("No files yet; the architect makes the first ones."), Ink.DIM)],
            ),
        }
        self._brief = Reader(id="whole_brief")
        yield self._top
        for part, table in self._tables.items():
            table.add_class("list")
            table.display = part is self._part
        self._brief.add_class("list")
        self._brief.display = False
        yield Horizontal(*self._tables.values(), self._brief, self._detail, classes="split")

    @property
    def _table(self) -> RecordTable[Any] | None:
        return self._tables.get(self._part)

    def hints(self) -> Sequence[Hint]:
        t = self.t
        return (
            *self.steering_hints(),
            Hint("enter", t("open")),
            Hint("f", t("files")),
            Hint("tab", t("next part")),
            self.hint("s", t("share"), ShareProduct),
            Hint("?", t("help")),
        )

    def all_keys(self) -> Sequence[Hint]:
        t = self.t
        return (
            Hint("enter", t("open the hand-off, the task or the file under the cursor")),
            Hint("h t f b", t("hand-offs, tasks, files, the brief; tab goes round")),
            *self.steering_keys(),
        )

    def kinds(self) -> Sequence[Kind]:
        return (ShowProduct, ShowTask, ShowArtifact, *super().kinds())

    def subject(self) -> Subject | None:
        found = self._product
        return replace(subject_of(found), approvable=found.approvable) if found else None

    async def load(self) -> None:
        product = await self.look(ShowProduct(product=self._sought))
        self._product = product
        self.show_title(product.name)
        self._show_head()
        timeline.show_newest_first(self._tables[Part.HANDOFFS], product.handoffs)
        timeline.show_newest_first(self._tables[Part.TASKS], tuple(reversed(product.tasks)))
        self._tables[Part.FILES].show(product.artifacts)
        self._brief.show([[Piece("  "), *line] for line in plain_lines(product.brief)])
        self.show_hints()

    def on_resize(self) -> None:
        self._show_head()

    def _show_head(self) -> None:
        if self._product is not None:
            symbols, width = self.factory.symbols, self.app.size.width
            self._top.show(*(spread(line, (), width - 1, symbols) for line in self._head(self._product)))

    def _head(self, product: ProductInFull) -> Iterator[Line]:
        t, symbols = self.t, self.factory.symbols
        about = f"{t('owner')} {product.owner} · {t(product.profile.replace('_', ' '))} · {product.content_locale}"
        if product.collaborators:
            about += f" · {t('shared with {people}', people=', '.join(product.collaborators))}"
        first = clip(one_line(product.brief), BRIEF_SHOWN)
        yield [Piece(" "), *words.strip_line(symbols, product), Piece(f"   {about}", Ink.DIM)]
        yield [Piece(f" “{first}”", Ink.DIM)]
        holder = f"  {t('held by {holder}', holder=t(product.holder))}" if product.holder else ""
        since = t("since {time}", time=words.short_time(product.since)[:5])
        yield [
            Piece(f" {t('Now'):<8}", Ink.DIM),
            *words.state_line(t, symbols, product),
            Piece(f" {since} ({words.age(t, product.since)})", Ink.DIM),
            Piece(holder if Standing(product.standing) is not Standing.DONE else ""),
        ]
        yield [Piece(f" {t('Why'):<8}", Ink.DIM), Piece(t.say(product.why))]
        yield [Piece(f" {t('Next'):<8}", Ink.DIM), Piece(t.say(product.next_step))]
        rounds = ", ".join(f"{t(gate)} {n}" for gate, n in product.rounds.items() if n) or t("none")
        yield [
            Piece(f" {t('Cost'):<8}", Ink.DIM),
            Piece(words.cost(product.cost_usd)),
            Piece(f"    {t('Repair rounds')}  ", Ink.DIM),
            Piece(rounds),
        ]
        yield []
        yield self._parts(product)

    def _parts(self, product: ProductInFull) -> Line:
        counts = {
            Part.HANDOFFS: len(product.handoffs),
            Part.TASKS: len(product.tasks),
            Part.FILES: len(product.artifacts),
        }
        pieces = [Piece(" ")]
        for part in Part:
            here = part is self._part
            pieces += [
                Piece(f"{part.key} ", Ink.HERE if here else Ink.DIM),
                Piece(self.t(part.word), Ink.HERE if here else Ink.TEXT),
                Piece(f" {counts[part]}" if part in counts else "", Ink.DIM),
                Piece("    "),
            ]
        return pieces

    # -- keys

    def action_part(self, name: str) -> None:
        self._part = Part[name]
        for part, table in self._tables.items():
            table.display = part is self._part
        self._brief.display = self._part is Part.BRIEF
        if self._table is not None:
            self._table.focus()
        else:
            self._brief.focus()
        self._show_head()
        self._moved()

    def action_next_part(self) -> None:
        parts = list(Part)
        self.action_part(parts[(parts.index(self._part) + 1) % len(parts)].name)

    @on(RecordTable.Moved)
    def _moved(self) -> None:
        table = self._table
        self.show_place(table.place if table else (0, 0))
        row = table.row if table else None
        match row:
            case Handoff():
                self._detail.show(timeline.handoff_lines(self.t, self.factory.symbols, row))
            case Task():
                self._detail.show(timeline.task_lines(self.t, self.factory.symbols, row))
            case ArtifactFile():
                self._detail.show([[Piece(row.path, Ink.STRONG)], [Piece(f"{row.size:,} {self.t('bytes')}")],
                                   [], [Piece("enter ", Ink.HERE), Piece(self.t("reads it as text"))]])  # fmt: skip
            case _:
                self._detail.show(())

    @on(RecordTable.Chosen)
    def _open(self, event: RecordTable.Chosen) -> None:
        from tui.screens.papers import ArtifactPage, HandoffPage, TaskPage

        match event.row:
            case Handoff():
                self.app.push_screen(HandoffPage(event.row))
            case Task():
                self.app.push_screen(TaskPage(event.row.id))
            case ArtifactFile():
                self.app.push_screen(ArtifactPage(self._sought, event.row.path))

    def action_copy(self) -> None:
        row = self._table.row if self._table else None
        if isinstance(row, ArtifactFile):
            self.copy(row.path)
        else:
            super().action_copy()
