"""What the platform may ask the registrar. It asks this and nothing else, and stores neither question nor answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from egov_crypto.group import Point
from egov_participation.database import UnitOfWork

Progress = Callable[[int, int], None]
"""Called with how many voters are done and how many there are."""


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who is put on a roll."""

    person_id: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class PreparedRoll:
    """Fresh credentials of a vote, made but not stored yet: making many takes long, storing them must not."""

    vote_uuid: str
    public: Sequence[tuple[Point, int]]
    """(public credential, weight) in no order that tells anything; to be sorted and published."""
    rows: Sequence[dict[str, object]] = field(repr=False)


class Registrar(Protocol):
    """What the platform may ask."""

    def prepare_roll(self, vote_uuid: str, voters: Sequence[Voter], progress: Progress | None = None) -> PreparedRoll:
        """Make a credential for each voter. Nothing is stored. A person may be on a roll once (ValueError)."""

    def store_roll(self, tx: UnitOfWork, roll: PreparedRoll, *, binding: bool, closes_at: datetime) -> None:
        """Keep a prepared roll, in the transaction that publishes its public half."""

    def is_on_roll(self, vote_uuid: str, person_id: str) -> bool:
        """Whether this person may vote in this vote."""

    def owns(self, vote_uuid: str, person_id: str, public_credential: str) -> bool:
        """Whether this public credential (64 hex digits) is that person's in this vote."""

    def credential(self, vote_uuid: str, person_id: str, *, signed_in_at: datetime, assurance: int) -> str:
        """The person's private credential, to be shown once now; the person is told by mail that it was.

        Raises:
            DomainError: 404 ``credential.not_on_roll``, and those of `rules.check_display`.
        """

    def destroy(self, vote_uuid: str) -> None:
        """Delete the private credentials of a vote that closed. Doing it again changes nothing."""
