"""Languages: the gettext catalogues of all rooms, merged at start.

Every text is written in English in the code, marked with ``_`` (templates) or `N_` (Python), and translated in
``locale/<language>/<room>.po``. Placeholders are ``%(name)s``.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from egov_participation import paths

LANGUAGES = {"kk": "Қазақша", "ru": "Русский", "en": "English"}
"""The languages of the site, by code, each by its own name, in the order of the switch."""
LOCALES = {"kk": "kk", "ru": "ru", "en": "en_GB"}
"""How each writes dates and numbers: day before month and 24 hours in all three, so that a time reads alike."""
DEFAULT_LANGUAGE = "kk"


def N_(message: str) -> str:
    """Mark a msgid for the catalogues; it is translated where it is shown. (The name is gettext's custom.)"""
    return message


@cache
def catalogue(lang: str) -> NullTranslations:
    """All texts of one language. English is the msgids themselves.

    Raises:
        ValueError: two rooms translate one msgid differently.
    """
    files = sorted((paths.locale_dir() / lang).glob("*.po"))
    if not files:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, _merged(lang, files))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _merged(lang: str, files: list[Path]) -> Catalog:
    merged = Catalog(locale=Locale.parse(lang))
    for file in files:
        with file.open("rb") as stream:
            catalog = read_po(stream, locale=lang, abort_invalid=True)
        for message in catalog:
            if not message.id or message.fuzzy:
                continue
            earlier = merged.get(message.id, context=message.context)
            if earlier is not None and earlier.string != message.string:
                raise ValueError(f"{file}: {message.id!r} is translated differently in another room")
            merged.add(message.id, message.string, context=message.context)
    return merged


def translate(lang: str, message: str, **params: object) -> str:
    """The text of a msgid that was marked with `N_`, with ``%(name)s`` filled in."""
    text = catalogue(lang).gettext(message)
    return text % params if params else text


def in_language(texts: Mapping[str, str], lang: str, otherwise: str = "") -> str:
    """A text that was written in some languages: in `lang`, or in the first in which there is one."""
    return texts.get(lang) or next(filter(None, texts.values()), otherwise)


def counted(number: int, thing: str, more: str = "") -> str:
    """``1 problem``, ``2 problems``, ``100 or more problems``: for commands, which speak English."""
    return f"{number}{more} {thing if number == 1 and not more else thing + 's'}"


def ntranslate(lang: str, singular: str, plural: str, n: int, **params: object) -> str:
    """The text for `n` things; ``%(num)s`` is `n`. Both msgids are written out here, for the catalogues."""
    return catalogue(lang).ngettext(singular, plural, n) % {"num": n, **params}
