"""What the room's keys are for: who signed is known here by a keyed hash, and written to by what is sealed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from egov_participation.keyring import Seal, seal, secret

PERSON_KEY: Final = "petition-people"
SEAL_KEY: Final = "petition-seal"


@cache
def _person_key(keys_dir: Path) -> bytes:
    return secret(keys_dir, PERSON_KEY)


def person_hash(keys_dir: Path, person_id: str) -> bytes:
    """32 bytes that stand for a person in this room's tables: a copy of the database does not tell who signed what."""
    return hashlib.blake2b(f"person|{person_id}".encode(), key=_person_key(keys_dir), digest_size=32).digest()


def network_hash(keys_dir: Path, network: str) -> bytes:
    """16 bytes that stand for a network."""
    return hashlib.blake2b(f"network|{network}".encode(), key=_person_key(keys_dir), digest_size=16).digest()


def box(keys_dir: Path) -> Seal:
    """What seals person ids and private texts of this room."""
    return seal(keys_dir, SEAL_KEY)


def seal_person(keys_dir: Path, petition_id: int, person_id: str) -> bytes:
    """A person id that is kept with something of that petition, so that they can be written to."""
    return box(keys_dir).close(person_id, _person_of(petition_id))


def open_person(keys_dir: Path, petition_id: int, sealed: bytes) -> str:
    """The inverse.

    Raises:
        ValueError: it was sealed for another petition, or is damaged.
    """
    return box(keys_dir).open(sealed, _person_of(petition_id))


def _person_of(petition_id: int) -> str:
    return f"person:{petition_id}"
