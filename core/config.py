"""Settings from the environment: typed, read once at start, each with a sentence under it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.secret import Secret


class Mode(Enum):
    """Which guard is up."""

    NORMAL = "normal"
    DEMO = "demo"
    PROD = "prod"


def _exactly_one(value: object) -> bool:
    return value is True or value == "1"


# The first seed's flags are on when they are exactly "1"; anything else, a typo included, is off.
Flag = Annotated[bool, BeforeValidator(_exactly_one)]


class Config(BaseSettings):
    """Everything that the environment may say; `AIFACTORY_` stands before each name."""

    model_config = SettingsConfigDict(env_prefix="AIFACTORY_", frozen=True, arbitrary_types_allowed=True)

    data_root: Path = Path("data")
    """Where all state lives: config, state, secrets, logs, products."""
    demo_readonly: Flag = False
    """Public demo: changes are refused by allow-list, and the kiosk listener opens."""
    prod: Flag = False
    """Production: refuses to start until the house is in order."""
    mfa_required: Annotated[bool, BeforeValidator(lambda v: not (v is False or v == "0"))] = True
    """A second factor for everybody; 0 is for development and refused in production."""
    dev_bootstrap_password: Annotated[Secret | None, NoDecode] = None
    """First administrator's password without a question; never in production."""
    factory_on_hold: Flag = False
    """Hard stop: the runner touches nothing, whatever the settings say."""
    human_review_required: Annotated[bool, BeforeValidator(lambda v: not (v is False or v == "0"))] = True
    """full_software products wait for a person after devops."""
    task_max_retries: int = Field(default=7, ge=1, le=25)
    """How often one task is tried before its product fails."""
    qa_max_rounds: int = Field(default=10, ge=1, le=100)
    """Repair rounds that the QA gate allows before a person is asked."""
    security_max_rounds: int = Field(default=10, ge=1, le=100)
    """Repair rounds that the security gate allows before a person is asked."""
    design_review_max_iters: int = Field(default=3, ge=1, le=20)
    """Design review iterations before the pipeline goes on regardless, on record."""
    pm_spec_auto_requeue_max: int = Field(default=5, ge=0, le=50)
    """Automatic re-queues of the specification gate."""
    products_per_hour: int = Field(default=30, ge=1, le=10_000)
    """Products one person may create in an hour."""
    demo_products_per_hour: int = Field(default=3, ge=0, le=1_000)
    """Products one visitor's address may create in an hour in demo mode."""
    session_idle_minutes: int = Field(default=30, ge=1, le=1_440)
    """A session without a key press or command ends after this."""
    session_max_hours: int = Field(default=12, ge=1, le=168)
    """A session ends after this, whatever happens in it."""
    sessions_per_person: int = Field(default=256, ge=1, le=10_000)
    """Connections that one person may have open at once."""
    ssh_strict_pq: Flag = False
    """Offer post-quantum key exchange only; shuts out clients older than OpenSSH 9.9."""
    ssh_max_unauthenticated: int = Field(default=64, ge=1, le=10_000)
    """Connections that may be signing in at once."""
    ssh_max_per_address: int = Field(default=32, ge=1, le=10_000)
    """Unauthenticated connections from one address at once."""
    ssh_login_seconds: int = Field(default=60, ge=5, le=600)
    """Time to sign in, from connect."""
    kiosk_max_sessions: int = Field(default=50, ge=1, le=1_000)
    """Visitors at once."""
    kiosk_max_per_address: int = Field(default=5, ge=1, le=1_000)
    """Visitors from one address at once."""

    @property
    def mode(self) -> Mode:
        """The guard in force; both flags together never get past the start (core/startup.py)."""
        return Mode.PROD if self.prod else Mode.DEMO if self.demo_readonly else Mode.NORMAL

    @property
    def state_dir(self) -> Path:
        return self.data_root / "state"

    @property
    def secrets_dir(self) -> Path:
        return self.data_root / "secrets"

    @property
    def audit_dir(self) -> Path:
        return self.data_root / "logs" / "audit"

    @property
    def products_dir(self) -> Path:
        return self.data_root / "products"

    @property
    def bootstrap_file(self) -> Path:
        """Where the first administrator's random password waits."""
        return self.secrets_dir / "bootstrap_admin.txt"


def read_config(**given: object) -> Config:
    """The environment plus what the command line says; raises pydantic's ValidationError with every fault."""
    return Config(**given)  # type: ignore[arg-type]
