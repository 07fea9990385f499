"""Permission and Reach: what may be granted, and how far a grant goes."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Permission(StrEnum):
    """Named `area:verb`; in alphabetical order."""

    ACCESS_EXPLAIN = "access:explain"
    AUDIT_EXPORT = "audit:export"
    AUDIT_READ = "audit:read"
    AUDIT_VERIFY = "audit:verify"
    DEPLOY_TRIGGER = "deploy:trigger"
    DOCTOR_RUN = "doctor:run"
    FACTORY_BOOTSTRAP = "factory:bootstrap"
    FACTORY_HOLD = "factory:hold"
    FACTORY_READ = "factory:read"
    HANDOFFS_READ = "handoffs:read"
    PIPELINE_RUN = "pipeline:run"
    PRODUCTS_CREATE = "products:create"
    PRODUCTS_READ = "products:read"
    PRODUCTS_STEER = "products:steer"
    SELF_MANAGE = "self:manage"
    SELF_READ = "self:read"
    SESSIONS_END = "sessions:end"
    SESSIONS_READ = "sessions:read"
    SETTINGS_CHANGE = "settings:change"
    SETTINGS_READ = "settings:read"
    USERS_MANAGE = "users:manage"
    USERS_READ = "users:read"


class Reach(IntEnum):
    """How far a permission goes: one's own things, or anybody's."""

    OWN = 1
    ANY = 2
