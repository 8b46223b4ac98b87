"""How well a document fits a query, in integers: BM25 (Robertson and Zaragoza, 2009) with its usual constants.

The length of a usual text is a constant here and not the average of all: so a document's scores do not change when
another one comes, and are computed once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Final

from egov_participation.search import words

MAX_QUERY: Final = 200
"""Letters of a query that are read."""
MAX_WORDS: Final = 8
"""Words of a query that are looked for."""
PAGE: Final = 20
"""Results on a page."""
MAX_PAGES: Final = 50
"""More nobody reads; counting on would only be work."""

APART: Final = ("comment",)
"""Kinds of things that are found by their own room alone: so many that nothing else would be found among them."""


def mark(kind: str) -> bytes:
    """What stands before the terms of things of a kind: those that are kept apart have an index of their own, which a
    search among all else does not go through."""
    return f":{kind}:".encode() if kind in APART else b""


_TITLE: Final = 5
"""A word in a title counts as much as so many in the text."""
_USUAL_LENGTH: Final = 150
_K1: Final = 1.2
_B: Final = 0.75
_UNIT: Final = 1000


def scores(texts: Mapping[str, tuple[str, str]]) -> dict[bytes, int]:
    """The scores of all terms of a document.

    Args:
        texts: title and body by language.
    """
    found: dict[bytes, int] = {}
    for lang, (title, body) in texts.items():
        counts: Counter[bytes] = Counter()
        length = 0
        for text, weight in ((title, _TITLE), (body, 1)):
            for word in words.words(text):
                length += 1
                term = words.term(word.plain, lang)
                if term is not None:
                    counts[term] += weight
        for term, count in counts.items():
            found[term] = max(found.get(term, 0), score(count, length))
    return found


def score(count: int, length: int) -> int:
    """What a term that counts `count` in a text of `length` words contributes, before its rarity."""
    return max(1, round(_UNIT * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length / _USUAL_LENGTH))))


def rarity(documents: int, having: int) -> int:
    """How much a word tells that `having` of all documents hold."""
    return max(1, round(100 * math.log(1 + (documents - having + 0.5) / (having + 0.5))))
