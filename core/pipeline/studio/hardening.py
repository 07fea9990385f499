"""Hardening: out with whatever a page must not carry, in with what a host needs."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import html5lib
from html5lib.serializer import HTMLSerializer

from core.json_value import JsonValue
from core.pipeline.agents import Done, Job
from core.pipeline.studio.hosting import hosting
from core.pipeline.studio.page import POLICY
from core.pipeline.studio.qa import dangers
from core.pipeline.studio.reading import read
from core.pipeline.studio.site import XHTML, ParsedPage, Reference, css_addresses, local, parseable
from core.pipeline.studio.workbench import Shelf, Workbench
from core.text import clip, one_line

_NEVER = frozenset({"script", "iframe", "frame", "object", "embed", "base"})


def work(job: Job, bench: Workbench) -> Done:
    """Mend what can be mended without a developer, and add what a host needs."""
    files = bench.files(Shelf.SITE)
    mended: dict[str, bytes] = {}
    done: list[JsonValue] = []
    for name, content in files.items():
        if not name.endswith(".html") or not parseable(content):
            continue
        bench.pause_point()
        page = ParsedPage(name, content)
        found = list(dangers(page))
        policy = page.meta("http-equiv", "content-security-policy") == POLICY
        if found or not policy:
            mended[name] = _mend(page, policy=policy)
            done.append({"file": name, "removed": [one.fault.code for one in found], "policy_added": not policy})
    extra = hosting(read(job.brief), files)
    bench.put(Shelf.SITE, {**mended, **extra})
    return Done(
        output={
            "mended": done,
            "written": sorted(extra),
            "policy": POLICY,
            "feedback": [clip(one_line(one), 400) for one in job.feedback[:20]],
        }
    )


def _mend(page: ParsedPage, *, policy: bool) -> bytes:
    for parent in list(page.root.iter()):
        for child in list(parent):
            if isinstance(child.tag, str) and _must_go(page.name, child):
                _take_out(parent, child)
    for one in page.elements():
        for attribute in [key for key in one.attrib if _is_danger(page.name, key, one.attrib[key])]:
            del one.attrib[attribute]
    if not policy:
        _add_policy(page)
    writer = HTMLSerializer(omit_optional_tags=False, quote_attr_values="always", alphabetical_attributes=False)
    body = writer.render(html5lib.getTreeWalker("etree")(page.root))
    return f"<!DOCTYPE html>\n{body}\n".encode()


def _must_go(name: str, element: Any) -> bool:
    kind = local(element)
    if kind in _NEVER or (kind == "meta" and (element.get("http-equiv") or "").lower() == "refresh"):
        return True
    if kind == "style":
        return any(Reference(name, one, True).scheme for one in css_addresses("".join(element.itertext())))
    return kind == "link" and Reference(name, element.get("href") or "", True).remote


def _is_danger(name: str, attribute: str, value: str) -> bool:
    if attribute.lower().startswith("on"):
        return True
    if attribute == "style":
        return bool(css_addresses(value))
    reference = Reference(name, value, True)
    if attribute in ("src", "srcset", "poster", "data", "background", "ping", "imagesrcset"):
        return bool(reference.scheme) or "//" in value
    return attribute in ("href", "action", "formaction") and reference.scheme in (
        "javascript",
        "vbscript",
        "data",
    )


def _take_out(parent: Any, child: Any) -> None:
    # ElementTree keeps the text that follows an element inside it; that text is not to blame.
    if child.tail:
        before = list(parent)[: list(parent).index(child)]
        if before:
            before[-1].tail = (before[-1].tail or "") + child.tail
        else:
            parent.text = (parent.text or "") + child.tail
    parent.remove(child)


def _add_policy(page: ParsedPage) -> None:
    for head in page.elements("head"):
        for one in [meta for meta in head if local(meta) == "meta"]:
            if (one.get("http-equiv") or "").lower() == "content-security-policy":
                _take_out(head, one)
        policy = ElementTree.Element(f"{XHTML}meta", {"http-equiv": "Content-Security-Policy", "content": POLICY})
        # A policy binds only what comes after it; the charset must stay within the first 1024 bytes.
        head.insert(1 if len(head) and head[0].get("charset") else 0, policy)
