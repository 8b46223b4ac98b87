"""The piece of a text that shows why it was found, with the words that were looked for marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from egov_participation.search import words
from egov_participation.search.words import Word

LENGTH: Final = 200
"""Letters of a snippet, about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text is looked through for."""

    terms: frozenset[bytes]
    prefixes: frozenset[bytes]

    def is_in(self, word: Word, lang: str) -> bool:
        """Whether that word of a text in `lang` is one that was looked for."""
        term = words.term(word.plain, lang)
        return term is not None and (term in self.terms or any(term.startswith(prefix) for prefix in self.prefixes))


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a snippet's letters."""

    text: str
    marked: bool = False


def marked(text: str, lang: str, wanted: Wanted) -> list[Piece]:
    """A whole text, such as a title, with what was looked for marked."""
    return _pieces(text, 0, len(text), [word for word in words.words(text) if wanted.is_in(word, lang)])


def snippet(text: str, lang: str, wanted: Wanted) -> list[Piece]:
    """The part of `text` in which most of what was looked for stands, or its beginning; dots stand for what is cut."""
    all_words = list(words.words(text))
    hits = [word for word in all_words if wanted.is_in(word, lang)]
    start = _start(hits, all_words)
    end = _end(start, all_words, len(text))
    pieces = _pieces(text, start, end, [hit for hit in hits if hit.start >= start and hit.end <= end])
    if start:
        pieces.insert(0, Piece("… "))
    if end < len(text):
        pieces.append(Piece(" …"))
    return pieces


def has_hit(text: str, lang: str, wanted: Wanted) -> bool:
    """Whether anything that was looked for stands in the text."""
    return any(wanted.is_in(word, lang) for word in words.words(text))


def _start(hits: Sequence[Word], all_words: Sequence[Word]) -> int:
    """Where the window begins that holds the most hits, a few words before the first of them."""
    if not hits:
        return 0
    best = max(hits, key=lambda hit: (sum(hit.start <= other.start < hit.start + LENGTH for other in hits), -hit.start))
    before = [word.start for word in all_words if best.start - LENGTH // 4 <= word.start <= best.start]
    return 0 if best.start <= LENGTH // 4 else before[0]


def _end(start: int, all_words: Sequence[Word], length: int) -> int:
    if start + LENGTH >= length:
        return length
    ends = [word.end for word in all_words if start < word.end <= start + LENGTH]
    return ends[-1] if ends else start + LENGTH


def _pieces(text: str, start: int, end: int, hits: Sequence[Word]) -> list[Piece]:
    pieces, place = [], start
    for hit in hits:
        pieces += [Piece(text[place : hit.start]), Piece(text[hit.start : hit.end], marked=True)]
        place = hit.end
    pieces.append(Piece(text[place:end]))
    return [piece for piece in pieces if piece.text]
