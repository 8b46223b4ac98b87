"""What a licence is called; its address says which one it is."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}


def name_of(licence: str) -> str:
    """A short name; the address itself of one that is not known here."""
    return _NAMES.get(licence, licence.removeprefix("https://").rstrip("/"))
