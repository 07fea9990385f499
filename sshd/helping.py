"""Help for the exec door, derived from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from core.command_line import for_people, option, usage
from core.desk import Desk
from core.i18n.tongue import Tongue
from core.operation import Kind
from core.parse import inputs_of

__all__ = ["Facts", "facts", "for_people", "page"]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One operation, as `help --json` prints it."""

    name: str
    permission: str
    risk: str
    demo: str
    sentence: str
    options: tuple[str, ...]


def facts(kind: Kind) -> Facts:
    """What a script may know about an operation; never translated."""
    return Facts(
        name=kind.name, permission=kind.needs.value, risk=kind.risk.word, demo=kind.demo.value,
        sentence=kind.sentence(), options=tuple(option(each.name) for each in inputs_of(kind)),
    )  # fmt: skip


def page(t: Tongue, kinds: list[Kind], desk: Desk, *, long: bool) -> str:
    """Help for eyes; what this person may not do is marked, not hidden."""
    lines: list[str] = []
    if not long:
        lines += [t("ssh factory@host                 the screens"),
                  t("ssh factory@host AREA VERB ...   one command; --json for scripts, --dry-run to rehearse a change"),
                  t("ssh -t factory@host open SCREEN  start on a screen"), ""]  # fmt: skip
    width = max((len(f"{kind.area} {kind.verb}") for kind in kinds), default=0)
    for kind in kinds:
        mark = " " if desk.may(kind).allowed else "-"
        if long:
            lines += [f"{mark} ssh factory@host {usage(kind)}", f"    {t(kind.sentence())}"]
            lines += [f"      {option(each.name):<18} {t(each.sentence)}".rstrip()
                      for each in inputs_of(kind) if each.sentence]  # fmt: skip
            lines.append(f"    {kind.needs.value} · {kind.risk.word} · demo: {kind.demo.value}")
        else:
            lines.append(f"{mark} {f'{kind.area} {kind.verb}':<{width}}  {t(kind.sentence())}")
    if not long:
        lines += [
            "",
            t("- marks what your role may not do; access explain says why. help AREA VERB tells the options."),
        ]
    return "\n".join(lines)
