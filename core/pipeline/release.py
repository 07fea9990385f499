"""The release critic: the last look before a product is done."""

from __future__ import annotations

from pathlib import Path

from core.json_value import JsonObject
from core.pipeline.agents import Done, Verdict
from core.pipeline.artifacts import digest_of


async def criticise(folder: Path, packed: JsonObject) -> Done:
    """Whether the package on disk still is the one that devops made of what QA and security passed."""
    archive, promised = packed.get("archive"), packed.get("sha256")
    if not isinstance(archive, str) or not isinstance(promised, str):
        return Done(output={"checked": False})
    try:
        found = await digest_of(folder, archive)
    except (OSError, ValueError):
        found = ""
    if found == promised:
        return Done(output={"checked": True, "sha256": found})
    return Done(output={"checked": True, "sha256": found}, verdict=Verdict.BLOCK,
                blockers=("The package on disk is not the one that was tested.",))  # fmt: skip
