"""What an agent's verdict leads to: on, back, or to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from core.pipeline.agents import Verdict
from core.pipeline.flow import Agent, Profile, State, step_from
from core.sentence import Sentence, say


class HandoffReason(Enum):
    """Why work changed hands, whether the giver succeeded, whether it was a refusal; a closed list."""

    FIRST = ("first", True, False)
    SEQUENTIAL = ("sequential", True, False)
    LANDING_MINI_SPEC_READY = ("landing_mini_spec_ready", True, False)
    RUNTIME_TEST_PASSED = ("runtime_test_passed", True, False)
    RUNTIME_TEST_FAILED = ("runtime_test_failed", False, True)
    PEER_REVIEW_BLOCK = ("peer_review_block", True, True)
    SPEC_GATE = ("spec_gate", False, True)
    ARCHITECTURE_GATE = ("architecture_gate", False, True)
    QA_GATE = ("qa_gate", True, True)
    SECURITY_GATE = ("security_gate", True, True)
    RELEASE_CRITIC = ("release_critic", True, True)
    MONITORING_REFRESH = ("monitoring_refresh", True, False)
    HUMAN_GATE = ("human_gate", True, False)
    HUMAN_APPROVED = ("human_approved", True, False)
    HUMAN_REJECTED = ("human_rejected", True, True)
    BUDGET_EXHAUSTED = ("budget_exhausted", True, True)
    """The gate still objects and its rounds are used up; a person decides."""
    DELIVERED = ("delivered", True, False)
    RETRY = ("retry", False, False)
    """The same agent tries again, by itself or because a person said so."""
    GAVE_UP = ("gave_up", False, False)
    INTERRUPTED = ("interrupted", False, False)
    """Put back by a pause, a hold or an orderly stop; does not count as a try."""
    RESUMED = ("resumed", False, False)
    """Picked up from a process that died."""

    def __init__(self, code: str, success: bool, blocked: bool) -> None:
        self.code = code
        self.success = success
        self.blocked = blocked


class Budget(Enum):
    """Which counter of rounds a refusal spends; the value is its column in `products`."""

    QA = "qa_rounds"
    SECURITY = "security_rounds"
    DESIGN = "design_rounds"
    SPEC = "spec_rounds"


class Park(Enum):
    """Why a product waits for a person; only the review is lifted by a yes."""

    REVIEW = ("post_devops_gate", True, say("Packed and ready: a person reviews it before sales."))
    SPEC_EXHAUSTED = (
        "spec_repair_exhausted", False,
        say("Specification rounds used up ({rounds}): {objection}"),
    )  # fmt: skip
    QA_EXHAUSTED = (
        "qa_repair_exhausted", False,
        say("Repair rounds used up ({rounds}): {objection}"),
    )  # fmt: skip
    SECURITY_EXHAUSTED = (
        "security_repair_exhausted", False,
        say("Security rounds used up ({rounds}): {objection}"),
    )  # fmt: skip
    RELEASE_EXHAUSTED = (
        "release_critic_exhausted", False,
        say("Release rounds used up ({rounds}): {objection}"),
    )  # fmt: skip
    OBJECTION = (
        "agent_objects", False,
        say("{agent} objects, and no gate says who could mend it: {objection}"),
    )  # fmt: skip

    def __init__(self, code: str, approvable: bool, sentence: Sentence) -> None:
        self.code = code
        self.approvable = approvable
        self.sentence = sentence

    @classmethod
    def named(cls, code: str) -> Park:
        """The kind of that code; raises StopIteration when there is none."""
        return next(park for park in cls if park.code == code)


@dataclass(frozen=True)
class Refusal:
    """Where a blocking verdict leads, and what it may cost."""

    to: Agent
    target: State
    reason: HandoffReason
    budget: Budget
    exhausted: Park | None
    """Who is asked when the rounds are used up; None goes on regardless, on record."""


_A, _S, _R, _B, _P = Agent, State, HandoffReason, Budget, Park
REFUSALS: Mapping[Agent, Refusal] = MappingProxyType({
    _A.PM: Refusal(_A.PM, _S.SPEC_WRITTEN, _R.SPEC_GATE, _B.SPEC, _P.SPEC_EXHAUSTED),
    _A.LANDING_SPEC: Refusal(_A.LANDING_SPEC, _S.SPEC_WRITTEN, _R.SPEC_GATE, _B.SPEC, _P.SPEC_EXHAUSTED),
    _A.ARCHITECT: Refusal(_A.ARCHITECT, _S.ARCH_DESIGNED, _R.ARCHITECTURE_GATE, _B.DESIGN, None),
    _A.DESIGN_CRITIC: Refusal(_A.ARCHITECT, _S.ARCH_DESIGNED, _R.PEER_REVIEW_BLOCK, _B.DESIGN, None),
    _A.DEVELOPER: Refusal(_A.DEVELOPER, _S.CODE_COMMITTED, _R.PEER_REVIEW_BLOCK, _B.QA, _P.QA_EXHAUSTED),
    _A.RUNTIME_TEST: Refusal(_A.DEVELOPER, _S.DEV_FIXING, _R.RUNTIME_TEST_FAILED, _B.QA, _P.QA_EXHAUSTED),
    _A.HARDENING: Refusal(_A.HARDENING, _S.DEV_FIXING, _R.PEER_REVIEW_BLOCK, _B.QA, _P.QA_EXHAUSTED),
    _A.QA: Refusal(_A.DEVELOPER, _S.DEV_FIXING, _R.QA_GATE, _B.QA, _P.QA_EXHAUSTED),
    _A.SECURITY: Refusal(_A.DEVELOPER, _S.DEV_FIXING, _R.SECURITY_GATE, _B.SECURITY, _P.SECURITY_EXHAUSTED),
    _A.COMPLETE: Refusal(_A.DEVELOPER, _S.DEV_FIXING, _R.RELEASE_CRITIC, _B.QA, _P.RELEASE_EXHAUSTED),
})  # fmt: skip
_FAMILY = {Agent.LANDING_ARCHITECT: Agent.ARCHITECT, Agent.LANDING_DEVELOPER: Agent.DEVELOPER}
_REPAIRERS = (Agent.DEVELOPER, Agent.HARDENING)


def refusal_of(agent: Agent) -> Refusal | None:
    """Where this agent's blocking verdict leads; None when no gate speaks of it."""
    return REFUSALS.get(_FAMILY.get(agent, agent))


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What decides about the next move."""

    profile: Profile
    state: State
    """In which the agent was asked."""
    agent: Agent
    target: State
    rounds: Mapping[Budget, int]
    limits: Mapping[Budget, int]
    human_review: bool


@dataclass(frozen=True, kw_only=True)
class Move:
    """What happens to the product now."""

    state: State
    reason: HandoffReason
    to: Agent
    target: State | None
    """What is queued towards; None when nothing is."""
    why: Sentence
    park: Park | None = None
    spends: Budget | None = None


def decide(now: Situation, verdict: Verdict, objection: str) -> Move:
    """The next move after an agent handed over; pure."""
    if verdict is Verdict.BLOCK:
        return _refused(now, objection)
    return _onward(now)


def _onward(now: Situation) -> Move:
    after = now.target
    if after.final:
        return Move(state=after, reason=HandoffReason.DELIVERED, to=Agent.PERSON, target=None,
                    why=say("Everything is done."))  # fmt: skip
    gated = now.profile is Profile.FULL_SOFTWARE and now.human_review
    if gated and now.agent is Agent.DEVOPS and after is State.SALES_ACTIVE:
        return Move(
            state=State.HUMAN_REVIEW_PENDING,
            reason=HandoffReason.HUMAN_GATE,
            to=Agent.PERSON,
            target=None,
            why=Park.REVIEW.sentence,
            park=Park.REVIEW,
        )
    step = step_from(after, now.profile)
    return Move(
        state=after,
        reason=_reason(now.agent, step.then),
        to=step.agent,
        target=step.then,
        why=say("{before} finished; {agent} is next.", before=now.agent.title, agent=step.agent.title),
    )


def _reason(agent: Agent, then: State) -> HandoffReason:
    if agent is Agent.RUNTIME_TEST:
        return HandoffReason.RUNTIME_TEST_PASSED
    if agent is Agent.LANDING_SPEC:
        return HandoffReason.LANDING_MINI_SPEC_READY
    if then is State.EVOLUTION_ANALYZING:
        return HandoffReason.MONITORING_REFRESH
    return HandoffReason.SEQUENTIAL


def _refused(now: Situation, objection: str) -> Move:
    refusal = refusal_of(now.agent)
    if refusal is None:
        return _parked(Park.OBJECTION, HandoffReason.HUMAN_GATE, now, 0, objection)
    spent = now.rounds[refusal.budget]
    if spent < now.limits[refusal.budget]:
        return sent_back(now.agent, refusal, now.state, now.profile, objection)
    if refusal.exhausted is not None:
        return _parked(refusal.exhausted, HandoffReason.BUDGET_EXHAUSTED, now, spent, objection)
    onward = _onward(now)
    why = say("{before} still objects (rounds: {rounds}) and was overruled; {agent} is next.",
              before=now.agent.title, rounds=str(spent), agent=onward.to.title)  # fmt: skip
    return Move(state=onward.state, reason=onward.reason, to=onward.to, target=onward.target, why=why)


def sent_back(agent: Agent, refusal: Refusal, state: State, profile: Profile, objection: str) -> Move:
    """One more round of repair."""
    to = refusal.to.within(profile)
    return Move(
        state=State.BUG_FOUND if refusal.to in _REPAIRERS else state,
        reason=refusal.reason,
        to=to,
        target=refusal.target,
        why=say(
            "{before} sent it back to {agent}: {objection}",
            before=agent.title,
            agent=to.title,
            objection=objection,
        ),
        spends=refusal.budget,
    )


def _parked(park: Park, reason: HandoffReason, now: Situation, rounds: int, objection: str) -> Move:
    facts = {"agent": now.agent.title, "rounds": str(rounds), "objection": objection}
    return Move(state=State.HUMAN_REVIEW_PENDING, reason=reason, to=Agent.PERSON, target=None,
                why=Sentence(park.sentence.text, facts), park=park)  # fmt: skip
