"""Sends a brief through the offline studio, agent by agent, as the runner would."""

from __future__ import annotations

from pathlib import Path

from core.json_value import JsonObject
from core.pipeline.agents import Done, Job
from core.pipeline.flow import FLOW, Agent, Profile
from core.pipeline.studio.offline import OfflineStudio

BRIEFS = Path(__file__).parents[2] / "examples" / "briefs"
BAKERY, RENTALS, MUSEUM = (
    (BRIEFS / name).read_text("utf-8") for name in ("bakery-lyon.txt", "rentals-saas.txt", "museum-kazan.txt")
)


class AssemblyLine:
    """One product on its way; remembers what each agent handed over."""

    def __init__(
        self, studio: OfflineStudio, folder: Path, brief: str, *, profile: Profile = Profile.FULL_SOFTWARE,
        locale: str = "auto", product_id: str = "prod-0123456789ab", name: str = "",
    ) -> None:  # fmt: skip
        self._studio = studio
        self.folder = folder
        self.profile = profile
        self.brief = brief
        self.locale = locale
        self.product_id = product_id
        self.name = name
        self.done: dict[str, Done] = {}

    async def do(self, agent: str, *feedback: str, **overrides: JsonObject) -> Done:
        """One agent's work, with what the others handed over so far; overrides replace somebody's output."""
        earlier = {name: done.output for name, done in self.done.items()} | overrides
        done = await self._studio.work(
            Job(
                product_id=self.product_id, product_name=self.name, agent=agent, brief=self.brief,
                profile=self.profile, content_locale=self.locale, interface_locale="en", folder=self.folder,
                earlier=earlier, feedback=feedback, attempt=2 if feedback else 1,
            )
        )  # fmt: skip
        self.done[agent] = done
        return done

    async def run(self, until: str = "") -> None:
        """The whole flow of the profile in order, built-in release critic and people left out."""
        skipped = (Agent.COMPLETE, Agent.PERSON)
        for step in FLOW[self.profile]:
            if step.agent in skipped or step.state.code == "BUG_FOUND":
                continue
            await self.do(step.agent.code)
            if step.agent.code == until:
                return

    def page(self, name: str = "index.html") -> str:
        """The text of a page as it lies in the folder."""
        return (self.folder / "site" / name).read_text("utf-8")

    def site(self) -> dict[str, bytes]:
        """Every file of the site."""
        return {one.name: one.read_bytes() for one in sorted((self.folder / "site").iterdir())}
