#!/usr/bin/env python3
"""Fail when a text of the interface is not translated, or a translation cannot be right.

Every msgid in templates and code must stand in a Kazakh and a Russian catalogue with every plural form, the same
placeholders and the same tags, set as each language sets its texts; a catalogue holds nothing that is not used.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from egov_participation import paths
from egov_participation.i18n import LANGUAGES

KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "ntranslate": (2, 3)}
SOURCES = ((paths.templates_dir(), "**.html", "jinja2"), (Path(paths.__file__).parent, "**.py", "python"))
PLURAL_FORMS = {"kk": 2, "ru": 3}
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|%[sd]")
_TAG = re.compile(r"</?\w[^>]*>")

_MARKUP = re.compile(r"<[^>]*>|\[[^]]*\]")  # tags, and what is quoted from a file in brackets
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# What is alike in every language: names of programs, formats and people.
SAME_EVERYWHERE = frozenset({"IIN", "QR", "JSON", "CSV", "PDF", "OpenAPI", "Belenios", "egov-verify", "egov-ballot"})

# What no text may hold, with what is right instead. Tags and placeholders are taken out first.
TYPOGRAPHY = (
    (re.compile(r"  "), "two spaces"),
    (re.compile(r"\.\.\."), "three dots instead of …"),
    (re.compile(r"\s[,.;:!?](?=\s|$)"), "a space before a punctuation mark"),
    (re.compile(r"\w - \w"), "a hyphen instead of a dash"),
)
QUOTES = {
    "en": (re.compile(r'["„«»]'), "quotation marks other than “ ”"),
    "kk": (re.compile(r"[\"'„“”‘’]"), "quotation marks other than « »"),
    "ru": (re.compile(r"[\"'„“”‘’]"), "quotation marks other than « »"),
}

# One thing has one name: what else it was called somewhere, with the name that it has.
TERMS: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "en": (),
    "kk": (
        (re.compile(r"жария журнал|ашықтық журнал", re.IGNORECASE), "another name of the log than «ашық журнал»"),
        (re.compile(r"консультаци", re.IGNORECASE), "another name of a consultation than «талқылау»"),
        (re.compile(r"қауымдасты", re.IGNORECASE), "another name of an association than «бірлестік»"),
    ),
    "ru": (
        (
            re.compile(r"публичн\w+ журнал|журнал\w* прозрачности", re.IGNORECASE),
            "another name of the log than «открытый журнал»",
        ),
        (re.compile(r"консультаци", re.IGNORECASE), "another name of a consultation than «обсуждение»"),
        (re.compile(r"ассоциаци", re.IGNORECASE), "another name of an association than «объединение»"),
    ),
}

_BARE_PERCENT = re.compile(r"%(?!\(|%)")  # Jinja fills every text in, so that a percent sign is written %%

Id = str | tuple[str, ...]


def used() -> dict[Id, str]:
    """Every msgid (a pair for plurals) with the first place it stands at."""
    places: dict[Id, str] = {}
    for folder, pattern, method in SOURCES:
        options = {pattern: {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}}
        found = extract_from_dir(folder, [(pattern, method)], options, keywords=KEYWORDS)
        for file, line, message, _comments, _context in found:
            places.setdefault(message, f"{folder.name}/{file}:{line}")
    return places


def read(lang: str) -> Iterator[tuple[Path, Catalog]]:
    """The catalogues of one language."""
    for path in sorted((paths.locale_dir() / lang).glob("*.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=lang, abort_invalid=True)


def problems(lang: str, places: dict[Id, str]) -> Iterator[str]:
    """What is wrong with one language, a line each."""
    translated: dict[Id, tuple[Path, Message]] = {}
    for path, catalogue in read(lang):
        for obsolete in catalogue.obsolete.values():
            yield f"{path.name}: {obsolete.id!r} is marked as obsolete"
        for message in catalogue:
            if not message.id:
                continue
            message_id = _id(message)
            other = translated.setdefault(message_id, (path, message))
            if other[1].string != message.string:
                yield f"{path.name}: {message.id!r} is translated differently in {other[0].name}"
            if message_id not in places:
                yield f"{path.name}: {message.id!r} is used nowhere"
            yield from (f"{path.name}: {message.id!r} {wrong}" for wrong in wrongs(lang, message))
    for message_id, place in places.items():
        originals = (message_id,) if isinstance(message_id, str) else message_id
        if lang == "kk":  # once
            yield from (f"{place}: {text!r} has {wrong}" for text in originals for wrong in badly_set("en", text))
        if ".html:" in place and _BARE_PERCENT.search(str(message_id)):
            yield f"{place}: {message_id!r} needs %% for its percent sign"
        if message_id not in translated:
            yield f"{place}: {message_id!r} is not translated"


def _id(message: Message) -> Id:
    return message.id if isinstance(message.id, str) else tuple(message.id)


def wrongs(lang: str, message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    if message.fuzzy:
        yield "is fuzzy"
    message_id = _id(message)
    originals = (message_id,) if isinstance(message_id, str) else message_id
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    if len(originals) > 1 and len(forms) != PLURAL_FORMS[lang]:
        yield f"has {len(forms)} plural forms of {PLURAL_FORMS[lang]}"
    if not all(forms):
        yield "is empty"
        return
    for number, form in enumerate(forms):
        # Where the first form is for one thing alone it may leave the number out ("one day left"). Russian's is not: it
        # is that of 21 and 101, too.
        leaves_out = lang == "kk" and number == 0
        allowed = [sorted(_PLACEHOLDER.findall(original)) for original in (originals if leaves_out else originals[-1:])]
        if sorted(_PLACEHOLDER.findall(form)) not in allowed or ("%%" in form) != ("%%" in originals[-1]):
            yield f"has other placeholders in {form!r}"
        if sorted(_TAG.findall(form)) != sorted(_TAG.findall(originals[-1])):
            yield f"has other tags in {form!r}"
        if form in originals and _LATIN_WORD.search(_bare(form)) and _bare(form).strip() not in SAME_EVERYWHERE:
            yield "is not translated but repeated"
        yield from (f"has {wrong} in {form!r}" for wrong in badly_set(lang, form))
        if form[:1].isspace() != originals[-1][:1].isspace() or form[-1:].isspace() != originals[-1][-1:].isspace():
            yield f"begins or ends with other white space in {form!r}"


def badly_set(lang: str, text: str) -> Iterator[str]:
    """What is not set as it should be in a text of `lang`."""
    bare = _bare(text)
    for pattern, what in (*TYPOGRAPHY, QUOTES[lang], *TERMS[lang]):
        if pattern.search(bare):
            yield what


def _bare(text: str) -> str:
    """A text without its tags, placeholders and pieces of files."""
    return _PLACEHOLDER.sub("x", _MARKUP.sub("x", text))


def main() -> int:
    """Check every language; print what is wrong.

    Returns:
        The exit status: 0, or 1 when something is wrong.
    """
    places = used()
    found = [f"{lang}: {problem}" for lang in LANGUAGES if lang != "en" for problem in problems(lang, places)]
    print("\n".join(found) or f"{len(places)} texts are translated", file=sys.stderr if found else sys.stdout)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
