"""A paragraph of a source, as every reader hands it on: its words and what it looks like.

Structure is recognised from words first and from looks where words are not enough, so that pasted text (which has no
looks) and files go one way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from egov_participation.documents.structure import Cell

_BLANKS = re.compile(r"[ \t\r\f\v]+")
_AROUND_BREAKS = re.compile(r" ?\n ?")


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph, or one table.

    ``text`` is NFC; soft line breaks are line feeds and tabs are tabs. ``label`` is a number that stands in no text
    because the program that wrote the file makes it (``1.``, ``а)``, ``Статья 5.``, ``•``).
    """

    text: str
    label: str = ""
    bold: bool = False
    """All of its words are."""
    centred: bool = False
    right: bool = False
    outline: int | None = None
    """Level of the heading's style, 0 the highest; None: it is no heading."""
    gap: bool = False
    """An empty paragraph or a new page stands before it."""
    note: bool = False
    """The text of a footnote or endnote, put after the paragraph that refers to it."""
    contents: bool = False
    """A line of a table of contents made by the program."""
    struck: bool = False
    """Some of its words are struck through."""
    table: tuple[tuple[Cell, ...], ...] = ()
    doubt: str = ""
    """What was doubtful in finding the line at all (a code of ``doubts.py``)."""

    @property
    def printed(self) -> str:
        """What a reader sees: the number and the words."""
        return f"{self.label} {self.text}" if self.label else self.text

    @property
    def shows_heading(self) -> bool:
        """Looks like a heading: by style, weight, place or capitals."""
        return self.bold or self.centred or self.outline is not None or capitals(self.text)


def one_line(text: str) -> str:
    """The words alone, parted by single spaces: for headings and labels."""
    return " ".join(text.split())


def shortened(text: str) -> str:
    """The first words, as a place in a document is named to an official."""
    words = one_line(text)
    return words if len(words) <= 60 else words[:60].rsplit(" ", 1)[0] + " …"


def paragraphs(text: str) -> str:
    """Words parted by single spaces, with the soft line breaks that mean a new line.

    A break amid a sentence was put there to fill lines, and is a space; one after a finished sentence or item stays.
    """
    parts = [part for part in _AROUND_BREAKS.split(_BLANKS.sub(" ", text).strip()) if part]
    found: list[str] = []
    for part in parts:
        if found and found[-1][-1] not in ".:;!?":
            found[-1] += " " + part
        else:
            found.append(part)
    return "\n".join(found)


def capitals(text: str) -> bool:
    """Whether a line of more than three letters is in capitals alone."""
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 3 and all(char.isupper() for char in letters)
