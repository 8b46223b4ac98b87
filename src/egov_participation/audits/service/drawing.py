"""From the commitments to the sample: the auditors reveal their values, and by all of them together it is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import structlog
from sqlmodel import Session

from egov_crypto import audit as protocol
from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.audits import rules
from egov_participation.audits.models import Audit, Stage
from egov_participation.audits.service import lookup
from egov_participation.audits.service.committing import entry
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger import service as ledger
from egov_participation.petitions.service import logged, verified
from egov_participation.services import Services, SessionInfo

log = structlog.get_logger()

_TOLD: Final = 20
"""Pages of signatures after which the worker's log says how far a draw is."""


def place(services: Services, session: Session, row: Audit) -> int | None:
    """Where the commitments stand in the log; None until a checkpoint covers them that a witness has cosigned, if there
    are witnesses: whoever reveals before lets the log choose."""
    given = [one.commitment for one in lookup.commitments(session, row)]
    index = ledger.index_of_value(session, entry(row, given))
    if index is None or not ledger.witnesses_of(services.settings):
        return index
    cosigned = (state.size or 0 for state in ledger.witness_states(services.settings, session))
    return index if any(size > index for size in cosigned) else None


def reveal(services: Services, session: SessionInfo, key: str, value: str) -> None:
    """Reveal the value that one committed to.

    Raises:
        DomainError: 404 ``audit.none``; 409 ``audit.stage``, ``audit.void``, ``audit.early`` (no checkpoint covers the
            commitments); 403 ``audit.stranger``; 422 ``audit.value`` (it is another one).
    """
    with services.database.uow() as tx:
        row = lookup.locked(tx, key)
        rules.check_stage(row.stage, Stage.COMMITTED)
        if rules.is_void(row.committed_at, services.clock()):
            raise DomainError(
                409,
                N_("The time to reveal the values is over: this audit is void. Begin another one."),
                code="audit.void",
            )
        own = [one for one in lookup.commitments(tx.session, row) if one.auditor == session.person_id]
        if not own:
            raise DomainError(403, N_("You have committed to no value in this audit."), code="audit.stranger")
        if place(services, tx.session, row) is None:
            raise DomainError(
                409,
                N_(
                    "The commitments are not yet in a checkpoint of the log that witnesses have signed. Until then "
                    "keep your value to yourself, and come back in some minutes."
                ),
                code="audit.early",
            )
        (one,) = own
        if not rules.is_hex(value) or protocol.commitment(row.reference, bytes.fromhex(value)) != one.commitment:
            raise DomainError(422, N_("This is not the value that you committed to."), code="audit.value")
        if one.value is None:
            one.value = value
            tx.add(one)
            audit.record(tx, session, Action.DRAW_AUDIT, lookup.object_of(row.key), services.clock(), step="revealed")
            tx.commit()


def draw_due(services: Services) -> None:
    """Draw where all values are revealed, in time."""
    now = services.clock()
    with services.database.read() as session:
        ready = [
            row.key
            for row in lookup.at(session, Stage.COMMITTED)
            if rules.waits(row.committed_at, now)
            and all(one.value is not None for one in lookup.commitments(session, row))
        ]
    for key in ready:
        _draw(services, key)


def _draw(services: Services, key: str) -> None:
    with services.database.read() as session:
        row = lookup.found(session, key)
        values = [one.value or "" for one in lookup.commitments(session, row)]
        index = place(services, session, row)
    if index is None:
        return
    seed = protocol.seed(row.reference, map(bytes.fromhex, values))
    drawn = _drawn(services, row, index, seed)
    if drawn is None:  # the log is not read so far yet: the next round draws
        return
    counted, sample = drawn
    now = services.clock()
    with services.database.uow() as tx:
        row = lookup.locked(tx, key)
        if row.stage != Stage.COMMITTED:
            return
        row.stage, row.drawn_at = Stage.DRAWN.value, now
        row.size, row.counted, row.seed = index, counted, seed.hex()
        row.drawn = "\n".join(pseudonym.hex() for pseudonym in sample)
        tx.add(row)
        ledger.enter(
            tx,
            {
                "type": "petition.audit",
                "version": 1,
                "petition": row.reference,
                "at": ledger.time(now),
                "step": "revealed",
                "audit": row.name,
                "reveals": values,
                "size": index,
                "counted": counted,
            },
        )
        tx.commit()


def _drawn(services: Services, row: Audit, index: int, seed: bytes) -> tuple[int, list[bytes]] | None:
    """How many count by the first entries of the log, and those of them whom the lot falls on; None if nobody can tell
    now."""
    counted = 0

    def looked_at(pages: Iterator[list[bytes]]) -> Iterator[bytes]:
        nonlocal counted
        for number, page in enumerate(pages, 1):
            counted += len(page)
            yield from page
            if number % _TOLD == 0:
                log.info("audit.drawing", audit=row.key, counted=counted)

    with services.database.alone(verified.LOCK) as alone, services.database.read() as session:
        pages = logged.counting(session, row.reference, index) if alone else None
        if pages is None:
            return None
        sample = protocol.draw(seed, looked_at(pages), row.sample)
    return counted, sample
