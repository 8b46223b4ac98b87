"""Rehearsals: a draft run as a mock vote with generated voters, by one member, and thrown away in the end.

Nothing of the draft changes. What takes long is done by jobs (`rehearsal_jobs`), what comes by the clock by
`look_after`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, select

from egov_crypto import trustee
from egov_crypto.election import random_uuid
from egov_participation import audit, keyring
from egov_participation.actions import Action
from egov_participation.commission.models import Draft, Rehearsal
from egov_participation.commission.service import checking
from egov_participation.commission.service.lookup import check_state, lock_draft
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jobs import enqueue
from egov_participation.keyring import Seal
from egov_participation.services import Services, SessionInfo
from egov_participation.voting import service as voting
from egov_participation.voting.problems import Problem
from egov_participation.voting.service import VoteState
from egov_participation.voting.setup_file import SetupError
from egov_participation.voting.views import VoteView

PREPARE: Final = "commission.rehearse"
BALLOTS: Final = "commission.rehearsal_ballots"
DECRYPT: Final = "commission.rehearsal_decrypt"
THROW_AWAY: Final = "commission.rehearsal_discard"
"""Kinds of jobs. Their keys name the rehearsal and never the vote: they stay for some days."""
KEPT: Final = timedelta(days=7)
"""After it has closed: then it goes by itself."""


def start(
    services: Services, tx: UnitOfWork, session: SessionInfo, draft_id: str, *, voters: int, minutes: int
) -> Rehearsal:
    """Begin to rehearse a draft in which nothing is missing but keys, times and roll.

    Raises:
        SetupError: something else is.
        DomainError: 404 ``draft.unknown``; 409 ``rehearsal.standing`` or of `lookup.check_state`.
    """
    draft, now = lock_draft(tx, draft_id), services.clock()
    check_state(draft, "editing", "preparing", "frozen")
    if of_draft(tx.session, draft_id) is not None:
        raise DomainError(
            409,
            N_("This draft is being rehearsed already. Throw that rehearsal away before you begin another one."),
            code="rehearsal.standing",
        )
    found = missing(services, tx.session, draft)
    if found:
        raise SetupError(list(found))
    row = Rehearsal(
        id=secrets.token_hex(8),
        uuid=random_uuid(),
        draft_id=draft.id,
        voters=voters,
        minutes=minutes,
        made_by=session.person_id,
        made_at=now,
        closes_at=now + timedelta(minutes=minutes),
    )
    tx.add(row)
    audit.record(tx, session, Action.SET_UP_VOTE, _object(row), now, step="begun")
    enqueue(tx, PREPARE, row.id, {"rehearsal": row.id})
    tx.flush()
    return row


def close(services: Services, tx: UnitOfWork, session: SessionInfo, rehearsal_id: str) -> None:
    """Let it close now. Only a rehearsal can.

    Raises:
        DomainError: 404 ``rehearsal.unknown``; 409 ``vote.not_open``.
    """
    row = lock(tx, rehearsal_id)
    if row.state != "running":
        raise DomainError(409, N_("This rehearsal is not open (any more). Nothing was changed."), code="vote.not_open")
    voting.close_rehearsal(services, tx, row.uuid)
    row.closes_at = voting.vote_in(services, tx.session, row.uuid).closes_at
    audit.record(tx, session, Action.SET_UP_VOTE, _object(row), services.clock(), step="closed")
    tx.flush()


def discard(services: Services, tx: UnitOfWork, session: SessionInfo | None, rehearsal_id: str) -> None:
    """Throw it away, whatever it is at. Again: nothing changes but the audit trail.

    Args:
        session: the member's; None if its time has come.

    Raises:
        DomainError: 404 ``rehearsal.unknown``.
    """
    row = lock(tx, rehearsal_id)
    row.state, row.sealed_keys = "discarding", None
    audit.record(tx, session, Action.SET_UP_VOTE, _object(row), services.clock(), step="discarded")
    enqueue(tx, THROW_AWAY, row.id, {"rehearsal": row.id})
    tx.flush()


def look_after(services: Services) -> None:
    """Let mock trustees decrypt what has closed, and throw away what is over for long."""
    now = services.clock()
    due = select(Rehearsal).where(col(Rehearsal.closes_at) <= now, Rehearsal.state != "discarding")
    with services.database.read() as db:
        found = list(db.exec(due))
        decrypting = [row.id for row in found if row.state == "running" and _state(services, db, row)]
    for rehearsal_id in decrypting:
        with services.database.uow() as tx:
            if (row := lock(tx, rehearsal_id)).state == "running":
                row.state = "decrypting"
                enqueue(tx, DECRYPT, row.id, {"rehearsal": row.id})
                tx.commit()
    for row in found:
        if row.closes_at + KEPT <= now:
            with services.database.uow() as tx:
                discard(services, tx, None, row.id)
                tx.commit()


def missing(services: Services, session: Session, draft: Draft) -> Sequence[Problem]:
    """What keeps a draft from being rehearsed."""
    now = services.clock()
    keys = [trustee.generate()[1] for _ in range(checking.keys_in_rehearsal(session, draft))]
    try:
        checking.rehearsed(session, draft, now, now + timedelta(hours=1), keys, 1)
    except SetupError as error:
        return error.problems
    return ()


def of_draft(session: Session, draft_id: str) -> Rehearsal | None:
    """The rehearsal of a draft, if there is one."""
    return session.exec(select(Rehearsal).where(Rehearsal.draft_id == draft_id)).first()


def of_vote(session: Session, uuid: str) -> Rehearsal | None:
    """The rehearsal that a vote is; None of others."""
    return session.exec(select(Rehearsal).where(Rehearsal.uuid == uuid)).first()


def standing(session: Session) -> Sequence[Rehearsal]:
    """All that there are, the last begun first."""
    return session.exec(select(Rehearsal).order_by(col(Rehearsal.made_at).desc(), col(Rehearsal.id))).all()


def find(session: Session, rehearsal_id: str) -> Rehearsal:
    """A rehearsal by its id.

    Raises:
        DomainError: 404 ``rehearsal.unknown``.
    """
    return _found(session.get(Rehearsal, rehearsal_id))


def lock(tx: UnitOfWork, rehearsal_id: str) -> Rehearsal:
    """The rehearsal as it is at this moment, which nobody else changes before the transaction ends.

    Raises:
        DomainError: 404 ``rehearsal.unknown``.
    """
    statement = select(Rehearsal).where(Rehearsal.id == rehearsal_id).with_for_update()
    return _found(tx.exec(statement.execution_options(populate_existing=True)).first())


def vote_of(services: Services, session: Session, row: Rehearsal) -> VoteView | None:
    """The mock vote; None until it is there."""
    try:
        return voting.vote_in(services, session, row.uuid)
    except DomainError:
        return None


def close_keys(services: Services, row: Rehearsal, private_keys: Sequence[int]) -> bytes:
    """The mock trustees' private keys, sealed: the one place where keys of trustees are ever kept."""
    return _seal(services).close(json.dumps([str(key) for key in private_keys]), row.id)


def open_keys(services: Services, row: Rehearsal) -> list[int]:
    """The inverse; empty once they are gone."""
    if row.sealed_keys is None:
        return []
    return [int(key) for key in json.loads(_seal(services).open(row.sealed_keys, row.id))]


def _seal(services: Services) -> Seal:
    return keyring.seal(services.settings.keys_dir, "rehearsals")


def _state(services: Services, session: Session, row: Rehearsal) -> bool:
    """Whether its ballots are added up and its trustees are awaited."""
    vote = vote_of(services, session, row)
    return vote is not None and vote.state in {VoteState.SHUFFLING, VoteState.DECRYPTING}


def _object(row: Rehearsal) -> str:
    return f"draft:{row.draft_id}/rehearsal"


def _found(row: Rehearsal | None) -> Rehearsal:
    if row is None:
        raise DomainError(
            404, N_("There is no such rehearsal. It may have been thrown away."), code="rehearsal.unknown"
        )
    return row
