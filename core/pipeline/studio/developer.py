"""The developer: the site itself, and its repair when somebody objects."""

from __future__ import annotations

from dataclasses import replace

from core.json_value import JsonValue
from core.pipeline.agents import Done, Job, Trouble
from core.pipeline.studio import art, copywriting, earlier
from core.pipeline.studio.architect import CORNERS, dress_for
from core.pipeline.studio.copywriting import HEADLINE_AT_MOST, Copy
from core.pipeline.studio.hosting import hosting
from core.pipeline.studio.language import SPOKEN, choose
from core.pipeline.studio.look import PALETTES, TYPEFACES, ranked
from core.pipeline.studio.page import Draft, pages
from core.pipeline.studio.plan import plan
from core.pipeline.studio.reading import Reading, read
from core.pipeline.studio.speech import Speech
from core.pipeline.studio.stylesheet import LARGE_TEXT_PX, LAYOUTS, Dress, stylesheet
from core.pipeline.studio.wishes import Heard, Wish, hear, wanted
from core.pipeline.studio.workbench import Shelf, Workbench


def work(job: Job, bench: Workbench) -> Done:
    """Build the whole site anew from the brief, the decisions made so far and every wish heard so far."""
    reading = read(job.brief)
    if not reading.usable:
        raise Trouble("The brief has no usable content, there is nothing to build.", passing=False)
    heard = hear(job.feedback)
    wishes = _kept(job) | wanted(heard)
    if Wish.NO_PRICES in wishes:
        reading = replace(reading, prices=())
    if Wish.NO_HOURS in wishes:
        reading = replace(reading, openings=())
    language = _language(job)
    copy = _copy(job, reading, language, heard, wishes)
    turn = earlier.number(earlier.output_of(job, "developer"), "turn") + (Wish.OTHER_COLOURS in wanted(heard))
    dress = _dress(job, reading, wishes, turn)
    plans = plan(reading, copy.tagline, several_pages=job.profile == "full_software")
    draft = Draft(reading, copy, plans, Speech(language), dress.palette, dress.layout)
    bench.pause_point()
    columns, rows = (4, 4) if dress.layout == "split" else (12, 4) if dress.layout == "banner" else (12, 1)
    written = pages(draft)
    files = {
        **written,
        **hosting(reading, written),
        "style.css": stylesheet(dress),
        "art.svg": art.pattern(job.product_id, reading.subject, dress.palette, columns, rows),
        "favicon.svg": art.icon(reading.subject, dress.palette),
    }
    bench.put(Shelf.SITE, files, nothing_else=True)
    output: dict[str, JsonValue] = {
        "language": language,
        "headline": copy.headline,
        "palette": dress.palette.name,
        "turn": turn,
        "attempt": job.attempt,
        "wishes": sorted(wish.name.lower() for wish in wishes),
        "feedback": [one.json for one in heard],
        "files": [{"path": f"site/{name}", "bytes": len(content)} for name, content in sorted(files.items())],
    }
    return Done(output=output)


def _kept(job: Job) -> frozenset[Wish]:
    # A repair of one fault must not undo the repair before it.
    names = earlier.lines(earlier.output_of(job, "developer"), "wishes", 40)
    return frozenset(wish for wish in Wish if wish.name.lower() in names)


def _language(job: Job) -> str:
    decided = earlier.text(earlier.output_of(job, "architect"), "content_language", 16)
    return decided if decided in SPOKEN else choose(job.content_locale, job.brief).language


def _copy(job: Job, reading: Reading, language: str, heard: tuple[Heard, ...], wishes: frozenset[Wish]) -> Copy:
    short = Wish.SHORTER_HEADLINE in wishes
    given = next((one.headline for one in reversed(heard) if one.headline), "")
    copy = copywriting.write(reading, job.product_name, language, short=short, headline=given)
    told = earlier.output_of(job, "marketing")
    if given or short or earlier.text(told, "language", 16) != language:
        return copy
    return replace(
        copy,
        headline=earlier.text(told, "headline", HEADLINE_AT_MOST) or copy.headline,
        tagline=earlier.text(told, "tagline") or copy.tagline,
        description=earlier.text(told, "description", copywriting.DESCRIPTION_AT_MOST) or copy.description,
    )


def _dress(job: Job, reading: Reading, wishes: frozenset[Wish], turn: int) -> Dress:
    design = earlier.inner(earlier.output_of(job, "architect"), "design")
    own = dress_for(job.product_id, reading, large=Wish.LARGER_TEXT in wishes)
    decided = PALETTES.get(earlier.text(design, "palette", 40), own.palette)
    others = [one for one in ranked(job.product_id, reading.subject, reading.moods) if one != decided]
    layout = earlier.text(design, "layout", 40)
    corner = earlier.number(design, "corner_px")
    return Dress(
        palette=[decided, *others][turn % len(PALETTES)],
        typeface=TYPEFACES.get(earlier.text(design, "typeface", 40), own.typeface),
        layout=layout if layout in LAYOUTS else own.layout,
        corner=corner if corner in CORNERS else own.corner,
        text_px=LARGE_TEXT_PX if LARGE_TEXT_PX in (own.text_px, earlier.number(design, "text_px")) else own.text_px,
    )
