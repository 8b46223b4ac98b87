"""What a paragraph and its words look like, with what their styles and the styles those are based on say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from lxml.etree import _Element as Element

from egov_participation.documents.docx.markup import W, number, switched, value

_DEEPEST_STYLE: Final = 40
"""Styles may be based on each other in a ring; nobody needs a longer chain."""
_BODY_TEXT: Final = 9
"""The outline level that says "no heading"."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is said of a paragraph or of words; None where nothing is said."""

    bold: bool | None = None
    hidden: bool | None = None
    struck: bool | None = None
    raised: str | None = None
    """``superscript`` or ``subscript``."""
    place: str | None = None
    """``w:jc``: left, center, right, both, start, end."""
    outline: int | None = None
    list_: str | None = None
    level: int | None = None
    name: str | None = None
    """Of the style, in lower case: those that Word itself brings have one name in all languages."""

    def over(self, below: Look) -> Look:
        """What is said here, and what is said below where nothing is."""
        if self is _SILENT:
            return below
        if below is _SILENT:
            return self
        return Look(
            below.bold if self.bold is None else self.bold,
            below.hidden if self.hidden is None else self.hidden,
            below.struck if self.struck is None else self.struck,
            below.raised if self.raised is None else self.raised,
            below.place if self.place is None else self.place,
            below.outline if self.outline is None else self.outline,
            below.list_ if self.list_ is None else self.list_,
            below.level if self.level is None else self.level,
            below.name if self.name is None else self.name,
        )


_SILENT: Final = Look()


def look_of_words(properties: Element | None) -> Look:
    """What ``w:rPr`` says itself."""
    if properties is None or len(properties) == 0:
        return _SILENT
    struck = switched(properties, "strike")
    return Look(
        bold=switched(properties, "b"),
        hidden=switched(properties, "vanish"),
        struck=struck or switched(properties, "dstrike"),
        raised=value(properties.find(W + "vertAlign")),
    )


def look_of_paragraph(properties: Element | None) -> Look:
    """What ``w:pPr`` says itself."""
    if properties is None or len(properties) == 0:
        return _SILENT
    outline = number(properties.find(W + "outlineLvl"))
    numbered = properties.find(W + "numPr")
    return Look(
        place=value(properties.find(W + "jc")),
        outline=outline,
        list_=None if numbered is None else value(numbered.find(W + "numId")),
        level=None if numbered is None else number(numbered.find(W + "ilvl")),
    )


class Styles:
    """The styles of a document.

    Args:
        root: The root of ``styles.xml``, None if the file has none.
    """

    def __init__(self, root: Element | None) -> None:
        self._own: dict[str, tuple[str | None, Look]] = {}
        self._whole: dict[str, Look] = {}
        self.usual = ""
        """The style of a paragraph that names none."""
        for style in () if root is None else root.iterfind(W + "style"):
            self._read(style)

    def _read(self, style: Element) -> None:
        key = style.get(W + "styleId", "")
        kind = style.get(W + "type")
        if kind == "paragraph" and style.get(W + "default") in {"1", "true", "on"}:
            self.usual = key
        name = (value(style.find(W + "name")) or "").lower()
        paragraph = look_of_paragraph(style.find(W + "pPr"))
        look = Look(name=name).over(paragraph).over(look_of_words(style.find(W + "rPr")))
        self._own[key] = (value(style.find(W + "basedOn")), look)

    def look(self, style: str | None) -> Look:
        """What a style says, with all it is based on; a style that does not exist says nothing."""
        if not style:
            return _SILENT
        if style not in self._whole:
            look, next_, steps = _SILENT, style, 0
            while next_ in self._own and steps < _DEEPEST_STYLE:
                below, own = self._own[next_]
                look, next_, steps = look.over(own), below or "", steps + 1
            self._whole[style] = look
        return self._whole[style]

    def paragraph(self, properties: Element | None) -> Look:
        """The whole look of a paragraph: what it says itself, then its style."""
        named = None if properties is None else value(properties.find(W + "pStyle"))
        look = look_of_paragraph(properties).over(self.look(named or self.usual))
        return replace(look, outline=None) if look.outline == _BODY_TEXT else look

    def words(self, properties: Element | None, paragraph: Look) -> Look:
        """The whole look of a run of words in a paragraph."""
        named = None if properties is None else value(properties.find(W + "rStyle"))
        return look_of_words(properties).over(self.look(named)).over(paragraph)
