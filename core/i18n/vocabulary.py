"""Words that come out of data and are said to people: roles, states, outcomes, agents, places."""

from __future__ import annotations

from core.access.roles import Role
from core.pipeline.flow import Agent, Profile, State, Station
from core.pipeline.gates import Budget, HandoffReason
from core.pipeline.queue import TaskStatus
from core.pipeline.rows import Standing

WORDS: tuple[str, ...] = (
    *(role.word for role in Role),
    *(state.word for state in State),
    *(agent.title for agent in Agent),
    *(agent.doing for agent in Agent),
    *(station.value for station in Station),
    *(standing.value for standing in Standing),
    *(status.value for status in TaskStatus),
    *(reason.code.replace("_", " ") for reason in HandoffReason),
    *(profile.value.replace("_", " ") for profile in Profile),
    *(budget.name.lower() for budget in Budget),
    # the parts of a product's page (tui/screens/product.py)
    "Tasks", "Files", "Brief",
    # places (tui/keys.py)
    "Home", "Products", "Hand-offs", "Record", "People", "Sessions", "Settings", "Me",
    # severities and outcomes of the record
    "info", "warning", "error", "critical",
    "done", "refused", "crashed", "attempted", "abandoned", "forbidden", "factor_needed", "guard", "unconfirmed",
    "not_found", "conflict", "throttled", "invalid", "not_signed_in",
)  # fmt: skip
