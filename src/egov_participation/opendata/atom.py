"""Feeds as XML (Atom, RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

_ATOM: Final = "http://www.w3.org/2005/Atom"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_UNFIT: Final = re.compile(
    "[^\t\n\r -~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""What XML 1.0 cannot hold (section 2.2), other control characters, and what turns the writing round."""

ET.register_namespace("", _ATOM)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened (section 4.1.2)."""

    id: str
    """An IRI that never changes (section 4.2.6): `tag_uri`."""
    title: str
    text: str
    at: datetime
    link: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed (section 4.1.1)."""

    id: str
    lang: str
    title: str
    subtitle: str
    author: str
    rights: str
    address: str
    """Its own."""
    page: str
    """That which people read instead."""
    others: Sequence[tuple[str, str]]
    """The same in other languages: (language, address)."""
    since: datetime
    """Of when it is as long as it has no entries."""
    entries: Sequence[Entry]
    """The last first."""


def tag_uri(base_url: str, since: date, name: str) -> str:
    """A name for ever (RFC 4151): ``tag:<host>,<date>:<name>``.

    Args:
        since: a day on which the host was ours already; the same for ever too.
    """
    return f"tag:{urlsplit(base_url).hostname},{since.isoformat()}:{name}"


def to_xml(feed: Feed) -> bytes:
    """The document."""
    root = ET.Element(f"{{{_ATOM}}}feed", {_LANG: feed.lang})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "subtitle", feed.subtitle)
    _text(root, "updated", _time(max((entry.at for entry in feed.entries), default=feed.since)))
    _text(ET.SubElement(root, f"{{{_ATOM}}}author"), "name", feed.author)
    _text(root, "rights", feed.rights)
    _link(root, "self", feed.address, "application/atom+xml", feed.lang)
    _link(root, "alternate", feed.page, "text/html", feed.lang)
    for lang, address in feed.others:
        _link(root, "related", address, "application/atom+xml", lang)
    for one in feed.entries:
        entry = ET.SubElement(root, f"{{{_ATOM}}}entry")
        _text(entry, "id", one.id)
        _text(entry, "title", one.title)
        _text(entry, "updated", _time(one.at))
        _text(entry, "published", _time(one.at))
        _link(entry, "alternate", one.link, "text/html", feed.lang)
        _text(entry, "summary", one.text)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = _UNFIT.sub("", text)


def _link(parent: ET.Element, rel: str, href: str, kind: str, lang: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": href, "type": kind, "hreflang": lang})


def _time(moment: datetime) -> str:
    """RFC 3339, UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
