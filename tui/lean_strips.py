"""Textual's `Strip` makes seven caches for each line of a screen: half of an idle session's memory.

Here they are made on first use. (A change for Textual itself, some day; until then the version is pinned.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.segment import Segment
from textual.cache import FIFOCache
from textual.strip import Strip

_SIZES = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}


def _lean_init(strip: Any, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    strip._segments = list(segments)
    strip._cell_length = cell_length
    strip._render_cache = None
    strip._link_ids = None
    strip._cell_count = None


def _make_cache(strip: Any, name: str) -> FIFOCache[Any, Any]:
    size = _SIZES.get(name)
    if size is None:
        raise AttributeError(name)
    cache: FIFOCache[Any, Any] = FIFOCache(size)
    setattr(strip, name, cache)
    return cache


def install() -> None:
    """Change `Strip` for the whole process; a second time does nothing."""
    Strip.__init__ = _lean_init  # type: ignore[method-assign, assignment]
    Strip.__getattr__ = _make_cache  # type: ignore[attr-defined]
