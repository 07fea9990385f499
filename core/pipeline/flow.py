"""The one table of the pipeline: in which state who works, and where that leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType


class State(Enum):
    """Where a product stands; the value is the code in records and answers, the word is for people."""

    IDEA_RECEIVED = ("IDEA_RECEIVED", "idea", False)
    MARKET_RESEARCHED = ("MARKET_RESEARCHED", "researched", False)
    SPEC_WRITTEN = ("SPEC_WRITTEN", "specified", False)
    MARKET_CONTENT_READY = ("MARKET_CONTENT_READY", "described", False)
    METHODOLOGY_REVIEWED = ("METHODOLOGY_REVIEWED", "method agreed", False)
    ARCH_DESIGNED = ("ARCH_DESIGNED", "designed", False)
    DESIGN_CRITIQUED = ("DESIGN_CRITIQUED", "design agreed", False)
    CODE_COMMITTED = ("CODE_COMMITTED", "written", False)
    CODE_TESTING = ("CODE_TESTING", "runs", False)
    QA_TESTING = ("QA_TESTING", "tested", False)
    BUG_FOUND = ("BUG_FOUND", "in repair", False)
    DEV_FIXING = ("DEV_FIXING", "repaired", False)
    SECURITY_SCANNED = ("SECURITY_SCANNED", "scanned", False)
    HUMAN_REVIEW_PENDING = ("HUMAN_REVIEW_PENDING", "review", False)
    SALES_ACTIVE = ("SALES_ACTIVE", "packed", False)
    SANDBOX_RUNNING = ("SANDBOX_RUNNING", "priced", False)
    TELEMETRY_COLLECTING = ("TELEMETRY_COLLECTING", "shown", False)
    EVOLUTION_ANALYZING = ("EVOLUTION_ANALYZING", "observed", False)
    COMPLETED = ("COMPLETED", "done", True)
    DEPLOYED_PRODUCTION = ("DEPLOYED_PRODUCTION", "in production", True)
    """Nothing leads here yet: publishing will."""
    FAILED = ("FAILED", "failed", True)
    CANCELLED = ("CANCELLED", "cancelled", True)

    def __init__(self, code: str, word: str, final: bool) -> None:
        self.code = code
        self.word = word
        self.final = final
        """No timer and no sweep leads out of it; a failed product goes on only when a person says so."""

    @classmethod
    def named(cls, code: str) -> State:
        """The state of that code; raises KeyError."""
        return cls[code]


FINAL_CODES = tuple(state.code for state in State if state.final)


class Profile(StrEnum):
    """What is to be delivered."""

    FULL_SOFTWARE = "full_software"
    MARKETING_LANDING = "marketing_landing"


class Agent(Enum):
    """Who works: id, place in the queue (low goes first), seconds until it counts as stuck, name, deed.

    The limits are generous, since one repair may write a whole product."""

    ANALYST = ("analyst", 1, 450, "analyst", "studies the market")
    PM = ("pm", 2, 300, "pm", "writes the specification")
    MARKETING = ("marketing", 3, 300, "marketing", "writes the listing")
    METHODOLOGIST = ("methodologist", 4, 600, "methodologist", "checks the method")
    ARCHITECT = ("architect", 5, 1200, "architect", "designs it")
    LANDING_ARCHITECT = ("landing_architect", 5, 1200, "landing architect", "designs the page")
    DESIGN_CRITIC = ("design_critic", 6, 600, "design critic", "judges the design")
    DEVELOPER = ("developer", 6, 1800, "developer", "writes the code")
    LANDING_DEVELOPER = ("landing_developer", 6, 1800, "landing developer", "writes the page")
    HARDENING = ("hardening", 6, 600, "hardening", "makes it robust")
    QA = ("qa", 7, 900, "qa", "checks it")
    SECURITY = ("security", 7, 600, "security", "looks for holes")
    DEVOPS = ("devops", 8, 600, "devops", "packs it")
    SALES = ("sales", 9, 150, "sales", "sets the price")
    LANDING_SPEC = ("__landing_spec__", 5, 300, "landing spec", "writes a short specification")
    RUNTIME_TEST = ("__runtime_test__", 5, 600, "runtime test", "starts it")
    COMPLETE = ("__complete__", 0, 300, "release critic", "looks at it a last time")
    PERSON = ("__human_gate__", 5, 0, "a person", "decides")
    """Not queued: stands for the brief's author, the human gate and whoever steers."""

    def __init__(self, code: str, priority: int, seconds: int, title: str, doing: str) -> None:
        self.code = code
        self.priority = priority
        self.seconds = seconds
        self.title = title
        self.doing = doing

    @classmethod
    def named(cls, code: str) -> Agent:
        """The agent of that id; raises KeyError."""
        return _BY_CODE[code]

    def within(self, profile: Profile) -> Agent:
        """The member of this agent's family that works on such products."""
        if profile is Profile.MARKETING_LANDING:
            return _LANDING_TWIN.get(self, self)
        return self


_BY_CODE: Mapping[str, Agent] = {agent.code: agent for agent in Agent}
_LANDING_TWIN: Mapping[Agent, Agent] = {
    Agent.ARCHITECT: Agent.LANDING_ARCHITECT,
    Agent.DEVELOPER: Agent.LANDING_DEVELOPER,
}


class Station(StrEnum):
    """One square of the stage strip."""

    RESEARCH = "research"
    SPEC = "spec"
    LISTING = "listing"
    METHOD = "method"
    DESIGN = "design"
    CRITIQUE = "critique"
    CODE = "code"
    RUNTIME = "runtime"
    HARDENING = "hardening"
    QA = "qa"
    SECURITY = "security"
    PACKAGE = "package"
    REVIEW = "review"
    SALES = "sales"
    SANDBOX = "sandbox"
    TELEMETRY = "telemetry"
    RELEASE = "release"


@dataclass(frozen=True)
class Step:
    """In this state this agent works; when it succeeds the product is in the next one."""

    state: State
    agent: Agent
    then: State
    station: Station


_A, _S = Agent, State
_FULL = (
    Step(_S.IDEA_RECEIVED, _A.ANALYST, _S.MARKET_RESEARCHED, Station.RESEARCH),
    Step(_S.MARKET_RESEARCHED, _A.PM, _S.SPEC_WRITTEN, Station.SPEC),
    Step(_S.SPEC_WRITTEN, _A.MARKETING, _S.MARKET_CONTENT_READY, Station.LISTING),
    Step(_S.MARKET_CONTENT_READY, _A.METHODOLOGIST, _S.METHODOLOGY_REVIEWED, Station.METHOD),
    Step(_S.METHODOLOGY_REVIEWED, _A.ARCHITECT, _S.ARCH_DESIGNED, Station.DESIGN),
    Step(_S.ARCH_DESIGNED, _A.DESIGN_CRITIC, _S.DESIGN_CRITIQUED, Station.CRITIQUE),
    Step(_S.DESIGN_CRITIQUED, _A.DEVELOPER, _S.CODE_COMMITTED, Station.CODE),
    Step(_S.CODE_COMMITTED, _A.RUNTIME_TEST, _S.CODE_TESTING, Station.RUNTIME),
    Step(_S.CODE_TESTING, _A.HARDENING, _S.DEV_FIXING, Station.HARDENING),
    Step(_S.BUG_FOUND, _A.DEVELOPER, _S.DEV_FIXING, Station.CODE),
    Step(_S.DEV_FIXING, _A.QA, _S.QA_TESTING, Station.QA),
    Step(_S.QA_TESTING, _A.SECURITY, _S.SECURITY_SCANNED, Station.SECURITY),
    Step(_S.SECURITY_SCANNED, _A.DEVOPS, _S.SALES_ACTIVE, Station.PACKAGE),
    # A person's yes; nothing is queued before it (gates.py).
    Step(_S.HUMAN_REVIEW_PENDING, _A.PERSON, _S.SALES_ACTIVE, Station.REVIEW),
    Step(_S.SALES_ACTIVE, _A.SALES, _S.SANDBOX_RUNNING, Station.SALES),
    Step(_S.SANDBOX_RUNNING, _A.DEVOPS, _S.TELEMETRY_COLLECTING, Station.SANDBOX),
    Step(_S.TELEMETRY_COLLECTING, _A.ANALYST, _S.EVOLUTION_ANALYZING, Station.TELEMETRY),
    Step(_S.EVOLUTION_ANALYZING, _A.COMPLETE, _S.COMPLETED, Station.RELEASE),
)
# A static page has no domain process to review, no architecture worth an art director's second look, nothing
# that hardening could stabilise, and nothing to observe: those four fall away, and so does the human gate.
_LANDING = (
    Step(_S.IDEA_RECEIVED, _A.ANALYST, _S.MARKET_RESEARCHED, Station.RESEARCH),
    Step(_S.MARKET_RESEARCHED, _A.LANDING_SPEC, _S.SPEC_WRITTEN, Station.SPEC),
    Step(_S.SPEC_WRITTEN, _A.LANDING_ARCHITECT, _S.ARCH_DESIGNED, Station.DESIGN),
    Step(_S.ARCH_DESIGNED, _A.LANDING_DEVELOPER, _S.CODE_COMMITTED, Station.CODE),
    Step(_S.CODE_COMMITTED, _A.RUNTIME_TEST, _S.CODE_TESTING, Station.RUNTIME),
    Step(_S.CODE_TESTING, _A.QA, _S.QA_TESTING, Station.QA),
    Step(_S.BUG_FOUND, _A.LANDING_DEVELOPER, _S.DEV_FIXING, Station.CODE),
    Step(_S.DEV_FIXING, _A.QA, _S.QA_TESTING, Station.QA),
    Step(_S.QA_TESTING, _A.SECURITY, _S.SECURITY_SCANNED, Station.SECURITY),
    Step(_S.SECURITY_SCANNED, _A.DEVOPS, _S.SALES_ACTIVE, Station.PACKAGE),
    Step(_S.SALES_ACTIVE, _A.SALES, _S.SANDBOX_RUNNING, Station.SALES),
    Step(_S.SANDBOX_RUNNING, _A.DEVOPS, _S.TELEMETRY_COLLECTING, Station.SANDBOX),
    Step(_S.TELEMETRY_COLLECTING, _A.COMPLETE, _S.COMPLETED, Station.RELEASE),
)

FLOW: Mapping[Profile, tuple[Step, ...]] = MappingProxyType(
    {Profile.FULL_SOFTWARE: _FULL, Profile.MARKETING_LANDING: _LANDING}
)


def step_from(state: State, profile: Profile) -> Step:
    """Who works on a product in this state; raises KeyError for a state from which nothing leads on."""
    for step in FLOW[profile]:
        if step.state is state:
            return step
    raise KeyError(state)


def station_of(agent: Agent, target: State, profile: Profile) -> Station:
    """Which square of the strip an agent's work towards that state is."""
    steps = [step for step in FLOW[profile] if step.agent is agent]
    return next((step.station for step in steps if step.then is target), steps[0].station)


def strip(profile: Profile) -> tuple[Station, ...]:
    """The squares in order; repairs run back to `code` and are no square of their own."""
    return tuple(dict.fromkeys(step.station for step in FLOW[profile]))
