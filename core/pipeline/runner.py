"""The runner: a session with a role of its own that keeps the agents at work."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from core.clock import Clock, moment
from core.errors import Conflict, CoreError, NotFound, NotSignedIn
from core.operation import Operation
from core.pipeline.agents import Done, Job, Studio, Trouble
from core.pipeline.claiming import Assignment, ClaimTask, LookAhead, Outlook
from core.pipeline.ending import FailTask, Failure, FinishTask, RecoverTasks, ReleaseTask
from core.pipeline.fingerprint import canonical
from core.pipeline.flow import Agent
from core.pipeline.release import criticise
from core.text import clip, one_line

if TYPE_CHECKING:
    from core.desk import Desk

R = TypeVar("R")
log = logging.getLogger("factory.runner")

AREAS = ("factory", "products", "settings", "tasks")
"""What of the house's news can mean work, or the end of it."""
LOOK_SECONDS = 60.0
"""Looks at least this often, though news wakes it."""
STOPPING_SECONDS = 10.0
"""How long cancelled work may take to let go."""
ERROR_LENGTH = 400
LONGEST_PAUSE = 30.0


class Runner:
    """Claims what is due, has the studio do it, and says how it ended; several may run on one store.

    Everything goes through the desk, so every step is checked and on record like anybody's."""

    def __init__(self, desk: Desk, studio: Studio, products: Path, clock: Clock) -> None:
        self._desk = desk
        self._studio = studio
        self._products = products
        self._clock = clock
        self._working: dict[str, asyncio.Task[None]] = {}
        """By task id; these may be stopped."""
        self._saying: set[asyncio.Task[None]] = set()
        """Their work is done and only has to be said; stopping them would throw it away."""
        self._finished = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled or until the session ends; what runs then is put back into the queue."""
        generation, pause = -1, 1.0
        try:
            while True:
                try:
                    timeout = await self._round()
                    pause = 1.0
                except NotSignedIn:
                    raise
                except CoreError as fault:
                    # The record or the store cannot be written just now; nothing was lost: look again later.
                    log.warning("the runner could not look: %s", fault)
                    timeout = pause = min(pause * 2, LONGEST_PAUSE)
                    generation = -1
                    await asyncio.sleep(timeout)
                generation = await self._news(generation, timeout)
        finally:
            await self._put_back(set(self._working))
            if self._saying:
                _, late = await asyncio.wait(self._saying, timeout=STOPPING_SECONDS)
                for task in late:
                    task.cancel()

    async def _news(self, generation: int, at_most: float) -> int:
        """Wait for news, or for an agent of ours to finish, which is news before the store's watch brings it."""
        news = asyncio.ensure_future(self._desk.news(generation, *AREAS, timeout=at_most))
        finished = asyncio.ensure_future(self._finished.wait())
        try:
            await asyncio.wait({news, finished}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            finished.cancel()
            news.cancel()
        self._finished.clear()
        return news.result() if news.done() and not news.cancelled() else generation

    async def _round(self) -> float:
        outlook = await self._look()
        if outlook.orphans:
            await self._ask(RecoverTasks())
            outlook = await self._look()
        if outlook.stop:
            await self._put_back(set(outlook.stop))
        for task_id in outlook.due:
            if len(self._working) + len(self._saying) >= outlook.parallel:
                break
            await self._start(task_id)
        return self._until(outlook)

    async def _look(self) -> Outlook:
        return await self._ask(LookAhead(mine=tuple(self._working)))

    async def _ask(self, asked: Operation[R]) -> R:
        return await self._desk.run(asked, awake=False)

    def _until(self, outlook: Outlook) -> float:
        if not outlook.next_at:
            return LOOK_SECONDS
        return min(max((moment(outlook.next_at) - self._clock.now()).total_seconds(), 0.05), LOOK_SECONDS)

    async def _start(self, task_id: str) -> None:
        try:
            assignment = await self._ask(ClaimTask(task=task_id))
        except Conflict:
            return  # another runner was faster
        except asyncio.CancelledError:
            # The claim may be durable already, and nobody else would ever look at a living runner's task.
            await self._release(task_id)
            raise
        task = asyncio.create_task(self._work(assignment), name=f"agent {assignment.agent} {task_id}")
        self._working[task_id] = task
        task.add_done_callback(lambda done: self._forget(task_id, done))

    def _forget(self, task_id: str, task: asyncio.Task[None]) -> None:
        self._working.pop(task_id, None)
        self._saying.discard(task)
        self._finished.set()

    async def _work(self, assignment: Assignment) -> None:
        try:
            async with asyncio.timeout(assignment.seconds):
                began = asyncio.get_running_loop().time()
                done = await worked(assignment, self._studio, self._products)
                await asyncio.sleep(began + assignment.pace - asyncio.get_running_loop().time())
            await self._say(handed_over(assignment, done))
        except Trouble as trouble:
            how = Failure.PASSING if trouble.passing else Failure.LASTING
            await self._fail(assignment, trouble.reason, how)
        except TimeoutError:
            await self._fail(assignment, f"no answer within {assignment.seconds} seconds", Failure.TIMEOUT)
        except NotSignedIn:
            pass  # the session is over; whoever runs next picks the task up
        except Exception as fault:
            # The studio is not ours to trust: its crash is a failed try on record, never the runner's end.
            log.exception("agent %s crashed on %s", assignment.agent, assignment.task_id)
            await self._fail(assignment, f"crashed: {type(fault).__name__}", Failure.CRASH)

    async def _fail(self, assignment: Assignment, error: str, how: Failure) -> None:
        words = clip(one_line(error), ERROR_LENGTH) or "no reason given"
        with contextlib.suppress(NotSignedIn):
            await self._say(FailTask(task=assignment.task_id, error=words, how=how))

    async def _say(self, asked: FinishTask | FailTask) -> None:
        """Say how it ended, again while the record cannot be written: the work must not be lost meanwhile."""
        self._saying.add(self._working.pop(asked.task))
        pause = 1.0
        while True:
            try:
                await self._ask(asked)
                return
            except (Conflict, NotFound):
                return  # paused, cancelled or picked up by somebody else meanwhile
            except NotSignedIn:
                raise
            except CoreError as fault:
                log.warning("the runner could not say how %s ended: %s", asked.task, fault)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _put_back(self, task_ids: set[str]) -> None:
        working = {task_id: self._working[task_id] for task_id in task_ids if task_id in self._working}
        for task in working.values():
            task.cancel()
        if working:
            await asyncio.wait(working.values(), timeout=STOPPING_SECONDS)
        for task_id in working:
            await self._release(task_id)

    async def _release(self, task_id: str) -> None:
        # Conflict: it finished after all, or belongs to somebody else.
        with contextlib.suppress(CoreError):
            await self._ask(ReleaseTask(task=task_id))


async def worked(assignment: Assignment, studio: Studio, products: Path) -> Done:
    """The agent's work: the studio's, but for the release critic, who trusts nobody and is built in."""
    folder = products / assignment.product_id
    if Agent.named(assignment.agent) is Agent.COMPLETE:
        return await criticise(folder, assignment.earlier.get(Agent.DEVOPS.code, {}))
    return await studio.work(Job(
        product_id=assignment.product_id, product_name=assignment.product_name, agent=assignment.agent,
        brief=assignment.brief, profile=assignment.profile, content_locale=assignment.content_locale,
        interface_locale=assignment.interface_locale, folder=folder, earlier=assignment.earlier,
        feedback=assignment.feedback, attempt=assignment.attempt,
    ))  # fmt: skip


def handed_over(assignment: Assignment, done: Done) -> FinishTask:
    """What the runner says about it; raises Trouble when the output is nothing that could be kept."""
    try:
        return FinishTask(
            task=assignment.task_id,
            output=canonical(done.output),
            verdict=done.verdict,
            blockers=tuple(
                clip(one_line(blocker), ERROR_LENGTH) or "no reason given" for blocker in done.blockers[:20]
            ),
            cost_microusd=done.cost_microusd,
        )
    except (ValidationError, TypeError, ValueError) as fault:
        raise Trouble("handed over something that is no sensible JSON") from fault
