"""Everything this product can do, in one list."""

from __future__ import annotations

from types import MappingProxyType

from core.audit.reading import ExportRecord, SearchRecord, ShowEntry, TailRecord
from core.audit.verdict import ShowRecordState, VerifyRecord
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
from core.identity.recovery import NewRecoveryCodes
from core.identity.session_list import EndSession, ListSessions
from core.identity.totp import Confirm, Enrol, Prove, ShowFactors
from core.operation import Kind
from core.pipeline.artifacts import ShowArtifact
from core.pipeline.claiming import ClaimTask, LookAhead
from core.pipeline.ending import FailTask, FinishTask, RecoverTasks, ReleaseTask
from core.pipeline.handoffs import FollowHandoffs, ListHandoffs
from core.pipeline.holds import FocusFactory, HoldFactory, ReleaseFactory, ShowFactory
from core.pipeline.intake import CreateProduct
from core.pipeline.products import ListProducts, ShowProduct
from core.pipeline.sharing import ShareProduct, UnshareProduct
from core.pipeline.steering import (
    ApproveProduct,
    CancelProduct,
    PauseProduct,
    RejectProduct,
    ResumeProduct,
    RetryProduct,
)
from core.pipeline.tasks import ListTasks, ShowTask
from core.settings.changes import ListSettings, ResetSetting, SetSetting, ShowSetting

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
    # products and the factory
    CreateProduct,
    ListProducts,
    ShowProduct,
    ShowArtifact,
    ListTasks,
    ShowTask,
    PauseProduct,
    ResumeProduct,
    ApproveProduct,
    RejectProduct,
    RetryProduct,
    CancelProduct,
    ShareProduct,
    UnshareProduct,
    ListHandoffs,
    FollowHandoffs,
    ShowFactory,
    HoldFactory,
    ReleaseFactory,
    FocusFactory,
    # settings
    ListSettings,
    ShowSetting,
    SetSetting,
    ResetSetting,
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
    # the runner, and nobody else
    LookAhead,
    ClaimTask,
    FinishTask,
    FailTask,
    ReleaseTask,
    RecoverTasks,
)

KNOWN = frozenset(OPERATIONS)
BY_NAME = MappingProxyType({kind.name: kind for kind in OPERATIONS})
assert len(BY_NAME) == len(OPERATIONS), "two operations share a name"
