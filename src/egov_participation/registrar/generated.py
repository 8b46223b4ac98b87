"""Generated voters and signers, and the rehearsals that the former vote in: how the registrar knows them, and how
everybody sees it.

A rehearsal's roll holds real members of a commission beside voters whom nobody is. The codes of the latter are needed
by whoever plays them, and nobody's else may come out that way. So generated voters have ids that the register gives to
nobody, and a rehearsal says so in the title that is hashed with its election.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PREFIX: Final = "0" * 16
"""The register's ids are 32 random hex digits: one that begins so is chosen once in 2^64 times."""
MOST: Final = 500
"""Generated voters on one roll."""
MOST_SIGNERS: Final = 9_999_999
MARKS: Final = {"kk": "СЫНАҚ ДАУЫС БЕРУ", "ru": "РЕПЕТИЦИЯ", "en": "REHEARSAL"}
"""What the title of a rehearsal begins with, before a colon."""


def person_id(number: int) -> str:
    """The id of a generated voter, from 1; the same in every rehearsal.

    Raises:
        ValueError: there is none of that number.
    """
    if not 1 <= number <= MOST:
        raise ValueError(f"generated voters have numbers from 1 to {MOST}")
    return f"{PREFIX}{number:016x}"


def iin(number: int) -> str:
    """What stands for the IIN of a generated signer, from 1, in every petition: as long, and nobody's, since its month
    would be the 0th.

    Raises:
        ValueError: there is none of that number.
    """
    if not 1 <= number <= MOST_SIGNERS:
        raise ValueError(f"generated signers have numbers from 1 to {MOST_SIGNERS}")
    return f"{number:012d}"


def is_signer(iin: str) -> bool:
    """Whether it stands for the IIN of a generated signer."""
    return iin.startswith("00000")


def is_generated(id_: str) -> bool:
    """Whether nobody is behind this id."""
    return id_.startswith(PREFIX)


def marked(lang: str, title: str) -> str:
    """The title of a rehearsal, in one of its languages."""
    return f"{MARKS[lang]}: {title}"


def is_marked(title: object) -> bool:
    """Whether a setup's title says in each language that it is a rehearsal's."""
    if not isinstance(title, Mapping):
        return False
    said: Mapping[str, Any] = title
    return all(str(said.get(lang, "")).startswith(f"{mark}: ") for lang, mark in MARKS.items())
