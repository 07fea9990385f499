"""What every place shares: the frame, its keys, fresh data while it is in front, and the status line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.worker import WorkType

from core.audit.verdict import RecordState, ShowRecordState
from core.errors import CoreError, Forbidden
from core.operation import Errand, Kind, Operation
from tui.asking import Refused, ask, sentence_of
from tui.keys import TABS
from tui.screens.framed import Framed
from tui.turns import turn
from tui.widgets.frame import Footer, Header, Hint, Standing
from tui.widgets.pieces import Ink

R = TypeVar("R")
CALM_SECONDS = 1.0
"""Data is fetched anew at most this often, however much changes, where a place does not say otherwise."""
CALMER, CALMEST_SECONDS = 10.0, 20.0
"""A screen rests so many times as long as its last fetching took, waiting for its turn included; at most so long."""
PAINT_SECONDS = 0.5
"""What a turn waits for its frame: a client that takes none must not keep the others waiting."""
SAID_SECONDS = 12.0
"""How long what went well is said; a refusal stays until it is answered."""
WIDE, VAST = 120, 160
"""Columns from which a detail pane stands at the right, and from which it breathes."""


class Place(Framed):
    """A screen with the frame around it. Subclasses give a title, a body, hints, and `load`."""

    tab: ClassVar[str] = ""
    """Name in tui/keys.py; empty for a screen that opens on top of a place."""
    areas: ClassVar[tuple[str, ...]] = ()
    """Fetch anew when one of these areas changes (the words before the dot of an action); empty: any."""
    calm: ClassVar[float] = CALM_SECONDS
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide"), (VAST, "-vast")]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", show=False),
        Binding("r", "again", show=False),
    ]

    _refusal: CoreError | None = None
    _cannot_load = False
    _loaded = False

    # -- for subclasses ----------------------------------------------------------------------------------------------

    def kinds(self) -> Sequence[Kind]:
        """The operations that this screen asks for, for help."""
        return ()

    def at_hand(self) -> Mapping[str, str]:
        """Values that a form opened from here may begin with, such as the product under the cursor."""
        return {}

    async def load(self) -> None:
        """Fetch with `self.look` and show. Called at first, and again when anything in the store changed."""

    # -- what they may use -------------------------------------------------------------------------------------------

    @property
    def wide(self) -> bool:
        """Whether there is room for a detail pane."""
        return self.app.size.width >= WIDE

    def hint(self, key: str, does: str, kind: Kind) -> Hint:
        """A key for that operation, greyed out where it would be refused."""
        return Hint(key, does, self.desk.may(kind).allowed)

    async def look(self, asked: Operation[R] | Errand[R]) -> R:
        """Fetch something for showing; does not count as being awake. Raises CoreError, which `load` may pass on."""
        return await self.desk.run(asked, awake=False)

    async def ask(self, asked: Operation[R] | Errand[R], *, effect: tuple[str, ...] = (), done: str = "") -> R:
        """Do something for the person, with questions where they are due; `done` is said when it is. In workers only.

        Raises Refused, which a worker started by `do` swallows."""
        result = await ask(self.factory, asked, effect=effect)
        if done:
            self.say(done)
        return result

    def do(self, step: Coroutine[Any, Any, Any]) -> None:
        """Start something that asks; one at a time on each screen, the keyboard stays free."""
        self.run_worker(self._swallow(step), group="do", exclusive=True)

    async def _swallow(self, step: Coroutine[Any, Any, Any]) -> None:
        try:
            await step
        except Refused:
            return
        except CoreError as refusal:
            self.refuse(sentence_of(self.t, refusal), refusal)
            return
        self.again()

    def say(self, sentence: str) -> None:
        """One sentence in the status line, for a while."""
        self._refusal = None
        self.footer.say(sentence)
        if sentence:
            self.set_timer(SAID_SECONDS, lambda: self._hush(sentence))

    def _hush(self, sentence: str) -> None:
        if self._refusal is None and self.footer.said == sentence:
            self.footer.say("")

    def copy(self, words: str) -> None:
        """Into the clipboard of the person's terminal; says so."""
        self.app.copy_to_clipboard(words)
        self.say(self.t("Copied {what}.", what=words))

    def refuse(self, sentence: str, refusal: CoreError) -> None:
        """A refusal in the status line; `?` explains it while it stands there."""
        self._refusal = refusal
        more = self.t("   ? why") if isinstance(refusal, Forbidden) else ""
        self.footer.say(sentence + more, Ink.REFUSES)

    @property
    def refusal(self) -> CoreError | None:
        """The refusal that stands in the status line."""
        return self._refusal

    @property
    def footer(self) -> Footer:
        return self._footer

    def show_hints(self) -> None:
        """The keys may mean something else now."""
        self.footer.show(*self.hints())

    def show_title(self, words: str) -> None:
        """Where one is, when that is known only after fetching."""
        self._header.rename(words)

    def show_place(self, place: tuple[int, int]) -> None:
        """The cursor's position, such as 17 of 214."""
        at, of = place
        self.footer.show_position(self.t("{at} of {of}", at=at, of=of) if of else "")

    # -- the frame ---------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        words = [self.t(tab.word) for tab in TABS]
        here = next((at for at, tab in enumerate(TABS) if tab.name == self.tab), -1)
        # Kept, not looked up: an answer may come while the screen is being taken down.
        self._header = Header(self.title_words(), words, here, self._standing(None))
        self._footer = Footer()
        yield self._header
        yield from self.body()
        yield self._footer
        self.show_hints()

    def _standing(self, record: RecordState | None) -> Standing:
        caller = self.desk.caller
        chain, whole = "", True
        if record is not None:
            whole = record.whole and not record.trouble
            chain = f"{record.last:,}" if record.whole else self.t("broken at #{seq}", seq=f"{record.broken_seq:,}")
        return Standing(
            who=f"{caller.username} · {caller.role.word}", mode=self.factory.banner, chain=chain, whole=whole
        )

    async def _show_standing(self) -> None:
        try:
            record = await self.look(ShowRecordState())
        except CoreError:
            record = None
        self._header.show(self._standing(record))

    def on_mount(self) -> None:
        # The method, not its coroutine: one that a closing app does not start any more would be left over.
        keep_fresh: WorkType[None] = self._keep_fresh
        self.run_worker(keep_fresh, group="fresh", exit_on_error=True)

    def on_screen_resume(self) -> None:
        """In front again: what happened meanwhile was not fetched."""
        if self._loaded:
            self.again()

    def again(self) -> None:
        """Fetch everything now."""
        load: WorkType[None] = self._load
        self.run_worker(load, group="again", exclusive=True)

    def action_again(self) -> None:
        self.again()

    def action_back(self) -> None:
        """Back by one level; on a place of its own, home."""
        if self._refusal is not None:
            self.say("")
        elif len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        elif self.tab != TABS[0].name:
            self.factory.action_go(TABS[0].name)

    async def _load(self) -> None:
        try:
            await self.load()
            self._loaded = True
            await self._show_standing()
            if self._cannot_load:
                self._cannot_load = False
                self.say("")
        except CoreError as refusal:
            self._cannot_load = True
            self.refuse(sentence_of(self.t, refusal), refusal)

    async def _keep_fresh(self) -> None:
        generation = await self.desk.news(-1, *self.areas)
        await self._load()
        calm = self.calm
        while True:
            await asyncio.sleep(calm)
            generation = await self.desk.news(generation, *self.areas)
            if self.is_current:
                began = time.monotonic()
                async with turn():
                    await self._load()
                    await self._paint()
                # The more screens there are to keep fresh, the longer each waits: keys come first.
                calm = min(max(self.calm, CALMER * (time.monotonic() - began)), CALMEST_SECONDS)

    async def _paint(self) -> None:
        painted = asyncio.Event()
        self.call_after_refresh(painted.set)
        with suppress(TimeoutError):
            await asyncio.wait_for(painted.wait(), PAINT_SECONDS)
