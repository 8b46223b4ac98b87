"""What is decided about a vote in public: extended, cancelled, its protocol signed, corrected by an erratum.

Two members of the commission decide (the room above sees to that, with `approvals`); what they approved is carried out
here, in the approval's transaction. Each act stands in the vote's timeline for good, with its reason and the hash of
what was approved.

The vote's row is locked first. Closing takes the same lock: an extension and the end of the ballots come one after the
other, and whichever is second finds what the first did.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from sqlmodel import Session, col, select, update

from egov_participation.database import UnitOfWork
from egov_participation.i18n import N_
from egov_participation.jobs import enqueue
from egov_participation.ledger import service as ledger
from egov_participation.services import Services
from egov_participation.voting import setup as documents
from egov_participation.voting.models import Vote, VoteAct
from egov_participation.voting.rules import Refusal, VoteState
from egov_participation.voting.service import logged
from egov_participation.voting.service.lookup import find_vote, head_of, refusal, state_of
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import ActView

DESTROY: Final = "voting.destroy_credentials"
"""Kind of the job that has the registrar delete the private credentials of a vote that was cancelled."""
DOCUMENTS: Final = "voting.enter_documents"
"""Kind of the job that enters the protocol's PDFs in the transparency log (`service.documents`)."""
NO_TEXTS: Final = Texts("", "", "")

NOT_EXTENDABLE: Final = Refusal(
    HTTPStatus.CONFLICT,
    "vote.not_extendable",
    N_("Voting has closed, or was cancelled: it cannot be extended any more. Nothing was changed."),
)
NOT_LATER: Final = Refusal(
    HTTPStatus.CONFLICT,
    "vote.not_later",
    N_("A vote is only ever extended: the new closing time must be later than the one of now. Nothing was changed."),
)
LONGEST_EXTENSION: Final = timedelta(days=90)
TOO_LONG: Final = Refusal(
    HTTPStatus.CONFLICT,
    "vote.too_long",
    N_(
        "A vote is extended by at most 90 days at a time: look at the year and the month of the new closing time."
        " Nothing was changed."
    ),
)
NOT_CANCELLABLE: Final = Refusal(
    HTTPStatus.CONFLICT,
    "vote.not_cancellable",
    N_("This vote has a result, or was cancelled already: it cannot be cancelled. Nothing was changed."),
)
NOT_COUNTED: Final = Refusal(
    HTTPStatus.CONFLICT,
    "vote.not_counted",
    N_("This vote has no result yet, so there is no protocol to sign."),
)
SIGNED_ALREADY: Final = Refusal(
    HTTPStatus.CONFLICT,
    "protocol.signed",
    N_("The protocol of this vote is signed already. What is wrong in it is corrected by an erratum."),
)
NOT_SIGNED: Final = Refusal(
    HTTPStatus.CONFLICT,
    "protocol.unsigned",
    N_("The protocol of this vote is not signed yet: there is nothing to correct."),
)
REHEARSAL: Final = Refusal(
    HTTPStatus.CONFLICT,
    "vote.rehearsal",
    N_("This is a rehearsal. It is closed and thrown away, not extended, cancelled or signed. Nothing was changed."),
)


def extend(
    services: Services, tx: UnitOfWork, uuid: str, closes_at: datetime, reason: Texts, content_hash: str
) -> None:
    """Let a vote close later. The caller has told the registrar before, which shows voting codes until then: it is not
    asked here, where the vote's row is locked and voters wait for it.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.not_extendable`` (it has closed by the clock or by its archive, or
            was cancelled), ``vote.not_later``, ``vote.too_long`` or ``vote.rehearsal``.
    """
    vote, now = find_vote(tx.session, uuid, lock=True), services.clock()
    _check_extension(vote, closes_at, now)
    content = {"before": ledger.time(vote.closes_at), "closes_at": ledger.time(closes_at)}
    vote.closes_at = closes_at
    salt = add_act(tx, vote, "extended", now, reason, content, content_hash=content_hash)
    ledger.enter(tx, logged.extended(vote.uuid, now, content, logged.reason(salt, reason), content_hash))


def cancel(services: Services, tx: UnitOfWork, uuid: str, reason: Texts, content_hash: str) -> None:
    """Cancel a vote, for good: no ballot is taken any more, and nothing of it is ever decrypted.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.not_cancellable`` or ``vote.rehearsal``.
    """
    vote, now = find_vote(tx.session, uuid, lock=True), services.clock()
    _check_cancellation(vote, now)
    vote.cancelled_at = now
    salt = add_act(tx, vote, "cancelled", now, reason, {}, content_hash=content_hash)
    ledger.enter(tx, logged.cancelled(vote.uuid, now, head_of(vote), logged.reason(salt, reason), content_hash))
    # By a job: a registrar that does not answer must not keep a vote open that has to be stopped.
    enqueue(tx, DESTROY, uuid, {"vote": uuid})


def publish_protocol(services: Services, tx: UnitOfWork, uuid: str, protocol: bytes, content_hash: str) -> None:
    """Keep and publish the signed protocol of the result.

    Args:
        protocol: with its signature (`egov_participation.voting.service.protocol`).

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``vote.not_counted``, ``protocol.signed`` or ``vote.rehearsal``.
    """
    vote, now = find_vote(tx.session, uuid, lock=True), services.clock()
    _check_protocol(vote, now)
    vote.protocol = protocol
    content = {"protocol": documents.digest(protocol)}
    add_act(tx, vote, "published", now, content=content, content_hash=content_hash)
    ledger.enter(tx, logged.published(vote.uuid, now, content["protocol"], content_hash))
    ledger.enter(tx, logged.document(vote.uuid, protocol))
    enqueue(tx, DOCUMENTS, content_hash, {"vote": uuid})


def correct(services: Services, tx: UnitOfWork, uuid: str, text: Texts, content_hash: str) -> None:
    """Add an erratum to a signed protocol, which itself stays as it is.

    Raises:
        DomainError: 404 ``vote.unknown``; 409 ``protocol.unsigned``.
    """
    vote, now = find_vote(tx.session, uuid, lock=True), services.clock()
    content = {"protocol": documents.digest(_signed(vote))}
    salt = add_act(tx, vote, "corrected", now, text, content, content_hash=content_hash)
    committed = logged.reason(salt, text)
    ledger.enter(tx, logged.corrected(vote.uuid, now, content["protocol"], committed, content_hash))
    enqueue(tx, DOCUMENTS, content_hash, {"vote": uuid})


def check_extension(services: Services, session: Session, uuid: str, closes_at: datetime) -> datetime:
    """The closing time of now, if the vote may be extended to that one: `extend` makes sure.

    Raises:
        DomainError: as `extend`.
    """
    vote = find_vote(session, uuid)
    _check_extension(vote, closes_at, services.clock())
    return vote.closes_at


def check_cancellation(services: Services, session: Session, uuid: str) -> None:
    """Whether the vote may be cancelled: `cancel` makes sure.

    Raises:
        DomainError: as `cancel`.
    """
    _check_cancellation(find_vote(session, uuid), services.clock())


def check_protocol(services: Services, session: Session, uuid: str) -> None:
    """Whether a protocol may be signed: `publish_protocol` makes sure.

    Raises:
        DomainError: as `publish_protocol`.
    """
    _check_protocol(find_vote(session, uuid), services.clock())


def check_correction(session: Session, uuid: str) -> bytes:
    """The signed protocol that may be corrected: `correct` makes sure.

    Raises:
        DomainError: as `correct`.
    """
    return _signed(find_vote(session, uuid))


def _refuse_rehearsal(vote: Vote) -> None:
    if vote.rehearsal:
        raise refusal(REHEARSAL)


def _check_extension(vote: Vote, closes_at: datetime, now: datetime) -> None:
    _refuse_rehearsal(vote)
    if state_of(vote, now) not in {VoteState.SETUP, VoteState.OPEN}:
        raise refusal(NOT_EXTENDABLE)
    if closes_at <= vote.closes_at:
        raise refusal(NOT_LATER)
    if closes_at > vote.closes_at + LONGEST_EXTENSION:
        raise refusal(TOO_LONG)


def _check_cancellation(vote: Vote, now: datetime) -> None:
    _refuse_rehearsal(vote)
    # After the result it would look as if that had displeased.
    if state_of(vote, now) in {VoteState.TALLIED, VoteState.CANCELLED}:
        raise refusal(NOT_CANCELLABLE)


def _check_protocol(vote: Vote, now: datetime) -> None:
    _refuse_rehearsal(vote)
    if state_of(vote, now) is not VoteState.TALLIED:
        raise refusal(NOT_COUNTED)
    if vote.protocol is not None:
        raise refusal(SIGNED_ALREADY)


def _signed(vote: Vote) -> bytes:
    if vote.protocol is None:
        raise refusal(NOT_SIGNED)
    return vote.protocol


def acts(session: Session, uuid: str) -> tuple[ActView, ...]:
    """What was decided about a vote, in order."""
    statement = select(VoteAct).where(col(VoteAct.vote_uuid) == uuid).order_by(col(VoteAct.id))
    return tuple(
        ActView(
            row.kind,
            row.at,
            Texts(row.reason_kk, row.reason_ru, row.reason_en),
            json.loads(row.content),
            row.content_hash,
            None if row.salt is None else row.salt.hex(),
        )
        for row in session.exec(statement)
    )


def add_act(
    tx: UnitOfWork,
    vote: Vote,
    kind: str,
    now: datetime,
    reason: Texts = NO_TEXTS,
    content: Mapping[str, Any] | None = None,
    *,
    content_hash: str,
) -> bytes:
    """Write an act down. The vote's count of them goes up, by which what is kept of the vote is known to be stale.

    Returns:
        The salt for the commitment to its reason.
    """
    salt = secrets.token_bytes(ledger.SALT_SIZE)
    tx.add(
        VoteAct(
            vote_uuid=vote.uuid,
            kind=kind,
            at=now,
            reason_kk=reason.kk,
            reason_ru=reason.ru,
            reason_en=reason.en,
            content=documents.canonical(content or {}).decode(),
            content_hash=content_hash,
            salt=None if reason == NO_TEXTS else salt,
        )
    )
    tx.session.execute(update(Vote).where(col(Vote.uuid) == vote.uuid).values(acts=Vote.acts + 1))
    tx.flush()
    tx.session.refresh(vote)
    return salt
