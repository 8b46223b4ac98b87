"""Trackers as people and addresses write them: 43 characters of Base64, the SHA-256 of a ballot's bytes."""

from __future__ import annotations

import re
from typing import Final

_FORM: Final = re.compile(r"[A-Za-z0-9+/]{43}")
_TO_ADDRESS: Final = str.maketrans("+/", "-_")
_FROM_ADDRESS: Final = str.maketrans("-_", "+/")


def to_address(tracker: str) -> str:
    """The tracker with ``-`` and ``_`` for ``+`` and ``/``, as it stands in addresses."""
    return tracker.translate(_TO_ADDRESS)


def parse(text: str) -> str | None:
    """The tracker that somebody typed or an address holds: gaps and padding do not matter; None if it is none."""
    tracker = "".join(text.split()).rstrip("=").translate(_FROM_ADDRESS)
    return tracker if _FORM.fullmatch(tracker) else None
