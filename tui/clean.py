"""The last line of defence against text that moves the cursor, hides itself or talks to the terminal.

Text is washed at the border (core). What this module does is for the one place that somebody forgets.
"""

from __future__ import annotations

import unicodedata

# Joiners are kept in running text (Persian, emoji); they are zero cells wide and hide nothing by themselves.
_HARMLESS = {"\u00a0", "\u200c", "\u200d", "\u3000", "\u202f", "\u2009"}
_REMOVED = ("Cc", "Cf", "Zl", "Zp")


def _harmless(char: str) -> str:
    if char.isprintable() or char in _HARMLESS:
        return char
    kind = unicodedata.category(char)
    if kind in _REMOVED:
        return ""
    return "\ufffd" if kind == "Cs" else char


def clean(text: str) -> str:
    """Without C0, C1, bidi and other format controls; lone surrogates become U+FFFD. Line breaks go too."""
    if text.isprintable():
        return text
    return "".join(map(_harmless, text))


def one_line(text: str, limit: int = 4096) -> str:
    """Text for one line or one cell: breaks and tabs become spaces, clusters that terminals measure
    differently (joined emoji, variation selectors) are taken apart; only `limit` characters are looked at."""
    text = text[:limit]
    if text.isascii() and text.isprintable():
        return text
    text = text.translate(_TO_SPACE)
    return clean(text).translate(_TAKEN_APART)


_TO_SPACE = dict.fromkeys(map(ord, "\n\t\r\v\f\x85\u2028\u2029"), " ")
_TAKEN_APART = dict.fromkeys([0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400)], None)
