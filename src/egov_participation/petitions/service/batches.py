"""What the registrar attested, on its way into the log: batch after batch, each once.

A batch and the note that it stands there are one transaction. The registrar gives the same batch until the one after it
is asked for, so that a crash loses none and doubles none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import CursorResult, bindparam, or_, select, update

from egov_participation.database import table_of
from egov_participation.errors import DomainError
from egov_participation.ledger import service as ledger
from egov_participation.petitions.models import Petition, State
from egov_participation.petitions.rules.states import SIGNABLE
from egov_participation.petitions.service import lookup
from egov_participation.registrar.interface import Batch
from egov_participation.services import Services

log = structlog.get_logger()

LOCK: Final = "petition batches"
_PETITIONS: Final = 20
"""That are asked about in one round."""
_BATCHES: Final = 40
"""That are entered for one of them in one round."""
_LATE: Final = timedelta(minutes=1)
"""So long after its end a petition is asked about: what was being signed then has arrived."""
_LONGEST: Final = timedelta(hours=2)
"""So long after a withdrawal: it waits for others as every attestation does, for an hour by default."""


def enter_batches(services: Services) -> int:
    """Enter what the registrar has for the log. Somebody else is at it: nothing.

    Returns:
        How many attestations were entered.

    Raises:
        DomainError: 503 ``registrar.unavailable``.
    """
    with services.database.alone(LOCK) as alone:
        return sum(_tried(services, *found) for found in (_due(services) if alone else ()))


def _tried(services: Services, petition_id: int, reference: str, state: State, number: int) -> int:
    """One that the registrar does not know, such as after a restore, keeps no other one waiting."""
    try:
        return _enter(services, petition_id, reference, state, number)
    except DomainError as refusal:
        if refusal.code != "petition.unknown":
            raise
        log.error("petition.unknown_to_registrar", petition=reference)
        return 0


def expect(services: Services, petition_id: int) -> None:
    """Note that the registrar is about to attest a withdrawal, before it is asked: whatever ends the petition, or this
    process, meanwhile, it is asked for what it has for the log until that must have left."""
    with services.database.uow() as tx:
        tx.session.execute(_EXPECT, {"petition": petition_id, "now": services.clock()})
        tx.commit()


def tell_registrar(services: Services, reference: str) -> None:
    """Have the registrar attest signatures while a petition is open, and nothing but withdrawals when it is not.

    The state is read once more afterwards: of two who tell at one moment, the one who comes last may have read first.

    Raises:
        DomainError: 503 ``registrar.unavailable``.
    """
    until = _open_until(services, reference)
    while True:
        try:
            if until is not None:
                services.registrar.reopen_petition(reference, until)
            else:
                services.registrar.close_petition(reference)
        except DomainError as refusal:
            if refusal.code != "petition.unknown":  # then nobody could sign
                raise
        told, until = until, _open_until(services, reference)
        if until == told:
            return


def _open_until(services: Services, reference: str) -> datetime | None:
    with services.database.read() as session:
        petition = lookup.found(session, reference)
    return petition.closes_at if State(petition.state) in SIGNABLE else None


def _due(services: Services) -> Sequence[tuple[int, str, State, int]]:
    """Petitions of which the registrar may have something: id, number, state, batches. Many take turns."""
    with services.database.read() as session:
        rows = session.execute(_ASKED).all()
    every = -(-len(rows) // _PETITIONS) or 1
    turn = int(services.clock().timestamp()) % every
    return [(row.id, row.reference, State(row.state), row.batches) for row in rows[turn::every]]


def _enter(services: Services, petition_id: int, reference: str, state: State, number: int) -> int:
    if state not in SIGNABLE:
        tell_registrar(services, reference)  # whatever ended it: nothing more is attested, but for withdrawals
    entered = 0
    for _ in range(_BATCHES):
        batch = services.registrar.batch(reference, number)
        if batch is None:
            if state not in SIGNABLE:
                _note_end(services, petition_id)
            break
        if not _put(services, petition_id, batch):
            break
        number, entered = batch.number, entered + len(batch.attestations)
    return entered


def _put(services: Services, petition_id: int, batch: Batch) -> bool:
    """Enter a batch; False: it stood there already."""
    with services.database.uow() as tx:
        values = {"petition": petition_id, "made": batch.number, "before": batch.number - 1}
        moved = tx.session.execute(_MOVE, values)
        if not isinstance(moved, CursorResult) or moved.rowcount != 1:
            return False
        ledger.enter_all(tx, [_entry(attestation) for attestation in batch.attestations])
        tx.commit()
    return True


def _entry(attestation: Any) -> dict[str, Any]:
    return {"type": "petition.attestation", "version": 1, **attestation}


def _note_end(services: Services, petition_id: int) -> None:
    with services.database.uow() as tx:
        now, waits = services.clock(), timedelta(seconds=services.settings.registrar_batch_seconds)
        values = {"petition": petition_id, "ended": now - _LATE, "withdrew": now - max(2 * waits, _LONGEST)}
        tx.session.execute(_ENDED, values)
        tx.commit()


_petitions: Final = table_of(Petition)
_ASKED: Final = (
    select(_petitions.c.id, _petitions.c.reference, _petitions.c.state, _petitions.c.batches)
    .where(_petitions.c.attested.is_(True), _petitions.c.opened_at.is_not(None))
    .order_by(_petitions.c.id)
)
_MOVE: Final = (
    update(_petitions)
    .where(_petitions.c.id == bindparam("petition"), _petitions.c.batches == bindparam("before"))
    .values(batches=bindparam("made"))
)
"""No key of it changes, so that nobody who signs at this moment waits for it."""
_EXPECT: Final = (
    update(_petitions)
    .where(_petitions.c.id == bindparam("petition"))
    .values(attested=True, withdrawn_at=bindparam("now"))
)
_ENDED: Final = (
    update(_petitions)
    .where(
        _petitions.c.id == bindparam("petition"),
        _petitions.c.state.not_in(SIGNABLE),
        _petitions.c.state_at <= bindparam("ended"),
        or_(_petitions.c.withdrawn_at.is_(None), _petitions.c.withdrawn_at <= bindparam("withdrew")),
    )
    .values(attested=False)
)
