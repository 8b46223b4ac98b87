"""A register of residents on another machine, asked over HTTP with nothing but the IIN.

The platform keeps what it needs of the people it has met: their ids for ever, since votes and signatures are under
them, and what the registry said for as long as the settings say, sealed.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Final

import structlog
from sqlmodel import Session, col, func, select, update

from egov_participation.clock import Clock
from egov_participation.database import Database
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registry.iin import Iin
from egov_participation.registry.keys import IinKeys, SealError
from egov_participation.registry.models import KnownPerson
from egov_participation.registry.rules import COLUMNS, Entry, EntryError
from egov_participation.registry.service.client import NoLists, RegistryClient, Unanswered
from egov_participation.registry.service.embedded import batched, noted_values
from egov_participation.registry.service.interface import Person, Status
from egov_participation.registry.service.outages import Circuit

log = structlog.get_logger()

_BATCH: Final = 500
_MEETING: Final = "registry:met"
"""Lock: of two who meet the same person at the same moment, the second finds the id that the first has made."""
_RECORD: Final = tuple(column for column in COLUMNS if column != "iin")
_TOLD: Final = tuple(column for column in _RECORD if column != "address")


@dataclass(frozen=True, slots=True)
class Ages:
    """How old an answer may be."""

    fresh: timedelta
    """So long nobody asks again."""
    stale: timedelta
    """So long it serves, while the registry does not answer, for those who were met before."""
    kept: timedelta
    """After that it is forgotten; the id stays."""


class HttpRegistry:
    """The register on another machine (`Registry`)."""

    def __init__(self, client: RegistryClient, database: Database, keys: IinKeys, clock: Clock, ages: Ages) -> None:
        self._client = client
        self._database = database
        self._keys = keys
        self._clock = clock
        self._ages = ages
        self._circuit = Circuit(database, "http")

    def find(self, session: Session, iin: Iin) -> Person | None:
        """See `Registry.find`."""
        now = self._clock()
        iin_hash = self._keys.hash(iin)
        known = session.exec(select(KnownPerson).where(KnownPerson.iin_hash == iin_hash)).first()
        age = now - known.fetched_at if known is not None and known.fetched_at is not None else None
        counts = known is not None and self._is_marked(known)
        if known is not None and counts and age is not None and age < self._ages.fresh:
            return self._person(known)
        try:
            entry = self._lookup(iin, now)
        except DomainError:
            if known is not None and counts and age is not None and age < self._ages.stale:
                return self._person(known)
            raise
        return self._note(iin, entry, now)

    def get(self, session: Session, person_id: str) -> Person | None:
        """See `Registry.get`."""
        found = self._row(session, person_id)
        if found is None or self._keys.marking is None:
            return None if found is None else self._person(found)
        person = self.find(session, self._keys.open_sealed(found.iin_sealed, person_id))
        if person is not None and person.person_id != person_id:
            raise SealError("a sealed IIN is not the one that the person is found by")
        return person

    def mask(self, session: Session, person_id: str) -> str:
        """See `Registry.mask`."""
        found = self.iin(session, person_id)
        return "" if found is None else found.mask

    def iin(self, session: Session, person_id: str) -> Iin | None:
        """See `Registry.iin`: it is kept of everybody who was ever met."""
        found = self._row(session, person_id)
        return None if found is None else self._keys.open_sealed(found.iin_sealed, person_id)

    def met(self, session: Session, iin: Iin) -> str | None:
        """The id of who was ever met or on a roll under that IIN, whether the registry knows them still or not; None,
        too, if another IIN was sealed for them."""
        found = session.exec(select(KnownPerson).where(KnownPerson.iin_hash == self._keys.hash(iin))).first()
        if found is None or self._keys.open_sealed(found.iin_sealed, found.person_id) != iin:
            return None
        return found.person_id

    def iins(self, session: Session, person_ids: Collection[str]) -> dict[str, Iin]:
        """See `Registry.iins`: it is kept of everybody who was ever on a roll."""
        return {
            row.person_id: self._keys.open_sealed(row.iin_sealed, row.person_id)
            for some in batched(person_ids)
            for row in session.exec(select(KnownPerson).where(col(KnownPerson.person_id).in_(some)))
        }

    def with_iins(self, session: Session, person_ids: Collection[str]) -> dict[str, tuple[Person, Iin]]:
        """See `Registry.with_iins`."""
        found = {person_id: (self.get(session, person_id), self.iin(session, person_id)) for person_id in person_ids}
        return {id_: (person, iin) for id_, (person, iin) in found.items() if person is not None and iin is not None}

    def address(self, session: Session, person_id: str) -> str:
        """See `Registry.address`."""
        found = self._row(session, person_id)
        return "" if found is None or found.record_sealed is None else self._record(found)["address"]

    def eligible(
        self,
        session: Session,  # noqa: ARG002 - the interface's
        *,
        born_by: date,
        territories: Collection[str] = (),
    ) -> Iterator[str]:
        """See `Registry.eligible`. Of people met for the first time nothing is kept but the sealed IIN."""
        now = self._clock()
        self._enter(now)
        try:
            found = sorted(self._ids(self._client.eligible(born_by, territories)))
            if len(set(found)) != len(found):
                raise Unanswered("the list names somebody twice")
        except NoLists:
            self._circuit.answered()
            raise DomainError(
                HTTPStatus.NOT_IMPLEMENTED,
                N_("The state register of residents makes no lists. Take the roll from a file instead."),
                code="registry.no_lists",
            ) from None
        except Unanswered as error:
            raise self._unavailable(error, now) from None
        self._circuit.answered()
        yield from found

    def find_many(self, session: Session, iins: Collection[Iin]) -> dict[Iin, str]:
        """See `Registry.find_many`: one is asked after the other."""
        found = ((iin, self.find(session, iin)) for iin in iins)
        return {iin: person.person_id for iin, person in found if person is not None}

    def regions(self, session: Session, person_ids: Collection[str]) -> dict[str, str]:
        """See `Registry.regions`. Of people met for the first time on a roll none is known."""
        found: dict[str, str] = {}
        for some in batched(person_ids):
            rows = session.exec(select(KnownPerson).where(col(KnownPerson.person_id).in_(some)))
            found |= {row.person_id: person.territory for row in rows if (person := self._person(row)) is not None}
        return found

    def status(self, session: Session) -> Status:
        """See `Registry.status`."""
        return self._circuit.status(session, self._clock())

    def for_registrar(self, keys_dir: Path) -> HttpRegistry:
        """See `Registry.for_registrar`."""
        return HttpRegistry(self._client, self._database, self._keys.marked(keys_dir), self._clock, self._ages)

    def close(self) -> None:
        """See `Registry.close`."""
        self._client.close()

    def ask_status(self) -> tuple[str, int | None]:
        """The registry's name and number of residents, asked now, whatever was noted of outages.

        Raises:
            Unanswered: it does not answer as it should.
        """
        return self._client.status()

    def forget_old(self) -> int:
        """See `Registry.forget_old`."""
        limit = self._clock() - self._ages.kept
        old = col(KnownPerson.fetched_at) <= limit
        # Asked first: the writer lane is for those who have something to write.
        with self._database.read() as session:
            count = session.exec(select(func.count()).select_from(KnownPerson).where(old)).one()
        if count:
            with self._database.uow() as tx:
                tx.exec(update(KnownPerson).where(old).values(record_sealed=None, fetched_at=None, mark=None))
                tx.commit()
        return count

    # -- asking --------------------------------------------------------------------------------------------------------

    def _lookup(self, iin: Iin, now: datetime) -> Entry | None:
        self._enter(now)
        try:
            entry = self._client.lookup(iin, now.date())
        except EntryError as error:
            # One record that cannot be right is no outage: else one person could shut out everybody.
            log.error("registry.record_refused", problems=error.sentences)
            entry = None
        except Unanswered as error:
            raise self._unavailable(error, now) from None
        self._circuit.answered()
        return entry

    def _enter(self, now: datetime) -> None:
        pause = self._circuit.enter(now)
        if pause:
            raise _not_now(pause)

    def _unavailable(self, error: Unanswered, now: datetime) -> DomainError:
        log.warning("registry.unanswered", problem=str(error))
        self._circuit.failed(now, error.retry_after)
        with self._database.read() as session:
            return _not_now(self.status(session).retry_after)

    # -- keeping -------------------------------------------------------------------------------------------------------

    def _note(self, iin: Iin, entry: Entry | None, now: datetime) -> Person | None:
        """Keep what the registry said; who has gone from it keeps the id alone."""
        iin_hash = self._keys.hash(iin)
        with self._database.uow() as tx:
            tx.lock(_MEETING)
            row = tx.exec(select(KnownPerson).where(KnownPerson.iin_hash == iin_hash)).first()
            if row is None:
                if entry is None:
                    return None
                row = self._new(iin, iin_hash)
                tx.add(row)
            if entry is None:
                row.record_sealed = row.fetched_at = row.mark = None
            else:
                record = {name: str(value) for name, value in asdict(entry).items() if name in _RECORD}
                row.record_sealed = self._keys.seal_text(json.dumps(record, ensure_ascii=False), row.person_id)
                row.fetched_at = now
                row.mark = None if self._keys.marking is None else self._keys.mark(noted_values(row))
            tx.commit()
            return None if entry is None else self._person(row)

    def _new(self, iin: Iin, iin_hash: bytes) -> KnownPerson:
        person_id = secrets.token_hex(16)
        return KnownPerson(person_id=person_id, iin_hash=iin_hash, iin_sealed=self._keys.seal(iin, person_id))

    def _is_marked(self, row: KnownPerson) -> bool:
        """Whether what stands in the row counts: for the registrar, what it was told itself."""
        try:
            self._keys.check_mark(row.mark, noted_values(row))
        except SealError:
            return False
        return True

    def _ids(self, iins: Iterable[Iin]) -> Iterator[str]:
        """The ids of people, made where they were never met."""
        remaining = iter(iins)
        while batch := list(islice(remaining, _BATCH)):
            hashes = [self._keys.hash(iin) for iin in batch]
            by_hash = dict(zip(hashes, batch, strict=True))
            with self._database.uow() as tx:
                tx.lock(_MEETING)
                rows = tx.exec(select(KnownPerson).where(col(KnownPerson.iin_hash).in_(by_hash))).all()
                known = {row.iin_hash: row.person_id for row in rows}
                for iin_hash, iin in by_hash.items():
                    if iin_hash not in known:
                        row = self._new(iin, iin_hash)
                        known[iin_hash] = row.person_id
                        tx.add(row)
                tx.commit()
            yield from (known[iin_hash] for iin_hash in hashes)

    def _row(self, session: Session, person_id: str) -> KnownPerson | None:
        found = session.get(KnownPerson, person_id)
        if found is not None:
            return found
        # The caller's session may have begun before `find` kept the person.
        with self._database.read() as another:
            return another.get(KnownPerson, person_id)

    def _record(self, row: KnownPerson) -> dict[str, str]:
        record: dict[str, str] = json.loads(self._keys.open_text(row.record_sealed or b"", row.person_id))
        return record

    def _person(self, row: KnownPerson) -> Person | None:
        if row.record_sealed is None:
            return None
        record = self._record(row)
        told = {name: record[name] for name in _TOLD if name != "birth_date"}
        return Person(row.person_id, birth_date=date.fromisoformat(record["birth_date"]), **told)


def _not_now(retry_after: int) -> DomainError:
    return DomainError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        N_("The state register of residents does not answer at the moment. Try again in a few minutes."),
        code="registry.unavailable",
        retry_after=retry_after or None,
    )
