"""Marketing: headline, tagline and description, in the customer's own words."""

from __future__ import annotations

from core.pipeline.agents import Done, Job
from core.pipeline.studio import copywriting
from core.pipeline.studio.language import choose
from core.pipeline.studio.reading import read
from core.pipeline.studio.wishes import Wish, hear, wanted
from core.pipeline.studio.workbench import Workbench


def work(job: Job, bench: Workbench) -> Done:
    """Choose the words at the top of the site."""
    bench.pause_point()
    heard = hear(job.feedback)
    choice = choose(job.content_locale, job.brief)
    copy = copywriting.write(
        read(job.brief),
        job.product_name,
        choice.language,
        short=Wish.SHORTER_HEADLINE in wanted(heard),
        headline=next((one.headline for one in reversed(heard) if one.headline), ""),
    )
    return Done(
        output={
            "language": choice.language,
            "name": copy.name,
            "eyebrow": copy.eyebrow,
            "headline": copy.headline,
            "tagline": copy.tagline,
            "title": copy.title,
            "description": copy.description,
            "feedback": [one.json for one in heard],
        }
    )
