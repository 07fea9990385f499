"""The analyst: who writes, for whom, and which facts the brief holds."""

from __future__ import annotations

from collections.abc import Sequence

from core.json_value import JsonValue
from core.pipeline.agents import Done, Job
from core.pipeline.studio import earlier
from core.pipeline.studio.brief import Use
from core.pipeline.studio.reading import Reading, read
from core.pipeline.studio.workbench import Shelf, Workbench

_QUOTES_AT_MOST = 40


def work(job: Job, bench: Workbench) -> Done:
    """Market notes; at the end of the flow also a look at what was delivered."""
    reading = read(job.brief)
    notes: dict[str, JsonValue] = {
        "usable": reading.usable,
        "language": reading.language or "unclear",
        "subject": reading.subject.key,
        "name": reading.name,
        "place": reading.place,
        "audience": list(reading.audience),
        "moods": list(reading.moods),
        "facts": _facts(reading),
        "statements": _quotes(reading, Use.COPY),
        "wishes": _quotes(reading, Use.WISH),
        "beyond_a_static_site": _quotes(reading, Use.BEYOND),
        "left_out": _quotes(reading, Use.LEFT_OUT),
        "sentences": len(reading.sentences),
    }
    if "devops" in job.earlier:
        site = bench.files(Shelf.SITE)
        package = earlier.output_of(job, "devops")
        notes["delivered"] = {
            "files": len(site),
            "bytes": sum(map(len, site.values())),
            "package_sha256": earlier.text(package, "sha256", 64),
        }
    return Done(output=notes)


def _facts(reading: Reading) -> dict[str, JsonValue]:
    return {
        "openings": [
            {"days": list(one.days), "opens": one.opens, "closes": one.closes, "closed": one.closed}
            for one in reading.week
        ],
        "prices": [
            {
                "item": one.fact.item,
                "cents": one.fact.cents,
                "currency": one.fact.currency,
                "per": one.fact.per,
                "sentence": one.sentence,
            }
            for one in reading.prices
        ],
        "mails": [one.fact for one in reading.mails],
        "phones": [one.fact for one in reading.phones],
        "addresses": [one.fact for one in reading.addresses],
        "sites": [one.fact for one in reading.sites],
        "features": [one.text for one in reading.features][:_QUOTES_AT_MOST],
    }


def _quotes(reading: Reading, use: Use) -> Sequence[JsonValue]:
    quotes: list[JsonValue] = [{"sentence": one.number, "text": one.text} for one in reading.of(use)]
    return quotes[:_QUOTES_AT_MOST]
