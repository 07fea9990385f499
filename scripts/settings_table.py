"""Write README's tables of settings from the code: python -m scripts.settings_table [--check].

`--check` changes nothing and exits 1 when a table is stale."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

from core.config import Config
from core.settings.table import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def environment() -> list[str]:
    """What the environment may say, with its default and the sentence under it in core/config.py."""
    sentences = _sentences()
    rows = ["| variable | default | what it does |", "|---|---|---|"]
    for name, field in Config.model_fields.items():
        rows.append(f"| `AIFACTORY_{name.upper()}` | {_default(field.default)} | {sentences[name]} |")
    return rows


def saved() -> list[str]:
    """What the console itself may change, while it runs."""
    rows = ["| setting | default | what it does |", "|---|---|---|"]
    for setting in SETTINGS:
        how = f" (by `{setting.through.replace('.', ' ')}`)" if setting.through else ""
        default = "not set" if setting.secret else setting.shown(setting.default)
        rows.append(f"| `{setting.key}` | {default or 'empty'} | {setting.sentence}{how} |")
    return rows


def _sentences() -> dict[str, str]:
    """Attribute docstrings, which Python itself throws away."""
    tree = ast.parse((ROOT / "core" / "config.py").read_text(encoding="utf-8"))
    (config,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Config")
    found: dict[str, str] = {}
    for field, below in zip(config.body, config.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            found[field.target.id] = str(ast.literal_eval(below.value))
    return found


def _default(value: object) -> str:
    return "unset" if value is None else str(int(value)) if isinstance(value, bool) else f"{value}"


TABLES: dict[str, Callable[[], list[str]]] = {"environment": environment, "settings": saved}


def filled(text: str) -> str:
    """The page with each table between its two marks made anew."""
    for name, rows in TABLES.items():
        begin, end = f"<!-- table: {name} -->\n", f"<!-- end: {name} -->\n"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = "".join([before, begin, *(f"{row}\n" for row in rows()), end, after])
    return text


def main(given: list[str]) -> int:
    """The exit code."""
    text = README.read_text(encoding="utf-8")
    if given == ["--check"]:
        return 0 if filled(text) == text else 1
    README.write_text(filled(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
