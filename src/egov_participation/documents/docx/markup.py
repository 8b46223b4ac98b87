"""Names of WordprocessingML, and the few ways of asking for its attributes."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element as Element

MAIN: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT: Final = "http://purl.oclc.org/ooxml/wordprocessingml/main"
"""The same names in the strict form of the format; files that use it are read alike."""
MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
W: Final = f"{{{MAIN}}}"

_OFF: Final = frozenset({"0", "false", "off", "none"})


def value(element: Element | None, name: str = "val") -> str | None:
    """The attribute ``w:name`` of an element, None if either is missing."""
    return None if element is None else element.get(W + name)


def number(element: Element | None, name: str = "val") -> int | None:
    """The attribute as a whole number, None if it is missing or none."""
    text = value(element, name)
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def switched(properties: Element | None, name: str) -> bool | None:
    """A property that is on or off (``w:b``); None: not said, so that the style decides."""
    found = None if properties is None else properties.find(W + name)
    return None if found is None else found.get(W + "val", "1") not in _OFF
