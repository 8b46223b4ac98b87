"""How attestations leave: in batches, and in an order that does not tell who signed when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_models

from egov_participation.database import UnitOfWork, table_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.registrar import petition_rules as rules
from egov_participation.registrar import statements
from egov_participation.registrar.interface import Act, Batch
from egov_participation.registrar.models import Attested, KeyedPetition
from egov_participation.registrar.service.acts import Entered
from egov_participation.registrar.service.means import Means


def batch(means: Means, petition: str, after: int) -> Batch | None:
    """See `Registrar.batch`."""
    with means.database.read() as session:  # mostly nothing is due: then nothing is locked
        row = session.get(KeyedPetition, petition)
        if row is None:
            raise rules.unknown()
        if after == row.batches and _leaving(means, session, row) is None:
            return None
    with means.database.uow() as tx:
        row = tx.get(KeyedPetition, petition, with_for_update={"key_share": True})
        if row is None:
            raise rules.unknown()
        if not 0 <= after <= row.batches:
            raise DomainError(409, N_("The registrar has made no such batch of attestations."), code="petition.batch")
        if after == row.batches:
            until = _leaving(means, tx.session, row)
            if until is None:
                return None
            _make(tx, row, until)
            tx.commit()
        number = after + 1
        made = (
            select_models(Attested)
            .where(Attested.petition == petition, Attested.batch == number)
            .order_by(col(Attested.place))
        )
        rows = list(tx.session.exec(made))
    return Batch(number, [_attestation(means, row) for row in rows])


def _leaving(means: Means, session: Session, row: KeyedPetition) -> datetime | None:
    waiting = select(func.count(), func.min(Attested.waiting_since), func.max(Attested.waiting_since)).where(
        col(Attested.petition) == row.petition, col(Attested.batch).is_(None)
    )
    count, oldest, newest = session.execute(waiting).one()
    if not count:
        return None
    wait = timedelta(seconds=means.settings.registrar_batch_seconds)
    return rules.leaving(count, oldest, newest, now=means.clock(), closes_at=row.closes_at, wait=wait)


def _make(tx: UnitOfWork, row: KeyedPetition, until: datetime) -> None:
    waiting = (
        select(_attested.c.owner, _attested.c.turn)
        .where(
            _attested.c.petition == row.petition,
            _attested.c.batch.is_(None),
            _attested.c.waiting_since <= until,
        )
        .order_by(_attested.c.waiting_since, _attested.c.turn)
        .limit(rules.MOST_IN_BATCH)
    )
    found = [(owner, turn) for owner, turn in tx.session.execute(waiting)]
    row.batches += 1
    placed = [
        {"petition_": row.petition, "owner_": owner, "turn_": turn, "batch_": row.batches, "place_": place}
        for place, (owner, turn) in enumerate(shuffled(found))
    ]
    tx.session.connection().execute(_PLACE, placed)


def shuffled(acts: Sequence[tuple[bytes, int]]) -> list[tuple[bytes, int]]:
    """Acts, each with its owner and turn, in an order left to chance; those of one owner in the order of turns."""
    mixed = list(acts)
    SystemRandom().shuffle(mixed)
    turns: dict[bytes, list[int]] = {}
    for owner, turn in sorted(acts, key=lambda act: act[1], reverse=True):
        turns.setdefault(owner, []).append(turn)
    return [(owner, turns[owner].pop()) for owner, _ in mixed]


def _attestation(means: Means, row: Attested) -> dict[str, object]:
    said = Entered(row.turn, Act(row.act), row.pseudonym, row.day, row.region, None).said(row.petition)
    return {**said, "signature": statements.signature(means.signing, said)}


_attested: Final = table_of(Attested)
_PLACE: Final = (
    update(_attested)
    .where(
        _attested.c.petition == bindparam("petition_"),
        _attested.c.owner == bindparam("owner_"),
        _attested.c.turn == bindparam("turn_"),
    )
    .values(batch=bindparam("batch_"), place=bindparam("place_"), waiting_since=None)
)
