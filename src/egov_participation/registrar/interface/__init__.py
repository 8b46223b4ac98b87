"""What the platform may ask the registrar. It asks this and nothing else, and stores neither question nor answer.

Each method may raise ``DomainError`` 503 ``registrar.unavailable``: nothing was changed, or asking the same again does
no harm. Times are aware. ``vote`` is a vote's uuid, ``petition`` a petition's reference, ``person_id`` the register's
id of a person.
"""

from __future__ import annotations

from typing import Protocol

from egov_participation.registrar.interface.petitions import MOST_SIGNINGS as MOST_SIGNINGS
from egov_participation.registrar.interface.petitions import Act as Act
from egov_participation.registrar.interface.petitions import Batch as Batch
from egov_participation.registrar.interface.petitions import Opening as Opening
from egov_participation.registrar.interface.petitions import PetitionRegistrar
from egov_participation.registrar.interface.petitions import Signing as Signing
from egov_participation.registrar.interface.votes import Progress as Progress
from egov_participation.registrar.interface.votes import Roll as Roll
from egov_participation.registrar.interface.votes import Voter as Voter
from egov_participation.registrar.interface.votes import VoteRegistrar
from egov_participation.registrar.interface.ways import Challenge as Challenge
from egov_participation.registrar.interface.ways import Way as Way


class Registrar(VoteRegistrar, PetitionRegistrar, Protocol):
    """What the platform may ask."""

    @property
    def key(self) -> str:
        """Public half of its signing key: unpadded Base64 (Ed25519)."""

    @property
    def inside(self) -> bool:
        """Whether it is a part of the web process (the demo alone): pages say so."""

    def close(self) -> None:
        """Close what is open. Nothing is asked afterwards."""
