"""Making a second factor: the secret to scan, a code to prove it, recovery codes to keep, a word on keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import segno
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input

from core.command_line import line_for
from core.identity.totp import Confirm, Enrolment
from core.identity.totp import Enrol as StartEnrolment
from core.secret import Secret
from tui.screens.gate import Gate
from tui.widgets.forms import LineInput
from tui.widgets.frame import Footer, Hint
from tui.widgets.pieces import Ink, Line, Piece, Text
from tui.widgets.prose import Prose
from tui.widgets.qr import QUIET_ZONE, QrCode

HEAD_AND_FOOT = 5
"""Lines of the screen that a QR code cannot have."""


class Enrol(Gate):
    """The middle of the first sign-in; also how a factor is replaced, then with `story` 0."""

    story = 2
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r,f5", "reveal", show=False),
        Binding("k", "kept", show=False),
        Binding("y", "copy", show=False),
        Binding("enter", "home", show=False),
        Binding("escape", "back", show=False),
    ]

    def __init__(self, *, first: bool = True) -> None:
        super().__init__()
        self._first = first
        if not first:
            self.story = 0
        self._made: Enrolment | None = None
        self._page = "scan"
        self.goes_on = True

    def title_words(self) -> str:
        return self.t("Second factor")

    def hints(self) -> Sequence[Hint]:
        t = self.t
        leave = Hint("ctrl+q", t("leave")) if self._first else Hint("esc", t("back"))
        if self._page == "codes":
            return (Hint("k", t("I have kept them")),)
        if self._page == "keys":
            return (Hint("enter", t("to the console")),)
        return (Hint("enter", t("prove")), Hint("ctrl+r", t("show again")), leave)

    def body(self) -> ComposeResult:
        t = self.t
        with Horizontal(id="scan", classes="gate-scan"):
            yield QrCode((), t("The code is hidden; ctrl+r shows it again."))
            with VerticalScroll(classes="beside", can_focus=False):
                yield Prose(
                    [Piece(t("Scan this with your authenticator app, or type the secret there:"))], [], id="how"
                )
                yield Text(id="secret")
                yield Prose([], [Piece(t("Then prove it with the first code that it shows:"))])
                yield LineInput(limit=16, id="code")
                yield Prose(id="fault")
                yield Prose([], [Piece(line_for(Confirm(code=Secret(""))), Ink.DIM)])
        with VerticalScroll(id="codes", classes="gate", can_focus=True):
            yield Prose(id="recovery")
        with VerticalScroll(id="keys", classes="gate", can_focus=True):
            yield Prose(*self._about_keys())

    def on_mount(self) -> None:
        self._turn("scan")
        self.run_worker(self._begin(), exclusive=True)

    def _turn(self, page: str) -> None:
        self._page = page
        for name in ("scan", "codes", "keys"):
            self.query_one(f"#{name}").display = name == page
        self.query_one("#code" if page == "scan" else f"#{page}").focus()
        self.query_one("#footer", Footer).show(*self.hints())

    # -- the secret ---------------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        self._made = await self.attempt(StartEnrolment())
        self.action_reveal()

    def action_reveal(self) -> None:
        """Show code and secret for a minute."""
        if self._made is None or self._page != "scan":
            return
        rows, quiet = self._code(self._made.uri)
        self.query_one(QrCode).show(rows, quiet)
        self.query_one("#secret", Text).show(*_groups(self._made.secret))
        if not rows:
            self.say(self.t("The window is too low for the QR code; make it higher, or type the secret."))

    def _code(self, uri: str) -> tuple[Sequence[Sequence[bool]], int]:
        """The modules of the code and the quiet zone for which there is room; none where there is not enough."""
        # The issuer stands in the label already; a second one only makes the code bigger.
        whole = uri.partition("&issuer=")[0]
        kind, _, rest = whole.partition(":")[2].partition("/totp/")
        room = self.app.size.height - HEAD_AND_FOOT
        for words in (whole, f"otpauth:{kind}/totp/{rest.partition(':')[2] or rest}"):
            rows = segno.make(words, error="l", micro=False, boost_error=False).matrix
            for quiet in (QUIET_ZONE, 2):
                if (len(rows) + 2 * quiet + 1) // 2 <= room:
                    return [[bool(module) for module in row] for row in rows], quiet
        return (), 0

    @on(QrCode.Blanked)
    def _blanked(self) -> None:
        self.query_one("#secret", Text).show([Piece(self.t("hidden"), Ink.DIM)])

    def on_resize(self) -> None:
        if self.is_mounted and self.query_one(QrCode).shown:
            self.action_reveal()

    @on(Input.Submitted, "#code")
    def _try(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip() and self._made is not None:
            self.run_worker(self._prove(event.value), exclusive=True)

    async def _prove(self, code: str) -> None:
        field = self.query_one("#code", LineInput)
        made = await self.attempt(Confirm(code=Secret(code)))
        if made is None:
            field.value = ""
            field.focus()
            return
        self._made = None
        self.query_one(QrCode).blank()
        self.query_one("#recovery", Prose).show(self._about_recovery(made.codes))
        self.say("")
        self._turn("codes")

    # -- what to keep -------------------------------------------------------------------------------------------------

    def _about_recovery(self, codes: Sequence[str]) -> list[Line]:
        t, half = self.t, (len(codes) + 1) // 2
        pairs = [
            [Piece(f"   {codes[at]}", Ink.STRONG), Piece(f"      {codes[at + half]}", Ink.STRONG)]
            for at in range(len(codes) - half)
        ]
        return [
            [Piece(t("Your second factor works. Keep these recovery codes:"), Ink.STRONG)],
            [Piece(t("Each opens the door once when your authenticator is lost."))],
            [],
            *pairs,
            [],
            [
                Piece(
                    t(
                        "They are shown now and never again. Write them down, or print them; do not keep them beside "
                        "your password. Secrets are never put on a clipboard."
                    )
                )
            ],
        ]

    def action_copy(self) -> None:
        if self._page == "codes":
            self.say(self.t("Secrets are never copied: a clipboard tells everybody. Write them down."))

    def action_kept(self) -> None:
        """The codes are kept; they are forgotten here."""
        if self._page != "codes":
            return
        self.query_one("#recovery", Prose).show([])
        self.say("")
        if not self._first:
            self.dismiss(True)
            return
        self.step(3)
        self._turn("keys")

    def _about_keys(self) -> list[Line]:
        t = self.t
        return [
            [Piece(t("One more thing: sign in with a key, and no password is asked for."), Ink.STRONG)],
            [],
            [Piece(t("On your own machine:"))],
            [Piece("   ssh factory@host keys add --label laptop --key - < ~/.ssh/id_ed25519.pub", Ink.HERE)],
            [],
            [Piece(t("Or here, later:  8  and then  a."))],
            [Piece(t("A hardware key that asks for your finger counts as both factors."), Ink.DIM)],
        ]

    def action_home(self) -> None:
        if self._page == "keys":
            self.goes_on = False
            self.factory.welcome()

    def action_back(self) -> None:
        if not self._first and self._page == "scan":
            self.dismiss(False)


def _groups(secret: str) -> list[Line]:
    """The secret in groups of four, four groups a line."""
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return [[Piece("  " + " ".join(groups[at : at + 4]), Ink.STRONG)] for at in range(0, len(groups), 4)]
