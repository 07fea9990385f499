"""The verifier: it imports nothing of the writer and runs alone, `python -m core.audit.verify DIR`."""

from __future__ import annotations

from core.audit.verify.check import verify
from core.audit.verify.note import BadNote, VerifierKey, read_key
from core.audit.verify.report import Break, Kind, Progress, Report, Stopped, Unreadable

__all__ = [
    "BadNote",
    "Break",
    "Kind",
    "Progress",
    "Report",
    "Stopped",
    "Unreadable",
    "VerifierKey",
    "read_key",
    "verify",
]
