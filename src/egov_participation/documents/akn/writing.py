"""From a document to Akoma Ntoso 3.0.

Each provision is the element that the standard has for it. Attributes of a namespace of our own, which the standard
allows everywhere, say which kind and number it has here, so that `read_akn` gives the same document back.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from egov_participation.documents.akn.eids import ELEMENTS, eids
from egov_participation.documents.akn.markup import KIND, NAMESPACE, NOTHING, NUMBER, OWN
from egov_participation.documents.structure import Cell, Document, Kind, Provision, flat, parents

_A: Final = f"{{{NAMESPACE}}}"
_MAIN: Final = "!main"
_LANGUAGES: Final = {"kk": "kaz", "ru": "rus", "en": "eng"}
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNUSUAL: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class AknMeta:
    """What identifies a version of a draft or an act (FRBR: work, expression, manifestation)."""

    number: str
    """Of the work: a reference (``K-2026-0007``)."""
    work_date: dt.date
    version: int
    version_date: dt.date
    author: str
    """The agency, as it is shown."""
    publisher: str
    """Who made the file, as it is shown."""
    country: str = "kz"
    document_type: str = "bill"
    """``bill`` for a draft, ``act`` for an act in force."""

    @property
    def work(self) -> str:
        """The address of the work."""
        number = _UNUSUAL.sub("-", self.number).strip("-") or "-"
        return f"/akn/{self.country}/{self.document_type}/{self.work_date.isoformat()}/{number}"

    def expression(self, language: str) -> str:
        """The address of this version in a language."""
        return f"{self.work}/{_LANGUAGES.get(language, language)}@ver_{self.version}"


def write_akn(document: Document, meta: AknMeta) -> bytes:
    """The document as a file of Akoma Ntoso; the same input gives the same bytes.

    Read again it is the same document, when each provision stands at most one deeper than the one before it. Signs that
    XML cannot hold are written as U+FFFD.

    Raises:
        ValueError: ``meta.document_type`` is neither ``bill`` nor ``act``.
    """
    if meta.document_type not in {"bill", "act"}:
        raise ValueError(f"{meta.document_type} has no provisions")
    root = etree.Element(_A + "akomaNtoso", nsmap={None: NAMESPACE, "egov": OWN})
    act = etree.SubElement(root, _A + meta.document_type, name=meta.document_type)
    _meta(act, document, meta, _MAIN)
    if document.title:
        preface = etree.SubElement(act, _A + "preface", {KIND: "preface"})
        paragraph = etree.SubElement(etree.SubElement(preface, _A + "longTitle"), _A + "p")
        etree.SubElement(paragraph, _A + "docTitle").text = _clean(document.title)
    writer = _Writer(document, meta)
    first, last, annexes = writer.divided()
    if first:
        preamble = etree.SubElement(act, _A + "preamble", {KIND: Kind.PREAMBLE.value})
        writer.paragraphs(preamble, document.provisions[0])
    body = etree.SubElement(act, _A + "body")
    tops = [top for top in writer.children[None] if top not in annexes]
    for top in tops[1 if first else 0 : len(tops) - 1 if last is not None else None]:
        writer.hierarchy(body, top)
    if not len(body):
        filler = etree.SubElement(body, _A + "hcontainer", name="empty", eId="hcontainer_empty")
        etree.SubElement(etree.SubElement(filler, _A + "content"), _A + "p")
    if last is not None:
        conclusions = etree.SubElement(act, _A + "conclusions", {KIND: Kind.SIGNATURE.value})
        writer.paragraphs(conclusions, document.provisions[last])
    if annexes:
        writer.annexes(etree.SubElement(act, _A + "attachments"), annexes)
    etree.indent(root, space="")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _meta(parent: Element, document: Document, meta: AknMeta, component: str) -> None:
    holder = etree.SubElement(parent, _A + "meta")
    identification = etree.SubElement(holder, _A + "identification", source="#publisher")
    expression = meta.expression(document.language)
    work = _level(identification, "FRBRWork", meta.work, component, meta.work_date, "generation")
    _value(work, "FRBRcountry", meta.country)
    _value(work, "FRBRnumber", _clean(meta.number))
    version = _level(identification, "FRBRExpression", expression, component, meta.version_date, "version")
    _value(version, "FRBRversionNumber", str(meta.version))
    language = _LANGUAGES.get(document.language, document.language)
    etree.SubElement(version, _A + "FRBRlanguage", language=language)
    file = _level(
        identification, "FRBRManifestation", expression, component, meta.version_date, "version", ending=".xml"
    )
    _value(file, "FRBRformat", "application/akn+xml")
    if component != _MAIN:
        return
    references = etree.SubElement(holder, _A + "references", source="#publisher")
    for role, shown in (("author", meta.author), ("publisher", meta.publisher)):
        address = f"/akn/ontology/organization/{meta.country}/{role}"
        etree.SubElement(references, _A + "TLCOrganization", eId=role, href=address, showAs=_clean(shown))


def _level(
    parent: Element, name: str, address: str, component: str, date: dt.date, event: str, *, ending: str = ""
) -> Element:
    level = etree.SubElement(parent, _A + name)
    _value(level, "FRBRthis", f"{address}/{component}{ending}")
    _value(level, "FRBRuri", address + ending)
    etree.SubElement(level, _A + "FRBRdate", date=date.isoformat(), name=event)
    etree.SubElement(level, _A + "FRBRauthor", href="#publisher" if ending else "#author")
    return level


def _value(parent: Element, name: str, value: str) -> None:
    etree.SubElement(parent, _A + name, value=value)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


class _Writer:
    def __init__(self, document: Document, meta: AknMeta) -> None:
        self._document, self._meta = document, meta
        self._provisions = document.provisions
        self._names = eids(document.provisions)
        self.children: dict[int | None, list[int]] = {None: []}
        for place, parent in enumerate(parents(document.provisions)):
            self.children.setdefault(parent, []).append(place)

    def divided(self) -> tuple[bool, int | None, list[int]]:
        """Whether the first provision is the preamble, which one is the signature at the end, and the annexes."""
        tops = self.children[None]
        start = len(tops)
        while start and self._provisions[tops[start - 1]].kind is Kind.ANNEX:
            start -= 1
        first = start > 0 and self._plain(tops[0], Kind.PREAMBLE)
        last = tops[start - 1] if start > first and self._plain(tops[start - 1], Kind.SIGNATURE) else None
        return first, last, tops[start:]

    def _plain(self, place: int, kind: Kind) -> bool:
        """Of this kind, and nothing but words."""
        one = self._provisions[place]
        return one == Provision(kind, one.depth, text=one.text, doubt=one.doubt) and place not in self.children

    def hierarchy(self, parent: Element, place: int) -> None:
        """A provision with what stands inside of it."""
        provision = self._provisions[place]
        name = ELEMENTS[provision.kind]
        element = etree.SubElement(parent, _A + name, eId=self._names[place])
        if name == "hcontainer":
            element.set("name", provision.kind.value)
        self._head(element, provision)
        inside = self.children.get(place, [])
        words = bool(provision.text or provision.table)
        if words or not inside:
            own = "intro" if inside else "content"
            holder = etree.SubElement(element, _A + own, eId=f"{self._names[place]}__{own}")
            self._words(holder, provision)
        for child in inside:
            self.hierarchy(element, child)

    def annexes(self, parent: Element, places: Sequence[int]) -> None:
        """Annexes as documents of their own."""
        for number, place in enumerate(places, 1):
            provision = self._provisions[place]
            holder = etree.SubElement(parent, _A + "attachment", eId=self._names[place])
            self._head(holder, provision)
            document = etree.SubElement(holder, _A + "doc", name="annex")
            _meta(document, self._document, self._meta, f"!annex_{number}")
            body = etree.SubElement(document, _A + "mainBody")
            inside = self.children.get(place, [])
            if provision.text or provision.table or not inside:
                self._words(body, provision)
            for child in inside:
                self.hierarchy(body, child)

    @staticmethod
    def _head(holder: Element, provision: Provision) -> None:
        holder.set(KIND, provision.kind.value)
        if provision.number:
            holder.set(NUMBER, _clean(provision.number))
        for name, text in (("num", provision.label), ("heading", provision.heading)):
            if text:
                etree.SubElement(holder, _A + name).text = _clean(text)

    def _words(self, holder: Element, provision: Provision) -> None:
        if not provision.table or provision.text != flat(provision.table):
            self.paragraphs(holder, provision)
        if provision.table:
            table = etree.SubElement(holder, _A + "table")
            for row in provision.table:
                self._row(etree.SubElement(table, _A + "tr"), row)

    @staticmethod
    def paragraphs(holder: Element, provision: Provision) -> None:
        """Each line of a provision's text as a paragraph."""
        for line in provision.text.split("\n"):
            etree.SubElement(holder, _A + "p").text = _clean(line)

    @staticmethod
    def _row(row: Element, cells: Sequence[Cell]) -> None:
        if not cells:
            # All of it is cells from above; the standard wants one of its own.
            etree.SubElement(etree.SubElement(row, _A + "td", {KIND: NOTHING}), _A + "p")
        for cell in cells:
            element = etree.SubElement(row, _A + ("th" if cell.header else "td"))
            if cell.columns != 1:
                element.set("colspan", str(cell.columns))
            if cell.rows != 1:
                element.set("rowspan", str(cell.rows))
            for line in cell.text.split("\n"):
                etree.SubElement(element, _A + "p").text = _clean(line)
