"""Looking at products."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from core.access.permissions import Permission
from core.operation import Demo, Operation, Risk
from core.pipeline import rows
from core.pipeline.artifacts import ArtifactFile, listed
from core.pipeline.flow import Profile, State, Station, strip
from core.pipeline.gates import Park
from core.pipeline.handoffs import Handoff, handoff_of
from core.pipeline.rows import LIST_PRODUCTS, NOT_FINAL, WITHIN, Product, find, product_of, whose
from core.pipeline.tasks import Task, task_of
from core.sentence import Sentence
from core.store.store import Row
from core.text import Word
from core.work import Outing, Work

HANDOFFS_SHOWN = 50

Which = Literal["all", "open", "running", "queued", "waiting", "paused", "done", "failed", "cancelled"]


class ListProducts(Operation[tuple[Product, ...]], name="products.list", needs=Permission.PRODUCTS_READ,
                   risk=Risk.LOOK, demo=Demo.RUN):  # fmt: skip
    """List products, those that wait for a person first, then the newest change."""

    which: Which = "all"
    """What they are doing; open is everything that is not over."""
    state: Word | None = None
    """A state's code, such as HUMAN_REVIEW_PENDING."""
    owner: Word | None = None
    """The owner's user name."""
    limit: Annotated[int, Field(ge=1, le=2_000)] = 500

    async def run(self, work: Work) -> tuple[Product, ...]:
        sql = LIST_PRODUCTS + " WHERE" + WITHIN[work.reach]
        sought: dict[str, str | int] = {**whose(work.caller), "limit": self.limit}
        if self.state is not None:
            sql += " AND p.state = :state"
            sought["state"] = self.state.upper()
        if self.owner is not None:
            sql += " AND p.owner_name = :owner"
            sought["owner"] = self.owner
        sql += _WHICH[self.which]
        order = f" ORDER BY p.state <> '{State.HUMAN_REVIEW_PENDING.code}', p.updated_at DESC, p.id LIMIT :limit"
        return tuple(map(product_of, await work.db.fetch_all(sql + order, sought)))


_WAITING = f" AND p.paused = '' AND p.state = '{State.HUMAN_REVIEW_PENDING.code}'"
_MOVING = f" AND p.paused = '' AND p.state <> '{State.HUMAN_REVIEW_PENDING.code}' AND" + NOT_FINAL
_WHICH: dict[Which, str] = {
    "all": "",
    "open": " AND" + NOT_FINAL,
    "running": _MOVING + " AND t.status = 'running'",
    "queued": _MOVING + " AND coalesce(t.status, '') <> 'running'",
    "waiting": _WAITING,
    "paused": " AND p.paused <> '' AND" + NOT_FINAL,
    "done": f" AND p.state IN ('{State.COMPLETED.code}', '{State.DEPLOYED_PRODUCTION.code}')",
    "failed": f" AND p.state = '{State.FAILED.code}'",
    "cancelled": f" AND p.state = '{State.CANCELLED.code}'",
}


class Mark(StrEnum):
    """How far a square of the strip is."""

    DONE = "done"
    HERE = "here"
    LEFT = "left"


@dataclass(frozen=True, kw_only=True)
class Square:
    """One square of the stage strip."""

    station: str
    mark: str


@dataclass(frozen=True, kw_only=True)
class ProductInFull(Product):
    """One product with everything that its page shows."""

    CARD: ClassVar[tuple[str, ...]] = (
        *Product.CARD, "next_step", "collaborators", "tasks", "handoffs", "artifacts", "brief",
    )  # fmt: skip

    brief: str
    interface_locale: str
    park: str
    """Which gate it waits at; empty when it does not wait for a decision."""
    approvable: bool
    """A yes or no moves it; otherwise a person retries or cancels."""
    next_step: Sentence
    collaborators: tuple[str, ...]
    strip: tuple[Square, ...]
    tasks: tuple[Task, ...]
    handoffs: tuple[Handoff, ...]
    """Newest first."""
    artifacts: tuple[ArtifactFile, ...]


class ShowProduct(Operation[ProductInFull], name="products.show", needs=Permission.PRODUCTS_READ,
                  risk=Risk.LOOK, demo=Demo.RUN, on="product"):  # fmt: skip
    """Show one product: where it is, why, what is next and what there is of it."""

    product: Word
    """Its id or name."""

    async def ahead(self, outing: Outing) -> object:
        async with outing.house.store.reading() as db:
            row = await find(db, self.product, outing.reach, outing.caller)
        return await listed(outing.house.config.products_dir / Path(row["id"]))

    async def run(self, work: Work) -> ProductInFull:
        row = await find(work.db, self.product, work.reach, work.caller)
        about = {"id": row["id"], "most": HANDOFFS_SHOWN}
        tasks = await work.db.fetch_all("SELECT * FROM tasks WHERE product_id = :id ORDER BY position", about)
        handed = await work.db.fetch_all(
            "SELECT * FROM handoffs WHERE product_id = :id ORDER BY position DESC LIMIT :most", about
        )
        with_whom = await work.db.fetch_all(
            "SELECT p.username FROM collaborators c JOIN people p ON p.id = c.person_id"
            " WHERE c.product_id = :id ORDER BY p.username", about,
        )  # fmt: skip
        assert isinstance(work.ahead, tuple)
        brief = product_of(row)
        return ProductInFull(
            **vars(brief),
            brief=row["brief"],
            interface_locale=row["interface_locale"],
            park=row["park"],
            approvable=bool(row["park"]) and Park.named(row["park"]).approvable,
            next_step=rows.next_step(row),
            collaborators=tuple(one["username"] for one in with_whom),
            strip=_strip(row),
            tasks=tuple(map(task_of, tasks)),
            handoffs=tuple(map(handoff_of, handed)),
            artifacts=work.ahead,
        )


def _strip(row: Row) -> tuple[Square, ...]:
    squares, here = strip(Profile(row["profile"])), Station(row["station"])
    done = State.named(row["state"]) in (State.COMPLETED, State.DEPLOYED_PRODUCTION)
    at = len(squares) if done else squares.index(here)
    marks = [Mark.DONE if n < at else Mark.HERE if n == at else Mark.LEFT for n in range(len(squares))]
    return tuple(Square(station=square.value, mark=mark.value) for square, mark in zip(squares, marks, strict=True))
