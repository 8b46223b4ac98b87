"""Appeals: a creator may ask, once for each rejection, that another moderator looks at it."""

from __future__ import annotations

from sqlmodel import Session, col, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions import keys
from egov_participation.petitions.models import Appeal, Petition, State
from egov_participation.petitions.rules import gate
from egov_participation.petitions.service import casework, deciding, letters, lifecycle, lookup, ruling
from egov_participation.petitions.service.handing_in import OWN_TERM, begin_review
from egov_participation.services import Services, SessionInfo


def of_petition(session: Session, petition: Petition) -> Appeal | None:
    """The last appeal, if there is one."""
    theirs = select(Appeal).where(Appeal.petition_id == petition.id).order_by(col(Appeal.id).desc())
    return session.exec(theirs.limit(1)).first()


def may_be_made(session: Session, petition: Petition) -> bool:
    """Whether its creator may appeal now."""
    last = of_petition(session, petition)
    # Granted, it was reviewed anew: if it stands rejected, that is another rejection.
    appealed = last is not None and last.state != "granted"
    return petition.state == State.REJECTED and petition.ground != gate.TOO_FEW and not appealed


def text(services: Services, petition: Petition, appeal: Appeal) -> str:
    """Why the creator thinks that the rejection was wrong; empty once it was deleted."""
    if appeal.text_sealed is None:
        return ""
    return keys.box(services.settings.keys_dir).open(appeal.text_sealed, f"appeal:{petition.reference}")


def make(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, why: str) -> None:
    """Appeal against a rejection.

    Raises:
        DomainError: 404 ``petition.unknown``: not theirs; 409 ``appeal.none``: there is nothing to appeal against, or
            they have appealed against it already.
    """
    now = services.clock()
    petition = lookup.locked(tx, reference)
    if petition.creator != acting.person_id:
        raise lookup.no_petition()
    if not may_be_made(tx.session, petition):
        raise DomainError(409, N_("An appeal can be made once against each rejection."), code="appeal.none")
    assert petition.id is not None
    rejected = next(one for one in casework.decisions(tx.session, petition) if one.decision == "rejected")
    rules = ruling.of(petition, services)
    tx.add(
        Appeal(
            petition_id=petition.id,
            at=now,
            text_sealed=keys.box(services.settings.keys_dir).close(why, f"appeal:{reference}"),
            against=rejected.moderator,
            due_on=(rules.review.due or OWN_TERM).end(services.day(now), rules.calendar),
        )
    )
    lifecycle.happened(tx, petition, "appeal.made", now, by="creator")
    tx.flush()


def decide(
    services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, *, grant: bool, reason: str
) -> Petition:
    """Decide on an appeal: granted, the petition is reviewed anew, by anybody but who rejected it (`deciding.review`).

    Raises:
        DomainError: those of `casework.take`; 403 ``appeal.own``: they rejected it themselves, this
            time or before; 409 ``appeal.none``.
    """
    now = services.clock()
    petition = casework.take(services, tx, acting, reference)
    appeal = of_petition(tx.session, petition)
    if appeal is None or appeal.state != "waiting" or petition.state != State.REJECTED:
        raise DomainError(409, N_("There is no appeal that waits for a decision."), code="appeal.none")
    if acting.person_id in casework.rejected_by(tx.session, petition):
        raise DomainError(
            403, N_("You rejected this petition: another moderator decides on the appeal."), code="appeal.own"
        )
    said = "granted" if grant else "refused"
    appeal.state, appeal.decided_by, appeal.decided_at = said, acting.person_id, now
    tx.add(appeal)
    happening = lifecycle.happened(
        tx, petition, f"appeal.{said}", now, by="moderator", actor=acting.person_id, reason=reason
    )
    deciding.record(tx, acting, petition, f"appeal-{said}", now, happening)
    if grant:
        petition.ground, petition.text_hidden = "", False
        begin_review(services, tx, petition, now, quietly=True)
    kind = letters.APPEAL_GRANTED if grant else letters.APPEAL_REFUSED
    letters.tell_creator(tx, services, petition, kind, reason=reason)
    casework.let_go(tx, petition)
    return petition
