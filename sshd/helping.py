"""Help for the exec door, derived from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from core.access.roles import roles_with
from core.desk import Desk
from core.i18n.tongue import Tongue
from core.operation import Kind, Risk
from core.parse import inputs_of


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One operation, as `help --json` prints it."""

    name: str
    permission: str
    risk: str
    demo: str
    sentence: str
    options: tuple[str, ...]


def for_people(kind: Kind) -> bool:
    """Whether any role for people could hold it; the runner's own operations are nobody's to see."""
    return bool(roles_with(kind.needs))


def option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def facts(kind: Kind) -> Facts:
    """What a script may know about an operation; never translated."""
    return Facts(
        name=kind.name, permission=kind.needs.value, risk=kind.risk.word, demo=kind.demo.value,
        sentence=kind.sentence(), options=tuple(option(each.name) for each in inputs_of(kind)),
    )  # fmt: skip


def usage(kind: Kind) -> str:
    """`users create --username TEXT [--role TEXT]`."""
    parts = [kind.area, kind.verb]
    for each in inputs_of(kind):
        word = option(each.name)
        if each.kind == "secret":
            word += " -"
        elif each.kind != "flag":
            word += f" {each.kind if each.choices else each.kind.upper()}"
        parts.append(word if each.required else f"[{word}]")
    if kind.risk is Risk.DANGER:
        parts.append(f"--confirm {(kind.on or 'name').upper()}")
    return " ".join(parts)


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
            t(
                "- marks what your role may not do; access explain says why. help AREA VERB tells the options."
            ),
        ]
    return "\n".join(lines)
