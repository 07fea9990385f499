"""The methodologist: is everything that the brief says in the specification, and nothing else?"""

from __future__ import annotations

from core.pipeline.agents import Done, Job, Verdict
from core.pipeline.studio import earlier
from core.pipeline.studio.brief import Use
from core.pipeline.studio.pm import FROM_FEEDBACK, REQUIREMENTS_AT_MOST
from core.pipeline.studio.reading import read
from core.pipeline.studio.workbench import Workbench
from core.text import clip


def work(job: Job, bench: Workbench) -> Done:
    """Trace the requirements to the brief in both directions; blocks on any gap."""
    bench.pause_point()
    reading = read(job.brief)
    spec = earlier.output_of(job, "pm")
    requirements = earlier.objects(spec, "requirements")
    sentences = {one.number: one.text for one in reading.sentences}
    gaps: list[str] = []
    covered: set[int] = set()
    ids: set[str] = set()
    for one in requirements:
        name, number = earlier.text(one, "id", 16), earlier.number(one, "sentence")
        covered.add(number)
        if not name or name in ids:
            gaps.append(f"A requirement has no id of its own: {clip(earlier.text(one, 'text'), 80)}")
        ids.add(name)
        if number != FROM_FEEDBACK and sentences.get(number) != earlier.text(one, "quote"):
            gaps.append(f"{name} does not quote sentence {number} of the brief.")
    if not requirements:
        gaps.append("The specification has no requirements.")
    if not earlier.lines(spec, "acceptance"):
        gaps.append("The specification does not say when it is met.")
    wanted = reading.of(Use.COPY, Use.WISH, Use.BEYOND)
    missing = [one for one in wanted if one.number not in covered]
    if len(requirements) < REQUIREMENTS_AT_MOST:
        gaps += [f"Sentence {one.number} has no requirement: {clip(one.text, 80)}" for one in missing]
    return Done(
        output={
            "requirements": len(requirements),
            "sentences_to_cover": len(wanted),
            "sentences_covered": len(wanted) - len(missing),
            "gaps": list(gaps[:50]),
        },
        verdict=Verdict.BLOCK if gaps else Verdict.APPROVE,
        blockers=tuple(gaps[:20]),
    )
