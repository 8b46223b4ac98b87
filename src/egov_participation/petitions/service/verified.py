"""Counting over the published log, as anybody else can: the verified count, and what the log has that is missing here.

Entries are read in the order of the log, each once; what they say together of a pseudonym is kept (`LoggedSignature`),
so that the count moves by what changes. Per pseudonym the last of its attestations and withdrawals counts, unless it is
invalidated.

A signature that was promised and, because of a crash, not put down here is put down when its entry is read; so is a
withdrawal. Its signer's next try finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session

from egov_participation.database import UnitOfWork, table_of
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import LoggedSignature, LogRead, Petition, Signature
from egov_participation.petitions.service import counting, signatures
from egov_participation.petitions.service.signatures import Promise
from egov_participation.services import Services

LOCK: Final = "petition log"
ATTESTATION: Final = "petition.attestation"
INVALIDATION: Final = "petition.invalidation"
AT_ONCE: Final = 1000
"""Entries that are read in one transaction."""
_ROUNDS: Final = 20
_WAYS: Final = {"attest": "electronic", "paper": "paper"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the entries that were read so far say together of one pseudonym."""

    way: str
    region: str
    day: date
    signed: bool = False
    invalid: bool = False
    attested: int = 0
    withdrawn: int = 0
    place: int = -1

    @property
    def counts(self) -> bool:
        """Whether it is one of the verified count."""
        return self.signed and not self.invalid


def after(before: Standing | None, value: Mapping[str, Any], place: int) -> Standing | None:
    """What is to be said of a pseudonym after one more entry about it; None: still nothing.

    >>> one = {"type": ATTESTATION, "act": "attest", "region": "KZ-75", "day": "2026-11-28"}
    >>> after(after(None, one, 7), one | {"act": "withdraw"}, 9).counts
    False
    """
    if value["type"] == INVALIDATION:
        # It may come first: the attestation waits for its batch, and must not count when that comes.
        found = before or Standing(_WAYS["attest"], "", date.min)
        return replace(found, invalid=value["act"] == "invalidate")
    act = value["act"]
    if act == "withdraw":
        if before is None:
            return None
        return replace(before, signed=False, withdrawn=before.withdrawn + 1, place=place)
    found = before or Standing(_WAYS[act], "", date.min)
    return replace(
        found,
        way=_WAYS[act],
        region=value["region"],
        day=date.fromisoformat(value["day"]),
        signed=True,
        attested=found.attested + 1,
        place=place,
    )


def count_verified(services: Services) -> int:
    """Read what the log has published since. Somebody else is at it: nothing.

    Returns:
        How many entries about signatures were read.
    """
    total = 0
    with services.database.alone(LOCK) as alone:
        for _ in range(_ROUNDS if alone else 0):
            found = _read_some(services)
            total += found
            if found < AT_ONCE:
                break
    return total


def _read_some(services: Services) -> int:
    with services.database.read() as session:
        head = ledger.head(session)
        row = session.get(LogRead, 1)
        begin = row.size if row is not None else 0
        if head is None or head.size <= begin:
            return 0
        types = (ATTESTATION, INVALIDATION)
        entries = ledger.following(session, types, after=begin - 1, limit=AT_ONCE)
        ids = _ids(session, {entry.subject for entry in entries})
    size = head.size if len(entries) < AT_ONCE else entries[-1].index + 1
    with services.database.uow() as tx:
        moved = tx.get(LogRead, 1)
        if (moved.size if moved is not None else 0) != begin:
            return 0
        tx.session.merge(LogRead(id=1, size=size))
        _fold(services, tx, [(ids[entry.subject], entry) for entry in entries if entry.subject in ids], size)
        tx.commit()
    return len(entries)


_Key = tuple[int, bytes]


def _fold(services: Services, tx: UnitOfWork, entries: Sequence[tuple[int, ledger.EntryView]], size: int) -> None:
    said = [(petition, entry, entry.value) for petition, entry in entries]
    keys = {(petition, bytes.fromhex(value["pseudonym"])) for petition, _, value in said}
    before = _standing(tx.session, keys)
    now_said = dict(before)
    promises: dict[_Key, bytes] = {}
    for petition, entry, value in said:
        key = (petition, bytes.fromhex(value["pseudonym"]))
        standing = after(now_said.get(key), value, entry.index)
        if standing is not None:
            now_said[key] = standing
        if entry.type == ATTESTATION:
            promises[key] = entry.raw
    changes: Counter[tuple[int, str, date, str]] = Counter()
    for key, standing in now_said.items():
        old = before.get(key)
        if old is not None and old.counts:
            changes[key[0], old.region, old.day, old.way] -= 1
        if standing.counts:
            changes[key[0], standing.region, standing.day, standing.way] += 1
    _keep(tx, now_said, before)
    petitions = {petition for petition, _ in entries}
    counting.add_verified(
        tx, {place: number for place, number in changes.items() if number}, petitions, size, services.clock()
    )
    _make_good(services, tx, {key: now_said[key] for key in promises if key in now_said}, promises)


def _make_good(
    services: Services, tx: UnitOfWork, said: Mapping[_Key, Standing], promises: Mapping[_Key, bytes]
) -> None:
    """Put down what was promised and is missing here."""
    here, whose = _rows_of(tx.session, said), _whose(tx.session, said)
    for key, standing in said.items():
        petition_id, pseudonym = key
        states = here.get(key, Counter())
        promise = Promise(promises[key], pseudonym, standing.day, standing.region)
        if states.total() < standing.attested and not (states["valid"] or states["invalidated"]) and standing.signed:
            row = signatures.row_of(
                petition_id, promise, services.clock(), person_hash=whose.get(key), person_sealed=None, way=standing.way
            )
            signatures.put(tx, row | {"signed_at": None})
        elif states["withdrawn"] < standing.withdrawn and not standing.signed:
            signatures.take_back(tx, petition_id, promise, services.clock())


def _standing(session: Session, keys: set[_Key]) -> dict[_Key, Standing]:
    found = {}
    for petition_id, pseudonyms in _by_petition(keys).items():
        rows = session.execute(
            select(_logged).where(_logged.c.petition_id == petition_id, _logged.c.pseudonym.in_(pseudonyms))
        )
        for row in rows.mappings():
            values = {name: row[name] for name in Standing.__slots__}
            found[petition_id, bytes(row["pseudonym"])] = Standing(**values)
    return found


def _keep(tx: UnitOfWork, said: Mapping[_Key, Standing], before: Mapping[_Key, Standing]) -> None:
    changed = {key: standing for key, standing in said.items() if before.get(key) != standing}
    for petition_id, pseudonyms in _by_petition({key for key in changed if key in before}).items():
        tx.session.execute(
            delete(_logged).where(_logged.c.petition_id == petition_id, _logged.c.pseudonym.in_(pseudonyms))
        )
    if changed:
        rows = [{"petition_id": key[0], "pseudonym": key[1], **asdict(standing)} for key, standing in changed.items()]
        tx.session.execute(insert(_logged), rows)


def _rows_of(session: Session, keys: Mapping[_Key, Standing]) -> dict[_Key, Counter[str]]:
    """How many rows of signatures each has, by their states."""
    found: dict[_Key, Counter[str]] = {}
    for petition_id, pseudonyms in _by_petition(set(keys)).items():
        rows = session.execute(
            select(_signatures.c.pseudonym, _signatures.c.state, func.count())
            .where(_signatures.c.petition_id == petition_id, _signatures.c.pseudonym.in_(pseudonyms))
            .group_by(_signatures.c.pseudonym, _signatures.c.state)
        )
        for pseudonym, state, number in rows:
            found.setdefault((petition_id, bytes(pseudonym)), Counter())[state] = number
    return found


def _whose(session: Session, keys: Mapping[_Key, Standing]) -> dict[_Key, bytes]:
    """Who signed with a pseudonym before: their next signature is found by them too."""
    found: dict[_Key, bytes] = {}
    for petition_id, pseudonyms in _by_petition(set(keys)).items():
        rows = session.execute(
            select(_signatures.c.pseudonym, _signatures.c.person_hash).where(
                _signatures.c.petition_id == petition_id,
                _signatures.c.pseudonym.in_(pseudonyms),
                _signatures.c.person_hash.is_not(None),
            )
        )
        found |= {(petition_id, bytes(row.pseudonym)): bytes(row.person_hash) for row in rows}
    return found


def _by_petition(keys: set[_Key]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {}
    for petition_id, pseudonym in keys:
        found.setdefault(petition_id, []).append(pseudonym)
    return found


def _ids(session: Session, references: set[str]) -> dict[str, int]:
    rows = session.execute(
        select(_petitions.c.reference, _petitions.c.id).where(_petitions.c.reference.in_(references))
    )
    return {row.reference: row.id for row in rows}


_logged, _petitions, _signatures = table_of(LoggedSignature), table_of(Petition), table_of(Signature)
