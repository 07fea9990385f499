"""A brief becomes a product: type it, paste it, or send it from a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, TextArea

from core.command_line import line_of
from core.errors import Invalid
from core.operation import Kind
from core.parse import build
from core.pipeline.flow import Profile
from core.pipeline.intake import CreateProduct
from core.settings.table import CONTENT_LOCALES
from tui.asking import sentence_of, tell
from tui.screens.place import Place
from tui.widgets.forms import Choice, Field, Option
from tui.widgets.frame import Hint
from tui.widgets.long_input import LongInput
from tui.widgets.pieces import Ink, Piece, Text
from tui.widgets.press import Press
from tui.widgets.prose import Prose

BRIEF_LIMIT = 50_000
INFER, ASKED = "infer", ""


def open_new_product(place: Place) -> None:
    """From a place, when the person may; otherwise say why not."""
    may = place.desk.may(CreateProduct)
    if may.refusal is not None:
        tell(place.factory, may.refusal)
    else:
        place.app.push_screen(NewProduct())


class NewProduct(Place):
    """The form."""

    areas = ("nothing",)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "send", show=False, priority=True)]

    def title_words(self) -> str:
        return self.t("New product")

    def body(self) -> ComposeResult:
        t = self.t
        self._brief = LongInput(limit=BRIEF_LIMIT, id="brief")
        self._called = Field(t("name"), id="name", limit=64)
        self._profile: Choice[str] = Choice(
            t("what"),
            [
                Option(INFER, t("as the brief says")),
                Option(Profile.MARKETING_LANDING.value, t("landing page")),
                Option(Profile.FULL_SOFTWARE.value, t("software")),
            ],
            INFER,
        )
        languages = [Option(ASKED, t("usual")), *(Option(code, code) for code in CONTENT_LOCALES)]
        self._language: Choice[str] = Choice(t("text in"), languages, ASKED)
        self._line = Prose(id="line")
        yield Text(
            [Piece(f" {t('Brief')}  ", Ink.STRONG), Piece(t("what a customer wants, in their own words"), Ink.DIM)]
        )
        yield self._brief
        yield Text([])
        yield Vertical(
            self._called, self._profile, self._language, Text([]), Press(t("make it")), self._line, classes="fields"
        )

    def on_mount(self) -> None:
        super().on_mount()
        self._brief.focus()
        self._show_line()

    def hints(self) -> Sequence[Hint]:
        t = self.t
        return (Hint("tab", t("next field")), Hint("ctrl+s", t("make it")), Hint("esc", t("back")),
                Hint("ctrl+p", t("commands")), Hint("f1", t("help")))  # fmt: skip

    def kinds(self) -> Sequence[Kind]:
        return (CreateProduct,)

    async def load(self) -> None:
        """Nothing is fetched."""

    def _values(self) -> dict[str, Any]:
        said = {"product": self._called.value.strip(), "content_locale": self._language.value}
        if self._profile.value != INFER:
            said["profile"] = self._profile.value
        return {name: value for name, value in said.items() if value}

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Choice.Changed)
    def _show_line(self) -> None:
        # The brief goes in from a file, however short it is here: that is how one would do it again.
        line = line_of(CreateProduct, {**self._values(), "brief": "\n"})
        self._line.show([[Piece(line, Ink.DIM)]])
        self.show_place((len(self._brief.text), BRIEF_LIMIT) if self._brief.text else (0, 0))

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Press.Pressed)
    def action_send(self) -> None:
        try:
            asked = build(CreateProduct, {**self._values(), "brief": self._brief.text})
        except Invalid as fault:
            self.refuse(sentence_of(self.t, fault), fault)
            return
        assert isinstance(asked, CreateProduct)
        self.do(self._make(asked))

    async def _make(self, asked: CreateProduct) -> None:
        from tui.screens.product import ProductScreen

        product = await self.ask(asked)
        self.app.switch_screen(ProductScreen(product.id))

    def action_back(self) -> None:
        if self.refusal is not None:
            self.say("")
        elif self._brief.text.strip() and not self._left_once:
            # A brief is work: the first escape only warns.
            self._left_once = True
            self.say(self.t("Your brief is not sent. Escape again throws it away."))
        else:
            super().action_back()

    _left_once = False
