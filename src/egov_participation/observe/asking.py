"""What somebody typed into the search field of entries, told apart by its form alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 200
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UUID: Final = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,32}", re.ASCII)
_NUMBERED: Final = re.compile(r"[CP]-[0-9]{4}-[0-9]{4,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed may be each of these that is not empty."""

    index: int | None = None
    """The number of an entry."""
    hash: str = ""
    """64 hex digits."""
    subject: str = ""
    """A vote's identifier, or the number of a petition or a consultation."""


def read(typed: str) -> Asked:
    """Gaps, which pages show in long codes, make no difference."""
    text = "".join(typed[:LONGEST].split())
    if _HASH.fullmatch(text.lower()):
        return Asked(hash=text.lower())
    return Asked(
        index=int(text) if _NUMBER.fullmatch(text) else None,
        subject=text if _UUID.fullmatch(text) else text.upper() if _NUMBERED.fullmatch(text.upper()) else "",
    )


def place(typed: str | None) -> int | None:
    """The index of an entry in an address; None if it is none."""
    return int(typed) if typed and _NUMBER.fullmatch(typed) else None


def is_subject(text: str) -> bool:
    """Whether entries may be about it: a vote's identifier, a number like a petition's, a version, a type."""
    return 0 < len(text) <= LONGEST and text.isascii() and text.isprintable()
