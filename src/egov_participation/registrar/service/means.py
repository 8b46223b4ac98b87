"""What the registrar works with, put together once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nacl.signing import SigningKey
from sqlalchemy import bindparam, select
from sqlmodel import Session

from egov_participation.clock import Clock
from egov_participation.database import Database, UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.mail import Mailer
from egov_participation.registrar import rules
from egov_participation.registrar.models import RolledVote, RollEntry, RollState
from egov_participation.registrar.vault import Vault
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import SealError
from egov_participation.registry.service import Person, Registry, own_contact
from egov_participation.settings import Settings


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person is written to."""

    mail: str
    """As the register itself has it, and not as somebody with a session here may have changed it."""
    also: str
    """Where they want to be written to, if that is somewhere else: notices go there too, codes do not."""
    lang: str


class Residents:
    """The register of residents, as the registrar asks it itself.

    Args:
        registry: the register, without the addresses that people set on the site.
        database: the one that `registry` reads.
    """

    def __init__(self, registry: Registry, database: Database) -> None:
        self._registry = registry
        self._database = database

    def contact(self, person_id: str) -> Contact | None:
        """Where to write to; None for who is not in the register."""
        with self._database.read() as session:
            person = self._registry.get(session, person_id)
            if person is None:
                return None
            own = own_contact(session, person_id)
        also = own.mail if own.mail and own.mail != person.mail else ""
        return Contact(person.mail, also, own.language or person.language)

    def person(self, person_id: str) -> tuple[Person, Iin] | None:
        """Somebody with their IIN; None for who is not in the register."""
        return self.people([person_id]).get(person_id)

    def people(self, person_ids: Collection[str]) -> dict[str, tuple[Person, Iin]]:
        """The same of many, by id; who is not in the register is left out."""
        with self._database.glance() as session:
            return self._registry.with_iins(session, person_ids)

    def numbers(self, person_ids: Collection[str]) -> dict[str, Iin]:
        """The IINs that were sealed for these people, by id; who is not in the register is left out.

        Raises:
            SealError: one does not open: it was sealed with another key, or for somebody else.
        """
        with self._database.glance() as session:
            return self._registry.iins(session, person_ids)

    def is_numbered(self, person_id: str, iin: Iin) -> bool:
        """Whether that IIN was sealed for this person. `find` goes by hashes, which whoever writes in the register's
        tables can give to others' rows; what is sealed is bound to its row, and takes the key besides."""
        with self._database.read() as session:
            try:
                return self._registry.iin(session, person_id) == iin
            except SealError:
                return False

    def find(self, iin: Iin) -> str | None:
        """The id of the person with that IIN.

        Raises:
            DomainError: 503 ``registry.unavailable``.
        """
        with self._database.read() as session:
            person = self._registry.find(session, iin)
        return None if person is None else person.person_id


@dataclass(frozen=True, slots=True)
class Means:
    """The registrar's own things."""

    settings: Settings
    database: Database
    """Its own."""
    clock: Clock
    vault: Vault
    signing: SigningKey
    mailer: Mailer
    residents: Residents


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place on the roll of a vote, with what of both decides on showing the credential."""

    binding: bool
    closes_at: datetime
    destroyed_at: datetime | None
    owner: bytes
    public_credential: str
    sealed_credential: bytes | None
    blocked_at: datetime | None


_rolls, _entries = table_of(RolledVote), table_of(RollEntry)
_PLACE: Final = (
    select(
        _rolls.c.binding,
        _rolls.c.closes_at,
        _rolls.c.destroyed_at,
        _entries.c.owner,
        _entries.c.public_credential,
        _entries.c.sealed_credential,
        _entries.c.blocked_at,
    )
    .join_from(_rolls, _entries, _entries.c.vote_uuid == _rolls.c.vote_uuid)
    .where(
        _rolls.c.vote_uuid == bindparam("vote"),
        _rolls.c.state == RollState.ACTIVE.value,
        _entries.c.owner == bindparam("owner"),
    )
)
"""It is asked for at each step on the way to a credential."""
_NUMBER: Final = select(_entries.c.number).where(
    _entries.c.vote_uuid == bindparam("vote"), _entries.c.owner == bindparam("owner")
)


def place(means: Means, session: Session, vote: str, person_id: str) -> Place:
    """A person's place on the roll of an active vote.

    Raises:
        DomainError: 404 ``credential.not_on_roll``.
    """
    row = session.execute(_PLACE, {"vote": vote, "owner": means.vault.owner(vote, person_id)}).first()
    if row is None:
        raise DomainError(404, N_("You are not on the roll of this vote."), code="credential.not_on_roll")
    return Place(*row)


def number(means: Means, vote: str, owner: bytes) -> bytes | None:
    """What the roll was prepared with (`RollEntry.number`); None for who is not on it."""
    row = means.database.first(_NUMBER, {"vote": vote, "owner": owner})
    return None if row is None else row.number


def check_display(place: Place, now: datetime) -> None:
    """Refuse what would show a credential that must not be shown; see `rules.check_display`.

    Raises:
        DomainError: those of `rules.check_display`.
    """
    closed = now >= place.closes_at or place.destroyed_at is not None or place.sealed_credential is None
    rules.check_display(closed=closed, blocked=place.blocked_at is not None)


def known(tx: UnitOfWork, vote: str) -> RolledVote:
    """A vote that the registrar made a roll for, locked.

    Raises:
        DomainError: 404 ``registrar.unknown_vote``.
    """
    row = tx.get(RolledVote, vote, with_for_update=True)
    if row is None:
        raise unknown_vote()
    return row


def unknown_vote() -> DomainError:
    """What is said of a vote that no roll was made for."""
    return DomainError(404, N_("The registrar has no roll of this vote."), code="registrar.unknown_vote")
