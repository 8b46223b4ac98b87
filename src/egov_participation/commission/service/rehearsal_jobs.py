"""What the worker does of a rehearsal: sets the mock vote up, casts, decrypts, deletes. Each may be run again.

======================  ==============================================================================================
`prepare`               begins anew each time: what an attempt before left with the registrar is thrown away first. The
                        vote, the sealed keys and the next job land in one transaction
`cast`                  some ballots, then a job for the next ones, so that other work has its turn. After a crash those
                        of one job are cast once more: their voters changed their minds
`decrypt`               what was handed in already is left out
`throw_away`            the registrar first; whatever it cannot be told is tried again, and the rows are still there
======================  ==============================================================================================
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from egov_crypto import ballot, trustee
from egov_crypto.election import Election
from egov_crypto.threshold.parameters import Parameters
from egov_crypto.trustee import TrusteeKey
from egov_participation.actions import Role
from egov_participation.commission import rehearsing
from egov_participation.commission.models import Rehearsal
from egov_participation.commission.service import checking, rehearsals, rolls
from egov_participation.commission.service.changing import document_of
from egov_participation.commission.service.lookup import find_draft, trustees_of
from egov_participation.commission.service.rehearsals import BALLOTS
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jobs import Payload, enqueue
from egov_participation.registrar.generated import person_id
from egov_participation.registrar.interface import Voter
from egov_participation.roles import service as roles
from egov_participation.services import Services
from egov_participation.voting import mock_keys
from egov_participation.voting import service as voting
from egov_participation.voting.service import PreparedSetup, VoteKind
from egov_participation.voting.setup import whole_second
from egov_participation.voting.setup_file import SetupError

_A_WHILE: Final = 2.0
"""Seconds that one job casts for."""
_ASSURANCE: Final = 3
"""Generated voters are signed in as surely as any vote asks."""


def prepare(services: Services, payload: Payload) -> None:
    """Set the mock vote up. What fails with words is written down: throw it away, and begin anew."""
    row = _standing(services, payload, "preparing")
    if row is None:
        return
    try:
        prepared, confirmation, private_keys = _made(services, row)
    except SetupError:
        _fail(services, row, N_("Something in the draft no longer holds."))
    except DomainError as error:
        _fail(services, row, error.message)
    else:
        if not _publish(services, row, prepared, confirmation, private_keys):
            _take_back(services, row)


def cast(services: Services, payload: Payload) -> None:
    """Cast ballots of the generated voters for a while, from a turn on."""
    row = _standing(services, payload, "running")
    if row is None:
        return
    first, until = int(payload["turn"]), time.monotonic() + _A_WHILE
    turn = first
    turns = rehearsing.turns(row.uuid, row.voters)
    try:
        credentials = services.registrar.rehearsal_credentials(row.uuid)
        election = Election.parse(voting.election(services, row.uuid))
        while turn < len(turns) and (turn == first or time.monotonic() < until):
            who = person_id(turns[turn])
            raw = ballot.make(election, credentials[who], rehearsing.choices(row.uuid, turn, election.questions))
            voting.cast(services, row.uuid, who, raw, assurance=_ASSURANCE)
            turn += 1
    except DomainError as refusal:
        if refusal.status not in (HTTPStatus.GONE, HTTPStatus.NOT_FOUND):
            raise
        return  # it has closed, or was thrown away
    with services.database.uow() as tx:
        found = tx.get(Rehearsal, row.id, with_for_update=True)
        if found is not None:
            found.progress_done = turn
            if turn < len(turns):
                enqueue(tx, BALLOTS, f"{row.id}:{turn}", {"rehearsal": row.id, "turn": turn})
        tx.commit()


def decrypt(services: Services, payload: Payload) -> None:
    """Hand in the mock trustees' decryptions, and forget their keys."""
    row = _standing(services, payload, "decrypting")
    if row is None:
        return
    voting.decrypt_rehearsal(services, row.uuid, rehearsals.open_keys(services, row))
    with services.database.uow() as tx:
        found = tx.get(Rehearsal, row.id, with_for_update=True)
        if found is not None and found.state == "decrypting":
            found.state, found.sealed_keys = "counted", None
        tx.commit()


def throw_away(services: Services, payload: Payload) -> None:
    """Delete everything of it."""
    row = _standing(services, payload, "discarding")
    if row is None:
        return
    services.registrar.discard(row.uuid)
    with services.database.uow() as tx:
        voting.discard_rehearsal(tx, row.uuid)
        tx.commit()
    voting.unstage_credentials(services, row.uuid)
    with services.database.uow() as tx:
        found = tx.get(Rehearsal, row.id)
        if found is not None:
            tx.session.delete(found)
        tx.commit()


def _made(services: Services, row: Rehearsal) -> tuple[PreparedSetup, bytes, list[int]]:
    _take_back(services, row)
    opens_at = whole_second(services.clock())
    closes_at = opens_at + timedelta(minutes=row.minutes)
    with services.database.read() as db:
        draft = find_draft(db, row.draft_id)
        always = sum(row.always for row in trustees_of(db, draft.id))
        count, needed = checking.keys_in_rehearsal(db, draft), document_of(draft).get("needed")
        private, public, together = _mock_keys(count, always, needed)
        mock = rehearsing.voters(row.uuid, row.voters, rolls.sizes(db, draft), checking.territories_of(draft))
        members = sorted(
            {grant.person_id for grant in roles.standing(db, services.clock()) if grant.role == Role.COMMISSION}
        )
        regions = services.registry.regions(db, members)
        setup = checking.rehearsed(db, draft, opens_at, closes_at, public, len(mock) + len(members), together)
    voters = [*mock, *(Voter(member, 1, regions.get(member, "")) for member in members)]
    registrar = services.registrar
    roll = registrar.prepare(row.uuid, voters, binding=setup.kind is VoteKind.BINDING, closes_at=closes_at)
    prepared = voting.prepare_setup(services, row.uuid, setup, roll, services.clock(), rehearsal=True)
    confirmation = registrar.confirm(row.uuid, prepared.document)
    voting.stage_credentials(services, row.uuid, prepared.credentials)
    return prepared, confirmation, private


def _mock_keys(
    count: int, always: int, needed: int | None
) -> tuple[list[int], Sequence[TrusteeKey], Parameters | None]:
    """(private keys, public keys, what some made together) of mock trustees, of whom the first `always` are needed, and
    `needed` of the others."""
    some = count - always if needed is not None and needed < count - always else 0
    keys = [trustee.generate() for _ in range(count - some)]
    private, public = [private_key for private_key, _ in keys], [key for _, key in keys]
    if not some or needed is None:
        return private, public, None
    shares, together = mock_keys.together(some, needed)
    return private + shares, [*public, *together.keys], together


def _publish(
    services: Services, row: Rehearsal, prepared: PreparedSetup, confirmation: bytes, private_keys: list[int]
) -> bool:
    """The last step of setting up; False if it was thrown away meanwhile."""
    with services.database.uow() as tx:
        found = tx.get(Rehearsal, row.id, with_for_update=True)
        if found is None or found.state != "preparing":
            return False
        vote = voting.publish_setup(services, tx, prepared.document, prepared.archive_start, confirmation)
        found.state, found.closes_at = "running", vote.closes_at
        found.sealed_keys = rehearsals.close_keys(services, found, private_keys)
        found.progress_total = len(rehearsing.turns(row.uuid, row.voters))
        enqueue(tx, BALLOTS, f"{row.id}:0", {"rehearsal": row.id, "turn": 0})
        tx.flush()
        # Last: if our commit fails after it, the job is run again, and takes it back first.
        services.registrar.activate(row.uuid, prepared.hash)
        tx.commit()
    return True


def _take_back(services: Services, row: Rehearsal) -> None:
    """Throw away what an attempt left that did not come to its end."""
    services.registrar.discard(row.uuid)
    voting.unstage_credentials(services, row.uuid)


def _fail(services: Services, row: Rehearsal, problem: str) -> None:
    with services.database.uow() as tx:
        found = tx.get(Rehearsal, row.id, with_for_update=True)
        if found is not None and found.state == "preparing":
            found.state, found.problem = "failed", problem
        tx.commit()


def _standing(services: Services, payload: Payload, state: str) -> Rehearsal | None:
    """The rehearsal, if it is still in the state that the job is for."""
    with services.database.read() as db:
        row = db.get(Rehearsal, str(payload["rehearsal"]))
    return row if row is not None and row.state == state else None
