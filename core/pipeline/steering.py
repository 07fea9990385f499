"""What people do to a product on its way: pause, resume, approve, reject, retry, cancel."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from core.access.permissions import Permission
from core.clock import stamp
from core.errors import Conflict
from core.operation import Demo, Operation, Risk
from core.pipeline import queue
from core.pipeline.flow import Agent, Profile, State, step_from
from core.pipeline.gates import HandoffReason, Move, Park, refusal_of, sent_back
from core.pipeline.rows import Product, place, shown, sought, write_sentence
from core.sentence import say
from core.settings import values
from core.store.store import Row
from core.text import Note, Word
from core.work import Work


async def _open_product(work: Work, asked: str) -> Row:
    """The product, if it is within reach and not over."""
    product = await sought(work, asked)
    state = State.named(product["state"])
    if state.final:
        raise Conflict("{product} is {state}; nothing moves it any more.", product=product["name"], state=state.word)
    return product


class PauseProduct(Operation[Product], name="products.pause", needs=Permission.PRODUCTS_STEER,
                   risk=Risk.CHANGE, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """Hold one product until it is resumed; running work is put back."""

    product: Word
    reason: Note | None = None

    async def run(self, work: Work) -> Product:
        product = await _open_product(work, self.product)
        if product["paused"]:
            raise Conflict("{product} is paused already.", product=product["name"])
        who = work.caller.username
        why = (
            say("Paused by {person}: {note}", person=who, note=self.reason)
            if self.reason
            else say("Paused by {person}.", person=who)
        )
        await work.db.execute(
            "UPDATE products SET paused = :why, paused_at = :now, updated_at = :now WHERE id = :id",
            {"id": product["id"], "why": write_sentence(why), "now": stamp(work.clock.now())},
        )
        if self.reason:
            work.note(reason=self.reason)
        return await shown(work.db, product["id"])


class ResumeProduct(Operation[Product], name="products.resume", needs=Permission.PRODUCTS_STEER,
                    risk=Risk.CHANGE, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """Let a paused product go on where it stopped."""

    product: Word

    async def run(self, work: Work) -> Product:
        product = await _open_product(work, self.product)
        if not product["paused"]:
            raise Conflict("{product} is not paused.", product=product["name"])
        await work.db.execute(
            "UPDATE products SET paused = '', paused_at = '', updated_at = :now WHERE id = :id",
            {"id": product["id"], "now": stamp(work.clock.now())},
        )
        return await shown(work.db, product["id"])


def _at_review(product: Row) -> None:
    if State.named(product["state"]) is not State.HUMAN_REVIEW_PENDING:
        raise Conflict("{product} does not wait for a person.", product=product["name"])
    if not Park.named(product["park"]).approvable:
        raise Conflict("A yes or no does not mend this: products retry gives one more round, products cancel ends it.")


class ApproveProduct(Operation[Product], name="products.approve", needs=Permission.DEPLOY_TRIGGER,
                     risk=Risk.CHANGE, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """Let a reviewed product go on to sales."""

    product: Word

    async def run(self, work: Work) -> Product:
        product = await _open_product(work, self.product)
        _at_review(product)
        state = step_from(State.HUMAN_REVIEW_PENDING, Profile.FULL_SOFTWARE).then
        step = step_from(state, Profile(product["profile"]))
        move = Move(state=state, reason=HandoffReason.HUMAN_APPROVED, to=step.agent, target=step.then,
                    why=say("Approved by {person}; {agent} is next.",
                            person=work.caller.username, agent=step.agent.title))  # fmt: skip
        await _move(work, product, move)
        return await shown(work.db, product["id"])


class RejectProduct(Operation[Product], name="products.reject", needs=Permission.DEPLOY_TRIGGER,
                    risk=Risk.CHANGE, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """Send a reviewed product back to the developer with a note."""

    product: Word
    note: Note
    """What is wrong; the developer gets it as feedback."""

    async def run(self, work: Work) -> Product:
        product = await _open_product(work, self.product)
        _at_review(product)
        step = step_from(State.BUG_FOUND, Profile(product["profile"]))
        move = Move(
            state=State.BUG_FOUND,
            reason=HandoffReason.HUMAN_REJECTED,
            to=step.agent,
            target=step.then,
            why=say("Rejected by {person}: {note}", person=work.caller.username, note=self.note),
        )
        await _move(work, product, move, [self.note])
        times = await work.db.fetch_one(
            "SELECT count(*) AS n FROM handoffs WHERE product_id = :id AND reason = :reason",
            {"id": product["id"], "reason": HandoffReason.HUMAN_REJECTED.code},
        )
        work.note(note=self.note, rejections=times["n"] if times else 0)
        return await shown(work.db, product["id"])


class RetryProduct(Operation[Product], name="products.retry", needs=Permission.PRODUCTS_STEER,
                   risk=Risk.CHANGE, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """Give a failed product, or one whose repair budget is used up, one more round."""

    product: Word
    note: Note | None = None
    """What to do differently; the agent gets it as feedback."""

    async def run(self, work: Work) -> Product:
        product = await sought(work, self.product)
        state = State.named(product["state"])
        if state is not State.FAILED and state is not State.HUMAN_REVIEW_PENDING:
            raise Conflict("{product} has neither failed nor used up its rounds.", product=product["name"])
        if state is State.HUMAN_REVIEW_PENDING and Park.named(product["park"]).approvable:
            raise Conflict("{product} waits for a yes or no: products approve or products reject.",
                           product=product["name"])  # fmt: skip
        last = await work.db.fetch_one(
            "SELECT * FROM tasks WHERE product_id = :id ORDER BY position DESC LIMIT 1",
            {"id": product["id"]},
        )
        assert last is not None
        feedback = ([self.note] if self.note else []) + await _objections(work, last)
        await _move(work, product, _one_more(work, product, last, state), feedback)
        if self.note:
            work.note(note=self.note)
        return await shown(work.db, product["id"])


async def _objections(work: Work, last: Row) -> list[str]:
    row = await work.db.fetch_one(
        "SELECT notes FROM handoffs WHERE task_id = :id ORDER BY position DESC LIMIT 1", {"id": last["id"]}
    )
    return list(orjson.loads(row["notes"])) if row else []


def _one_more(work: Work, product: Row, last: Row, state: State) -> Move:
    agent, why = (
        Agent.named(last["agent"]),
        say("{person} gave it one more round.", person=work.caller.username),
    )
    refusal = refusal_of(agent) if state is State.HUMAN_REVIEW_PENDING else None
    if refusal is not None:
        back = sent_back(agent, refusal, State.named(last["from_state"]), Profile(product["profile"]), "")
        return Move(
            state=back.state,
            reason=HandoffReason.RETRY,
            to=back.to,
            target=back.target,
            why=why,
            spends=back.spends,
        )
    return Move(state=State.named(last["from_state"]), reason=HandoffReason.RETRY, to=agent,
                target=State.named(last["target_state"]), why=why)  # fmt: skip


async def _move(work: Work, product: Row, move: Move, notes: Sequence[str] = ()) -> None:
    held = await values.read(work.db, work.config)
    await queue.follow(work, product, move, held, giver=Agent.PERSON, notes=notes, feedback=notes)


class CancelProduct(Operation[Product], name="products.cancel", needs=Permission.PRODUCTS_STEER,
                    risk=Risk.DANGER, demo=Demo.REFUSE, on="product"):  # fmt: skip
    """End a product for good; what was made of it stays."""

    product: Word

    async def run(self, work: Work) -> Product:
        product = await sought(work, self.product)
        state = State.named(product["state"])
        if state.final and state is not State.FAILED:
            raise Conflict("{product} is {state} already.", product=product["name"], state=state.word)
        now = work.clock.now()
        await work.db.execute(
            "UPDATE tasks SET status = 'cancelled', ended_at = :now"
            " WHERE product_id = :id AND status IN ('pending', 'running')",
            {"id": product["id"], "now": stamp(now)},
        )
        await work.db.execute("UPDATE products SET paused = '', paused_at = '' WHERE id = :id", {"id": product["id"]})
        await place(work.db, product["id"], State.CANCELLED, now, holder=Agent.PERSON,
                    why=say("Cancelled by {person}.", person=work.caller.username))  # fmt: skip
        work.note(state_before=state.code)
        return await shown(work.db, product["id"])
