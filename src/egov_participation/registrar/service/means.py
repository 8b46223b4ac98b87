"""What the registrar works with, put together once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
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
from egov_participation.registry.service import EmbeddedRegistry, HttpRegistry, Person, Registry, own_contact, renumber
from egov_participation.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person is written to."""

    mail: str
    """As the register itself has it, and not as somebody with a session here may have changed it."""
    also: str
    """Where they want to be written to, if that is somewhere else: notices go there too, codes do not."""
    lang: str
    iin: Iin
    """Whose address that is."""


class Residents:
    """The register of residents, as the registrar asks it itself. Who stands there otherwise than they were entered is
    nobody: somebody changed the register from outside.

    Args:
        registry: the register (`Registry.for_registrar`).
        database: the one that `registry` reads.
    """

    def __init__(self, registry: Registry, database: Database) -> None:
        self._registry = registry
        self._database = database

    def contact(self, person_id: str) -> Contact | None:
        """Where to write to; None for who is not in the register.

        Raises:
            DomainError: 503 ``registry.unavailable``.
        """
        known = self.person(person_id)
        if known is None:
            return None
        person, iin = known
        with self._database.read() as session:
            own = own_contact(session, person_id)
        also = own.mail if own.mail and own.mail != person.mail else ""
        return Contact(person.mail, also, own.language or person.language, iin)

    def person(self, person_id: str) -> tuple[Person, Iin] | None:
        """Somebody with their IIN; None for who is not in the register."""
        return self.people([person_id]).get(person_id)

    def people(self, person_ids: Collection[str]) -> dict[str, tuple[Person, Iin]]:
        """The same of many, by id; who is not in the register is left out.

        Raises:
            DomainError: 503 ``registry.unavailable``.
        """
        try:
            with self._database.glance() as session:
                return self._registry.with_iins(session, person_ids)
        except SealError:
            if len(person_ids) == 1:
                _note_changed()
                return {}
        # One row alone was changed: the others are whom they were.
        return {id_: known for one in person_ids for id_, known in self.people([one]).items()}

    def numbers(self, person_ids: Collection[str]) -> dict[str, Iin]:
        """The IINs that were sealed for these people, by id; who is not in the register is left out.

        Raises:
            SealError: one does not open, or its row is not as it was entered.
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

    def renumber(self, old: Iin, new: Iin, now: datetime) -> tuple[str | None, str | None]:
        """See `registry.service.renumber`. A register on another machine corrects itself: of that one, the ids of whom
        the site once met under the old IIN, and of whom it has under the new one.

        Raises:
            SealError, ValueError: as there.
            DomainError: 503 ``registry.unavailable``.
        """
        if isinstance(self._registry, HttpRegistry):
            after = self.find(new)
            with self._database.read() as session:
                return self._registry.met(session, old), after
        assert isinstance(self._registry, EmbeddedRegistry)
        with self._database.uow() as tx:
            ids = renumber(tx, self._registry.keys, old, new, now)
            tx.commit()
        return ids

    def find(self, iin: Iin) -> str | None:
        """The id of the person with that IIN.

        Raises:
            DomainError: 503 ``registry.unavailable``.
        """
        with self._database.read() as session:
            try:
                person = self._registry.find(session, iin)
            except SealError:
                _note_changed()
                return None
        return None if person is None else person.person_id


def _note_changed() -> None:
    """A row is not as it was entered. `egov registry check` tells whose; a log names nobody."""
    log.error("registrar.row_changed")


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


def contact(means: Means, about: str, person_id: str, number: bytes | None) -> Contact | None:
    """Where a code for this matter goes; None, too, if the person has another IIN now than the one that this number
    (`Vault.number`) stands for: somebody changed the register.

    Raises:
        DomainError: 503 ``registry.unavailable``.
    """
    found = means.residents.contact(person_id)
    if found is None or means.vault.number(about, person_id, found.iin.digits) == number:
        return found
    log.error("registrar.number_changed", about=about)
    return None


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
