"""Style sheets parsed once for the process instead of once for each person."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import CssSource, Stylesheet
from textual.css.types import CSSLocation
from textual.theme import Theme

# Read-only once made, as many as there are themes, files and sets of widget classes; nothing of a person.
_variables: dict[str, dict[str, str]] = {}
_files: dict[str, str] = {}
_rules: dict[tuple[object, ...], list[RuleSet]] = {}
_sheets: dict[tuple[object, ...], tuple[list[RuleSet], dict[str, list[RuleSet]]]] = {}


def variables(theme: Theme) -> dict[str, str]:
    """The CSS variables of a theme."""
    if theme.name not in _variables:
        _variables[theme.name] = theme.to_color_system().generate() | theme.variables
    return _variables[theme.name]


class SharedStylesheet(Stylesheet):
    """A sheet that looks into what others have parsed before it parses."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._look = _look(self._variables)

    def set_variables(self, variables: dict[str, str]) -> None:
        super().set_variables(variables)
        self._look = _look(variables)

    def read(self, filename: str | PurePath) -> None:
        """A file is read at its first use; a changed style sheet needs a restart."""
        path = str(filename)
        if path not in _files:
            super().read(filename)
            _files[path] = self.source[path, ""].content
        self.source[path, ""] = CssSource(_files[path], False, 0)
        self._require_parse = True

    def _parse_rules(
        self,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        key = (self._look, css, read_from, is_default_rules, tie_breaker, scope)
        if key not in _rules:
            _rules[key] = super()._parse_rules(css, read_from, is_default_rules, tie_breaker, scope)
        return _rules[key]

    def parse(self) -> None:
        """Take the whole sheet over when somebody has had the same one."""
        key = (self._look, *((where, *source) for where, source in self.source.items()))
        if key not in _sheets:
            super().parse()
            _sheets[key] = self._rules, super().rules_map
        self._rules, self._rules_map = _sheets[key]
        self._require_parse = False

    def reparse(self) -> None:
        """After a change of theme."""
        self.parse()

    def copy(self) -> SharedStylesheet:
        """A sheet of the same sources."""
        sheet = SharedStylesheet(variables=self._variables.copy())
        sheet.source = self.source.copy()
        return sheet


def _look(variables: dict[str, Any]) -> int:
    return hash(tuple(sorted(variables.items())))
