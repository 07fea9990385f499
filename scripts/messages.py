"""Bring the translators' files up to date: python -m scripts.messages [--check].

New sentences come in untranslated, gone ones go, translations are kept. `--check` changes nothing and exits 1 when
a file is not complete."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from core.i18n.harvest import harvest
from core.i18n.tongue import DOMAIN, LANGUAGES, LOCALES


def fresh(language: str) -> Catalog:
    """Every sentence of today, with the translations that the language's file has."""
    path = file_of(language)
    old = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            old = read_po(file, locale=language)
    new = Catalog(
        locale=language,
        domain=DOMAIN,
        project="AI-Factory console",
        version="0",
        header_comment="",
        fuzzy=False,
        msgid_bugs_address="-",
        last_translator="-",
        language_team=language,
    )
    new.creation_date = new.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    for (one, many), places in sorted(harvest().items()):
        key = (one, many) if many else one
        known = old.get(one)
        string = known.string if known is not None and (isinstance(known.id, tuple) == bool(many)) else None
        if language == "en" and not string:
            string = (one, many) if many else one
        new.add(
            key,
            string=string or ("" if not many else ("",) * new.num_plurals),
            auto_comments=[", ".join(sorted(set(places))[:3])],
        )
    return new


def file_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def untranslated(catalogue: Catalog) -> list[str]:
    """Sentences without a translation, a plural's missing form included."""
    missing = []
    for message in catalogue:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if not all(strings):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    status = 0
    for language in LANGUAGES:
        catalogue = fresh(language)
        missing = untranslated(catalogue)
        sys.stdout.write(f"{language}: {len(catalogue)} sentences, {len(missing)} without a translation\n")
        if missing:
            status = 1
        if not check:
            path = file_of(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(file, catalogue, width=110, sort_output=True, omit_header=False, no_location=True)
    return status if check else 0


if __name__ == "__main__":
    raise SystemExit(main())
