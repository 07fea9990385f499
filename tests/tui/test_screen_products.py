"""Products in a list, one product, and how a brief becomes one."""

from __future__ import annotations

import pytest

from core.pipeline.flow import Agent
from core.pipeline.gates import HandoffReason
from core.pipeline.products import ListProducts
from core.pipeline.rows import write_sentence
from core.sentence import say
from tests.core.factory_floor import PAGE, ScriptedStudio, at_review, block, make, seen, whole_run
from tests.house import OpenHouse
from tests.tui.seat import seated

ENTER, ESCAPE, SEND = "\r", "\x1b", "\x13"
EVIL = "evil\x1b]52;c;AAAA\x07\x9b2J\u202egnp\u2066 \x00name"


async def test_the_list_says_how_to_begin_when_it_is_empty(house: OpenHouse) -> None:
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("No products yet.", "n  makes one from a brief")
    async with seated(house.viewer, "products") as vera:
        await vera.sees("No products yet; an operator makes them.")


async def test_words_narrow_the_list_and_escape_brings_it_back(house: OpenHouse) -> None:
    for name in ("bakery", "museum", "garage"):
        await make(house.operator, product=name)
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("bakery", "museum", "garage", "1 of 3")
        await oleg.types("/muse")
        await oleg.misses("bakery", "garage")
        await oleg.types(ESCAPE)
        await oleg.sees("bakery", "of 3")
        await oleg.types("/!muse")
        await oleg.sees("of 2")


async def test_p_pauses_the_product_under_the_cursor_and_p_again_lets_it_go_on(house: OpenHouse) -> None:
    product = await make(house.operator, product="bakery")
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("bakery", "queued", "p pause")
        await oleg.types("p")
        await oleg.sees("‖ paused", "p resume", "bakery is paused.")
        await oleg.types("p")
        await oleg.sees("queued", "bakery goes on.")
        assert (await seen(house, product)).standing == "queued"


async def test_a_stranger_is_told_that_the_product_is_not_within_reach(house: OpenHouse) -> None:
    """An operator sees everybody's products and steers their own: another's answers as a missing one does."""
    await make(house.admin, product="adas-own")
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("adas-own")
        await oleg.types("p")
        await oleg.sees("within your reach")


async def test_a_pasted_brief_becomes_a_product_and_its_page_opens(house: OpenHouse) -> None:
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("No products yet")
        await oleg.types("n")
        await oleg.sees("Brief", "ssh factory@host products create --brief - < brief.txt")
        await oleg.pastes("A bakery in Lyon.\nOpen from six.\x1b]52;c;AAAA\x07\nIt wants a page.")
        await oleg.sees("Open from six.")
        await oleg.types(SEND)
        await oleg.sees("bakery-lyon-open", "Hand-offs")
    (made,) = await house.operator.run(ListProducts())
    brief = (await seen(house, made)).brief
    assert brief == "A bakery in Lyon.\nOpen from six.]52;c;AAAA\nIt wants a page."


async def test_a_brief_that_was_typed_is_not_thrown_away_by_one_escape(house: OpenHouse) -> None:
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("No products yet")
        await oleg.types("n")
        await oleg.sees("Brief")
        await oleg.types("a page" + ESCAPE)
        await oleg.sees("a page", "Escape again throws it away")
        await oleg.types(ESCAPE)
        await oleg.sees("No products yet")


async def test_a_viewer_gets_no_form_but_the_reason(house: OpenHouse) -> None:
    async with seated(house.viewer, "products") as vera:
        await vera.sees("No products yet")
        await vera.types("n")
        await vera.sees("needs products:create; you are viewer")


async def test_one_product_shows_where_it_is_and_why_and_its_parts(house: OpenHouse) -> None:
    product = await at_review(house, house.operator)
    async with seated(house.operator, "products") as oleg:
        await oleg.sees(product.name[:12])
        await oleg.types(ENTER)
        await oleg.sees("◆ waiting", "held by a person", "a person reviews it before sales", "human gate", "owner oleg")
        await oleg.types("t")
        await oleg.sees("✓ completed", "1/7")
        await oleg.types("b")
        await oleg.sees(product.brief[:30])
        await oleg.types("h" + ENTER)
        await oleg.sees("hmac-sha256", "Hand-off")
        await oleg.types("q")
        await oleg.sees("Repair rounds")


async def test_a_file_is_read_as_text_and_cannot_command_the_terminal(house: OpenHouse) -> None:
    product = await at_review(house, house.operator)
    folder = house.config.products_dir / product.id / "site"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(f"<h1>{EVIL}</h1>\n" + "x" * 300, "utf-8", "surrogatepass")
    async with seated(house.operator, "products") as oleg:
        await oleg.sees(product.name[:12])
        await oleg.types(ENTER)
        await oleg.sees("Hand-offs")
        await oleg.types("f")
        await oleg.sees("site/index.html")
        await oleg.types(ENTER)
        await oleg.sees("<h1>evil", "Made by agents")
        _nothing_commands(oleg.someone.wire.bytes)


async def test_a_rejection_needs_a_note_and_keeps_what_was_typed_when_it_is_too_short(house: OpenHouse) -> None:
    product = await at_review(house, house.operator)
    async with seated(house.operator, "products") as oleg:
        await oleg.sees(product.name[:12])
        await oleg.types("r")
        await oleg.sees("products reject", "note *")
        await oleg.types("ugly" + SEND)
        await oleg.sees("at least 8 characters", "ugly")
        await oleg.types(" colours" + SEND)
        await oleg.sees("goes back to the developer")
    handoff = (await seen(house, product)).handoffs[0]
    assert (handoff.reason, handoff.notes) == ("human_rejected", ("ugly colours",))


async def test_cancelling_asks_for_the_name_and_anything_else_leaves_the_product_alone(house: OpenHouse) -> None:
    product = await make(house.operator, product="bakery")
    async with seated(house.operator, "products") as oleg:
        await oleg.sees("bakery")
        await oleg.types("c")
        await oleg.sees("Type bakery to go on", "products cancel --product bakery --confirm bakery")
        await oleg.types("baker" + ENTER)
        await oleg.sees("That is not the name")
        assert (await seen(house, product)).standing == "queued"
        await oleg.types("y" + ENTER)
        await oleg.sees("bakery is cancelled.")
    assert (await seen(house, product)).standing == "cancelled"


async def test_w_gives_one_more_round_to_what_failed(house: OpenHouse) -> None:
    refusing = ScriptedStudio(qa=[block("dead link")] * 40)
    product = await whole_run(house, refusing, await make(house.operator, PAGE), "waiting", "failed")
    async with seated(house.operator, "products") as oleg:
        await oleg.sees(product.name[:12])
        await oleg.types(ENTER)
        await oleg.sees("w rework", "dead link")
        assert "a approve" not in oleg.page
        await oleg.types("w")
        await oleg.sees("gets one more round")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_hostile_names_reasons_and_notes_are_shown_without_their_power(
    house: OpenHouse, size: tuple[int, int]
) -> None:
    """A row that somehow got past the border: no screen may pass it on."""
    product = await at_review(house, house.operator)
    store = house.core.house.store
    about = {"id": product.id, "evil": EVIL, "why": write_sentence(say("Because {x}", x=EVIL))}
    await store.execute(
        "UPDATE products SET name = :evil, owner_name = :evil, brief = :evil || :evil, why = :why WHERE id = :id", about
    )
    await store.execute(
        "UPDATE handoffs SET product_name = :evil, notes = json_array(:evil, :evil), reason = :reason,"
        " from_agent = :agent, blocked = 1 WHERE product_id = :id",
        {**about, "reason": HandoffReason.QA_GATE.code, "agent": Agent.QA.code},
    )
    await store.execute("UPDATE tasks SET error = :evil WHERE product_id = :id", about)
    async with seated(house.operator, "home", size) as oleg:
        await oleg.sees("evil")
        for keys in ("2", ENTER, "t", ENTER, "q", "h", ENTER, "q", "b", "q", "3", ENTER, "q"):
            await oleg.types(keys)
        await oleg.sees("evil", "qa gate")
        _nothing_commands(oleg.someone.wire.bytes)


def _nothing_commands(sent: bytes) -> None:
    text = sent.decode("utf-8")
    for power in ("\x1b]52", "\x07", "\x9b", "\u202e", "\u2066", "\x00"):
        assert power not in text, repr(power)


async def test_nothing_of_the_translators_file_shows_where_there_is_nothing_to_say(house: OpenHouse) -> None:
    """gettext answers an empty sentence with the head of its file, and who holds a finished product is empty."""
    product = await make(house.operator, product="bakery")
    await whole_run(house, ScriptedStudio(), product, "done")
    async with seated(house.viewer, "products", language="es") as vera:
        await vera.sees("bakery")
        assert "Project-Id" not in vera.page
