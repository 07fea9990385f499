"""DevOps: one archive to deploy, the same bytes for the same site, and a manifest to check it by."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile

from core.json_value import JsonValue
from core.pipeline.agents import Done, Job, Trouble
from core.pipeline.studio import earlier
from core.pipeline.studio.page import POLICY
from core.pipeline.studio.workbench import Shelf, Workbench

ARCHIVE = "site.tar.gz"
MANIFEST = "manifest.json"


def work(job: Job, bench: Workbench) -> Done:
    """Pack the site; a second packing of the same site says that nothing changed."""
    files = bench.files(Shelf.SITE)
    if "index.html" not in files:
        raise Trouble("There is no site to pack.", passing=False)
    bench.pause_point()
    archive = _archive(files)
    digest = hashlib.sha256(archive).hexdigest()
    listed: list[JsonValue] = [
        {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(files.items())
    ]
    manifest = {
        "product": job.product_id,
        "archive": ARCHIVE,
        "sha256": digest,
        "content_security_policy": POLICY,
        "files": listed,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    sums = f"{digest}  {ARCHIVE}\n"
    bench.put(
        Shelf.PACKAGE,
        {ARCHIVE: archive, MANIFEST: text.encode(), "SHA256SUMS": sums.encode()},
        nothing_else=True,
    )
    before = earlier.text(earlier.output_of(job, "devops"), "sha256", 64)
    return Done(
        output={
            "archive": f"package/{ARCHIVE}",
            "manifest": f"package/{MANIFEST}",
            "sha256": digest,
            "bytes": len(archive),
            "files": len(files),
            "unchanged": digest == before,
        }
    )


def _archive(files: dict[str, bytes]) -> bytes:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"site/{name}")
            entry.size = len(content)
            entry.mode = 0o644
            packed.addfile(entry, io.BytesIO(content))  # TarInfo leaves time, owner and names at zero and empty
    return gzip.compress(tar.getvalue(), mtime=0)
