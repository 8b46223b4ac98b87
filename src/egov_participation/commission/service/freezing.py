"""Freezing a draft: the registrar makes the credentials, the setup document is written, and the registrar signs it.

Pressing the button checks everything and leaves the rest to a job, since a hundred thousand credentials take a while.
How far it is stands in the draft's row, and so does what it failed with. The job may be run again after a crash at any
step: the registrar replaces what it prepared, the rows of credentials are put down anew, and the draft changes its
state in the last step alone. A draft that was thawed meanwhile has another version, and what was made is thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, cast

import structlog
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, update

from egov_crypto.election import random_uuid
from egov_participation import approvals, audit
from egov_participation.actions import Action
from egov_participation.commission.models import Draft
from egov_participation.commission.service import letters
from egov_participation.commission.service.checking import setup_of, voters_of
from egov_participation.commission.service.deciding import SET_UP, object_of
from egov_participation.commission.service.invitations import OWED, tell_all
from egov_participation.commission.service.lookup import check_state, find_draft, lock_draft, trustees_of
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jobs import HopelessError, Payload, enqueue
from egov_participation.outage import FULL, as_refusal
from egov_participation.registrar.interface import Voter
from egov_participation.services import Services, SessionInfo
from egov_participation.voting import service as voting
from egov_participation.voting.service import PreparedSetup, VoteKind
from egov_participation.voting.setup_file import SetupError

log = structlog.get_logger()

FREEZE: Final = "commission.freeze"
DISCARD: Final = "commission.discard"
"""Kinds of jobs."""

_BETWEEN_REPORTS: Final = 0.5
"""Seconds between two writings of how far it is: each takes the writer lane."""


class RollInUseError(HopelessError):
    """The registrar has a roll in use that is to be thrown away here."""


class _StoppedError(Exception):
    """The draft is no longer being frozen: it was thawed, or another worker has frozen it."""


class _TwiceError(Exception):
    """Another worker is freezing this draft; the job is looked at again later."""


def freeze(services: Services, tx: UnitOfWork, session: SessionInfo, draft_id: str, version: int) -> None:
    """Begin to freeze a draft in which nothing is missing.

    Raises:
        SetupError: something is.
        DomainError: 404 ``draft.unknown``; 409 ``draft.changed`` or of `lookup.check_state`.
    """
    draft, now = lock_draft(tx, draft_id), services.clock()
    check_state(draft, "editing")
    if draft.version != version:
        raise DomainError(
            409,
            N_("Somebody changed this draft after you opened the page. Look at it again before you freeze it."),
            code="draft.changed",
        )
    setup_of(services, tx.session, draft, now)
    draft.state, draft.problem, draft.version = "preparing", "", draft.version + 1
    draft.progress_done = draft.progress_total = 0
    draft.changed_at = now
    audit.record(tx, session, Action.SET_UP_VOTE, f"draft:{draft.id}", now, step="frozen")
    enqueue(tx, FREEZE, f"{draft.id}:{draft.version}", {"draft": draft.id, "version": draft.version})


def thaw(services: Services, tx: UnitOfWork, session: SessionInfo, draft_id: str, *, reason: str) -> None:
    """Take a frozen setup back, or stop freezing one: the draft can be changed, and all confirm what comes of it.

    The credentials are thrown away, and the vote will bear another number: no paper of the old one fits the new.

    Raises:
        DomainError: 404 ``draft.unknown``; 409 of `lookup.check_state`, such as ``draft.published``: it was approved.
    """
    now, uuid = services.clock(), find_draft(tx.session, draft_id).uuid
    approvals.lapse(tx, SET_UP, object_of(uuid), now)
    draft = lock_draft(tx, draft_id)
    check_state(draft, "preparing", "frozen")
    if draft.uuid != uuid:
        raise DomainError(409, N_("Somebody thawed this draft at the same moment."), code="draft.changed")
    if draft.state == "frozen":
        tell_all(services, tx, draft, letters.THAWED)
    enqueue(tx, DISCARD, uuid, {"vote": uuid})
    _melt(draft)
    draft.uuid, draft.changed_at = random_uuid(), now
    for row in trustees_of(tx.session, draft.id):
        row.confirmed_hash = row.confirmed_at = None
    audit.record(tx, session, Action.SET_UP_VOTE, f"draft:{draft.id}", now, reason=reason, step="thawed")
    tx.flush()


def run(services: Services, payload: Payload) -> None:
    """What the job does. What fails with words leaves the draft to be edited, with those words; the rest is retried."""
    # The row of the job is not enough: another worker takes it over if this one's connection breaks.
    with services.database.alone(f"freeze-{payload['draft']}") as alone:
        if not alone:
            raise _TwiceError
        _run(services, str(payload["draft"]), int(payload["version"]))


def _run(services: Services, draft_id: str, version: int) -> None:
    with services.database.read() as db:
        draft = db.get(Draft, draft_id)
    if draft is None or not _is_current(draft, version):
        return
    try:
        prepared, confirmation = _prepare(services, draft, version)
    except _StoppedError:
        _discard_if_thawed(services, draft)
    except SetupError:
        _fail(services, draft, version, N_("Something in the draft, its roll or its keys no longer holds: see below."))
    except DomainError as error:
        _fail(services, draft, version, error.message)
    except (SQLAlchemyError, OSError) as error:
        outage = as_refusal(error)
        if outage is None or outage.code != FULL:
            raise
        # If there is no room for these words either, the job is run again until there is.
        _fail(services, draft, version, outage.message)
    else:
        if not _finish(services, draft_id, version, prepared, confirmation):
            _discard_if_thawed(services, draft)


def _discard_if_thawed(services: Services, draft: Draft) -> None:
    """Throw away what was made, unless the draft still is that vote: what another worker has frozen is confirmed."""
    with services.database.read() as db:
        now = db.get(Draft, draft.id)
    if now is None or now.uuid != draft.uuid:
        discard(services, {"vote": draft.uuid})


def discard(services: Services, payload: Payload) -> None:
    """Throw away what was made for a vote that is not to be.

    The registrar puts a roll into use when the approval is durable, and what was approved is not thawed. So it refuses
    only where this database is older than that, after a restore: the vote may be open, and then nothing that comes
    from here may take its codes away (``docs/operate.md``).

    Raises:
        RollInUseError: the registrar keeps the roll, and destroys its codes at the closing time that it knows.
    """
    try:
        services.registrar.discard(payload["vote"])
    except DomainError as error:
        if error.code != "registrar.active":
            raise
        log.error("commission.roll_in_use", vote=payload["vote"])
        raise RollInUseError from None
    voting.unstage_credentials(services, payload["vote"])


def _prepare(services: Services, draft: Draft, version: int) -> tuple[PreparedSetup, bytes]:
    registrar = services.registrar
    with services.database.read() as db:
        setup = setup_of(services, db, draft, services.clock())
        voters = voters_of(services, db, draft)
    report, each = _reporting(services, draft.id, version, voters), len(voters)
    roll = registrar.prepare(
        draft.uuid,
        voters,
        binding=setup.kind is VoteKind.BINDING,
        closes_at=setup.closes_at,
        progress=lambda done, total: report(3 * each * done // total, 4 * each),
    )
    prepared = voting.prepare_setup(services, draft.uuid, setup, roll, services.clock())
    confirmation = registrar.confirm(draft.uuid, prepared.document)
    voting.stage_credentials(services, draft.uuid, prepared.credentials, lambda done: report(3 * each + done, 4 * each))
    return prepared, confirmation


def _reporting(services: Services, draft_id: str, version: int, voters: list[Voter]) -> Callable[[int, int], None]:
    """Writes how far it is into the draft, now and then."""
    mine = (col(Draft.id) == draft_id, col(Draft.version) == version, col(Draft.state) == "preparing")
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < _BETWEEN_REPORTS and done < total:
            return
        last = time.monotonic()
        with services.database.uow() as tx:
            statement = update(Draft).where(*mine).values(progress_done=done, progress_total=total)
            found = cast("CursorResult[tuple[()]]", tx.session.execute(statement)).rowcount
            tx.commit()
        if not found:
            raise _StoppedError

    report(0, 4 * len(voters))
    return report


def _finish(services: Services, draft_id: str, version: int, prepared: PreparedSetup, confirmation: bytes) -> bool:
    """The last step; False if the draft was thawed meanwhile."""
    now = services.clock()
    with services.database.uow() as tx:
        draft = lock_draft(tx, draft_id)
        if not _is_current(draft, version):
            return False
        draft.state, draft.frozen_at, draft.changed_at = "frozen", now, now
        draft.setup, draft.setup_hash = prepared.document, prepared.hash
        draft.archive_start, draft.confirmation = prepared.archive_start, confirmation
        for row in trustees_of(tx.session, draft.id):
            row.confirmed_hash = row.confirmed_at = None
            row.remind_at = now + OWED
        tell_all(services, tx, draft, letters.CONFIRM, setup=letters.in_groups(prepared.hash))
        tx.commit()
    return True


def _fail(services: Services, draft: Draft, version: int, problem: str) -> None:
    with services.database.uow() as tx:
        row = lock_draft(tx, draft.id)
        if _is_current(row, version):
            _melt(row)
            row.problem, row.changed_at = problem, services.clock()
            enqueue(tx, DISCARD, f"{draft.uuid}:{version}", {"vote": draft.uuid})
            row.uuid = random_uuid()
        tx.commit()


def _is_current(draft: Draft, version: int) -> bool:
    return draft.state == "preparing" and draft.version == version


def _melt(draft: Draft) -> None:
    draft.state, draft.version = "editing", draft.version + 1
    draft.setup = draft.setup_hash = draft.archive_start = draft.confirmation = draft.frozen_at = None
    draft.progress_done = draft.progress_total = 0
