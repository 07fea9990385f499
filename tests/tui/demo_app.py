"""A console of nothing, for looking at the kit: `python -m tests.tui.demo_app PORT`, then ssh there."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget

from sshd.loop import ConsoleLoop
from sshd.memory import TidyMemory
from tests.tui.door import Door
from tests.tui.framed import Framed
from tui.client import Client
from tui.lean import LeanApp
from tui.symbols import Symbols
from tui.widgets.columns import Column
from tui.widgets.confirm import Confirm, ConfirmByName, Question
from tui.widgets.forms import Choice, Field, Option
from tui.widgets.frame import Hint, Mode, Standing
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.record_table import RecordTable
from tui.widgets.stage_strip import Stage, stage_strip, status

TABS = ("Home", "Products", "Hand-offs", "Record", "People", "Sessions", "Settings")


@dataclass(frozen=True)
class Product:
    name: str
    state: Stage
    done: int
    held_by: str
    age: str


NAMES = (
    "bakery-lyon",
    "shop-vintage",
    "museum-kazan",
    "東京の本屋",
    "книжный-клуб",
    "evil\x1b]52;c;AAAA\x07\u202ename",
)
STATES = (Stage.ASKS, Stage.RUNNING, Stage.PAUSED, Stage.DONE, Stage.FAILED)


def products(count: int) -> list[Product]:
    """So many products, the same for everybody."""
    return [
        Product(f"{NAMES[n % len(NAMES)]}-{n}", STATES[n % len(STATES)], n % 12, "a person", f"{n % 60} min")
        for n in range(count)
    ]


EVERYTHING = products(1000)


def columns(symbols: Symbols) -> list[Column[Product]]:
    """What a row shows."""

    def strip(row: Product) -> Line:
        return stage_strip([*[Stage.DONE] * row.done, row.state, *[Stage.AHEAD] * (12 - row.done)], symbols)

    return [
        Column("product", lambda row: row.name, 16, grow=2),
        Column("state", lambda row: status(row.state, row.state.name.lower(), symbols), 12),
        Column("stage strip", strip, 13, priority=2),
        Column("held by", lambda row: row.held_by, 12, grow=1, priority=1, ink=Ink.DIM),
        Column("age", lambda row: row.age, 7, right=True, priority=3, ink=Ink.DIM),
    ]


class ListScreen(Framed):
    """A list with all that a list has."""

    BINDINGS = [
        Binding("f", "form", show=False),
        Binding("a", "ask(False)", show=False),
        Binding("d", "ask(True)", show=False),
    ]

    def __init__(self, app: LeanApp) -> None:
        hints = [
            Hint("enter", "open"),
            Hint("a", "approve"),
            Hint("d", "delete"),
            Hint("f", "form"),
            Hint("?", "help"),
        ]
        standing = Standing("ana · operator", Mode.PRODUCTION, "12,408")
        super().__init__("Products", tabs=TABS, here=1, standing=standing, hints=hints)
        self.table = RecordTable(
            columns(app.symbols),
            key=lambda row: row.name,
            empty=[Piece("No products yet.  "), Piece("n", Ink.HERE), Piece("  makes one from a brief.")],
        )

    def body(self) -> Iterable[Widget]:
        yield self.table

    def on_mount(self) -> None:
        self.table.show(EVERYTHING)

    def on_record_table_moved(self) -> None:
        at, total = self.table.place
        self.footer.show_position(f"{at} of {total}")

    def on_record_table_chosen(self, event: RecordTable.Chosen) -> None:
        self.say(f"{event.row.name} is not yours.", Ink.REFUSES)

    def action_form(self) -> None:
        self.app.push_screen(FormScreen())

    def action_ask(self, by_name: bool) -> None:
        question = Question(
            "Delete eve?",
            ["Their sessions end now.", "Their products stay."],
            "ssh factory@host users delete --username eve --confirm eve",
            Hint("y", "yes, delete"),
            Hint("esc", "no"),
        )
        dialog = (
            ConfirmByName(question, "eve", "Type eve to go on:", "That is not the name.")
            if by_name
            else Confirm(question)
        )
        self.app.push_screen(dialog, lambda yes: self.say("done" if yes else "nothing happened", Ink.FINISHED))


class FormScreen(Framed):
    """A form with all that a form has."""

    BINDINGS = [Binding("escape", "app.pop_screen", show=False), Binding("f9", "crash", show=False)]

    def __init__(self) -> None:
        super().__init__("Form", tabs=TABS, standing=Standing("ana", Mode.DEMO, "broken at #8,113", whole=False))
        self.name_field = Field("username", on_cut=lambda lines: f"Only the first of {lines} lines was taken.")
        self.password = Field("password", secret=True)
        self.role = Choice(
            "role",
            [Option("viewer", "viewer"), Option("admin", "admin"), Option("root", "root", may=False)],
            "viewer",
        )

    def body(self) -> Iterable[Widget]:
        yield VerticalScroll(self.name_field, self.password, self.role, can_focus=False)

    def action_crash(self) -> None:
        raise RuntimeError("as asked")


class DemoApp(LeanApp):
    """Starts on the list."""

    DEFAULT_MODE = "list"

    def __init__(self, client: Client | None = None, theme: str = "night") -> None:
        super().__init__(client, theme)
        self.add_mode("list", lambda: ListScreen(self))


async def serve(port: int) -> None:
    """Until killed."""
    door, memory = Door(DemoApp), TidyMemory()
    door.on_session, door.on_session_end = memory.session_began, memory.session_ended
    door.on_typing = memory.typed
    await door.listen(port)
    memory.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=ConsoleLoop) as runner:
        runner.run(serve(int(sys.argv[1])))
