"""Two, then six people on one console at once: nothing of one ever comes out at another's terminal."""

from __future__ import annotations

import re

from core.i18n.tongue import Tongue
from tests.stories.conftest import Keys
from tests.stories.console import Console, Operator
from tests.stories.eyes import Eyes, looking

CYRILLIC = re.compile("[\u0400-\u04ff]")
RUSSIAN, SPANISH = "ru_RU.UTF-8", "es_ES.UTF-8"
SGR = re.compile(rb"\x1b\[([\d;]*)m")
DEEP = re.compile(rb"[34]8;(2;\d+;\d+;\d+|5;\d+)")


def depth_of(eyes: Eyes) -> set[str]:
    """Every kind of colour that was sent."""
    found = set()
    for codes in SGR.findall(eyes.seen):
        found |= {"true" if deep.startswith(b"2") else "256" for deep in DEEP.findall(codes)}
        plain = DEEP.sub(b"", codes).split(b";")
        found |= {"16" for code in plain if code and (30 <= int(code) <= 47 or int(code) >= 90)}
    return found


def stays_within(eyes: Eyes) -> bool:
    columns, rows = eyes.reaches()
    return 0 < columns <= eyes.size[0] and 0 < rows <= eyes.size[1]


def test_a_viewer_and_an_administrator_see_nothing_of_each_other(sue: Operator, vera: Operator) -> None:
    with looking(
        Eyes(sue, size=(160, 45), TERM="xterm-kitty", LANG="en_US.UTF-8"),
        Eyes(vera, "open products", TERM="linux", LANG=RUSSIAN),
    ) as (hers, veras):
        hers.sees("sue · super_admin")
        veras.sees(Tongue("ru")("Products"))
        for hers_next, veras_next in zip(":rhinoceros", "/okapiokapi", strict=True):
            hers.types(hers_next)
            veras.types(veras_next)
            hers.look()
            veras.look()
        hers.sees("rhinoceros")
        veras.sees("okapiokapi")
        hers.types("\x1b")
        hers.misses("rhinoceros")
        hers.types("5")
        hers.sees("oleg", "ada", "vera")
        veras.look()
        assert b"rhinoceros" not in veras.seen
        assert b"super_admin" not in veras.seen
        assert b"oleg" not in veras.seen
        assert b"okapi" not in hers.seen
        assert CYRILLIC.search(veras.seen.decode())
        assert not CYRILLIC.search(hers.seen.decode())
        assert depth_of(hers) == {"true"}
        assert depth_of(veras) == {"16"}
        assert stays_within(hers)
        assert stays_within(veras)
        assert hers.reaches() > veras.size


def test_six_people_at_once_keep_their_words_colours_languages_and_sizes(console: Console, keys: Keys) -> None:
    def sits(name: str, size: tuple[int, int], **environment: str) -> Eyes:
        return Eyes(console.operator(name, getattr(keys, name)), size=size, **environment)

    everybody = (
        sits("sue", (160, 45), TERM="xterm-256color", COLORTERM="truecolor"),
        sits("oleg", (120, 30), TERM="xterm-256color", LANG=SPANISH),
        sits("vera", (80, 24), TERM="linux", LANG=RUSSIAN),
        sits("ada", (100, 30), TERM="xterm-kitty", NO_COLOR="1"),
        sits("oleg", (80, 24), TERM="screen-256color", LANG=RUSSIAN),
        sits("sue", (132, 50), TERM="foot", LANG=SPANISH),
    )
    animals = ("aardvark", "bandicoot", "capybara", "dromedary", "echidna", "flamingo")
    tongues = ("en", "es", "ru", "en", "ru", "es")
    depths = ({"true"}, {"256"}, {"16"}, set[str](), {"256"}, {"true"})
    with looking(*everybody):
        for eyes, language in zip(everybody, tongues, strict=True):
            eyes.sees(Tongue(language)("Home"))
        for eyes in everybody:
            eyes.types(":")
        for at in range(9):
            for eyes, animal in zip(everybody, animals, strict=True):
                eyes.types(animal[at : at + 1])
                eyes.look()
        for eyes, animal in zip(everybody, animals, strict=True):
            eyes.sees(animal)
        for eyes in everybody:
            eyes.types("\x1b")
        for eyes, animal in zip(everybody, animals, strict=True):
            eyes.misses(animal)
            eyes.types("2")
        for eyes, language in zip(everybody, tongues, strict=True):
            eyes.sees(Tongue(language)("Products"))
        for eyes, animal, language, depth in zip(everybody, animals, tongues, depths, strict=True):
            assert not [other for other in animals if other != animal and other.encode() in eyes.seen]
            assert bool(CYRILLIC.search(eyes.seen.decode())) == (language == "ru")
            assert depth_of(eyes) == depth, eyes.size
            assert stays_within(eyes)


def test_true_colour_reaches_a_session_that_asked_for_it_and_no_other(oleg: Operator, vera: Operator) -> None:
    """Textual keeps rendered lines for the whole process: whoever paints first would decide for all."""
    for first, second in ((oleg, vera), (vera, oleg)):
        with looking(
            Eyes(first, TERM="xterm-kitty"),
            Eyes(second, TERM="xterm-256color"),
            Eyes(first, TERM="xterm-256color", NO_COLOR="1"),
        ) as (true, indexed, none):
            for eyes in (true, indexed, none):
                eyes.sees("Home")
                eyes.types("2")
            for eyes in (true, indexed, none):
                eyes.sees("Products")
                eyes.types("1")
            assert depth_of(true) == {"true"}
            assert depth_of(indexed) == {"256"}
            assert depth_of(none) == set()
