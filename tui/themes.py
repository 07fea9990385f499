"""Themes: data files that say how the few meanings of the screens look."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from textual.theme import Theme

FOLDER = Path(__file__).parent.parent / "themes"
DEFAULT = "night"
WITHOUT_COLOUR = "mono"

COLOURS = (
    "background",
    "raised",
    "rule",
    "text",
    "dim",
    "accent",
    "asks",
    "refuses",
    "finished",
    "cursor",
    "on_cursor",
    "on_banner",
)
_KEYS = {"name", "dark", "attributes", "colours"}
_HEX = re.compile(r"#[0-9a-f]{6}")


class BrokenTheme(ValueError):
    """A theme file that cannot be used, and why."""


@cache
def themes() -> dict[str, Theme]:
    """All themes of the folder by name, read once; raises BrokenTheme."""
    found = [read(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {theme.name: theme for theme in found}


def read(path: Path) -> Theme:
    """One theme file; raises BrokenTheme for anything missing, unknown or not a colour."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BrokenTheme(f"{path.name}: {error}") from error
    colours = data.get("colours")
    if unknown := sorted(set(data) - _KEYS):
        raise BrokenTheme(f"{path.name}: unknown key {unknown[0]}")
    if not isinstance(data.get("name"), str) or not isinstance(data.get("dark"), bool) or not isinstance(colours, dict):
        raise BrokenTheme(f"{path.name}: needs name, dark and [colours]")
    if odd := sorted(set(colours) ^ set(COLOURS)):
        raise BrokenTheme(f"{path.name}: colour {odd[0]} is {'missing' if odd[0] in COLOURS else 'unknown'}")
    for name, value in colours.items():
        if not isinstance(value, str) or not _HEX.fullmatch(value.lower()):
            raise BrokenTheme(f"{path.name}: {name} is not #rrggbb")
    theme = _theme(data["name"], data["dark"], colours)
    if data.get("attributes") is True:
        theme.variables["attributes"] = "1"
    return theme


def _theme(name: str, dark: bool, colours: dict[str, str]) -> Theme:
    own = {key.replace("_", "-"): value for key, value in colours.items() if key not in ("text", "background")}
    return Theme(
        name=name,
        dark=dark,
        primary=colours["accent"],
        secondary=colours["accent"],
        accent=colours["accent"],
        warning=colours["asks"],
        error=colours["refuses"],
        success=colours["finished"],
        foreground=colours["text"],
        background=colours["background"],
        surface=colours["background"],
        panel=colours["raised"],
        text_alpha=1.0,
        variables=own | {"ink": colours["text"], "paper": colours["background"]},
    )
