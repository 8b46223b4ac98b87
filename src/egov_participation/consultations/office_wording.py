"""Words of the office's pages about drafts: kinds of provisions, doubts, refusals of files, kinds of papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from egov_participation.documents.doubts import DOUBTS, DROPPED
from egov_participation.documents.errors import REFUSALS
from egov_participation.documents.structure import Kind
from egov_participation.i18n import N_

KIND_NAMES: Final[Mapping[str, str]] = {
    Kind.PREAMBLE: N_("Preamble"),
    Kind.PART: N_("Part"),
    Kind.SECTION: N_("Section"),
    Kind.SUBSECTION: N_("Subsection"),
    Kind.CHAPTER: N_("Chapter"),
    Kind.PARAGRAPH: N_("Paragraph (§)"),
    Kind.ARTICLE: N_("Article"),
    Kind.POINT: N_("Point"),
    Kind.SUBPOINT: N_("Sub-point"),
    Kind.TEXT: N_("Words without a number"),
    Kind.TABLE: N_("Table"),
    Kind.ANNEX: N_("Annex"),
    Kind.NOTE: N_("Note"),
    Kind.SIGNATURE: N_("Signature"),
}
COUNT_NAMES: Final[Mapping[str, str]] = {
    Kind.PREAMBLE: N_("Preambles"),
    Kind.PART: N_("Parts"),
    Kind.SECTION: N_("Sections"),
    Kind.SUBSECTION: N_("Subsections"),
    Kind.CHAPTER: N_("Chapters"),
    Kind.PARAGRAPH: N_("Paragraphs (§)"),
    Kind.ARTICLE: N_("Articles"),
    Kind.POINT: N_("Points"),
    Kind.SUBPOINT: N_("Sub-points"),
    Kind.TEXT: N_("Paragraphs without a number"),
    Kind.TABLE: N_("Tables"),
    Kind.ANNEX: N_("Annexes"),
    Kind.NOTE: N_("Notes"),
    Kind.SIGNATURE: N_("Signatures"),
}
PAPER_KINDS: Final = {
    "note": N_("Explanatory note"),
    "assessment": N_("Assessment of the impact"),
    "comparison": N_("Comparison of what is and what shall be"),
    "other": N_("Another document"),
}
FORMATS: Final = {"docx": N_("Word file"), "akn": N_("Akoma Ntoso file"), "text": N_("Pasted text")}
UNREADABLE: Final = N_("This file could not be read. Save it anew in Word, or paste its text; the operator was told.")


def doubt(code: str) -> str:
    """What is asked about a provision: a msgid; empty where nothing is."""
    return DOUBTS.get(code, code)


def dropped(code: str) -> str:
    """What of a file was not taken over: a msgid."""
    return DROPPED.get(code, code)


def refusal(code: str) -> str:
    """Why a file was refused: a msgid."""
    return REFUSALS.get(code, UNREADABLE)
