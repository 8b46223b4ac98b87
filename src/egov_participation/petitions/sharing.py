"""Passing a petition on: plain links to services that many use, without any of their scripts; a badge as a picture."""

from __future__ import annotations

from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.petitions.views import PetitionView

_HEIGHT = 28
_LETTER = 7.4
"""Of the widest letters at 12 pixels, so that no text is cut off in any font."""
_PADDING = 20


def links(address: str, title: str, lang: str) -> list[tuple[str, str]]:
    """Names and addresses.

    Args:
        address: of the page, in full.
    """
    return [
        (
            translate(lang, N_("By e-mail")),
            f"mailto:?{urlencode({'subject': title, 'body': address}, quote_via=quote)}",
        ),
        ("Telegram", f"https://t.me/share/url?{urlencode({'url': address, 'text': title}, quote_via=quote)}"),
        ("WhatsApp", f"https://wa.me/?{urlencode({'text': f'{title} {address}'}, quote_via=quote)}"),
        ("Facebook", f"https://www.facebook.com/sharer/sharer.php?{urlencode({'u': address}, quote_via=quote)}"),
    ]


def badge(petition: PetitionView, lang: str) -> bytes:
    """A small picture with the number of signatures (SVG)."""
    number = filters(lang, "UTC")["number"](petition.counts.total)
    left = f"{translate(lang, N_('Petition'))} {petition.reference}"
    right = f"{translate(lang, N_('Signatures'))}: {number}"
    first, second = len(left) * _LETTER + _PADDING, len(right) * _LETTER + _PADDING
    width = str(round(first + second))
    root = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": width,
            "height": str(_HEIGHT),
            "viewBox": f"0 0 {width} {_HEIGHT}",
            "role": "img",
            "aria-label": f"{left}. {right}",
        },
    )
    ET.SubElement(root, "title").text = f"{left}. {right}"
    ET.SubElement(root, "rect", {"width": width, "height": str(_HEIGHT), "rx": "4", "fill": "#005a70"})
    ET.SubElement(
        root,
        "path",
        {"d": f"M{round(first)} 0H{width}V{_HEIGHT}H{round(first)}z", "fill": "#fec50c"},
    )
    for text, middle, colour in ((left, first / 2, "#ffffff"), (right, first + second / 2, "#0b1f26")):
        words = ET.SubElement(
            root,
            "text",
            {
                "x": f"{middle:.0f}",
                "y": "18",
                "text-anchor": "middle",
                "font-family": "system-ui, sans-serif",
                "font-size": "12",
                "fill": colour,
            },
        )
        words.text = text
    return bytes(ET.tostring(root, encoding="utf-8"))
