"""The design critic: can people read it, and does it show what the brief gives?"""

from __future__ import annotations

import re

from core.json_value import JsonObject
from core.pipeline.agents import Done, Job, Verdict
from core.pipeline.studio import earlier
from core.pipeline.studio.faults import Fault, Finding, blocking, listed
from core.pipeline.studio.look import READABLE, contrast_x100
from core.pipeline.studio.plan import Section
from core.pipeline.studio.reading import read
from core.pipeline.studio.workbench import Workbench

CONTRAST_X100 = 450
"""WCAG 2.2, 1.4.3: text of any size."""
SMALLEST_PX = 16
LONGEST_LINE_CH = 80
"""WCAG 2.2, 1.4.8."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def work(job: Job, bench: Workbench) -> Done:
    """Judge the architect's design by measure; contrast is computed here again, not believed."""
    bench.pause_point()
    architecture = earlier.output_of(job, "architect")
    findings = [*_design(architecture), *_structure(job)]
    blockers = blocking(findings)
    return Done(
        output={"passed": not blockers, "findings": listed(findings), "measured_pairs": len(READABLE)},
        verdict=Verdict.BLOCK if blockers else Verdict.APPROVE,
        blockers=blockers,
    )


def _design(architecture: JsonObject) -> list[Finding]:
    design = earlier.inner(architecture, "design")
    colours = earlier.inner(design, "colours")
    findings = []
    for text, ground in READABLE:
        pair = earlier.text(colours, text, 16).lower(), earlier.text(colours, ground, 16).lower()
        measured = contrast_x100(*pair) if all(_COLOUR.fullmatch(one) for one in pair) else 0
        if measured < CONTRAST_X100:
            findings.append(
                Finding(Fault.CONTRAST_LOW, f"{text} on {ground}", f"{measured // 100}.{measured % 100:02d} to 1")
            )
    size, line = earlier.number(design, "text_px"), earlier.number(design, "line_ch")
    if size < SMALLEST_PX:
        findings.append(Finding(Fault.TEXT_SMALL, "body", f"{size} px"))
    if line > LONGEST_LINE_CH:
        findings.append(Finding(Fault.LINES_LONG, "body", f"{line} characters"))
    return findings


def _structure(job: Job) -> list[Finding]:
    reading = read(job.brief)
    pages = earlier.objects(earlier.output_of(job, "architect"), "pages")
    shown = {name for page in pages for name in earlier.lines(page, "sections", 40)}
    needed = {
        Section.HOURS: bool(reading.openings),
        Section.PRICES: bool(reading.prices),
        Section.CONTACT: bool(reading.mails or reading.phones or reading.addresses),
    }
    findings = [
        Finding(Fault.SECTION_MISSING, section.value)
        for section, held in needed.items()
        if held and section not in shown
    ]
    known = {section.value for section in Section}
    findings += [Finding(Fault.SECTION_UNKNOWN, name) for name in sorted(shown - known)]
    return findings
