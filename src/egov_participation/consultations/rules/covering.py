"""What a moderator covers of a comment: all of it, or stretches of its text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from egov_participation.errors import DomainError
from egov_participation.i18n import N_

Span = tuple[int, int]
"""[start, end) in code points of a comment's text."""
MOST_SPANS = 50
_GONE = "█"


def spans(covered: str) -> tuple[Span, ...]:
    """Those of `Redaction.covered`; none: all of it is covered."""
    return tuple((start, end) for start, end in json.loads(covered))


def pieces(text: str, covered: Sequence[Span]) -> Iterator[tuple[str, bool]]:
    """A text in its order, in pieces that are shown, and covered ones, which are empty.

    >>> list(pieces("call me on 123, please", [(11, 14)]))
    [('call me on ', False), ('', True), (', please', False)]
    """
    at = 0
    for start, end in covered:
        if text[at:start]:
            yield text[at:start], False
        yield "", True
        at = end
    if text[at:]:
        yield text[at:], False


def taken_out(text: str, covered: Sequence[Span]) -> tuple[str, list[Span]]:
    """A text without the words that are covered, a sign in the place of each stretch, and where these signs stand.

    >>> taken_out("call me on 123, please", [(11, 14)])
    ('call me on █, please', [(11, 12)])
    """
    left, places = "", []
    for piece, is_covered in pieces(text, covered):
        if is_covered:
            places.append((len(left), len(left) + 1))
        left += _GONE if is_covered else piece
    return left, places


def to_cover(text: str, words: str) -> list[Span]:
    """The stretches of a comment that a moderator named, one a line, wherever they occur; sorted, none within another.

    Raises:
        DomainError: 422 ``redaction.words``: a line does not stand in the text, or there are too many.
    """
    found: set[Span] = set()
    for line in filter(None, (one.strip() for one in words.split("\n"))):
        start = text.find(line)
        if start < 0:
            raise DomainError(
                422,
                N_("“%(words)s” does not stand in the comment. Copy the words from it as they are, each on a line."),
                code="redaction.words",
                words=line[:80],
            )
        while start >= 0:
            found.add((start, start + len(line)))
            start = text.find(line, start + len(line))
    merged = _merged(sorted(found))
    if len(merged) > MOST_SPANS:
        raise DomainError(422, N_("That is too much to cover in pieces: cover all of it."), code="redaction.words")
    return merged


def widened(before: str, named: Sequence[Span]) -> list[Span]:
    """What is covered after both decisions.

    Args:
        before: `Redaction.covered` of the one that holds.
        named: of the other, as `to_cover` gives them; empty: all of it.

    Raises:
        DomainError: 409 ``redaction.covered``: all that is named is covered already.

    >>> widened("[[4, 9]]", [(0, 2), (8, 12)])
    [(0, 2), (4, 12)]
    """
    there = spans(before)
    merged = _merged(sorted({*there, *named})) if named else []
    if not there or merged == list(there):
        raise DomainError(409, N_("This comment is covered or erased already."), code="redaction.covered")
    return merged


def _merged(found: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
