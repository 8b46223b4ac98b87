"""Texts as words, and how alike two of them are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
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


def plain(text: str) -> str:
    """Without case, its words parted by single spaces."""
    return " ".join(text.casefold().split())


def similarity(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1, by characters and words that must go or come; 1 only for the same text."""
    return 1.0 if one == other else alike(plain(one), words_of(one), plain(other), words_of(other))


def alike(one: str, words: Sequence[str], other: str, other_words: Sequence[str]) -> float:
    """`similarity` of two different texts, of which `plain` and `words_of` are known; less than 1.

    Characters alone find any two texts of one language half alike; words alone find an inflected one another.
    """
    characters = Indel.normalized_similarity(one, other)
    return min(_CHANGED, (characters + Indel.normalized_similarity(words, other_words)) / 2)


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
        return nsmallest(most, weights, key=lambda place: (-weights[place], place))
