"""The documents in one file of Akoma Ntoso: the main one, its annexes, and what the main one is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lxml.etree import _Element as Element

from egov_participation.documents.akn.markup import KIND, Words, child, children, name
from egov_participation.documents.errors import DocumentRefusedError

_MAIN: Final = frozenset({"act", "bill"})
_WITH_PROVISIONS: Final = frozenset({"act", "bill", "doc", "statement"})
_BODIES: Final = ("body", "mainBody")
_OPENING: Final = ("preface", "preamble")


@dataclass(frozen=True, slots=True)
class Part:
    """One document of the file."""

    element: Element
    annex: bool = False
    depth: int = 0
    """Of the annex."""
    holder: Element | None = None
    """The attachment or component that it stands in."""
    opening: tuple[Element, ...] = ()
    """What stands before its provisions."""
    dropped: tuple[str, ...] = ()

    @property
    def bodies(self) -> Iterator[Element]:
        return children(self.element, *_BODIES)

    @property
    def closing(self) -> Iterator[Element]:
        return children(self.element, "conclusions")


def document_parts(root: Element) -> list[Part]:
    """The main document first, then its annexes in order.

    Raises:
        DocumentRefusedError: ``akn.kind``: the file holds a debate, a judgment or another thing without provisions.
    """
    document = next((one for one in children(root) if name(one) not in {"meta", "components"}), None)
    if document is None:
        raise DocumentRefusedError("akn.empty")
    if name(document) == "documentCollection":
        return _collection(root, document)
    if name(document) not in _WITH_PROVISIONS:
        raise DocumentRefusedError("akn.kind", name=name(document)[:60])
    return [Part(document, opening=_opening(document)), *_annexes(document, 0), *_annexes(root, 0)]


def _collection(root: Element, collection: Element) -> list[Part]:
    """A collection's main document is its act or bill; the others stand beside it."""
    holders = [holder for holder in root.iter("{*}component", "{*}collectionItem") if _document(holder) is not None]
    by_name = {key: holder for holder in reversed(holders) for key in _names(holder)}
    found: list[tuple[Element, Element]] = []
    missing = False
    for body in children(collection, "collectionBody"):
        for component in children(body):
            reference = component if name(component) == "documentRef" else child(component, "documentRef")
            keys = ["#" + component.get("eId", "")] if reference is None else [reference.get("href", "")]
            holder = (
                component
                if component in holders
                else next((by_name[key] for key in [*keys, "#" + component.get("eId", "")] if key in by_name), None)
            )
            document = None if holder is None else _document(holder)
            if holder is None or document is None:
                missing = True
            else:
                found.append((holder, document))
    if not found:
        raise DocumentRefusedError("akn.kind", name="documentCollection")
    main = next((pair for pair in found if name(pair[1]) in _MAIN), found[0])
    opening = tuple(children(collection, "preface")) + _opening(main[1])
    dropped = ("dropped.other_documents",) if missing else ()
    parts = [Part(main[1], opening=opening, dropped=dropped), *_annexes(main[1], 0)]
    for holder, document in found:
        if document is not main[1]:
            parts.append(Part(document, annex=True, holder=holder, opening=_opening(document)))
            parts += _annexes(document, 1)
    return parts


def _document(holder: Element) -> Element | None:
    return next(children(holder, *_WITH_PROVISIONS), None)


def _names(holder: Element) -> Iterator[str]:
    """What a reference may call the document in this component: its own name here, or one of its addresses."""
    yield "#" + holder.get("eId", "")
    for address in holder.iter("{*}FRBRthis", "{*}FRBRuri"):
        yield address.get("value", "")


def _annexes(document: Element, depth: int) -> Iterator[Part]:
    for group in children(document, "attachments", "components"):
        for holder in children(group, "attachment", "component"):
            for annex in children(holder, *_WITH_PROVISIONS):
                yield Part(annex, annex=True, depth=depth, holder=holder, opening=_opening(annex))
                yield from _annexes(annex, depth + 1)


def _opening(document: Element) -> tuple[Element, ...]:
    """Preface and preamble; the cover page where there is no preface."""
    found = tuple(children(document, *_OPENING))
    if not any(name(one) == "preface" for one in found):
        found = (*children(document, "coverPage"), *found)
    return found


def title_of(documents: Sequence[Element], words: Words) -> str:
    """What the main document is called: its title, its long title, or the name in its metadata."""
    document = documents[0]
    parent = document.getparent()
    openings = _opening(document)
    if parent is not None and name(parent) in {"component", "collectionItem"}:
        # In a collection the title stands on the collection.
        root = document.getroottree().getroot()
        openings = (*(one for whole in children(root, "documentCollection") for one in _opening(whole)), *openings)
    return _title(openings, words) or _name(document, " ")


def heading_of(part: Part, words: Words) -> str:
    """What an annex is called."""
    heading = "" if part.holder is None else words.line(child(part.holder, "heading"))
    return heading or _title(part.opening, words) or _name(part.element, "")


def title_block(openings: Sequence[Element]) -> Element | None:
    """The block that holds the title and nothing else, so that it does not stand twice."""
    words = Words()
    title = _title(openings, words)
    if not title or any(opening.get(KIND) == "preface" for opening in openings):
        return None
    for opening in openings:
        for block in opening.iter("{*}p", "{*}block"):
            if words.line(block) == title:
                return block
    return None


def _title(openings: Sequence[Element], words: Words) -> str:
    for names in (("{*}docTitle", "{*}shortTitle"), ("{*}longTitle",)):
        for opening in openings:
            exact = opening.get(KIND) == "preface"
            for element in opening.iter(*names):
                if title := words.verbatim(element) if exact else words.line(element):
                    return title
    return ""


def _name(document: Element, holding: str) -> str:
    """The name in the metadata; one without ``holding`` is an address, or a number."""
    meta = child(document, "meta")
    for element in () if meta is None else meta.iter("{*}FRBRname", "{*}FRBRalias"):
        value = " ".join((element.get("value") or "").split())
        if value and holding in value:
            return value
    return ""
