"""The product manager: a specification in which every requirement names its sentence in the brief."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from core.json_value import JsonObject
from core.pipeline.agents import Done, Job, Verdict
from core.pipeline.studio import copywriting, earlier
from core.pipeline.studio.brief import Use
from core.pipeline.studio.language import choose
from core.pipeline.studio.reading import Reading, read
from core.pipeline.studio.workbench import Shelf, Workbench
from core.text import clip, one_line

FROM_FEEDBACK = 0
"""Stands for the sentence number of a requirement that came with an objection."""
REQUIREMENTS_AT_MOST = 120

EMPTY = "The brief has no usable content: say in a few sentences what it is, for whom, and what the page must tell."

ACCEPTANCE = (
    "Every page answers with 200 and the right content type when the folder is served.",
    "The HTML of every page parses without an error and says its language.",
    "No page loads anything from another host, and none carries a script or an inline handler.",
    "Every link inside the site leads somewhere.",
    "Every pair of text and background colours has a contrast of at least 4.5 to 1.",
    "The pages can be read at 390 pixels as well as at 1280.",
)


@dataclass(frozen=True)
class Requirement:
    """Something that the product must do, and the words it comes from."""

    kind: str
    text: str
    sentence: int
    quote: str
    delivered: bool = True
    """False for what a static site cannot do: written down, not promised."""

    def json(self, number: int) -> JsonObject:
        """The requirement with its id."""
        return {
            "id": f"R{number}",
            "kind": self.kind,
            "text": self.text,
            "sentence": self.sentence,
            "quote": self.quote,
            "delivered": self.delivered,
        }


def work(job: Job, bench: Workbench) -> Done:
    """Write the specification, or block when the brief holds nothing to build from."""
    reading = read(job.brief)
    if not reading.usable:
        return Done(output={"usable": False, "requirements": []}, verdict=Verdict.BLOCK, blockers=(EMPTY,))
    language = choose(job.content_locale, job.brief).language
    name = copywriting.write(reading, job.product_name, language).name
    found = [one.json(number) for number, one in enumerate(requirements(reading, job.feedback), 1)]
    found = found[:REQUIREMENTS_AT_MOST]
    goals = _goals(reading)
    bench.put(Shelf.SPEC, {"spec.md": _markdown(name, goals, found).encode()})
    return Done(
        output={
            "usable": True,
            "title": name,
            "goals": list(goals),
            "requirements": found,
            "acceptance": list(ACCEPTANCE),
            "feedback": [clip(one_line(one), 400) for one in job.feedback[:20]],
            "file": "spec/spec.md",
        }
    )


def requirements(reading: Reading, feedback: tuple[str, ...]) -> Iterator[Requirement]:
    """One requirement for each fact, wish and objection, in that order."""
    quotes = {one.number: one.text for one in reading.sentences}
    facts = (
        ("hours", "Show the opening hours as a table.", reading.openings),
        ("prices", "Show the prices as a table.", reading.prices),
        ("contact", "Give the address.", reading.addresses),
        ("contact", "Give the telephone number, ready to dial.", reading.phones),
        ("contact", "Give the e-mail address, ready to write to.", reading.mails),
    )
    for kind, text, sourced in facts:
        for sentence in sorted({one.sentence for one in sourced}):
            yield Requirement(kind, text, sentence, quotes[sentence])
    for one in reading.features:
        yield Requirement("content", f"Present: {one.copy}", one.number, one.text)
    for one in (*reading.statements, *reading.hours_notes):
        yield Requirement("content", f"Tell: {one.copy}", one.number, one.text)
    for one in reading.of(Use.WISH):
        yield Requirement("wish", f"Heed: {one.copy}", one.number, one.text)
    for one in reading.of(Use.BEYOND):
        yield Requirement("wish", f"Not in a static site: {one.copy}", one.number, one.text, delivered=False)
    for words in feedback[:20]:
        line = clip(one_line(words), 400)
        yield Requirement("feedback", f"Heed: {line}", FROM_FEEDBACK, line)


def _goals(reading: Reading) -> tuple[str, ...]:
    who = ", ".join(reading.audience[:4])
    goals = [f"Tell {who or 'visitors'} what this is within one screen."]
    if reading.openings:
        goals.append("Nobody has to ask when it is open.")
    if reading.prices:
        goals.append("Nobody has to ask what it costs.")
    if reading.phones or reading.mails:
        goals.append("Getting in touch takes one tap.")
    return tuple(goals)


def _markdown(name: str, goals: tuple[str, ...], found: list[JsonObject]) -> str:
    parts = [f"# {_plain(name)}", "", "## Goals", "", *_list(goals), "", "## Requirements", ""]
    for one in found:
        source = "an objection" if one["sentence"] == FROM_FEEDBACK else f"sentence {one['sentence']}"
        parts += _list([f"**{one['id']}** {_plain(earlier.text(one, 'text'))} *({source})*"])
    parts += ["", "## Accepted when", "", *_list(ACCEPTANCE), ""]
    return "\n".join(parts)


def _list(lines: list[str] | tuple[str, ...]) -> list[str]:
    return [textwrap.fill(line, 100, initial_indent="- ", subsequent_indent="  ") for line in lines]


def _plain(text: str) -> str:
    """Keep a customer's words from being Markdown or HTML."""
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, f"\\{sign}")
    return text
