"""Carrying out that signatures do not count, or count again: in batches, told to each signer.

A batch is one transaction: the rows, what the counts must add, the entries of the log, the mails and the next batch's
job land together or not at all. So a worker that dies leaves nothing half done, and the next one goes on. Batches go by
pseudonym, and so do the entries of each: neither tells who signed when.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, case
from sqlmodel import col, select, update

from egov_participation import actions, audit
from egov_participation.actions import Action
from egov_participation.database import UnitOfWork, table_of
from egov_participation.jobs import Payload, enqueue
from egov_participation.ledger import service as ledger
from egov_participation.petitions import keys
from egov_participation.petitions.models import Invalidation, Petition, Signature
from egov_participation.petitions.rules import integrity, retention
from egov_participation.petitions.rules import paper as paper_rules
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import integrity_letters, lookup, signatures
from egov_participation.petitions.service.invalidating import RUN, fitting, object_of
from egov_participation.petitions.service.lifecycle import happened
from egov_participation.registry.iin import Iin
from egov_participation.roles import service as roles
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import throttle

_PLACES: Final = ("id", "pseudonym", "region", "day", "way", "state", "person_sealed")
_signatures = table_of(Signature)


def run(services: Services, payload: Payload) -> None:
    """One batch. Done already: nothing happens, its own transaction has left the next one's job."""
    now = services.clock()
    with services.database.uow() as tx:
        row = tx.exec(select(Invalidation).where(Invalidation.id == payload["invalidation"]).with_for_update()).one()
        if row.finished_at is not None or row.batches != payload["batch"]:
            return
        petition = tx.session.get_one(Petition, row.petition_id)
        last = _look_on(tx, row)
        if last is None:
            _finish(tx, petition, row, now)
        else:
            changed = _change(tx, row, last, now)
            _enter(tx, petition, row, changed, services.day(now), act=row.act, batch=row.decision)
            _tell(tx, services, petition, row, changed)
            row.after, row.done, row.batches = last, row.done + _counted(changed), row.batches + 1
            job = {"invalidation": row.id, "batch": row.batches}
            enqueue(tx, RUN, f"{row.id}:{row.batches}", job, run_after=now + retention.BETWEEN_BATCHES)
        tx.add(row)
        tx.commit()


def reinstate_one(services: Services, official: SessionInfo, reference: str, iin: Iin) -> bool:
    """Count somebody's signature again who stands at the desk and says that they signed; they are told by mail. Not one
    on a forged form, which is the desk's own. The log's entry names no decision: it is one official's word, and the
    public report says how many there are.

    Returns:
        Whether there was one that was not counted.

    Raises:
        DomainError: 404 ``petition.unknown``; 403 ``role.missing``; 429 ``paper.too_many``; 503
            ``registry.unavailable``.
    """
    now, keys_dir = services.clock(), services.settings.keys_dir
    with services.database.uow() as tx:
        throttle(keys_dir).take(tx, paper_rules.ENTRIES, official.person_id, now)
        audit.record(tx, official, Action.ACT_FOR_PERSON_PRESENT, object_of(reference), now, step="tried")
        tx.commit()
    with services.database.read() as db:
        petition, person = lookup.found(db, reference), services.registry.find(db, iin)
    if person is None or person.person_id == official.person_id:
        return False
    with services.database.uow() as tx:
        tx.lock(roles.LOCK)
        held = roles.held(tx.session, official.person_id, now).roles
        actions.check(Action.ACT_FOR_PERSON_PRESENT, official.capacity, held)
        columns = _signatures.c
        who = keys.person_hash(keys_dir, person.person_id)
        mine = (columns.petition_id == petition.id, columns.person_hash == who, columns.state == "invalidated")
        statement = (
            update(_signatures)
            .where(*mine, columns.code != Code.FORGED_PAPER.value)
            .values(state="valid", code="", changed_at=now)
        )
        changed = tx.session.execute(statement.returning(*(columns[name] for name in (*_PLACES, "invalidation")))).all()
        for one in changed:
            row = tx.exec(select(Invalidation).where(Invalidation.id == one.invalidation).with_for_update()).one()
            row.at_desk += 1
            signatures.note(tx, {(petition.id, one.region, one.day, one.way): 1})
            _enter(tx, petition, row, [one], services.day(now), act="reinstate", batch=None)
            integrity_letters.tell(tx, services, petition, row, [person.person_id], again=True)
            audit.record(tx, official, Action.ACT_FOR_PERSON_PRESENT, object_of(reference), now, reason="reinstate")
        tx.commit()
    return bool(changed)


def _conditions(row: Invalidation) -> list[ColumnElement[bool]]:
    """Which signatures a decision is about, as far as it has not changed them yet."""
    if row.act == "reinstate":
        # Those that were withdrawn meanwhile too: they stay so, and what their signers sign next counts again.
        return [col(Signature.code) != "", col(Signature.invalidation) == row.undoes]
    wanted = fitting(row.petition_id, Code(row.code), Filter.of(json.loads(row.filter)))
    return [*wanted, col(Signature.id) <= row.upto]


def _look_on(tx: UnitOfWork, row: Invalidation) -> bytes | None:
    """Up to which pseudonym the next batch goes; None: there is nothing more."""
    pseudonym = col(Signature.pseudonym)
    of_petition = col(Signature.petition_id) == row.petition_id
    batch = select(Signature.pseudonym).where(of_petition, *_conditions(row), pseudonym > row.after)
    found = tx.exec(batch.order_by(pseudonym).limit(integrity.BATCH)).all()
    return found[-1] if found else None


def _change(tx: UnitOfWork, row: Invalidation, last: bytes, now: datetime) -> Sequence[Row[Any]]:
    """Change the rows of a batch that are still as they were looked at, and note what the counts must add."""
    if row.act == "reinstate":
        state = case((_signatures.c.state == "invalidated", "valid"), else_=_signatures.c.state)
        values: dict[str, Any] = {"state": state, "code": "", "changed_at": now}
    else:
        values = {"state": "invalidated", "code": row.code, "invalidation": row.id, "changed_at": now}
    pseudonym = _signatures.c.pseudonym
    of_batch = (_signatures.c.petition_id == row.petition_id, pseudonym > row.after, pseudonym <= last)
    statement = update(_signatures).where(*of_batch, *_conditions(row)).values(values)
    changed = tx.session.execute(statement.returning(*(_signatures.c[name] for name in _PLACES))).all()
    change = 1 if row.act == "reinstate" else -1
    sums = Counter((row.petition_id, one.region, one.day, one.way) for one in changed if one.state != "withdrawn")
    signatures.note(tx, {place: change * number for place, number in sums.items()})
    return sorted(changed, key=lambda one: bytes(one.pseudonym))


def _counted(changed: Sequence[Row[Any]]) -> int:
    return sum(one.state != "withdrawn" for one in changed)


def _enter(
    tx: UnitOfWork,
    petition: Petition,
    row: Invalidation,
    changed: Sequence[Row[Any]],
    day: date,
    *,
    act: str,
    batch: str | None,
) -> None:
    for one in changed:
        ledger.enter(
            tx,
            {
                "type": "petition.invalidation",
                "version": 1,
                "petition": petition.reference,
                "pseudonym": one.pseudonym.hex(),
                "act": act,
                "code": row.code,
                "day": day.isoformat(),
                "batch": batch,
            },
        )


def _tell(
    tx: UnitOfWork, services: Services, petition: Petition, row: Invalidation, changed: Sequence[Row[Any]]
) -> None:
    assert petition.id is not None
    keys_dir = services.settings.keys_dir
    people = [keys.open_person(keys_dir, petition.id, one.person_sealed) for one in changed if one.person_sealed]
    integrity_letters.tell(tx, services, petition, row, people, again=row.act == "reinstate")


def _finish(tx: UnitOfWork, petition: Petition, row: Invalidation, now: datetime) -> None:
    row.finished_at = now
    kind = "signatures.invalidated" if row.act == "invalidate" else "signatures.reinstated"
    happened(tx, petition, kind, now, by="moderator", reason=row.reason, details={"count": row.done, "code": row.code})
