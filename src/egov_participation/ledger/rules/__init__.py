"""What an entry of the log may hold: a class for each type, version and state. ``docs/log.md`` has an example of each.

No free text, nothing that names or leads to a person: hashes, references, times, numbers, and words of closed lists.
What was written by somebody enters as a salted commitment (`commitment`). A type never changes; another version of it
is another class. To add a type, add a class in this package and an example to the documentation: a test compares both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final

from egov_participation.ledger.rules import consultations, offices, petitions, votes
from egov_participation.ledger.rules.base import KINDS, NAMED, TIME, Entry, EntryError, parse, written
from egov_participation.ledger.rules.offices import KEY_DOMAIN, key_text

__all__ = [
    "KEY_DOMAIN",
    "KINDS",
    "NAMED",
    "SALT_SIZE",
    "Entry",
    "EntryError",
    "arranged",
    "commitment",
    "consultations",
    "key_text",
    "offices",
    "parse",
    "petitions",
    "time",
    "votes",
    "written",
]

SALT_SIZE: Final = 32
"""Random bytes in a commitment."""


def commitment(kind: str, salt: bytes, content: bytes) -> str:
    """SHA-256(kind ‖ salt ‖ content) in hex: says nothing of the content without the salt, which is published with it
    and destroyed when it is erased.

    Args:
        kind: of the content, such as ``vote.reason``.
        salt: `SALT_SIZE` random bytes.
    """
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt has {SALT_SIZE} bytes")
    return hashlib.sha256(kind.encode() + salt + content).hexdigest()


def time(moment: datetime) -> str:
    """A moment as entries say it."""
    return moment.astimezone(UTC).strftime(TIME)


def arranged(subjects: Sequence[str], chance: Random) -> list[int]:
    """In which order the entries of one batch get their places, given what each is about: subject by subject, the
    subjects in an order left to chance: nothing finer than a round is told of who acted in two things one after the
    other (docs/log.md says what is). Of one subject the order stays.

    Returns:
        Indices of ``subjects``, each once.
    """
    of: dict[str, list[int]] = {}
    for place, subject in enumerate(subjects):
        of.setdefault(subject, []).append(place)
    groups = list(of.values())
    chance.shuffle(groups)
    return [place for group in groups for place in group]
