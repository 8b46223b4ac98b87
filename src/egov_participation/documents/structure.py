"""What a normative document is made of, whichever file it came from.

A document is the flat list of its provisions in reading order; ``depth`` says which of them stand inside which. Flat,
because that is how an official corrects it line by line, and how it is stored, compared and hashed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a provision is. The words of Kazakhstan's acts stand beside each, Russian then Kazakh."""

    PREAMBLE = "preamble"
    """What stands before the first numbered provision: who adopts the act, and why (преамбула · кіріспе)."""
    PART = "part"
    """Часть (of a code) · бөлім; "General part"."""
    SECTION = "section"
    """Раздел · бөлім."""
    SUBSECTION = "subsection"
    """Подраздел · кіші бөлім."""
    CHAPTER = "chapter"
    """Глава · тарау."""
    PARAGRAPH = "paragraph"
    """Параграф (§) · параграф: between chapter and article."""
    ARTICLE = "article"
    """Статья · бап; a section of a British act."""
    POINT = "point"
    """Пункт · тармақ: "1." in an article or in rules; a numbered paragraph elsewhere."""
    SUBPOINT = "subpoint"
    """Подпункт · тармақша: "1)"; a lettered item elsewhere."""
    TEXT = "text"
    """Абзац, часть (unnumbered) · абзац: a paragraph of words without a number."""
    TABLE = "table"
    """A table, with the words of its caption as heading."""
    ANNEX = "annex"
    """Приложение · қосымша: what follows stands inside it."""
    NOTE = "note"
    """Сноска, примечание · ескерту: says something about the text, and is not part of it."""
    SIGNATURE = "signature"
    """Who signed the act (подпись · қол)."""


RANK: Final = {
    kind: place
    for place, kind in enumerate(
        (
            Kind.ANNEX,
            Kind.PART,
            Kind.SECTION,
            Kind.SUBSECTION,
            Kind.CHAPTER,
            Kind.PARAGRAPH,
            Kind.ARTICLE,
            Kind.POINT,
            Kind.SUBPOINT,
        )
    )
}
"""Of two numbered kinds the one with the smaller rank holds the other. Kinds that are not here hold nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    columns: int = 1
    rows: int = 1
    header: bool = False


@dataclass(frozen=True, slots=True)
class Provision:
    """One provision of a document, without those that stand inside it.

    ``text`` is NFC, its paragraphs parted by one line feed; ``heading`` has none. ``number`` is the printed number
    alone (``5-1``, ``1``, ``а``), ``label`` what is printed before the text (``Статья 5-1.``, ``5-1-бап.``, ``1)``).
    A table's ``text`` is its cells parted by tabs and line feeds, so that it can be searched, quoted and compared.
    """

    kind: Kind
    depth: int = 0
    number: str = ""
    label: str = ""
    heading: str = ""
    text: str = ""
    table: tuple[tuple[Cell, ...], ...] = ()
    doubt: str = ""
    """Why the reader is not sure of it (a code of ``doubts.py``), for the official to look at; empty: it is sure."""

    @property
    def words(self) -> str:
        """Heading and text as one: what is compared, quoted and hashed."""
        return "\n".join(part for part in (self.heading, self.text) if part)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read from a file."""

    title: str
    language: str
    """``kk``, ``ru``, ``en`` or another code of ISO 639-1; what the words are in, not what the file says."""
    provisions: tuple[Provision, ...]
    source_format: str = ""
    """``docx``, ``akn`` or ``text``."""
    dropped: tuple[str, ...] = field(default=())
    """Codes of ``doubts.py`` for what the file holds and this form does not (pictures, fields, comments …)."""


_SPACING: Final = {0x00A0: " ", 0x202F: " ", 0x00AD: None, 0x200B: None, 0xFEFF: None, 0x2060: None}


def nfc(text: str) -> str:
    """Composed Unicode, without the soft hyphens, zero-width and no-break spaces that files are full of."""
    return unicodedata.normalize("NFC", text).translate(_SPACING)


def parents(provisions: Sequence[Provision]) -> list[int | None]:
    """For each provision the place of the one that it stands in, or None at the top."""
    open_: list[int] = []
    found: list[int | None] = []
    for place, provision in enumerate(provisions):
        while open_ and provisions[open_[-1]].depth >= provision.depth:
            open_.pop()
        found.append(open_[-1] if open_ else None)
        open_.append(place)
    return found


def counted(provisions: Sequence[Provision]) -> Iterator[tuple[Kind, int]]:
    """How many there are of each kind, in the order of `Kind`; kinds that do not occur are left out."""
    for kind in Kind:
        number = sum(1 for provision in provisions if provision.kind is kind)
        if number:
            yield kind, number


def flat(table: Sequence[Sequence[Cell]]) -> str:
    """A table as text: cells parted by tabs, rows by line feeds."""
    return "\n".join("\t".join(" ".join(cell.text.split()) for cell in row) for row in table)
