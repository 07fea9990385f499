"""The embedded studio: every agent's work by plain reading and writing, without a network or a model."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor

from core.pipeline.agents import Done, Job, Trouble
from core.pipeline.studio import (
    analyst,
    architect,
    design_critic,
    developer,
    devops,
    hardening,
    marketing,
    methodologist,
    pm,
    qa,
    runtime_test,
    sales,
    security,
)
from core.pipeline.studio.workbench import Workbench

Step = Callable[[Job, Workbench], Done]

AGENTS: Mapping[str, Step] = {
    "analyst": analyst.work,
    "pm": pm.work,
    "__landing_spec__": pm.work,
    "marketing": marketing.work,
    "methodologist": methodologist.work,
    "architect": architect.work,
    "landing_architect": architect.work,
    "design_critic": design_critic.work,
    "developer": developer.work,
    "landing_developer": developer.work,
    "__runtime_test__": runtime_test.work,
    "hardening": hardening.work,
    "qa": qa.work,
    "security": security.work,
    "devops": devops.work,
    "sales": sales.work,
}
_WORKERS = 2


class OfflineStudio:
    """A Studio that always answers; it works on its own threads and keeps nothing between jobs."""

    def __init__(self, pool: Executor | None = None) -> None:
        self._own = None if pool else ThreadPoolExecutor(_WORKERS, thread_name_prefix="studio")
        self._pool: Executor | None = pool or self._own

    async def work(self, job: Job) -> Done:
        """Do one agent's work; files are durable on return.

        When cancelled it returns only after the thread has let go: nothing appears in the folder later."""
        step = AGENTS.get(job.agent)
        if step is None or self._pool is None:
            raise Trouble(
                "The offline studio has no such agent." if step is None else "The studio is closed.",
                passing=False,
            )
        stop = threading.Event()
        running = asyncio.wrap_future(self._pool.submit(_do, step, job, Workbench(job.folder, stop)))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            stop.set()
            await _let_go(running)
            raise

    async def close(self) -> None:
        """Wait for the work in hand and give the studio's own threads back."""
        self._pool, own = None, self._own
        if own:
            own.shutdown(wait=False)


def _do(step: Step, job: Job, bench: Workbench) -> Done:
    try:
        return step(job, bench)
    except OSError as problem:
        # A full or failing disk may be mended; the path stays out of what people see.
        raise Trouble(f"The product's files cannot be written: {problem.strerror or 'unknown'}.") from problem


async def _let_go(running: asyncio.Future[Done]) -> None:
    while not running.done():
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError:
            continue  # a second cancelling changes nothing: the thread still has to end
    if not running.cancelled():
        running.exception()  # the caller is gone; asked for only to keep asyncio from complaining
