"""Quality assurance: reads every file of the site and says what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from core.pipeline.agents import Done, Job, Verdict
from core.pipeline.studio import earlier
from core.pipeline.studio.copywriting import HEADLINE_AT_MOST
from core.pipeline.studio.faults import Fault, Finding, blocking, listed
from core.pipeline.studio.site import ParsedPage, Reference, css_addresses, css_errors, local, parseable
from core.pipeline.studio.workbench import Shelf, Workbench
from core.text import clip

TITLE_AT_MOST = 70
_MINDED_AT_MOST = 5


def work(job: Job, bench: Workbench) -> Done:
    """Check the site as it lies in its folder, whoever made it."""
    files = bench.files(Shelf.SITE)
    language = earlier.text(earlier.output_of(job, "architect"), "content_language", 16)
    findings: list[Finding] = []
    pages: dict[str, ParsedPage] = {}
    for name, content in files.items():
        bench.pause_point()
        if not parseable(content):
            findings.append(Finding(Fault.TOO_BIG, name, f"{len(content)} bytes"))
        elif name.endswith(".html"):
            pages[name] = ParsedPage(name, content)
        elif name.endswith(".css"):
            findings += _css(name, content.decode("utf-8", "replace"))
    if "index.html" not in pages:
        findings.append(Finding(Fault.NO_SITE, "index.html"))
    for page in pages.values():
        findings += [*_page(page, language), *_links(page, pages, files)]
    blockers = blocking(findings)
    found = {one.fault for one in findings}
    return Done(
        output={
            "quality_gates": {"passed": not blockers},
            "checks": [{"code": fault.code, "passed": fault not in found} for fault in CHECKED],
            "findings": listed(findings),
            "pages": len(pages),
            "files": len(files),
        },
        verdict=Verdict.BLOCK if blockers else Verdict.APPROVE,
        blockers=blockers,
    )


CHECKED = (
    Fault.NO_SITE,
    Fault.TOO_BIG,
    Fault.HTML_BROKEN,
    Fault.CSS_BROKEN,
    Fault.LANG_MISSING,
    Fault.LANG_WRONG,
    Fault.TITLE_MISSING,
    Fault.TITLE_LONG,
    Fault.DESCRIPTION_MISSING,
    Fault.VIEWPORT_MISSING,
    Fault.H1_COUNT,
    Fault.HEADLINE_LONG,
    Fault.HEADING_SKIPPED,
    Fault.ALT_MISSING,
    Fault.ID_TWICE,
    Fault.LINK_DEAD,
    Fault.SCRIPT,
    Fault.INLINE_HANDLER,
    Fault.SCRIPT_LINK,
    Fault.REMOTE_REQUEST,
)


def _page(page: ParsedPage, language: str) -> Iterator[Finding]:
    for error in page.errors[:_MINDED_AT_MOST]:
        yield Finding(Fault.HTML_BROKEN, page.name, error)
    lang = page.root.get("lang") or ""
    if not lang:
        yield Finding(Fault.LANG_MISSING, page.name)
    elif language and lang.split("-")[0].lower() != language:
        yield Finding(Fault.LANG_WRONG, page.name, f"{clip(lang, 20)} instead of {language}")
    if not page.title:
        yield Finding(Fault.TITLE_MISSING, page.name)
    elif len(page.title) > TITLE_AT_MOST:
        yield Finding(Fault.TITLE_LONG, page.name, f"{len(page.title)} characters")
    if not page.meta("name", "description"):
        yield Finding(Fault.DESCRIPTION_MISSING, page.name)
    if "width=device-width" not in (page.meta("name", "viewport") or ""):
        yield Finding(Fault.VIEWPORT_MISSING, page.name)
    yield from _headings(page)
    for picture in page.elements("img"):
        if picture.get("alt") is None:
            yield Finding(Fault.ALT_MISSING, page.name, clip(picture.get("src") or "", 80))
    for name, count in Counter(page.ids).items():
        if count > 1:
            yield Finding(Fault.ID_TWICE, page.name, clip(name, 80))
    yield from dangers(page)


def _headings(page: ParsedPage) -> Iterator[Finding]:
    main = page.elements("h1")
    if len(main) != 1:
        yield Finding(Fault.H1_COUNT, page.name, f"{len(main)} of them")
    for one in main:
        words = " ".join("".join(one.itertext()).split())
        if len(words) > HEADLINE_AT_MOST:
            yield Finding(Fault.HEADLINE_LONG, page.name, f"{len(words)} characters")
    levels = [int(local(one)[1]) for one in page.elements("h1", "h2", "h3", "h4", "h5", "h6")]
    if any(after > before + 1 for before, after in zip([0, *levels], levels, strict=False)):
        yield Finding(Fault.HEADING_SKIPPED, page.name)


def dangers(page: ParsedPage) -> Iterator[Finding]:
    """What no page of ours may carry: scripts, handlers, code in links, anything fetched from elsewhere."""
    for one in page.elements():
        if local(one) == "script":
            yield Finding(Fault.SCRIPT, page.name)
        for attribute in one.attrib:
            if attribute.lower().startswith("on"):
                yield Finding(Fault.INLINE_HANDLER, page.name, f"{clip(attribute, 30)} of {local(one)}")
    for reference in page.references:
        if reference.scheme in ("javascript", "vbscript", "data"):
            yield Finding(Fault.SCRIPT_LINK, page.name, clip(reference.address, 60))
        elif reference.fetched and reference.remote:
            yield Finding(Fault.REMOTE_REQUEST, page.name, clip(reference.address, 120))


def _links(page: ParsedPage, pages: dict[str, ParsedPage], files: dict[str, bytes]) -> Iterator[Finding]:
    for reference in page.references:
        if reference.scheme:
            continue
        file, fragment = reference.target
        if file not in files:
            yield Finding(Fault.LINK_DEAD, page.name, clip(reference.address, 120))
        elif fragment and file in pages and fragment not in pages[file].ids:
            yield Finding(Fault.LINK_DEAD, page.name, clip(f"{file}#{fragment}", 120))


def _css(name: str, css: str) -> Iterator[Finding]:
    for error in css_errors(css)[:_MINDED_AT_MOST]:
        yield Finding(Fault.CSS_BROKEN, name, clip(error, 120))
    for address in css_addresses(css):
        reference = Reference(name, address, True)
        if reference.remote:
            yield Finding(Fault.REMOTE_REQUEST, name, clip(address, 120))
