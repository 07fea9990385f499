"""Words that come out of data and are said to people: roles, states, outcomes, agents, places."""

from __future__ import annotations

from core.access.roles import Role
from core.pipeline.flow import Agent, State, Station

WORDS: tuple[str, ...] = (
    *(role.word for role in Role),
    *(state.word for state in State),
    *(agent.title for agent in Agent),
    *(agent.doing for agent in Agent),
    *(station.value for station in Station),
    # places (tui/keys.py)
    "Home", "Products", "Hand-offs", "Record", "People", "Sessions", "Settings", "Me",
    # severities and outcomes of the record
    "info", "warning", "error", "critical",
    "done", "refused", "crashed", "attempted", "abandoned", "forbidden", "factor_needed", "guard", "unconfirmed",
    "not_found", "conflict", "throttled", "invalid", "not_signed_in",
)  # fmt: skip
