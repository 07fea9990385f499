"""Write docs/operations.md from the catalogue: python -m scripts.operations_page [--check].

`--check` changes nothing and exits 1 when the page is stale."""

from __future__ import annotations

import sys
from pathlib import Path

from core.access.permissions import Permission, Reach
from core.access.roles import GRANTS, Role
from core.catalogue import OPERATIONS
from core.command_line import for_people, option, usage
from core.operation import Feed, Kind, Stage
from core.parse import inputs_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operations.md"
ROLES = tuple(role for role in Role if role.for_people)
MARK = {None: "–", Reach.OWN: "own", Reach.ANY: "any"}

INTRODUCTION = """\
# Operations

Made from `core/catalogue.py` by `python -m scripts.operations_page`; do not edit.
A test says when it is stale.

{people} operations for people, {machine} for the machine itself. One name is the command of the exec door
(`ssh factory@host AREA VERB`), the entry of the palette, the action on record and the help page. Behind it:

- the permission that it needs (the table at the end says which role has it, and how far);
- the risk: *look* is recorded when refused; *reveal*, *change* and *danger* always; *danger* also asks for a
  second factor of the last ten minutes (`--code CODE`) and for the object's name, typed (`--confirm`; where there is
  no object the operation's own name, `--confirm mfa.recovery`);
- what the public demo makes of it.

`-` as a value means: from standard input, and so does `--password-stdin` for `--password -`. Every change of our
own records takes `--dry-run`, everything takes `--json`. Words after the verb fill the options that were not named.
An area alone means the first of its `show`, `status`, `run` and `list` that needs nothing more: `doctor`, `users`.
"""

MACHINE = """\
## Of the machine itself

Asked by the sessions of the host and of the runner, through the same gate; no role for people holds them.
"""


def page() -> str:
    """The whole page."""
    people = [kind for kind in OPERATIONS if for_people(kind)]
    machine = [kind for kind in OPERATIONS if not for_people(kind)]
    lines = [INTRODUCTION.format(people=len(people), machine=len(machine))]
    for area in dict.fromkeys(kind.area for kind in people):
        lines += [f"## {area}", "", *(entry(kind) for kind in people if kind.area == area), ""]
    lines += ["## Who may", "", *matrix({kind.needs for kind in people}), "", MACHINE]
    lines += [f"- `{kind.name}`: {kind.sentence()} `{kind.needs.value}` · {kind.risk.word}" for kind in machine]
    return "\n".join(lines) + "\n"


def entry(kind: Kind) -> str:
    """One operation: how it is asked for, what it does, and what is worth knowing about its options."""
    facts = [f"`{kind.needs.value}`", kind.risk.word, f"demo: {kind.demo.value}"]
    if issubclass(kind, Feed):
        facts.append("runs until it is ended")
    if early := [stage.value for stage in kind.at if stage is not Stage.FULL]:
        facts.append(f"also while {', '.join(early)}")
    lines = [f"- **`{usage(kind)}`** {' · '.join(facts)}  ", f"  {kind.sentence()}"]
    lines += [f"  - `{option(each.name)}`: {each.sentence}" for each in inputs_of(kind) if each.sentence]
    return "\n".join(lines)


def matrix(used: set[Permission]) -> list[str]:
    """Permission by role; *own* reaches one's own things, *any* everybody's."""
    rows = [f"| permission | {' | '.join(role.word for role in ROLES)} |", "|---" * (len(ROLES) + 1) + "|"]
    for permission in Permission:
        if permission in used:
            reaches = [MARK[GRANTS[role].get(permission)] for role in ROLES]
            rows.append(f"| `{permission.value}` | {' | '.join(reaches)} |")
    return rows


def main(given: list[str]) -> int:
    """The exit code."""
    wanted = page()
    if given == ["--check"]:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted else 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
