"""Comments hang on words: where the words of a comment stand, and where they went in the next version.

An anchor is what the W3C Web Annotation model calls a text quote selector with a text position selector. Offsets count
Unicode code points of a provision's `words` (NFC), from 0, the end not included; JavaScript counts UTF-16 units.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, islice
from typing import Final

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio_alignment

from egov_participation.documents.words import WordIndex, words_of

CONTEXT: Final = 32
"""So many code points before and after a quote are kept."""
LONGEST_QUOTE: Final = 4000
"""A longer one is a comment on the provision."""
ANCHORED_FROM: Final = 0.85
SHIFTED_FROM: Final = 0.6
_MOST_ERRORS: Final = 256
_LONG: Final = 256
_ELSEWHERE: Final = 4
"""So many other provisions are looked at for a quote that stands nowhere as it was."""
_QUOTE, _PREFIX, _SUFFIX, _POSITION = 50, 20, 20, 2
_BETWEEN: Final = "\0"
_MOST_FOUND: Final = 200
"""So many places of one quote are weighed: a word of two letters stands everywhere."""


class AnchorError(ValueError):
    """An anchor that does not fit the text it was made on."""


class State(StrEnum):
    """What became of an anchor."""

    ANCHORED = "anchored"
    SHIFTED = "shifted"
    """It stands where it probably belongs: whoever reads it should be told."""
    ORPHANED = "orphaned"
    """Its words are gone; it is shown with what it quoted."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words of one provision, with what stands around them."""

    quote: str
    prefix: str
    suffix: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an anchor stands in a version. An orphan has no ``provision``; its score is the best that was found."""

    state: State
    provision: int | None
    start: int
    end: int
    score: float


def make_anchor(words: str, start: int, end: int) -> Anchor:
    """The anchor of ``words[start:end]``.

    Raises:
        AnchorError: that is outside of the text, blank, or longer than `LONGEST_QUOTE`.
    """
    if not 0 <= start < end <= len(words):
        raise AnchorError(f"{start}..{end} is not inside of {len(words)}")
    quote = words[start:end]
    if not quote.strip():
        raise AnchorError("nothing is quoted")
    if len(quote) > LONGEST_QUOTE:
        raise AnchorError(f"{len(quote)} signs are quoted, {LONGEST_QUOTE} at most")
    return Anchor(quote, words[max(0, start - CONTEXT) : start], words[end : end + CONTEXT], start, end)


def find_quote(words: str, quote: str, near: int = 0) -> Anchor | None:
    """The anchor of a quote that somebody copied or typed, however its spaces fell; of several the one nearest.

    None when it does not stand in ``words``.
    """
    wanted = quote.split()
    if not wanted or len(quote) > LONGEST_QUOTE:
        return None
    # The text with each run of blanks as one, and for each of its signs the place in the text.
    places = [
        place for place, sign in enumerate(words) if not sign.isspace() or (place and not words[place - 1].isspace())
    ]
    plain = "".join(" " if words[place].isspace() else words[place] for place in places)
    joined = " ".join(wanted)
    starts = [places[start] for start in islice(_occurrences(joined, plain), _MOST_FOUND)]
    if not starts:
        return None
    start = min(starts, key=lambda start: (abs(start - near), start))
    return make_anchor(words, start, places[places.index(start) + len(joined) - 1] + 1)


def selectors(anchor: Anchor) -> list[dict[str, str | int]]:
    """The anchor as selectors of the W3C Web Annotation Data Model (4.2.4 and 4.2.5)."""
    return [
        {"type": "TextQuoteSelector", "exact": anchor.quote, "prefix": anchor.prefix, "suffix": anchor.suffix},
        {"type": "TextPositionSelector", "start": anchor.start, "end": anchor.end},
    ]


class NewText:
    """A version that anchors are carried over to; made once for all of them.

    Args:
        texts: The `words` of its provisions, in order.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._whole = _BETWEEN.join(texts)
        self._starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        self._index: WordIndex | None = None
        self._spans: dict[tuple[str, int], list[tuple[int, int, float]]] = {}
        self._elsewhere: dict[str, list[int]] = {}

    def re_anchor(self, anchor: Anchor, mapped: Sequence[int]) -> Placement:
        """Where the words of ``anchor`` stand now.

        First in the provisions that its own became (``mapped``, places in this version), then in all. There the exact
        quote counts, and what is alike only where it is missing: at most min(256, half its length) signs may differ.
        score = (50·quote + 20·prefix + 20·suffix + 2·position) / 92, each of 0 to 1; the position counts in ``mapped``
        alone. From `ANCHORED_FROM` on it is anchored, from `SHIFTED_FROM` on shifted.
        """
        best = self._best(anchor, mapped, at_home=True)
        if best is None or best.score < ANCHORED_FROM:
            others = [place for place in self._likely(anchor.quote) if place not in mapped]
            elsewhere = self._best(anchor, others, at_home=False)
            if elsewhere is not None and (best is None or elsewhere.score > best.score):
                best = elsewhere
        if best is None or best.score < SHIFTED_FROM:
            return Placement(State.ORPHANED, None, 0, 0, best.score if best else 0.0)
        return best

    def _best(self, anchor: Anchor, places: Iterable[int], *, at_home: bool) -> Placement | None:
        """The best of the spans in these provisions; of equals the first."""
        best: Placement | None = None
        for place in places:
            for start, end, quote in self._found(anchor.quote, place):
                score = self._score(anchor, place, start, end, quote, at_home=at_home)
                if best is None or score > best.score:
                    state = State.ANCHORED if score >= ANCHORED_FROM else State.SHIFTED
                    best = Placement(state, place, start, end, score)
        return best

    def _score(self, anchor: Anchor, place: int, start: int, end: int, quote: float, *, at_home: bool) -> float:
        text = self._texts[place]
        before, after = text[max(0, start - len(anchor.prefix)) : start], text[end : end + len(anchor.suffix)]
        position = max(0.0, 1 - abs(start - anchor.start) / len(text)) if at_home else 0.0
        return (
            _QUOTE * quote
            + _PREFIX * Levenshtein.normalized_similarity(anchor.prefix, before)
            + _SUFFIX * Levenshtein.normalized_similarity(anchor.suffix, after)
            + _POSITION * position
        ) / (_QUOTE + _PREFIX + _SUFFIX + _POSITION)

    def _found(self, quote: str, place: int) -> list[tuple[int, int, float]]:
        """Start, end and likeness of the places of a quote in one provision."""
        key = quote, place
        if key not in self._spans:
            text = self._texts[place]
            exact = [(start, start + len(quote), 1.0) for start in islice(_occurrences(quote, text), _MOST_FOUND)]
            self._spans[key] = exact or list(_approximate(quote, text))
        return self._spans[key]

    def _likely(self, quote: str) -> list[int]:
        """The provisions of the whole text that hold a quote, or else those that share its rare words."""
        if quote not in self._elsewhere:
            found = islice(_occurrences(quote, self._whole), _MOST_FOUND)
            exact = list(dict.fromkeys(bisect_right(self._starts, start) - 1 for start in found))
            if not exact and self._index is None:
                self._index = WordIndex({place: words_of(text) for place, text in enumerate(self._texts)})
            self._elsewhere[quote] = exact or (self._index.like(words_of(quote), _ELSEWHERE) if self._index else [])
        return self._elsewhere[quote]


def _occurrences(quote: str, text: str) -> Iterator[int]:
    start = text.find(quote)
    while start >= 0:
        yield start
        start = text.find(quote, start + 1)


def _approximate(quote: str, text: str) -> Iterator[tuple[int, int, float]]:
    """The best place of what is like the quote, when it is like enough."""
    most = min(_MOST_ERRORS, len(quote) // 2)
    if not most or not text:
        return
    low, high = 0, len(text)
    if len(quote) <= _LONG and len(quote) < len(text):
        # Fast, but in a window as long as the quote; the ends are sought around it. (For long quotes it is slow.)
        place = partial_ratio_alignment(quote, text, score_cutoff=50)
        if place is None:
            return
        low, high = max(0, place.dest_start - most), min(len(text), place.dest_end + most)
    window = text[low:high]
    end, errors = _best_end(quote, window)
    if errors > most:
        return
    length, _ = _best_end(quote[::-1], window[:end][::-1])
    yield low + end - length, low + end, 1 - errors / len(quote)


def _best_end(pattern: str, text: str) -> tuple[int, int]:
    """Where the substring of ``text`` ends that needs fewest edits to become ``pattern``, and how many; the first one.

    G. Myers, "A fast bit-vector algorithm for approximate string matching" (1999), with one long integer for a column.
    """
    full = (1 << len(pattern)) - 1
    last = 1 << (len(pattern) - 1)
    where: dict[str, int] = {}
    for place, sign in enumerate(pattern):
        where[sign] = where.get(sign, 0) | 1 << place
    plus, minus = full, 0
    errors = len(pattern)
    best, best_end = errors, 0
    for end, sign in enumerate(text, 1):
        equal = where.get(sign, 0)
        vertical = equal | minus
        diagonal = (((equal & plus) + plus) ^ plus) | equal
        up = minus | (full & ~(diagonal | plus))
        down = plus & diagonal
        if up & last:
            errors += 1
        elif down & last:
            errors -= 1
        up, down = up << 1, down << 1
        plus = full & (down | ~(vertical | up))
        minus = full & up & vertical
        if errors < best:
            best, best_end = errors, end
    return best_end, best
