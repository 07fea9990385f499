"""Until the catalogue lists the pipeline, its tests say that it does."""

from __future__ import annotations

import pytest

import core.gate
from core.pipeline import artifacts, handoffs, holds, intake, products, running, steering, tasks
from core.settings import changes

PIPELINE = (
    artifacts.ShowArtifact, handoffs.ListHandoffs, handoffs.FollowHandoffs, holds.ShowFactory, holds.HoldFactory,
    holds.ReleaseFactory, holds.FocusFactory, intake.CreateProduct, products.ListProducts, products.ShowProduct,
    running.LookAhead, running.ClaimTask, running.FinishTask, running.FailTask, running.ReleaseTask,
    running.RecoverTasks, steering.PauseProduct, steering.ResumeProduct, steering.ApproveProduct,
    steering.RejectProduct, steering.RetryProduct, steering.CancelProduct, steering.ShareProduct,
    steering.UnshareProduct, tasks.ListTasks, tasks.ShowTask, changes.ListSettings, changes.ShowSetting,
    changes.SetSetting, changes.ResetSetting,
)  # fmt: skip


@pytest.fixture(autouse=True)
def pipeline_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.gate, "KNOWN", core.gate.KNOWN | set(PIPELINE))
