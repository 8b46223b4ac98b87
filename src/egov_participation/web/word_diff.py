"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "removed", "added"]
_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")


def word_diff(old: str, new: str) -> list[tuple[Kind, str]]:
    """The texts in one: what stayed, what was removed from `old`, what was added in `new`, in reading order.

    ``same`` and ``removed`` together are `old`; ``same`` and ``added`` together are `new`. Words, runs of spaces and
    single signs are compared whole. Time grows with the product of the lengths at worst:
    for a paragraph, not for a law.
    """
    before, after = _TOKENS.findall(old), _TOKENS.findall(new)
    return list(_merged(before, after))


def _merged(before: list[str], after: list[str]) -> Iterator[tuple[Kind, str]]:
    removed, added = "", ""
    for tag, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        same = "".join(before[start:end]) if tag == "equal" else ""
        if same and (same.strip() or not (removed or added)):
            yield from _changed(removed, added)
            removed, added = "", ""
            yield "same", same
            continue
        # A space alone between two changes belongs to both: changed words are read as one phrase.
        removed += "".join(before[start:end])
        added += "".join(after[new_start:new_end])
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[tuple[Kind, str]]:
    if removed:
        yield "removed", removed
    if added:
        yield "added", added
