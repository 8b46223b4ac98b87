"""Appeals: a creator may ask, once for each decision against the petition, that another moderator looks at it."""

from __future__ import annotations

from sqlmodel import Session, col, or_, select, update

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.petitions import keys
from egov_participation.petitions.models import Appeal, Petition, State
from egov_participation.petitions.rules import gate
from egov_participation.petitions.rules.states import APPEALABLE
from egov_participation.petitions.service import casework, deciding, ending, letters, lifecycle, lookup, ruling
from egov_participation.petitions.service.handing_in import OWN_TERM, begin_review
from egov_participation.services import Services, SessionInfo


def of_petition(session: Session, petition: Petition) -> Appeal | None:
    """The last appeal, if there is one."""
    theirs = select(Appeal).where(Appeal.petition_id == petition.id).order_by(col(Appeal.id).desc())
    return session.exec(theirs.limit(1)).first()


def may_be_made(session: Session, petition: Petition) -> bool:
    """Whether its creator may appeal now."""
    if State(petition.state) not in APPEALABLE or petition.ground == gate.TOO_FEW:
        return False
    return against_standing(session, petition) is None


def against_standing(session: Session, petition: Petition) -> Appeal | None:
    """The appeal against the decision that stands: also where that was ended meanwhile, and stands again since another
    appeal was granted. One that nobody decided on before it was overtaken (`make`) is none."""
    if State(petition.state) not in APPEALABLE:
        return None
    decided = [one.at for one in casework.decisions(session, petition) if one.decision == petition.state]
    theirs = select(Appeal).where(
        Appeal.petition_id == petition.id,
        col(Appeal.at) >= min([petition.state_at, *decided[:1]]),
        Appeal.state != "granted",
        or_(Appeal.state == "waiting", col(Appeal.decided_by).is_not(None)),
    )
    return session.exec(theirs.order_by(col(Appeal.id).desc()).limit(1)).first()


def is_about(petition: Petition, appeal: Appeal) -> bool:
    """Whether an appeal is against the decision that stands; an earlier one, or one that was granted, was against
    another."""
    return State(petition.state) in APPEALABLE and appeal.at >= petition.state_at and appeal.state != "granted"


def text(services: Services, petition: Petition, appeal: Appeal) -> str:
    """Why the creator thinks that the decision was wrong; empty once it was deleted."""
    if appeal.text_sealed is None:
        return ""
    return keys.box(services.settings.keys_dir).open(appeal.text_sealed, f"appeal:{petition.reference}")


def make(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, why: str) -> None:
    """Appeal against a rejection, or against hiding, stopping or merging.

    Raises:
        DomainError: 404 ``petition.unknown``: not theirs; 409 ``appeal.none``: there is nothing to appeal against, or
            they have appealed against it already.
    """
    now = services.clock()
    petition = lookup.locked(tx, reference)
    if petition.creator != acting.person_id:
        raise lookup.no_petition()
    if not may_be_made(tx.session, petition):
        raise DomainError(
            409, N_("An appeal can be made once against each decision of moderators."), code="appeal.none"
        )
    assert petition.id is not None
    decided = next(one for one in casework.decisions(tx.session, petition) if one.decision == petition.state)
    # One against a rejection of what was hidden since: nobody decides on it any more.
    overtaken = update(Appeal).where(col(Appeal.petition_id) == petition.id, col(Appeal.state) == "waiting")
    tx.exec(overtaken.values(state="refused", decided_at=now))
    rules = ruling.of(petition, services)
    tx.add(
        Appeal(
            petition_id=petition.id,
            at=now,
            text_sealed=keys.box(services.settings.keys_dir).close(why, f"appeal:{reference}"),
            against=decided.moderator,
            due_on=(rules.review.due or OWN_TERM).end(services.day(now), rules.calendar),
        )
    )
    lifecycle.happened(tx, petition, "appeal.made", now, by="creator")
    tx.flush()


def decide(
    services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, *, grant: bool, reason: str
) -> Petition:
    """Decide on an appeal. Granted, a rejected petition is reviewed anew, by anybody but who rejected it
    (`deciding.review`); one that was ended is where it was.

    Raises:
        DomainError: those of `casework.take`; 403 ``appeal.own``: they had a part in this decision or
            an earlier one; 409 ``appeal.none``.
    """
    now = services.clock()
    petition = casework.take(services, tx, acting, reference)
    appeal = of_petition(tx.session, petition)
    if appeal is None or appeal.state != "waiting" or not is_about(petition, appeal):
        raise DomainError(409, N_("There is no appeal that waits for a decision."), code="appeal.none")
    if acting.person_id in casework.turned_down_by(tx.session, petition):
        raise DomainError(
            403, N_("You had a part in this decision: another moderator decides on the appeal."), code="appeal.own"
        )
    said = "granted" if grant else "refused"
    appeal.state, appeal.decided_by, appeal.decided_at = said, acting.person_id, now
    tx.add(appeal)
    happening = lifecycle.happened(
        tx, petition, f"appeal.{said}", now, by="moderator", actor=acting.person_id, reason=reason
    )
    deciding.record(tx, acting, petition, f"appeal-{said}", now, happening)
    kind = letters.APPEAL_REFUSED
    if grant and petition.state == State.REJECTED:
        petition.ground, petition.text_hidden, kind = "", False, letters.APPEAL_GRANTED
        begin_review(services, tx, petition, now, quietly=True)
    elif grant:
        kind = letters.ENDING_TAKEN_BACK
        ending.take_back(services, tx, petition)
    letters.tell_creator(tx, services, petition, kind, reason=reason)
    casework.let_go(tx, petition)
    return petition
