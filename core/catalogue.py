"""Everything this product can do, in one list."""

from __future__ import annotations

from types import MappingProxyType

from core.audit.reading import ExportRecord, SearchRecord, ShowEntry, ShowRecordState, TailRecord, VerifyRecord
from core.doctor import RunDoctor
from core.explain import ExplainAccess
from core.identity.first_admin import CreateFirstAdmin
from core.identity.keys import AddKey, ListKeys, RemoveKey
from core.identity.own import ChangePassword, SetPreferences, WhoAmI
from core.identity.people import (
    AddKeyFor,
    CreatePerson,
    DeletePerson,
    DisablePerson,
    EnablePerson,
    ListPeople,
    ResetFactor,
    ResetPassword,
    SetRole,
    ShowPerson,
)
from core.identity.session_list import EndSession, ListSessions
from core.identity.totp import Confirm, Enrol, NewRecoveryCodes, Prove, ShowFactors
from core.operation import Kind

OPERATIONS: tuple[Kind, ...] = (
    # whoever you are
    WhoAmI,
    ShowFactors,
    Enrol,
    Confirm,
    Prove,
    NewRecoveryCodes,
    ListKeys,
    AddKey,
    RemoveKey,
    ChangePassword,
    SetPreferences,
    # people and access
    ListPeople,
    ShowPerson,
    CreatePerson,
    AddKeyFor,
    SetRole,
    EnablePerson,
    DisablePerson,
    DeletePerson,
    ResetPassword,
    ResetFactor,
    ListSessions,
    EndSession,
    ExplainAccess,
    # the record
    SearchRecord,
    ShowEntry,
    TailRecord,
    VerifyRecord,
    ExportRecord,
    ShowRecordState,
    # the house
    RunDoctor,
    CreateFirstAdmin,
)

KNOWN = frozenset(OPERATIONS)
BY_NAME = MappingProxyType({kind.name: kind for kind in OPERATIONS})
assert len(BY_NAME) == len(OPERATIONS), "two operations share a name"
