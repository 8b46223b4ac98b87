"""XML from outside, parsed so that it can neither fetch, expand nor fill anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from lxml import etree
from lxml.etree import _Element as Element

from egov_participation.documents.errors import DocumentRefusedError

LARGEST: Final = 10_000_000
"""Bytes of a file."""
_MOST_TAGS: Final = 600_000
DEEPEST: Final = 100
"""Elements inside of each other."""
# Declaration, comments, processing instructions: where alone a document type declaration may follow.
_PROLOG: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?+(?:\s++|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->)*+(?P<next><[!?]?[^\s/>]{0,40})?", re.DOTALL
)
_ENCODING: Final = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def parse(source: BinaryIO | Path | bytes) -> Element:
    """The root of an XML file without comments and processing instructions.

    A document type declaration is refused, so there are no entities but the five of XML itself.

    Raises:
        DocumentRefusedError: ``xml.too_large``, ``xml.encoding``, ``xml.doctype``, ``xml.too_deep``, ``xml.broken``.
    """
    raw = _bytes(source)
    declared = _ENCODING.match(raw.removeprefix(b"\xef\xbb\xbf"))
    if declared is not None and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii"}:
        raise DocumentRefusedError("xml.encoding", name=declared[1].decode("ascii"))
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise DocumentRefusedError("xml.encoding", name="?") from None
    prolog = _PROLOG.match(raw)
    if prolog is not None and (prolog["next"] or b"").upper().startswith(b"<!DOCTYPE"):
        raise DocumentRefusedError("xml.doctype")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentRefusedError("xml.broken", line=error.lineno or 0) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentRefusedError("xml.doctype")
    _check_depth(root)
    return root


def _bytes(source: BinaryIO | Path | bytes) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            raw = file.read(LARGEST + 1)
    else:
        raw = source if isinstance(source, bytes) else source.read(LARGEST + 1)
    if len(raw) > LARGEST or raw.count(b"<") > _MOST_TAGS:
        raise DocumentRefusedError("xml.too_large", most=LARGEST // 1_000_000)
    return raw


def _check_depth(root: Element) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEEPEST:
            raise DocumentRefusedError("xml.too_deep", most=DEEPEST)
