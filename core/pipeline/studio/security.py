"""Security review: what could hurt a visitor or the customer, with a score."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.pipeline.agents import Done, Job, Verdict
from core.pipeline.studio.faults import Fault, Finding, blocking, listed
from core.pipeline.studio.qa import dangers
from core.pipeline.studio.site import PAGE_AT_MOST, ParsedPage, Reference, css_addresses, parseable
from core.pipeline.studio.workbench import Shelf, Workbench
from core.text import clip

PASSING_SCORE = 70

_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}"
    r"|\bsk-[A-Za-z0-9_-]{24,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.|\bAIza[A-Za-z0-9_-]{35}\b"
    r"|(?i:\b(?:password|passwd|api[_-]?key|secret)\s*[:=]\s*['\"]?[^\s'\"<>]{8,})"
)


def work(job: Job, bench: Workbench) -> Done:
    """Review the folder as it would be published; blocks under 70 points or on anything serious."""
    files = bench.files(Shelf.SITE)
    findings = [Finding(Fault.STRANGE_FILE, clip(name, 80)) for name in bench.strangers(Shelf.SITE)]
    if "index.html" not in files:
        findings.append(Finding(Fault.NO_SITE, "index.html"))
    for name, content in files.items():
        bench.pause_point()
        findings += _file(name, content)
    score = max(0, 100 - sum(one.fault.severity.points for one in findings))
    blockers = blocking(findings)
    if score < PASSING_SCORE and not blockers:
        blockers = tuple(one.sentence for one in findings[:20])
    return Done(
        output={"score": score, "passed": not blockers, "findings": listed(findings), "files": len(files)},
        verdict=Verdict.BLOCK if blockers else Verdict.APPROVE,
        blockers=blockers,
    )


def _file(name: str, content: bytes) -> Iterator[Finding]:
    text = content[:PAGE_AT_MOST].decode("utf-8", "replace")
    if _SECRETS.search(text):
        yield Finding(Fault.SECRET, name)
    if not parseable(content):
        yield Finding(Fault.TOO_BIG, name, f"{len(content)} bytes")
    elif name.endswith((".html", ".htm", ".svg", ".xml")):
        yield from _page(ParsedPage(name, content))
    elif name.endswith(".css"):
        for address in css_addresses(text):
            if Reference(name, address, True).remote:
                yield Finding(Fault.REMOTE_REQUEST, name, clip(address, 120))


def _page(page: ParsedPage) -> Iterator[Finding]:
    yield from dangers(page)
    if page.name.endswith((".html", ".htm")):
        yield from _policy(page)
    for one in page.elements("iframe", "frame", "object", "embed", "base"):
        yield Finding(Fault.FRAME, page.name, str(one.tag).rpartition("}")[2])
    for form in page.elements("form"):
        if Reference(page.name, form.get("action") or "", False).remote:
            yield Finding(Fault.FORM_ELSEWHERE, page.name, clip(form.get("action") or "", 120))
    for reference in page.references:
        if reference.remote and not reference.fetched:
            yield Finding(Fault.OUTSIDE_LINK, page.name, clip(reference.address, 120))


def _policy(page: ParsedPage) -> Iterator[Finding]:
    policy = page.meta("http-equiv", "content-security-policy")
    if policy is None:
        yield Finding(Fault.CSP_MISSING, page.name)
        return
    rules = {words[0].lower(): words[1:] for part in policy.split(";") if (words := part.split())}
    loose = [source for sources in rules.values() for source in sources if source in _TOO_MUCH or ":" in source]
    if rules.get("default-src") != ["'none'"] or "script-src" in rules or loose:
        yield Finding(Fault.CSP_WEAK, page.name, clip(policy, 160))


_TOO_MUCH = frozenset({"*", "'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "http:", "https:", "data:", "blob:"})
