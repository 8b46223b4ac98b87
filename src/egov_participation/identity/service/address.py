"""Another mail address: confirmed from the new one, and open to objection from the old one for 72 hours.

Codes for signing in go to the address. So whoever could change it at once would keep the account; and whoever mistypes
it would lose theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session, col, delete, or_, select

from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import rules
from egov_participation.identity.models import AddressChange
from egov_participation.identity.service import factors
from egov_participation.identity.service.tokens import hash_token, is_token, new_token
from egov_participation.notices import service as notices
from egov_participation.notices.service import notice
from egov_participation.registry import service as registry
from egov_participation.registry.service import Person
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import Throttle

CONFIRM: Final = notice(
    "identity.address_confirm",
    subject=N_("Confirm your mail address"),
    paragraphs=(
        N_(
            "Somebody wants to be written to at this address. If it was you, follow the link in this mail and confirm "
            "it within seven days. It will be used after 72 hours at the earliest."
        ),
        N_("If it was not you, do nothing: without the confirmation nothing comes here."),
    ),
    link=(N_("Confirm this address"), "/address/confirm/%(token)s"),
)
ASKED: Final = notice(
    "identity.address_asked",
    subject=N_("Your mail address is to be changed"),
    paragraphs=(
        N_(
            "Somebody who is signed in as you wants mails and codes for signing in to go to another address. This "
            "happens after 72 hours, once the new address is confirmed."
        ),
        N_("If this was not you, stop it with the link in this mail. Then end all other sessions on your page."),
    ),
    facts=((N_("When"), "at"), (N_("Not before"), "due")),
    link=(N_("Keep my address"), "/address/keep/%(token)s"),
)
CHANGED: Final = notice(
    "identity.address_changed",
    subject=N_("Your mail address was changed"),
    paragraphs=(
        N_("From now on mails and codes for signing in go to the new address."),
        N_("If this was not you, go to a public service centre with your identity card."),
    ),
    facts=((N_("When"), "at"),),
)
KEPT: Final = notice(
    "identity.address_kept",
    subject=N_("Your mail address stays as it was"),
    paragraphs=(
        N_(
            "The change of your mail address was stopped. Mails and codes for signing in come to this address as "
            "before."
        ),
        N_(
            "If it was not you who wanted the change, somebody may have signed in as you: end all other sessions on "
            "your page."
        ),
    ),
    link=(N_("Open my page"), "/me"),
)


@dataclass(frozen=True, slots=True)
class PendingAddress:
    """An address that does not hold yet."""

    mail: str
    asked_at: datetime
    confirmed: bool
    due_at: datetime


def pending_address(session: Session, person_id: str) -> PendingAddress | None:
    """The address that the person wants instead, if a change is under way."""
    row = session.get(AddressChange, person_id)
    return None if row is None else PendingAddress(row.mail, row.asked_at, row.confirmed_at is not None, row.due_at)


def ask_for_address(
    tx: UnitOfWork,
    keys_dir: Path,
    throttle: Throttle,
    session: SessionInfo,
    person: Person | None,
    mail: str,
    now: datetime,
) -> None:
    """Begin to change the address; a change begun before gives way. Both addresses are written to.

    Args:
        person: whoever the session is of, as the registry has them.

    Raises:
        DomainError: 403 ``factor.not_fresh``, 403 ``factor.level`` (a mailed code alone, though there is a passkey or
            an app), 429 ``address.too_many``, 409 ``address.same``.
    """
    factors.alone(tx, session.person_id)
    factors.check_may_add(tx.session, session, now)
    if person is not None and person.mail == mail:
        raise DomainError(409, N_("Mails go to this address already."), code="address.same")
    throttle.take(tx, rules.ADDRESSES_PER_DAY, session.person_id, now)
    tx.exec(delete(AddressChange).where(col(AddressChange.person_id) == session.person_id))
    confirm, cancel, due = new_token(), new_token(), now + rules.ADDRESS_WAIT
    tx.add(
        AddressChange(
            person_id=session.person_id,
            mail=mail,
            confirm_hash=hash_token(confirm),
            cancel_hash=hash_token(cancel),
            asked_at=now,
            due_at=due,
            level=session.assurance,
        )
    )
    lang = person.language if person is not None else "kk"
    notices.write(tx, keys_dir, mail, lang, CONFIRM, None, token=confirm)
    notices.notify(tx, keys_dir, session.person_id, ASKED, None, at=now, due=due, token=cancel)


def knows_address_token(session: Session, token: str, *, keep: bool) -> bool:
    """Whether a link of a mail still leads to a change of address: `keep`, of the mail to the old address."""
    if not is_token(token):
        return False
    hashed = AddressChange.cancel_hash if keep else AddressChange.confirm_hash
    return session.exec(select(AddressChange.person_id).where(hashed == hash_token(token))).first() is not None


def confirm_address(tx: UnitOfWork, token: str, now: datetime) -> bool:
    """Somebody reads what is mailed to the new address; whether there was such a change. Once more changes nothing."""
    if not is_token(token):
        return False
    found = select(AddressChange).where(AddressChange.confirm_hash == hash_token(token)).with_for_update()
    row = tx.exec(found).first()
    if row is None:
        return False
    row.confirmed_at = row.confirmed_at or now
    return True


def keep_address(tx: UnitOfWork, keys_dir: Path, token: str) -> bool:
    """The owner of the old address objects, by the link in its mail; whether there was such a change."""
    if not is_token(token):
        return False
    found = select(AddressChange).where(AddressChange.cancel_hash == hash_token(token)).with_for_update()
    row = tx.exec(found).first()
    if row is None:
        return False
    _stop(tx, keys_dir, row)
    return True


def cancel_address(tx: UnitOfWork, keys_dir: Path, person_id: str) -> None:
    """Stop a change from any session of the person."""
    row = tx.exec(select(AddressChange).where(AddressChange.person_id == person_id).with_for_update()).first()
    if row is not None:
        _stop(tx, keys_dir, row)


def stop_weak_change(tx: UnitOfWork, keys_dir: Path, person_id: str) -> None:
    """Stop a change that a mailed code alone had begun."""
    weak = select(AddressChange).where(AddressChange.person_id == person_id, AddressChange.level < rules.OWN_FACTOR)
    row = tx.exec(weak.with_for_update()).first()
    if row is not None:
        _stop(tx, keys_dir, row)
        tx.flush()


def _stop(tx: UnitOfWork, keys_dir: Path, row: AddressChange) -> None:
    notices.notify(tx, keys_dir, row.person_id, KEPT)
    tx.session.delete(row)


def change_due_addresses(services: Services) -> None:
    """Use what is confirmed and has waited long enough, and forget what nobody confirmed.

    What a mailed code had begun is stopped where there is a passkey or an app by now.
    """
    now = services.clock()
    due = or_(
        (col(AddressChange.due_at) <= now) & col(AddressChange.confirmed_at).is_not(None),
        col(AddressChange.asked_at) <= now - rules.ADDRESS_LIFE,
    )
    # Asked first: the writer lane is for those who have something to write.
    with services.database.read() as session:
        ids = session.exec(select(AddressChange.person_id).where(due)).all()
        people = {person_id: services.registry.get(session, person_id) for person_id in ids}
    if not people:
        return
    with services.database.uow() as tx:
        chosen = select(AddressChange).where(due, col(AddressChange.person_id).in_(people)).with_for_update()
        for row in tx.exec(chosen).all():
            weak = row.level < rules.OWN_FACTOR and factors.has_any(tx.session, row.person_id)
            if row.confirmed_at is not None and weak:
                _stop(tx, services.settings.keys_dir, row)
                continue
            if row.confirmed_at is not None:
                _change(tx, services.settings.keys_dir, row, people[row.person_id], now)
            tx.session.delete(row)
        tx.commit()


def _change(tx: UnitOfWork, keys_dir: Path, row: AddressChange, person: Person | None, now: datetime) -> None:
    registry.set_mail(tx, row.person_id, row.mail, now)
    if person is not None:
        for address in filter(None, (person.mail, row.mail)):
            notices.write(tx, keys_dir, address, person.language, CHANGED, None, at=now)
