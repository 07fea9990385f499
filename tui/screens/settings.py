"""Settings: every knob that something really reads, what it is set to, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from core.catalogue import BY_NAME
from core.operation import Kind
from core.sentence import Sentence, say
from core.settings.changes import ListSettings, ResetSetting, SetSetting, SettingShown, ShowSetting
from tui.palette import choose
from tui.screens.consent import consent
from tui.screens.edit_setting import EditSetting
from tui.screens.place import Place
from tui.screens.product_words import whole_time
from tui.widgets.columns import Column
from tui.widgets.frame import Hint
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.prose import Prose
from tui.widgets.sections import Section, Sections

GROUPS: tuple[tuple[Sentence, tuple[str, ...]], ...] = (
    (say("The factory"), ("factory_", "hold_", "parallel_", "task_", "step_")),
    (say("Gates"), ("human_", "qa_", "security_", "design_", "pm_")),
    (say("New products"), ("products_", "demo_", "default_")),
)
"""Headings, and how the names of the settings under them begin."""
OTHERS = say("Everything else")


class Settings(Place):
    """Grouped; enter edits one."""

    tab = "settings"
    areas = ("settings", "factory")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "default", show=False),
        Binding("y", "copy", show=False),
    ]

    def title_words(self) -> str:
        return self.t("Settings")

    def body(self) -> ComposeResult:
        self._list = Sections(key=lambda row: row.key, id="settings")
        self._list.add_class("list")
        self._card = Prose(id="card", classes="detail")
        self._about = Prose(id="about", classes="summary narrow-only")
        yield Horizontal(self._list, self._card, classes="split")
        yield self._about

    def on_mount(self) -> None:
        super().on_mount()
        self._list.focus()

    def hints(self) -> Sequence[Hint]:
        t = self.t
        row = self._row()
        own = row is None or _own(row)
        change, reset = self.desk.may(SetSetting).allowed, self.desk.may(ResetSetting).allowed
        return (
            Hint("enter", t("change"), change and (own or bool(row and row.through))),
            Hint("d", t("back to the default"), reset and own and bool(row and row.source == "saved")),
            Hint("y", t("copy name")),
            Hint("?", t("help")),
        )

    def all_keys(self) -> Sequence[Hint]:
        t = self.t
        return (
            self.hint("enter", t("change the setting under the cursor"), SetSetting),
            self.hint("d", t("put it back to its default"), ResetSetting),
            Hint("y", t("copy its name")),
        )

    def kinds(self) -> Sequence[Kind]:
        return (ListSettings, ShowSetting, SetSetting, ResetSetting)

    def at_hand(self) -> Mapping[str, str]:
        row = self._row()
        return {"key": row.key} if row else {}

    def _row(self) -> SettingShown | None:
        found = getattr(self, "_list", None)
        return found.row if found is not None else None

    # -- showing -----------------------------------------------------------------------------------------------------

    async def load(self) -> None:
        found = await self.look(ListSettings())
        left = list(found)
        sections = []
        for title, begins in GROUPS:
            rows = [row for row in left if row.key.startswith(begins)]
            left = [row for row in left if row not in rows]
            sections.append(self._section(title, rows))
        if left:
            sections.append(self._section(OTHERS, left))
        self._list.show(*sections)

    def _section(self, title: Sentence, rows: Sequence[SettingShown]) -> Section:
        t = self.t
        columns: list[Column[SettingShown]] = [
            Column("", lambda row: [Piece(row.key, Ink.TEXT if _own(row) else Ink.DIM)], 26),
            Column("", self._value, 16),
            Column("", lambda row: t(row.source), 11, ink=Ink.DIM),
            Column("", lambda row: t(row.sentence), 30, grow=3, priority=1, ink=Ink.DIM),
        ]
        return Section(t.say(title), 0, rows, columns, t("Nothing."))

    def _value(self, row: SettingShown) -> Line:
        ink = Ink.STRONG if _own(row) else Ink.DIM
        return [Piece(self.t(row.value) if row.type in ("flag", "secret") else row.value or "-", ink)]

    def _lines(self, row: SettingShown) -> Iterator[Line]:
        t = self.t
        yield [Piece(row.key, Ink.STRONG)]
        yield [Piece(t(row.sentence))]
        yield []
        value = t(row.value) if row.type in ("flag", "secret") else row.value or "-"
        default = t(row.default) if row.type in ("flag", "secret") else row.default or "-"
        limits = ", ".join(row.choices) if row.choices else f"{row.least:,} … {row.most:,}" if row.most else ""
        facts = (
            (t("value"), value),
            (t("from"), t(row.source)),
            (t("default"), default),
            (t("kind"), t(row.type)),
            (t("allowed"), limits),
            (t("changed by"), row.changed_by),
            (t("changed"), whole_time(row.changed_at)),
        )
        for name, said in facts:
            if said:
                yield [Piece(f"{name:<12}", Ink.DIM), Piece(said)]
        if why := self._why_not(row):
            yield []
            yield [Piece(why, Ink.ASKS)]

    def _why_not(self, row: SettingShown) -> str:
        """Why it cannot be changed here, or nothing."""
        if row.source == "environment":
            name = f"AIFACTORY_{row.key.upper()}"
            return self.t("The environment decides it ({name}); what is saved here would not count.", name=name)
        if row.through:
            return self.t("More than a value belongs to it: enter asks for {operation}.",
                          operation=row.through.replace(".", " "))  # fmt: skip
        return ""

    @on(Sections.Moved)
    def _moved(self) -> None:
        self.show_place(self._list.place)
        self.show_hints()
        row = self._row()
        self._card.show(self._lines(row) if row else ())
        if row is not None:
            why = [Piece(f"  {why}", Ink.ASKS)] if (why := self._why_not(row)) else []
            self._about.show([[Piece(" "), Piece(self.t(row.sentence), Ink.DIM), *why]])

    # -- changing ----------------------------------------------------------------------------------------------------

    @on(Sections.Chosen)
    def _change(self, event: Sections.Chosen) -> None:
        row: SettingShown = event.row
        if row.through in BY_NAME:
            choose(self.factory, BY_NAME[row.through], {})
        elif row.source == "environment":
            self.say(self._why_not(row))
        else:
            self.do(self._edit(row))

    async def _edit(self, row: SettingShown) -> None:
        may = self.desk.may(SetSetting)
        if may.refusal is not None:
            raise may.refusal
        asked = await self.factory.push_screen_wait(EditSetting(row))
        if asked is not None:
            done = await self.ask(asked)
            self.say(self.t("{key}: {old} → {new}", key=done.key, old=done.old, new=done.new))

    def action_default(self) -> None:
        row = self._row()
        if row is None:
            return
        if row.source != "saved":
            self.say(self._why_not(row) or self.t("That is its default already."))
        else:
            self.do(self._reset(row))

    async def _reset(self, row: SettingShown) -> None:
        t, asked = self.t, ResetSetting(key=row.key)
        title = t("Put {key} back to its default?", key=row.key)
        if not self.desk.may(ResetSetting).allowed or await consent(
            self.factory, asked, title, f"{row.value} → {row.default or '-'}"
        ):
            await self.ask(asked, done=t("{key} is at its default.", key=row.key))

    def action_copy(self) -> None:
        if row := self._row():
            self.copy(row.key)


def _own(row: SettingShown) -> bool:
    """Whether its value is what decides, and is all there is to it."""
    return not row.through and row.source != "environment"


def make() -> Settings:
    return Settings()
