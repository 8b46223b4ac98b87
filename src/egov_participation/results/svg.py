"""matplotlib's SVG made fit for a page: no style that the content security policy blocks, the page's ink, unique ids.

matplotlib writes a ``<style>`` element and ``style=`` attributes. ``style-src 'self'`` blocks both, and a chart without
them is black on black. Presentation attributes (``fill="…"``) say the same and are no inline style.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

from markupsafe import Markup

INK: Final = "#0b1f26"
"""The colour of text and lines in ``chart.mplstyle``; it becomes ``currentColor``."""

_DROPPED: Final = {"metadata", "style"}
_REFERENCE: Final = re.compile(r"#([A-Za-z_][\w.-]*)")
# Sent to every reader: what a browser would assume anyway, or what only matplotlib knows how to use.
_NEEDLESS: Final = {"font-family", "xmlns", "version"}


def inline(svg: str, *, chart_id: str, title: str, description: str, classes: str = "") -> Markup:
    """The ``<svg>`` to be placed in a page.

    Args:
        svg: a document as matplotlib's SVG backend writes it.
        chart_id: begins every id in it; must be the only chart of the page that has it.
        title: the accessible name.
        description: what the picture shows, in words with the numbers.
        classes: for the ``class`` attribute.
    """
    root = ET.fromstring(svg)  # noqa: S314 - our own output
    _clean(root)
    _rename_ids(root, chart_id)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    name, words = f"{chart_id}-name", f"{chart_id}-words"
    given = {
        "role": "img",
        "aria-labelledby": f"{name} {words}",
        "focusable": "false",
        "font-family": "inherit",
        "stroke-linejoin": "round",
    }
    root.attrib.update({"class": classes} | given if classes else given)
    for place, (tag, id_, text) in enumerate((("title", name, title), ("desc", words, description))):
        element = ET.Element(tag, {"id": id_})
        element.text = text
        root.insert(place, element)
    return Markup(ET.tostring(root, encoding="unicode", short_empty_elements=True))  # noqa: S704 - escaped


def _clean(element: ET.Element) -> None:
    """Make tags, attributes and styles of `element` and all below what a page takes."""
    element.tag = _local(element.tag)
    attributes: dict[str, str] = {}
    for name, value in element.attrib.items():
        if name == "style":
            attributes.update(_declarations(value))
        else:
            attributes[_local(name)] = value
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    element.attrib.clear()
    element.attrib.update(
        {
            name: "currentColor" if value == INK else " ".join(value.split())
            for name, value in attributes.items()
            if name not in _NEEDLESS
        }
    )
    if element.tag != "text":
        element.text = None
    element.tail = None
    for child in list(element):
        _clean(child)
        empty = child.tag in ("g", "defs") and len(child) == 0
        if child.tag in _DROPPED or empty or _is_invisible(child):
            element.remove(child)


def _is_invisible(element: ET.Element) -> bool:
    return element.tag == "path" and element.get("fill") == "none" and "stroke" not in element.attrib


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _declarations(style: str) -> dict[str, str]:
    """``"fill: none; stroke: #000"`` as a dictionary. Each property matplotlib uses is a presentation attribute too."""
    pairs = (declaration.partition(":") for declaration in style.split(";") if declaration.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _rename_ids(root: ET.Element, chart_id: str) -> None:
    """Keep the ids that something refers to, under names that no other chart of the page has."""
    used = {
        found
        for element in root.iter()
        for name, value in element.attrib.items()
        if name == "href" or value.startswith("url(")
        for found in _REFERENCE.findall(value)
    }
    numbers = {old: f"{chart_id}-{number}" for number, old in enumerate(sorted(used), 1)}
    for element in root.iter():
        own = element.attrib.pop("id", None)
        for name, value in element.attrib.items():
            if name == "href" or value.startswith("url("):
                element.set(name, _REFERENCE.sub(lambda match: f"#{numbers[match[1]]}", value))
        if own in numbers:
            element.set("id", numbers[own])
