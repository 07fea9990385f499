"""Sales: a price from the scope, by a rule that anybody can check."""

from __future__ import annotations

from core.json_value import JsonValue
from core.pipeline.agents import Done, Job
from core.pipeline.studio import earlier
from core.pipeline.studio.reading import read
from core.pipeline.studio.workbench import Workbench

BASE_CENTS = 490_00
SECTION_CENTS = 60_00
FURTHER_PAGE_CENTS = 150_00
LANGUAGE_CENTS = 90_00
"""When the site speaks another language than the brief."""
CARE_PERCENT = 4
"""Of the price, each month."""

RULE = (
    "490 EUR, and 60 EUR for each section, 150 EUR for each page after the first, 90 EUR when the site speaks"
    " another language than the brief; care costs 4 percent of that a month, in whole euros."
)


def work(job: Job, bench: Workbench) -> Done:
    """A proposal in euro cents, line by line."""
    bench.pause_point()
    architecture = earlier.output_of(job, "architect")
    pages = earlier.objects(architecture, "pages")
    sections = sum(len(earlier.lines(page, "sections", 40)) for page in pages)
    language = earlier.text(architecture, "content_language", 16)
    other_language = bool(language) and read(job.brief).language not in (language, None)
    lines = (
        ("site", 1, BASE_CENTS),
        ("sections", sections, SECTION_CENTS),
        ("further pages", max(len(pages) - 1, 0), FURTHER_PAGE_CENTS),
        ("other language", int(other_language), LANGUAGE_CENTS),
    )
    total = sum(count * cents for _, count, cents in lines)
    priced: list[JsonValue] = [
        {"item": item, "count": count, "cents_each": cents, "cents": count * cents}
        for item, count, cents in lines
        if count
    ]
    care = total * CARE_PERCENT // 100 // 100 * 100
    return Done(
        output={
            "currency": "EUR",
            "rule": RULE,
            "lines": priced,
            "total_cents": total,
            "care_cents_a_month": care,
        }
    )
