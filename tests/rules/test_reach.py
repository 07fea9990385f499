"""Nobody sees or touches what is not theirs; a stranger's thing and a missing thing get the same answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from core.access.permissions import Reach
from core.access.roles import Role, reach_of
from core.catalogue import OPERATIONS
from core.desk import Desk
from core.errors import CoreError, NotFound
from core.identity.keys import AddKey, ListKeys
from core.identity.people import DeletePerson
from core.identity.session_list import EndSession, ListSessions
from core.operation import Kind, Operation
from core.pipeline.intake import CreateProduct
from core.pipeline.products import ListProducts
from core.pipeline.sharing import ShareProduct, UnshareProduct
from core.pipeline.steering import PauseProduct
from tests.house import OpenHouse
from tests.keyring import ed25519
from tests.samples import TEXTS, confirmation, sample


async def their_product(house: OpenHouse) -> str:
    return (await house.admin.run(CreateProduct(brief=TEXTS["brief"], product="their bakery"))).id


async def their_session(house: OpenHouse) -> str:
    return house.admin.caller.session_id


async def their_key(house: OpenHouse) -> str:
    return (await house.admin.run(AddKey(label="their laptop", key=ed25519(7)))).id


async def their_name(house: OpenHouse) -> str:
    return "ada"


OBJECTS: dict[str, Callable[[OpenHouse], Awaitable[str]]] = {
    "product": their_product,
    "session": their_session,
    "key": their_key,
    "user": their_name,
}
"""The field that names somebody's thing, and how an administrator gets such a thing."""
MISSING = "nothing-like-it"
# These make something of one's own: there is no stranger's thing to name.
MAKES = {"products.create", "keys.add"}


def own_only() -> Iterator[tuple[Role, Kind]]:
    """Every operation that a role may ask for its own things only, and that names a thing."""
    for role in (Role.VIEWER, Role.OPERATOR):
        for kind in OPERATIONS:
            names_a_thing = bool(kind.on) or any(field in kind.__annotations__ for field in OBJECTS)
            if reach_of(role, kind.needs) is Reach.OWN and names_a_thing and kind.name not in MAKES:
                yield role, kind


@dataclass(frozen=True)
class Answer:
    """What came of it, without the name that was asked for."""

    code: str
    reason: str


async def answer(desk: Desk, asked: Any, name: str) -> Answer:
    try:
        await desk.run(asked, confirm=confirmation(asked))
    except CoreError as refusal:
        said = refusal.reason + "|" + "|".join(refusal.facts.values())
        return Answer(refusal.code, said.replace(name, "<it>"))
    return Answer("done", "")


@pytest.mark.parametrize(
    ("role", "kind"), [pytest.param(role, kind, id=f"{role.word}-{kind.name}") for role, kind in own_only()]
)
async def test_a_strangers_thing_is_answered_like_a_missing_one(house: OpenHouse, role: Role, kind: Kind) -> None:
    field = next((field for field in OBJECTS if field in kind.__annotations__), None)
    assert field is not None, f"{kind.name}: add to OBJECTS how somebody gets such a thing, or to MAKES"
    theirs = await OBJECTS[field](house)
    desk = house.desks[role]

    to_a_stranger = await answer(desk, sample(kind, {field: theirs}), theirs)
    to_nothing = await answer(desk, sample(kind, {field: MISSING}), MISSING)

    assert to_a_stranger == to_nothing
    assert to_nothing.code == "not_found"


async def test_the_lists_of_ones_own_things_hold_nothing_of_anybody_elses(house: OpenHouse) -> None:
    await their_key(house)
    await house.viewer.run(AddKey(label="mine", key=ed25519(1)))

    assert [key.label for key in await house.viewer.run(ListKeys())] == ["mine"]
    assert {row.username for row in await house.viewer.run(ListSessions())} == {"vera"}
    assert {row.username for row in await house.viewer.run(ListSessions(ended=True))} == {"vera"}
    assert len({row.username for row in await house.admin.run(ListSessions())}) > 4


async def test_an_operator_steers_a_product_once_it_is_shared_and_no_longer_than_that(
    house: OpenHouse,
) -> None:
    product = await their_product(house)
    with pytest.raises(NotFound):
        await house.operator.run(PauseProduct(product=product))

    await house.admin.run(ShareProduct(product=product, username="oleg"))
    await house.operator.run(PauseProduct(product=product))
    await house.admin.run(UnshareProduct(product=product, username="oleg"))

    with pytest.raises(NotFound):
        await house.operator.run(PauseProduct(product=product))


async def test_two_visitors_own_nothing_of_each_others(demo_house: OpenHouse) -> None:
    """Visitors have no account: what one makes must not become every visitor's."""
    made = await demo_house.visitor.run(CreateProduct(brief=TEXTS["brief"], product="a visitor's bakery"))
    other = await demo_house.sit_as(Role.VISITOR, address="198.51.100.7")

    rows = await demo_house.core.house.store.fetch_all("SELECT owner_id FROM products WHERE id = :id", {"id": made.id})
    assert rows[0]["owner_id"] == demo_house.visitor.caller.owner_id != other.caller.owner_id


async def test_a_new_account_of_an_old_name_inherits_nothing(house: OpenHouse) -> None:
    """The hole: things that belong to a name belong to whoever has the name next."""
    mine = await house.operator.run(CreateProduct(brief=TEXTS["brief"], product="olegs bakery"))
    await house.super_admin.run(DeletePerson(username="oleg"), confirm="oleg")
    await house.person("oleg", Role.OPERATOR)
    heir = await house.sit("oleg")

    with pytest.raises(NotFound):
        await heir.run(PauseProduct(product=mine.id))


async def test_an_administrator_reaches_everybodys_things(house: OpenHouse) -> None:
    mine = await house.operator.run(CreateProduct(brief=TEXTS["brief"], product="olegs bakery"))

    assert mine.id in {product.id for product in await house.admin.run(ListProducts())}
    await house.admin.run(PauseProduct(product=mine.id))
    await house.admin.run(EndSession(session=house.operator.caller.session_id))


def test_what_walks_here_is_not_nothing() -> None:
    walked = {kind.name for _, kind in own_only()}

    assert {"products.pause", "products.approve", "sessions.end", "keys.remove", "access.explain"} <= walked
    assert all(issubclass(kind, Operation) for _, kind in own_only())
