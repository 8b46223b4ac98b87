"""Mails that do not arrive: what is noted, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from egov_participation import metrics
from egov_participation.database import UnitOfWork
from egov_participation.notices import rules, tokens
from egov_participation.notices.models import MailFailure
from egov_participation.notices.service.preferences import recipient
from egov_participation.services import Services


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether mails to a person arrive at the address that is theirs now."""

    bounced_at: datetime | None = None
    """Since when they are known not to."""
    status: str = ""
    """The mail server's last answer (RFC 3463)."""

    @property
    def address_is_wrong(self) -> bool:
        """Whether the answer was that nobody reads mail there; else something that may pass."""
        return rules.is_hard(self.status)


def standing(services: Services, session: Session, person_id: str) -> Standing:
    """Whether mails to the person arrive."""
    row = failure(session, person_id)
    if row is None:
        return Standing()
    to = recipient(services, session, person_id)
    if to is None or tokens.address_tag(services.settings.keys_dir, to.address) != row.address_tag:
        return Standing()
    return Standing(row.bounced_at, row.status)


def failure(session: Session, person_id: str) -> MailFailure | None:
    """What is noted of mails to the person, whichever address it is about."""
    return session.get(MailFailure, person_id)


def bouncing(session: Session) -> int:
    """How many people's mails are known not to arrive."""
    dead = select(func.count()).select_from(MailFailure).where(col(MailFailure.bounced_at).is_not(None))
    return session.exec(dead).one()


def try_again(tx: UnitOfWork, person_id: str) -> None:
    """The person says that the address works again."""
    tx.exec(delete(MailFailure).where(col(MailFailure.person_id) == person_id))


def note_failure(services: Services, token: str, status: str) -> bool:
    """A mail with this token came back, or was refused, for good.

    Args:
        status: the enhanced status code, ``5.x.x``.

    Returns:
        False if the token is not ours, or the person has another address by now.
    """
    keys_dir = services.settings.keys_dir
    returned = tokens.open_bounce(keys_dir, token)
    if returned is None:
        return False
    with services.database.read() as session:
        to = recipient(services, session, returned.person_id)
    if to is None or tokens.address_tag(keys_dir, to.address) != returned.address_tag:
        return False
    now = services.clock()
    with services.database.uow() as tx:
        _count(tx, returned, status, now)
        tx.commit()
    metrics.mail("bounced")
    return True


def _count(tx: UnitOfWork, returned: tokens.Returned, status: str, now: datetime) -> None:
    new = {"address_tag": returned.address_tag, "count": 1, "last_at": now, "status": status}
    if not tx.add_if_new(MailFailure, person_id=returned.person_id, **new):
        row = tx.exec(select(MailFailure).where(MailFailure.person_id == returned.person_id).with_for_update()).one()
        again = row.address_tag == returned.address_tag and (
            row.bounced_at is not None or now - row.last_at <= rules.FAILURES_COUNT_FOR
        )
        row.count = row.count + 1 if again else 1
        row.bounced_at = row.bounced_at if again else None
        row.address_tag, row.last_at, row.status = returned.address_tag, now, status
    row = tx.exec(select(MailFailure).where(MailFailure.person_id == returned.person_id)).one()
    if row.bounced_at is None and rules.is_dead(status, row.count):
        row.bounced_at = now
