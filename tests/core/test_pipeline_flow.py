"""The table of the pipeline and the gates that speak about it."""

from __future__ import annotations

import pytest

from core.pipeline.agents import Verdict
from core.pipeline.flow import FLOW, Agent, Profile, State, step_from, strip
from core.pipeline.gates import REFUSALS, Budget, HandoffReason, Park, Situation, decide, refusal_of

PROFILES = list(Profile)
ELSEWHERE = {
    State.BUG_FOUND,
    State.FAILED,
    State.CANCELLED,
    State.DEPLOYED_PRODUCTION,
    State.HUMAN_REVIEW_PENDING,
}
"""Reached by gates, people and publishing, not by a step."""


@pytest.mark.parametrize("profile", PROFILES)
def test_every_step_leads_to_a_state_that_is_final_or_has_a_step_of_its_own(profile: Profile) -> None:
    for step in FLOW[profile]:
        assert step.then.final or step_from(step.then, profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_no_state_has_two_ways_on(profile: Profile) -> None:
    states = [step.state for step in FLOW[profile]]
    assert len(states) == len(set(states))


def test_every_state_of_full_software_is_reached_by_a_step_or_by_a_gate() -> None:
    reached = {step.then for step in FLOW[Profile.FULL_SOFTWARE]} | ELSEWHERE | {State.IDEA_RECEIVED}
    assert reached == set(State)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_product_that_meets_no_objection_visits_each_station_once_and_in_the_order_of_the_strip(
    profile: Profile,
) -> None:
    state, visited = State.IDEA_RECEIVED, []
    while not state.final:
        step = step_from(state, profile)
        visited.append(step.station)
        state = State.HUMAN_REVIEW_PENDING if state is State.SECURITY_SCANNED and profile is PROFILES[0] else step.then
    assert state is State.COMPLETED
    assert tuple(visited) == strip(profile)


def test_twenty_two_states_and_four_of_them_final() -> None:
    assert len(State) == 22
    assert {state.code for state in State if state.final} == {
        "COMPLETED", "DEPLOYED_PRODUCTION", "FAILED", "CANCELLED",
    }  # fmt: skip


def situation(
    agent: Agent, *, spent: int = 0, profile: Profile = Profile.FULL_SOFTWARE, review: bool = True
) -> Situation:
    """The agent at its place in the flow, with that many rounds spent of three."""
    step = next(step for step in FLOW[profile] if step.agent is agent)
    return Situation(profile=profile, state=step.state, agent=agent, target=step.then, human_review=review,
                     rounds=dict.fromkeys(Budget, spent), limits=dict.fromkeys(Budget, 3))  # fmt: skip


@pytest.mark.parametrize(
    ("agent", "to", "state", "reason"),
    [
        (Agent.PM, Agent.PM, State.MARKET_RESEARCHED, "spec_gate"),
        (Agent.ARCHITECT, Agent.ARCHITECT, State.METHODOLOGY_REVIEWED, "architecture_gate"),
        (Agent.DESIGN_CRITIC, Agent.ARCHITECT, State.ARCH_DESIGNED, "peer_review_block"),
        (Agent.DEVELOPER, Agent.DEVELOPER, State.BUG_FOUND, "peer_review_block"),
        (Agent.RUNTIME_TEST, Agent.DEVELOPER, State.BUG_FOUND, "runtime_test_failed"),
        (Agent.HARDENING, Agent.HARDENING, State.BUG_FOUND, "peer_review_block"),
        (Agent.QA, Agent.DEVELOPER, State.BUG_FOUND, "qa_gate"),
        (Agent.SECURITY, Agent.DEVELOPER, State.BUG_FOUND, "security_gate"),
        (Agent.COMPLETE, Agent.DEVELOPER, State.BUG_FOUND, "release_critic"),
    ],
)
def test_an_objection_goes_back_to_who_can_mend_it(agent: Agent, to: Agent, state: State, reason: str) -> None:
    move = decide(situation(agent), Verdict.BLOCK, "no")
    assert (move.to, move.state, move.reason.code) == (to, state, reason)
    assert move.target is not None


@pytest.mark.parametrize("agent", list(REFUSALS))
def test_when_the_rounds_are_used_up_a_person_is_asked_or_the_objection_is_overruled_in_words(
    agent: Agent,
) -> None:
    profile = Profile.MARKETING_LANDING if agent is Agent.LANDING_SPEC else Profile.FULL_SOFTWARE
    move = decide(situation(agent, spent=3, profile=profile), Verdict.BLOCK, "still no")
    refusal = refusal_of(agent)
    assert refusal is not None
    if refusal.exhausted is None:
        assert "overruled" in str(move.why)
        assert move.to is not refusal.to or agent is Agent.ARCHITECT
    else:
        assert (move.state, move.target, move.park) == (State.HUMAN_REVIEW_PENDING, None, refusal.exhausted)
        assert "still no" in str(move.why)


def test_an_objection_that_no_gate_knows_stops_at_a_person_instead_of_being_passed_over() -> None:
    move = decide(situation(Agent.METHODOLOGIST), Verdict.BLOCK, "the process is against the law")
    assert (move.park, move.state, move.target) == (Park.OBJECTION, State.HUMAN_REVIEW_PENDING, None)
    assert str(move.why).startswith("methodologist objects")


@pytest.mark.parametrize(
    ("profile", "review", "state"),
    [
        (Profile.FULL_SOFTWARE, True, State.HUMAN_REVIEW_PENDING),
        (Profile.FULL_SOFTWARE, False, State.SALES_ACTIVE),
        (Profile.MARKETING_LANDING, True, State.SALES_ACTIVE),
    ],
)
def test_only_full_software_stops_for_a_person_after_devops_and_only_when_the_setting_says_so(
    profile: Profile, review: bool, state: State
) -> None:
    assert decide(situation(Agent.DEVOPS, profile=profile, review=review), Verdict.APPROVE, "").state is state


def test_only_the_review_is_lifted_by_a_yes() -> None:
    assert [park for park in Park if park.approvable] == [Park.REVIEW]


def test_the_landing_family_repairs_landings() -> None:
    move = decide(situation(Agent.QA, profile=Profile.MARKETING_LANDING), Verdict.BLOCK, "a dead link")
    assert move.to is Agent.LANDING_DEVELOPER


def test_reasons_are_a_closed_list_of_distinct_codes() -> None:
    codes = [reason.code for reason in HandoffReason]
    assert len(codes) == len(set(codes))
    assert all(code.replace("_", "").isalpha() for code in codes)
