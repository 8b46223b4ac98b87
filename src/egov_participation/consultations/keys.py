"""What the room's keys are for: who commented is known here by a keyed hash, and written to by what is sealed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from egov_participation.keyring import Seal, seal, secret

PERSON_KEY: Final = "consultation-people"
SEAL_KEY: Final = "consultation-seal"


@cache
def _person_key(keys_dir: Path) -> bytes:
    return secret(keys_dir, PERSON_KEY)


def person_hash(keys_dir: Path, person_id: str) -> bytes:
    """32 bytes that stand for a person in this room's tables: a copy of the database does not tell who said what."""
    return hashlib.blake2b(f"person|{person_id}".encode(), key=_person_key(keys_dir), digest_size=32).digest()


def box(keys_dir: Path) -> Seal:
    """What seals person ids, drafts and appeals of this room."""
    return seal(keys_dir, SEAL_KEY)


def seal_person(keys_dir: Path, consultation_id: int, person_id: str) -> bytes:
    """A person id that is kept with a comment of that consultation, so that its author can be written to."""
    return box(keys_dir).close(person_id, f"person:{consultation_id}")


def open_person(keys_dir: Path, consultation_id: int, sealed: bytes) -> str:
    """The inverse.

    Raises:
        ValueError: it was sealed for another consultation, or is damaged.
    """
    return box(keys_dir).open(sealed, f"person:{consultation_id}")
