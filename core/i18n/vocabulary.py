"""Words that come out of data and are said to people: roles, states, outcomes, agents, places."""

from __future__ import annotations

from core.access.roles import Role
from core.audit.verify.report import Kind
from core.operation import Stage
from core.pipeline.flow import Agent, Profile, State, Station
from core.pipeline.gates import Budget, HandoffReason
from core.pipeline.queue import TaskStatus
from core.pipeline.rows import Standing
from core.settings.table import SETTINGS
from core.settings.values import Source

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
    *(setting.sentence for setting in SETTINGS),
    *(setting.type for setting in SETTINGS),
    *(source.value for source in Source),
    *(stage.value.replace("_", " ") for stage in Stage),
    *(kind.value.replace("_", " ") for kind in Kind),
    # values of settings
    "on", "off", "set", "not set",
    # how somebody proved who they are, and why a session ended
    "dialogue", "publickey", "none", "totp", "recovery", "hardware", "runner", "host",
    "the password was changed", "the account was disabled", "the account was deleted", "the password was reset",
    "the second factor was reset", "its key was removed", "the console stopped", "the console was killed",
    # places (tui/keys.py)
    "Home", "Products", "Hand-offs", "Record", "People", "Sessions", "Settings", "Me",
    # severities and outcomes of the record
    "info", "warning", "error", "critical",
    "done", "refused", "crashed", "attempted", "abandoned", "forbidden", "factor_needed", "guard", "unconfirmed",
    "not_found", "conflict", "throttled", "invalid", "not_signed_in",
    "factor needed", "not found", "not signed in", "record unavailable",
)  # fmt: skip
