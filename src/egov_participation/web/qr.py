"""QR codes as pictures of a page."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """A QR code as an inline SVG, with no style of its own; black on the white that its frame gives it."""
    code = segno.make(text, error="m", boost_error=False)
    svg = code.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None, dark="#000", light=None)
    return Markup(svg).replace("<svg ", Markup('<svg role="img" aria-hidden="true" focusable="false" '), 1)  # noqa: S704
