"""The words of a paragraph, as a reader of the printed page sees them.

Field instructions, hidden words and marks of comments are not words; results of fields, soft line breaks, tabs, signs
of special fonts and raised numbers are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml.etree import _Element as Element

from egov_participation.documents.docx.markup import COMPATIBILITY, MATH, W, value
from egov_participation.documents.docx.styles import Look, Styles
from egov_participation.documents.errors import DocumentRefusedError
from egov_participation.documents.structure import nfc

_MOST_RUNS: Final = 1_000_000
"""Word cuts a long act into tens of thousands."""
_SPACES: Final = re.compile(r"[ \t\r\n]+")
_RAISED: Final = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
_LOWERED: Final = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
_CAN_BE_MOVED: Final = re.compile(r"[0-9+()n-]+")
_SIGNS: Final = {"F0B7": "•", "F0A7": "▪", "F0FC": "✓", "F0FE": "☑", "F0A8": "☐", "F02D": "–", "F0B0": "°", "F0B1": "±",
                 "F0B3": "≥", "F0A3": "≤", "F0B4": "×", "F0A5": "∞", "F0DE": "⇒", "F0AE": "→"}  # fmt: skip
_INSIDE: Final = frozenset(
    W + name
    for name in (
        "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "bdo", "dir", "ins", "moveTo", "ruby",
        "rubyBase",
    )
)  # fmt: skip


@dataclass(slots=True)
class Words:
    """What one paragraph holds."""

    text: str = ""
    bold: bool = False
    struck: bool = False
    new_page: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)
    """Notes it refers to: ``footnote`` or ``endnote``, and the id."""
    boxes: list[Element] = field(default_factory=list)
    """Contents of text boxes anchored in it."""


class WordReader:
    """Reads paragraph by paragraph; a field may begin in one and end in another."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._fields: list[tuple[list[str], bool]] = []
        self._run_count = 0
        self.seen: set[str] = set()
        """What was met that is no words: picture, formula, comment, hidden."""

    @property
    def in_contents(self) -> bool:
        """Inside a field that makes a table of contents."""
        return any("".join(code).lstrip().upper().startswith("TOC") for code, _result in self._fields)

    def read(self, paragraph: Element, look: Look) -> Words:
        """The words of a ``w:p``.

        Args:
            look: Of the paragraph with its style.
        """
        words = Words()
        pieces: list[str] = []
        bold: list[bool] = []
        for run in self._runs(paragraph):
            self._run_count += 1
            if self._run_count > _MOST_RUNS:
                raise DocumentRefusedError("docx.bomb")
            own = self._styles.words(run.find(W + "rPr"), look)
            if own.hidden:
                if any(True for _ in run.iterchildren(W + "t")):
                    self.seen.add("hidden")
                continue
            text = self._run(run, own, words)
            pieces.append(text)
            if text.strip():
                bold.append(bool(own.bold))
                words.struck = words.struck or bool(own.struck)
        words.text = nfc("".join(pieces))
        words.bold = bool(bold) and all(bold)
        return words

    def _runs(self, parent: Element) -> Iterator[Element]:
        for child in parent:
            tag = child.tag
            if tag == W + "r" or tag in {MATH + "oMath", MATH + "oMathPara"}:
                yield child
            elif tag in _INSIDE:
                yield from self._runs(child)
            elif tag in {W + "commentRangeStart", W + "commentReference"}:
                self.seen.add("comment")

    def _run(self, run: Element, look: Look, words: Words) -> str:
        if run.tag != W + "r":
            self.seen.add("formula")
            return "".join(text.text or "" for text in run.iter(MATH + "t"))
        pieces: list[str] = []
        for child in run:
            tag = child.tag
            if tag == W + "fldChar":
                self._field(child)
            elif tag == W + "instrText":
                if self._fields and not self._fields[-1][1]:
                    self._fields[-1][0].append(child.text or "")
            elif all(result for _code, result in self._fields):
                pieces.append(self._piece(child, look, words))
        return "".join(pieces)

    def _field(self, mark: Element) -> None:
        kind = value(mark, "fldCharType")
        if kind == "begin":
            self._fields.append(([], False))
        elif kind == "separate" and self._fields:
            self._fields[-1] = (self._fields[-1][0], True)
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _piece(self, child: Element, look: Look, words: Words) -> str:
        tag = child.tag
        if tag == W + "t":
            return _moved(_SPACES.sub(" ", child.text or ""), look.raised)
        if tag in {W + "tab", W + "ptab"}:
            return "\t"
        if tag in {W + "br", W + "cr"}:
            if value(child, "type") == "page":
                words.new_page = True
                return ""
            return "\n"
        if tag == W + "noBreakHyphen":
            return "-"
        if tag == W + "sym":
            code = (value(child, "char") or "").upper()
            return _SIGNS.get(code) or _sign(code)
        if tag in {W + "footnoteReference", W + "endnoteReference"}:
            if (note := value(child, "id")) is not None:
                words.notes.append((tag.removeprefix(W).removesuffix("Reference"), note))
        elif tag == W + "commentReference":
            self.seen.add("comment")
        elif tag in {W + "drawing", W + "pict", W + "object", COMPATIBILITY + "AlternateContent"}:
            self._drawn(child, words)
        elif tag == W + "ruby":
            return "".join(text.text or "" for base in child.iter(W + "rubyBase") for text in base.iter(W + "t"))
        return ""

    def _drawn(self, drawn: Element, words: Words) -> None:
        shown = drawn.find(COMPATIBILITY + "Choice") if drawn.tag == COMPATIBILITY + "AlternateContent" else drawn
        boxes = [] if shown is None else [box for box in shown.iter(W + "txbxContent") if _is_outermost(box, shown)]
        words.boxes.extend(boxes)
        if not boxes:
            self.seen.add("picture")


def _is_outermost(box: Element, within: Element) -> bool:
    """Boxes inside of boxes are read with those; what stands in for programs that know no boxes is not read."""
    for holder in box.iterancestors():
        if holder is within:
            break
        if holder.tag in {W + "txbxContent", COMPATIBILITY + "Fallback"}:
            return False
    return True


def _moved(text: str, raised: str | None) -> str:
    """Raised and lowered digits as characters of their own: "5¹" is another number than "51"."""
    if raised in {"superscript", "subscript"} and _CAN_BE_MOVED.fullmatch(text.strip()):
        return text.translate(_RAISED if raised == "superscript" else _LOWERED)
    return text


def _sign(code: str) -> str:
    try:
        sign = int(code, 16)
    except ValueError:
        return ""
    if 0xF020 <= sign <= 0xF07E:
        return chr(sign - 0xF000)
    return "□" if 0xE000 <= sign <= 0xF8FF else chr(sign) if 0x20 <= sign < 0xD800 else ""
