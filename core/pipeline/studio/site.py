"""A finished site taken apart for the checks: parsed pages, links, requests, style sheets."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import html5lib
import tinycss2

XHTML = "{http://www.w3.org/1999/xhtml}"
PAGE_AT_MOST = 500_000
"""Bytes; a page above this is a fault by itself and is not parsed."""
TAGS_AT_MOST = 6_000
"""Nested elements cost html5lib quadratic time: 20,000 open ones take it 17 s, 6,000 under 2 s."""

_FETCHING = {
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "script": ("src",),
    "iframe": ("src", "srcdoc"),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "track": ("src",),
    "input": ("src",),
    "link": ("href", "imagesrcset"),
    "body": ("background",),
    "image": ("href",),
    "use": ("href",),
}
_HARMLESS_RELATIONS = frozenset({"canonical", "alternate", "author", "license", "next", "prev", "help"})


def parseable(content: bytes) -> bool:
    """Whether a page is of a size that may be parsed."""
    return len(content) <= PAGE_AT_MOST and content.count(b"<") <= TAGS_AT_MOST


@dataclass(frozen=True)
class Reference:
    """An address that a document mentions."""

    where: str
    """The file that mentions it."""
    address: str
    fetched: bool
    """Whether a browser loads it without being asked."""

    @property
    def scheme(self) -> str:
        """`https`, `mailto`, …; empty inside the site; `//host` counts as https."""
        # Browsers drop these before they look for a scheme (WHATWG URL, 4.4).
        bare = re.sub(r"[\t\n\r]", "", self.address).lstrip("".join(map(chr, range(33))))
        if re.match(r"[/\\]{2}", bare):
            return "https"
        found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", bare)
        return found[1].lower() if found else ""

    @property
    def remote(self) -> bool:
        """Whether it leads to another host."""
        return self.scheme not in ("", "mailto", "tel", "data", "javascript", "vbscript")

    @property
    def target(self) -> tuple[str, str]:
        """File and fragment inside the site; the file itself when only a fragment is given."""
        parts = urlsplit(self.address)
        path = (
            posixpath.normpath(posixpath.join(posixpath.dirname(self.where), unquote(parts.path)))
            if parts.path
            else self.where
        )
        if parts.path.endswith("/") or path == ".":
            path = posixpath.join("" if path == "." else path, "index.html")
        return path.lstrip("/"), unquote(parts.fragment)


class ParsedPage:
    """One HTML file as a browser would understand it, and what the parser minded."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=True)
        self.root: Any = parser.parse(content, transport_encoding="utf-8")
        self.errors = [f"line {place[0]}: {code}" for place, code, _ in parser.errors]

    def elements(self, *names: str) -> list[Any]:
        """Elements of the given names, or all, in document order; comments are none."""
        return [one for one in self.root.iter() if isinstance(one.tag, str) and (not names or local(one) in names)]

    def meta(self, key: str, value: str) -> str | None:
        """The content of `<meta key=value>`."""
        for one in self.elements("meta"):
            if (one.get(key) or "").lower() == value:
                return one.get("content") or ""
        return None

    @property
    def title(self) -> str:
        """The words of the title element."""
        return " ".join("".join(one.text or "" for one in self.elements("title")[:1]).split())

    @property
    def ids(self) -> list[str]:
        """Every id, twice when it stands twice."""
        return [one.get("id") for one in self.elements() if one.get("id")]

    @property
    def references(self) -> Iterator[Reference]:
        """Every address that the page mentions, style attributes and elements included."""
        for one in self.elements():
            name = local(one)
            for key, value in one.attrib.items():
                attribute = _local(key)
                if attribute == "style":
                    yield from (Reference(self.name, url, True) for url in css_addresses(value))
                elif attribute in _FETCHING.get(name, ()) and not _only_a_relation(one):
                    yield from (Reference(self.name, url, True) for url in _addresses(attribute, value))
                elif attribute in ("href", "action", "formaction", "ping", "cite"):
                    yield Reference(self.name, value, attribute == "ping")
            if name == "style":
                yield from (Reference(self.name, url, True) for url in css_addresses("".join(one.itertext())))
            if name == "meta" and (one.get("http-equiv") or "").lower() == "refresh":
                _, _, url = (one.get("content") or "").partition("=")
                yield Reference(self.name, url.strip(" '\""), True)


def local(element: Any) -> str:
    """An element's name without its namespace, lower case."""
    return _local(element.tag).lower()


def _local(name: str) -> str:
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def _only_a_relation(element: Any) -> bool:
    return local(element) == "link" and set((element.get("rel") or "").lower().split()) <= _HARMLESS_RELATIONS


def _addresses(attribute: str, value: str) -> list[str]:
    if "srcset" in attribute:
        return [part.split()[0] for part in value.split(",") if part.split()]
    return [value]


def css_addresses(css: str) -> list[str]:
    """Everything that a style sheet fetches: url(), src(), image-set() strings and @import."""
    rules = tinycss2.parse_component_value_list(css[:PAGE_AT_MOST])
    found: list[str] = []
    after_import = False
    pending = list(reversed(rules))
    while pending:
        token = pending.pop()
        if token.type == "url" or (token.type == "string" and after_import):
            found.append(token.value)
        elif token.type == "function" and token.lower_name in (
            "url",
            "src",
            "image-set",
            "-webkit-image-set",
            "image",
        ):
            found += [one.value for one in token.arguments if one.type == "string"]
        if token.type != "whitespace":
            after_import = token.type == "at-keyword" and token.lower_value == "import"
        inner = getattr(token, "arguments", None) or getattr(token, "content", None)
        if isinstance(inner, list):
            pending += reversed(inner)
    return found


def css_errors(css: str) -> list[str]:
    """What the CSS parser minded, nested rules included."""
    errors: list[str] = []
    pending = tinycss2.parse_stylesheet(css[:PAGE_AT_MOST], skip_comments=True, skip_whitespace=True)
    while pending:
        node = pending.pop()
        if node.type == "error":
            errors.append(f"line {node.source_line}: {node.message}")
        broken = [one for one in getattr(node, "prelude", None) or () if one.type == "error"]
        errors += [f"line {one.source_line}: {one.message}" for one in broken]
        content = getattr(node, "content", None)
        if content is not None and node.type in ("qualified-rule", "at-rule"):
            pending += tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    return errors
