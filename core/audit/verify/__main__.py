"""`python -m core.audit.verify DIR`: exit 0 whole, 1 damaged, 2 cannot read."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from core.audit.verify import BadNote, Progress, Report, Unreadable, VerifierKey, read_key, verify


def _key(given: str | None) -> VerifierKey | None:
    if given is None:
        return None
    path = Path(given)
    return read_key(path.read_text() if path.is_file() else given)


def _say(report: Report) -> None:
    out = sys.stdout.write
    if report.first_break is not None:
        found = report.first_break
        out(f"DAMAGED  {found.file}, line {found.line}: {found.kind.value}\n{found.sentence}\n")
    else:
        out("WHOLE\n")
    out(
        f"{report.entries} entries in {report.files} files, {report.bytes} bytes, {report.seconds:.2f} s\n"
        f"signed up to entry {report.covered}; {report.unsigned_tail} after it\n"
        f"tip {report.tip}\nkey {report.key or 'unknown'}\n"
    )


def _show(progress: Progress) -> bool:
    sys.stderr.write(f"\r{progress.done} of {progress.total} entries, {progress.rate:.0f}/s ")
    return True


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, verify, say it; the exit code is the answer."""
    reader = argparse.ArgumentParser(
        prog="python -m core.audit.verify", description="Verify a copied or a live record."
    )
    reader.add_argument("folder", type=Path, metavar="DIR")
    reader.add_argument("--deep", action="store_true", help="check every line, not only the digests of finished files")
    reader.add_argument("--strict", action="store_true", help="deep, and read every line as strict JSON")
    reader.add_argument("--key", help="verifier key (text or file) that you trust; else the one beside the record")
    reader.add_argument("--checkpoint", type=Path, help="a checkpoint that you kept elsewhere")
    reader.add_argument("--json", action="store_true", help="one JSON object on stdout")
    given = reader.parse_args(arguments)
    try:
        report = verify(
            given.folder,
            deep=given.deep,
            key=_key(given.key),
            checkpoint=given.checkpoint.read_bytes() if given.checkpoint else None,
            progress=_show if sys.stderr.isatty() else None,
            every_line_strictly=given.strict,
        )
    except (Unreadable, BadNote, OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"cannot read: {error}\n")
        return 2
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    if given.json:
        sys.stdout.write(json.dumps(report.as_json()) + "\n")
    else:
        _say(report)
    return 0 if report.whole else 1


if __name__ == "__main__":
    sys.exit(main())
