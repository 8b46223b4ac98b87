"""Supporters of a petition that is not public yet: by its secret link, each once, until there are enough or the time
is over. They are no signatures: nothing of them is attested."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.jurisdiction.petition_rules import RuleSet
from egov_participation.petitions import keys
from egov_participation.petitions.models import Happening, Petition, State, Supporter
from egov_participation.petitions.rules import gate
from egov_participation.petitions.rules.states import BY_LINK
from egov_participation.petitions.service import letters, lifecycle, lookup, publishing, ruling
from egov_participation.petitions.service.handing_in import begin_review, check_person
from egov_participation.services import Services, SessionInfo

_TOO_FEW: Final = N_("%(count)s of %(needed)s supporters were found in time.")
_AT_ONCE: Final = 100
"""Gates that are ended in one round."""


def supported(session: Session, reference: str, token: str) -> Petition:
    """A petition that collects supporters, for who has its secret link.

    Raises:
        DomainError: 404 ``petition.unknown``: another link, or it collects none (any more).
    """
    return _checked(lookup.found(session, reference), token)


def _checked(petition: Petition, token: str) -> Petition:
    secret = petition.gate_token or ""
    if State(petition.state) not in BY_LINK or not hmac.compare_digest(secret.encode(), token.encode()) or not secret:
        raise lookup.no_petition()
    return petition


def count(session: Session, petition: Petition) -> int:
    """How many support it."""
    return len(_territories(session, petition))


def is_reached(session: Session, petition: Petition, rules: RuleSet) -> bool:
    """Whether its supporters are enough."""
    return rules.gate is None or gate.is_reached(rules.gate, _territories(session, petition))


def _territories(session: Session, petition: Petition) -> list[str]:
    return list(session.exec(select(Supporter.territory).where(Supporter.petition_id == petition.id)))


def has_reached(session: Session, petition: Petition) -> bool:
    """Whether there were enough already, since it collects them."""
    found = select(Happening.id).where(
        Happening.petition_id == petition.id, Happening.kind == "gate.reached", col(Happening.at) >= petition.state_at
    )
    return session.exec(found).first() is not None


def is_open(services: Services, petition: Petition) -> bool:
    """Whether it still collects them: not where there are enough and it is about to be opened, nor after the time."""
    in_time = petition.due_on is None or services.day(services.clock()) <= petition.due_on
    return petition.state == State.COLLECTING and in_time


def is_supported_by(services: Services, session: Session, petition: Petition, person_id: str) -> bool:
    """Whether somebody supports it."""
    person_hash = keys.person_hash(services.settings.keys_dir, person_id)
    return session.get(Supporter, (petition.id, person_hash)) is not None


def support(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, token: str) -> bool:
    """Support a petition; a second time changes nothing. With enough it goes on by itself.

    Returns:
        Whether it goes on now.

    Raises:
        DomainError: 404 ``petition.unknown``; 409 ``supporter.creator``: the creator counts as none; 403 of
            `eligible.check`.
    """
    now, keys_dir = services.clock(), services.settings.keys_dir
    petition = _checked(lookup.locked(tx, reference), token)
    if petition.creator == acting.person_id:
        raise DomainError(409, N_("This is your own petition: its supporters are others."), code="supporter.creator")
    rules = ruling.of(petition, services)
    if rules.gate is None or (petition.due_on is not None and services.day(now) > petition.due_on):
        raise lookup.no_petition()
    assert petition.id is not None
    region = check_person(services, tx.session, acting, rules, petition.territory)
    is_new = tx.add_if_new(
        Supporter,
        petition_id=petition.id,
        person_hash=keys.person_hash(keys_dir, acting.person_id),
        person_sealed=keys.seal_person(keys_dir, petition.id, acting.person_id),
        territory=region,
        at=now,
    )
    reached = is_new and not has_reached(tx.session, petition) and is_reached(tx.session, petition, rules)
    if reached:
        lifecycle.happened(tx, petition, "gate.reached", now, details={"count": count(tx.session, petition)})
        petition.due_on = None
        tx.add(petition)
        if gate.after_gate(rules) is State.REVIEW:
            begin_review(services, tx, petition, now)
        else:
            publishing.open_soon(tx, petition)
    tx.flush()
    return reached


def take_back(services: Services, tx: UnitOfWork, acting: SessionInfo, reference: str, token: str) -> None:
    """Support it no more.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    petition = _checked(lookup.locked(tx, reference), token)
    person_hash = keys.person_hash(services.settings.keys_dir, acting.person_id)
    theirs = (col(Supporter.petition_id) == petition.id, col(Supporter.person_hash) == person_hash)
    tx.exec(delete(Supporter).where(*theirs))
    tx.flush()


def end_due(services: Services) -> list[str]:
    """End the gates whose time is over with too few supporters.

    Returns:
        The petitions' numbers.
    """
    now = services.clock()
    today = services.day(now)
    due = (Petition.state == State.COLLECTING, col(Petition.due_on) < today)
    with services.database.read() as session:
        found = session.exec(select(Petition.reference).where(*due).order_by(col(Petition.id)).limit(_AT_ONCE)).all()
    ended = []
    for reference in found:
        assert reference is not None
        with services.database.uow() as tx:
            petition = lookup.locked(tx, reference)
            if petition.state != State.COLLECTING or petition.due_on is None or petition.due_on >= today:
                continue
            _end(services, tx, petition, now)
            tx.commit()
        ended.append(reference)
    return ended


def _end(services: Services, tx: UnitOfWork, petition: Petition, now: datetime) -> None:
    rules = ruling.of(petition, services)
    assert rules.gate is not None
    had, needed = count(tx.session, petition), rules.gate.count
    # Nobody but those who had the link has read it: what was never public stays between the creator and us.
    petition.ground, petition.text_hidden, petition.due_on = gate.TOO_FEW, True, None
    lifecycle.change(
        tx,
        petition,
        State.REJECTED,
        now,
        reason=translate(petition.language, _TOO_FEW, count=had, needed=needed),
        details={"ground": gate.TOO_FEW, "count": had, "needed": needed},
    )
    tx.exec(delete(Supporter).where(col(Supporter.petition_id) == petition.id))
    letters.tell_creator(tx, services, petition, letters.GATE_ENDED, count=had, needed=needed)
