"""The keys that move a product, the same on every screen that has one under its cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from core.operation import Asked, Kind, Operation
from core.pipeline.rows import Product, Standing
from core.pipeline.sharing import ShareProduct
from core.pipeline.steering import (
    ApproveProduct,
    CancelProduct,
    PauseProduct,
    RejectProduct,
    ResumeProduct,
    RetryProduct,
)
from tui.screens.place import Place
from tui.widgets.frame import Hint


@dataclass(frozen=True)
class Subject:
    """The product that keys are about."""

    id: str
    name: str
    standing: Standing | None
    """None where only its name is known."""
    approvable: bool | None = None
    """Whether a yes or no moves it, where that is known."""


def subject_of(product: Product) -> Subject:
    """The part of a product that keys need."""
    return Subject(product.id, product.name, Standing(product.standing))


class Steers(Place):
    """A place where products are moved. Subclasses say which product is under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", show=False),
        Binding("r", "reject", show=False),
        Binding("p", "pause", show=False),
        Binding("w", "rework", show=False),
        Binding("c", "cancel", show=False),
        Binding("s", "share", show=False),
        Binding("y", "copy", show=False),
    ]

    def subject(self) -> Subject | None:
        """The product under the cursor."""
        raise NotImplementedError

    def at_hand(self) -> Mapping[str, str]:
        subject = self.subject()
        return {"product": subject.name, "product_id": subject.name} if subject else {}

    def steering_hints(self) -> Sequence[Hint]:
        """The keys that move the product under the cursor, as it stands now."""
        t, subject = self.t, self.subject()
        if subject is None:
            return ()
        yes = self.hint("a", t("approve"), ApproveProduct)
        no = self.hint("r", t("reject"), RejectProduct)
        rework = self.hint("w", t("rework"), RetryProduct)
        pause = self.hint("p", t("pause"), PauseProduct)
        cancel = self.hint("c", t("cancel"), CancelProduct)
        match subject.standing:
            case Standing.WAITING:
                if subject.approvable is None:
                    return (yes, no, rework)
                return (yes, no, cancel) if subject.approvable else (rework, cancel)
            case Standing.PAUSED:
                return (self.hint("p", t("resume"), ResumeProduct), cancel)
            case Standing.FAILED:
                return (rework, cancel)
            case Standing.RUNNING | Standing.QUEUED:
                return (pause, cancel)
            case _:
                return ()

    def steering_keys(self) -> Sequence[Hint]:
        """All of them, for help."""
        t = self.t
        return (
            self.hint("a", t("approve the product that waits for a yes"), ApproveProduct),
            self.hint("r", t("reject it with a note to the developer"), RejectProduct),
            self.hint("w", t("give it one more round"), RetryProduct),
            self.hint("p", t("pause it, or let it go on"), PauseProduct),
            self.hint("c", t("cancel it for good"), CancelProduct),
            self.hint("s", t("share it with somebody"), ShareProduct),
            Hint("y", t("copy its id")),
        )

    def kinds(self) -> Sequence[Kind]:
        return (
            ApproveProduct,
            RejectProduct,
            RetryProduct,
            PauseProduct,
            ResumeProduct,
            CancelProduct,
            ShareProduct,
        )

    # -- what the keys do

    def action_approve(self) -> None:
        if subject := self.subject():
            self.do(self._approve(subject))

    async def _approve(self, subject: Subject) -> None:
        await self.ask(ApproveProduct(product=subject.id), done=self.t("{name} goes on to sales.", name=subject.name))

    def action_reject(self) -> None:
        if subject := self.subject():
            done = self.t("{name} goes back to the developer.", name=subject.name)
            self.do(self._fill(RejectProduct, subject, done))

    def action_share(self) -> None:
        if subject := self.subject():
            self.do(self._fill(ShareProduct, subject, self.t("{name} is shared.", name=subject.name)))

    async def _fill(self, kind: Kind, subject: Subject, done: str) -> None:
        from tui.forms import fill

        asked: Asked | None = await fill(self.factory, kind, {"product": subject.name})
        if isinstance(asked, Operation):
            await self.ask(asked, done=done)

    def action_rework(self) -> None:
        if subject := self.subject():
            done = self.t("{name} gets one more round.", name=subject.name)
            self.do(self.ask(RetryProduct(product=subject.id), done=done))

    def action_pause(self) -> None:
        if (subject := self.subject()) is None:
            return
        if subject.standing is Standing.PAUSED:
            done = self.t("{name} goes on.", name=subject.name)
            self.do(self.ask(ResumeProduct(product=subject.id), done=done))
        else:
            done = self.t("{name} is paused.", name=subject.name)
            self.do(self.ask(PauseProduct(product=subject.id), done=done))

    def action_cancel(self) -> None:
        if subject := self.subject():
            effect = (
                self.t("Work on it stops now and nothing of it goes on."),
                self.t("What was made of it stays, and so does its record."),
            )
            # By name, because the name is what the person will be asked to type.
            asked = CancelProduct(product=subject.name)
            self.do(self.ask(asked, effect=effect, done=self.t("{name} is cancelled.", name=subject.name)))

    def action_copy(self) -> None:
        if subject := self.subject():
            self.copy(subject.id)
