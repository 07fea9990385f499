"""HTML and SVG written as a tree of calls: text is escaped unless it came out of here."""

from __future__ import annotations

from html import escape

from core.text import wash


class Markup(str):
    """Text that is already safe to stand in a document; only `tag` and `together` make it."""

    __slots__ = ()


_VOID = frozenset({"meta", "link", "img", "br", "hr", "wbr"})
_INLINE = frozenset(
    {"a", "span", "strong", "em", "td", "th", "dt", "dd", "li", "h1", "h2", "h3", "p", "title", "time", "bdi"}
)


def tag(name: str, /, *children: str, **attributes: str | None) -> Markup:
    """One element; `class_` and `aria_label` mean `class` and `aria-label`; None leaves an attribute out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_quoted(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>" if name == "wbr" else f"<{name}{written}>\n")
    inside = together(*children)
    if name in _INLINE:
        end = "" if name in ("a", "span", "strong", "em", "time", "bdi") else "\n"
        return Markup(f"<{name}{written}>{inside}</{name}>{end}")
    return Markup(f"<{name}{written}>\n{inside}</{name}>\n")


def together(*children: str) -> Markup:
    """Children in a row, each escaped unless it is markup already."""
    return Markup("".join(one if isinstance(one, Markup) else escape(wash(one), quote=False) for one in children))


def _quoted(value: str) -> str:
    return escape(wash(value), quote=False).replace('"', "&quot;")


def xml(name: str, /, *children: Markup, **attributes: str) -> Markup:
    """One SVG element, closed as XML wants it."""
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_quoted(value)}"' for key, value in attributes.items())
    inside = "".join(children)
    return Markup(f"<{name}{written}>{inside}</{name}>\n" if inside else f"<{name}{written}/>\n")
