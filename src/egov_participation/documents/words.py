"""Texts as words, and how alike two of them are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import Indel

_WORD: Final = re.compile(r"\w+")
_CHANGED: Final = 0.999
"""No two different texts are more alike than this: 1 says that they are the same."""
_RAREST: Final = 24
"""So many of a text's rarest words find the texts like it."""
_COMMON: Final = 100
"""A word that stands in more texts than this says nothing."""


def words_of(text: str) -> list[str]:
    """Its words in order, without case and signs."""
    return _WORD.findall(text.casefold())


def similarity(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1, by the characters and the words that must go or come; 1 only for the same text.

    Characters alone find any two texts of one language half alike; words alone find an inflected one another.
    """
    if one == other:
        return 1.0
    characters = Indel.normalized_similarity(_plain(one), _plain(other))
    return min(_CHANGED, (characters + Indel.normalized_similarity(words_of(one), words_of(other))) / 2)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def share(part: Sequence[str], whole: Sequence[str]) -> float:
    """How much of ``part`` stands in ``whole``, 0 to 1, by its pairs of neighbouring words."""
    pairs = set(pairwise(part))
    return len(pairs & set(pairwise(whole))) / len(pairs) if pairs else 0.0


class WordIndex:
    """Finds the texts that share rare words with another one.

    Args:
        texts: Words by the place of the text.
    """

    def __init__(self, texts: Mapping[int, Iterable[str]]) -> None:
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, words in texts.items():
            for word in dict.fromkeys(words):
                self._places[word].append(place)

    def like(self, words: Iterable[str], most: int = 8) -> list[int]:
        """The places of the texts that share most with ``words``, best first; of equals the first in order."""
        known = [(len(self._places[word]), word) for word in dict.fromkeys(words) if word in self._places]
        weights: dict[int, float] = defaultdict(float)
        for often, word in sorted(known)[:_RAREST]:
            if often > _COMMON and weights:
                break
            for place in self._places[word][:_COMMON]:
                weights[place] += 1 / often
        return sorted(weights, key=lambda place: (-weights[place], place))[:most]
