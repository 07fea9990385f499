"""Who may steer a product as if it were theirs."""

from __future__ import annotations

from core.access.permissions import Permission
from core.errors import Conflict, Invalid, NotFound
from core.operation import Demo, Operation, Risk
from core.pipeline.rows import Product, shown, sought
from core.store.store import Row
from core.text import Word
from core.work import Work


class ShareProduct(Operation[Product], name="products.share", needs=Permission.PRODUCTS_STEER,
                   risk=Risk.CHANGE, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """Let somebody else steer a product as if it were theirs; their role still decides what they may."""

    product: Word
    username: Word

    async def run(self, work: Work) -> Product:
        product, person = await sought(work, self.product), await _person(work, self.username)
        if person["id"] == product["owner_id"]:
            raise Invalid("{username} owns it already.", username=self.username)
        added = await work.db.execute(
            "INSERT INTO collaborators (product_id, person_id) VALUES (:id, :person) ON CONFLICT DO NOTHING",
            {"id": product["id"], "person": person["id"]},
        )
        if not added:
            raise Conflict("{username} works on it already.", username=self.username)
        work.note(collaborator=person["username"])
        return await shown(work.db, product["id"])


class UnshareProduct(Operation[Product], name="products.unshare", needs=Permission.PRODUCTS_STEER,
                     risk=Risk.CHANGE, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """Take somebody off a product."""

    product: Word
    username: Word

    async def run(self, work: Work) -> Product:
        product, person = await sought(work, self.product), await _person(work, self.username)
        removed = await work.db.execute(
            "DELETE FROM collaborators WHERE product_id = :id AND person_id = :person",
            {"id": product["id"], "person": person["id"]},
        )
        if not removed:
            raise Conflict("{username} does not work on it.", username=self.username)
        work.note(collaborator=person["username"])
        return await shown(work.db, product["id"])


async def _person(work: Work, username: str) -> Row:
    person = await work.db.fetch_one("SELECT id, username FROM people WHERE username = :name", {"name": username})
    if person is None:
        raise NotFound("There is nobody called {username}.", username=username)
    return person
