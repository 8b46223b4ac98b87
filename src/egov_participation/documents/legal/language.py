"""What language words are in, by their letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_KAZAKH: Final = frozenset("әғқңөұүһі")
_KAZAKH_ALONE: Final = frozenset("қғұһ")
_UKRAINIAN: Final = frozenset("їєґ")
_LATIN_WORDS: Final = {
    "en": frozenset(["the", "of", "and", "shall", "in", "to", "by", "for"]),
    "de": frozenset(["der", "die", "und", "das", "des", "nicht", "mit", "für"]),
    "fr": frozenset(["le", "les", "des", "et", "dans", "est", "une", "par"]),
    "es": frozenset(["el", "los", "las", "del", "que", "por", "una", "en"]),
    "it": frozenset(["il", "della", "di", "che", "gli", "per", "del", "con"]),
}
_WORD: Final = re.compile(r"[^\W\d_]+")
_ENOUGH: Final = 40
"""Letters that are needed to tell at all."""


def language_of(texts: Iterable[str], otherwise: str = "und") -> str:
    """The ISO 639-1 code of the words, or ``otherwise`` if there are too few or the language is none of those known."""
    letters: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for text in texts:
        lower = text.lower()
        letters.update(lower)
        words.update(_WORD.findall(lower))
    cyrillic = sum(count for char, count in letters.items() if "Ѐ" <= char <= "ӿ")
    arabic = sum(count for char, count in letters.items() if "؀" <= char <= "ۿ" and char.isalpha())
    latin = sum(count for char, count in letters.items() if "a" <= char <= "ɏ" and char.isalpha())
    most = max(cyrillic, arabic, latin)
    if most < _ENOUGH:
        return otherwise
    if most == cyrillic:
        return _cyrillic(letters, cyrillic)
    if most == arabic:
        return "ar"
    best = max(_LATIN_WORDS, key=lambda code: sum(words[word] for word in _LATIN_WORDS[code]))
    return best if any(words[word] for word in _LATIN_WORDS[best]) else otherwise


def _cyrillic(letters: Counter[str], all_: int) -> str:
    kazakh = sum(letters[char] for char in _KAZAKH)
    if sum(letters[char] for char in _UKRAINIAN) * 200 > all_:
        return "uk"
    if kazakh * 25 > all_:
        return "kk" if any(letters[char] for char in _KAZAKH_ALONE) else "ky"
    return "ru"
