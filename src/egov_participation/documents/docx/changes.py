"""Changes that Word keeps as suggestions: the text is not settled while there are any."""

from __future__ import annotations

from itertools import islice
from typing import Final

from lxml.etree import _Element as Element

from egov_participation.documents.docx.markup import MATH, W

_CHANGES: Final = tuple(W + name for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"))
_ENOUGH: Final = 20
"""Runs of words that name a change."""
_OF_LOOKS: Final = tuple(
    W + name
    for name in (
        "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "tblGridChange", "trPrChange", "tcPrChange",
        "tblPrExChange", "numberingChange",
    )
)  # fmt: skip


def changes(block: Element) -> list[str]:
    """The words of each tracked change in a block; empty words for a paragraph, row or cell added or taken away."""
    found = []
    for change in block.iter(*_CHANGES):
        parent = change.getparent()
        if parent is not None and parent.tag == W + "numPr":
            continue
        words = "".join(text.text or "" for text in islice(change.iter(W + "t", W + "delText", MATH + "t"), _ENOUGH))
        found.append(" ".join(words.split()))
    return found


def looks_changed(block: Element) -> bool:
    """Whether a change of looks alone is kept as a suggestion: it changes no text."""
    return next(block.iter(*_OF_LOOKS), None) is not None
