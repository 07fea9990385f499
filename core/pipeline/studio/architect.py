"""The architect: language, pages, sections, colours and type, all from the brief and reproducible."""

from __future__ import annotations

from core.json_value import JsonObject
from core.pipeline.agents import Done, Job
from core.pipeline.studio import copywriting, earlier
from core.pipeline.studio.brief import Use
from core.pipeline.studio.language import Choice, choose
from core.pipeline.studio.look import TYPEFACES, contrast_x100, ranked, seed
from core.pipeline.studio.page import POLICY
from core.pipeline.studio.plan import Plan, plan
from core.pipeline.studio.reading import Reading, read
from core.pipeline.studio.stylesheet import LARGE_TEXT_PX, LINE_CH, TEXT_PX, Dress
from core.pipeline.studio.wishes import Wish, hear, wanted
from core.pipeline.studio.workbench import Shelf, Workbench

CORNERS = (0, 6, 18)
"""Radii in pixels that a site may have."""


def work(job: Job, bench: Workbench) -> Done:
    """Decide on everything that the developer needs to know, and write the note about it."""
    reading = read(job.brief)
    heard = hear(job.feedback)
    wishes = wanted(heard)
    choice = choose(job.content_locale, job.brief)
    copy = copywriting.write(reading, job.product_name, choice.language)
    pages = plan(reading, copy.tagline, several_pages=job.profile == "full_software")
    turn = earlier.number(earlier.output_of(job, "architect"), "turn") + (Wish.OTHER_COLOURS in wishes)
    dress = dress_for(job.product_id, reading, turn=turn, large=Wish.LARGER_TEXT in wishes)
    design = _design(dress)
    bench.put(Shelf.ARCH, {"architecture.md": _note(copy.name, choice, pages, dress).encode()})
    return Done(
        output={
            "content_language": choice.language,
            "language_reason": choice.reason,
            "language_asked": choice.asked,
            "subject": reading.subject.key,
            "pages": [
                {"file": page.value, "sections": [str(one) for one in sections]}
                for page, sections in pages.pages.items()
            ],
            "design": design,
            "turn": turn,
            "policy": POLICY,
            "feedback": [one.json for one in heard],
            "file": "arch/architecture.md",
        }
    )


def dress_for(product_id: str, reading: Reading, *, turn: int = 0, large: bool = False) -> Dress:
    """How a product looks: by subject, by what the brief asks for, and by its id."""
    subject = reading.subject
    palettes = ranked(product_id, subject, reading.moods)
    asks_for_large = any(Wish.LARGER_TEXT.words.search(one.text) for one in reading.of(Use.WISH))
    return Dress(
        palette=palettes[turn % len(palettes)],
        typeface=TYPEFACES[subject.type],
        layout=subject.layout,
        corner=CORNERS[seed(product_id) // 7 % len(CORNERS)],
        text_px=LARGE_TEXT_PX if large or asks_for_large else TEXT_PX,
    )


def _design(dress: Dress) -> JsonObject:
    palette = dress.palette
    return {
        "palette": palette.name,
        "colours": {
            "paper": palette.paper,
            "ink": palette.ink,
            "muted": palette.muted,
            "accent": palette.accent,
            "on_accent": palette.on_accent,
            "band": palette.band,
            "spark": palette.spark,
        },
        "contrast_x100": {name: contrast_x100(*pair) for name, pair in palette.readable_pairs.items()},
        "typeface": dress.typeface.name,
        "layout": dress.layout,
        "corner_px": dress.corner,
        "text_px": dress.text_px,
        "line_ch": LINE_CH,
    }


def _note(name: str, choice: Choice, pages: Plan, dress: Dress) -> str:
    listed = [f"- `{page}`: {', '.join(sections) or 'head only'}" for page, sections in pages.pages.items()]
    heading = " ".join("".join(sign for sign in name if sign.isalnum() or sign in " -'’.").split())
    return "\n".join(
        (
            f"# Architecture of {heading or 'the site'}",
            "",
            "A static site: HTML and one style sheet, no script, nothing fetched from elsewhere.",
            "Nothing runs on a server, so nothing that needs one (accounts, payments, search) is part of it.",
            "",
            "## Language",
            "",
            f"`{choice.language}`: {choice.reason}{f' ({choice.asked})' if choice.asked else ''}.",
            "",
            "## Pages",
            "",
            *listed,
            "- `404.html`: for addresses that do not exist",
            "",
            "## Design",
            "",
            f"Palette `{dress.palette.name}`, typeface `{dress.typeface.name}` (fonts of",
            f"the reader's own system), layout `{dress.layout}`,",
            f"text {dress.text_px} px, lines of at most {LINE_CH} characters.",
            "",
            "## Policy",
            "",
            f"`{POLICY}`",
            "",
        )
    )
