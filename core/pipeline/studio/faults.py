"""What the studio's checks can find fault with; one closed list, so that the developer can act on a name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from core.json_value import JsonObject, JsonValue


class Severity(Enum):
    """How much a fault takes off the security score of 100, and whether it stops the product alone."""

    NOTE = ("note", 2, False)
    MINOR = ("minor", 8, False)
    MAJOR = ("major", 25, True)
    CRITICAL = ("critical", 50, True)

    def __init__(self, word: str, points: int, stops: bool) -> None:
        self.word = word
        self.points = points
        self.stops = stops


class Fault(Enum):
    """One kind of fault: its stable code, its weight and what it means."""

    NO_SITE = ("no-site", Severity.CRITICAL, "there is no page to look at")
    TOO_BIG = ("too-big", Severity.MAJOR, "the file is larger than any page should be")
    STRANGE_FILE = ("strange-file", Severity.MAJOR, "not a plain file of the site")
    HTML_BROKEN = ("html-broken", Severity.MAJOR, "the HTML does not parse cleanly")
    CSS_BROKEN = ("css-broken", Severity.MAJOR, "the style sheet does not parse")
    LANG_MISSING = ("lang-missing", Severity.MAJOR, "the page does not say its language")
    LANG_WRONG = ("lang-wrong", Severity.MAJOR, "the page is not in the language that was agreed")
    TITLE_MISSING = ("title-missing", Severity.MAJOR, "the page has no title")
    TITLE_LONG = ("title-long", Severity.MINOR, "the title is too long for a tab or a search result")
    DESCRIPTION_MISSING = ("description-missing", Severity.MINOR, "the page has no description")
    VIEWPORT_MISSING = ("viewport-missing", Severity.MAJOR, "the page does not fit itself to a telephone")
    H1_COUNT = ("h1-count", Severity.MAJOR, "a page has exactly one main heading")
    HEADLINE_LONG = ("headline-long", Severity.MAJOR, "the headline is too long")
    HEADING_SKIPPED = ("heading-skipped", Severity.MINOR, "a level of headings is skipped")
    ALT_MISSING = ("alt-missing", Severity.MAJOR, "a picture has no text alternative")
    ID_TWICE = ("id-twice", Severity.MAJOR, "an id stands twice on a page")
    LINK_DEAD = ("link-dead", Severity.MAJOR, "a link leads nowhere")
    SCRIPT = ("script", Severity.CRITICAL, "the page carries a script")
    INLINE_HANDLER = ("inline-handler", Severity.CRITICAL, "an element carries an event handler")
    SCRIPT_LINK = ("script-link", Severity.CRITICAL, "a link runs code or carries a document")
    REMOTE_REQUEST = ("remote-request", Severity.CRITICAL, "the page fetches something from elsewhere")
    OUTSIDE_LINK = ("outside-link", Severity.MINOR, "a link leaves the site")
    FORM_ELSEWHERE = ("form-elsewhere", Severity.CRITICAL, "a form posts to somebody else")
    FRAME = ("frame", Severity.CRITICAL, "the page embeds another document")
    CSP_MISSING = ("csp-missing", Severity.MAJOR, "the page has no content security policy")
    CSP_WEAK = ("csp-weak", Severity.MAJOR, "the content security policy lets too much through")
    SECRET = ("secret", Severity.CRITICAL, "something that looks like a secret is published")
    NOT_SERVED = ("not-served", Severity.MAJOR, "the address does not answer with 200")
    WRONG_TYPE = ("wrong-type", Severity.MAJOR, "the address answers with another content type")
    MISSING_NOT_404 = (
        "missing-not-404",
        Severity.MINOR,
        "an address that does not exist answers as if it did",
    )
    CONTRAST_LOW = ("contrast-low", Severity.MAJOR, "text and background are too close")
    TEXT_SMALL = ("text-small", Severity.MAJOR, "the text is too small")
    LINES_LONG = ("lines-long", Severity.MINOR, "lines are too long to read")
    SECTION_MISSING = ("section-missing", Severity.MAJOR, "the brief gives facts that no section shows")
    SECTION_UNKNOWN = ("section-unknown", Severity.MAJOR, "a section that the studio does not know")

    def __init__(self, code: str, severity: Severity, words: str) -> None:
        self.code = code
        self.severity = severity
        self.words = words


@dataclass(frozen=True)
class Finding:
    """One fault in one place."""

    fault: Fault
    where: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        """For people and for the next agent; begins with the code in brackets."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"[{self.fault.code}] {self.where}: {self.fault.words}{detail}"

    @property
    def json(self) -> JsonObject:
        """The finding as part of an agent's output."""
        return {
            "code": self.fault.code,
            "severity": self.fault.severity.word,
            "where": self.where,
            "words": self.fault.words,
            "detail": self.detail,
        }


def blocking(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The sentences of the findings that stop a product, at most 20."""
    return tuple(one.sentence for one in findings if one.fault.severity.stops)[:20]


def listed(findings: Iterable[Finding]) -> Sequence[JsonValue]:
    """Findings for an output, at most 100."""
    return [one.json for one in findings][:100]


def named_in(text: str) -> list[Fault]:
    """Faults whose code stands in brackets in a piece of feedback."""
    return [fault for fault in Fault if f"[{fault.code}]" in text]
