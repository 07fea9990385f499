"""Pages to read about one product: a hand-off, a task with its output, a file."""

from __future__ import annotations

import json

from core.pipeline.artifacts import ShowArtifact
from core.pipeline.handoffs import Handoff
from core.pipeline.tasks import ShowTask
from tui.screens import timeline
from tui.screens.answer import MOST_LINES, Page
from tui.widgets.pieces import Ink, Line, Piece
from tui.widgets.prose import plain_lines


class HandoffPage(Page):
    """One hand-off, whole."""

    areas = ("nothing",)

    def __init__(self, handoff: Handoff) -> None:
        super().__init__(handoff.product_name)
        self._handoff = handoff

    async def load(self) -> None:
        lines = timeline.handoff_lines(self.t, self.factory.symbols, self._handoff)
        self.read([[Piece(" "), *line] for line in lines])


class TaskPage(Page):
    """One task: what went in, what came out."""

    areas = ("tasks",)

    def __init__(self, task: str) -> None:
        super().__init__(task)
        self._sought = task

    async def load(self) -> None:
        t = self.t
        task = await self.look(ShowTask(task=self._sought))
        lines: list[Line] = [*timeline.task_lines(t, self.factory.symbols, task)]
        if task.feedback:
            lines += [[], [Piece(t("What it was told"), Ink.STRONG)]]
            lines += [line for note in task.feedback for line in plain_lines(note)]
        if task.output:
            lines += [[], [Piece(t("What it handed over"), Ink.STRONG)], *plain_lines(_laid_out(task.output))]
        self.read([[Piece(" "), *line] for line in lines])


def _laid_out(output: str) -> str:
    try:
        return json.dumps(json.loads(output), indent=2, ensure_ascii=False)
    except ValueError:
        return output


class ArtifactPage(Page):
    """One file as text, with the numbers of its lines."""

    areas = ("nothing",)

    def __init__(self, product: str, path: str) -> None:
        super().__init__(path)
        self._product = product
        self._path = path

    async def load(self) -> None:
        found = await self.look(ShowArtifact(product=self._product, path=self._path))
        lines = found.text.expandtabs(4).split("\n", MOST_LINES)[:MOST_LINES]
        width = len(str(len(lines)))
        shown: list[Line] = [
            [Piece(f" {number:>{width}}  ", Ink.DIM), Piece(line)] for number, line in enumerate(lines, 1)
        ]
        if found.truncated or found.text.count("\n") >= MOST_LINES:
            shown.append([Piece(self.t("Only the beginning is shown; the file has {size} bytes.",
                                       size=f"{found.size:,}"), Ink.ASKS)])  # fmt: skip
        self.read(shown)
        self.say(self.t("Made by agents: read it as their work, not as ours."))
