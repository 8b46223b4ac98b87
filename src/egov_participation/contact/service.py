"""Messages to the contact centre: sent, looked up by their number, answered, forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, delete, func, select, update

from egov_participation import audit
from egov_participation.actions import Action
from egov_participation.contact import rules
from egov_participation.contact.keys import seal
from egov_participation.contact.models import ContactMessage
from egov_participation.contact.rules import Topic
from egov_participation.correspondence.service import address_given, count, sealed_address, tell, unused
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.jurisdiction import site, working_days
from egov_participation.notices.kinds import NoticeKind, Param, Phrase, notice
from egov_participation.services import Services, SessionInfo
from egov_participation.throttle import throttle

_FACTS: Final = ((N_("Number"), "reference"), (N_("Topic"), "topic"))

RECEIVED: Final = notice(
    "contact.received",
    subject=N_("We have your message %(reference)s"),
    summary=N_("We have your message"),
    paragraphs=(
        N_("Your message has reached the contact centre. We answer to this address by %(due)s."),
        N_("If you did not write to us, somebody gave your address by mistake. You need not do anything."),
    ),
    facts=_FACTS,
    link=(N_("See how it stands"), "/help/contact/status?number=%(reference)s"),
)
ANSWERED: Final = notice(
    "contact.answered",
    subject=N_("Answer to your message %(reference)s"),
    summary=N_("Answer to your message"),
    paragraphs=(
        N_("The contact centre answers:"),
        "%(answer)s",
        N_("If this does not help, write to us again and name the number of this message."),
    ),
    facts=_FACTS,
    link=(N_("Write to us again"), "/help/contact"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a message stands, without a word of what is in it."""

    reference: str
    received_at: datetime
    due_on: date
    answered_at: datetime | None
    mailed: bool
    """Whether there is an address that the answer goes to."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the office reads it."""

    reference: str
    topic: Topic
    text: str
    mail: str
    """Where the answer goes; empty if no address was given."""
    sender: str
    """The name in the register of somebody who was signed in; else empty."""
    language: str
    received_at: datetime
    due_on: date
    days: int
    """Working days left; below zero when it is late."""
    answer: str
    answered_at: datetime | None


def send(
    tx: UnitOfWork,
    services: Services,
    *,
    once: str,
    topic: Topic,
    text: str,
    mail: str,
    person: SessionInfo | None,
    network: str,
    lang: str,
) -> str:
    """Hand a message in and return its number. The same form sent again is the same message.

    Args:
        once: 32 hex digits, of the form.
        mail: where to answer; empty if no answer is wanted, or if `person` is somebody, who is answered there.

    Raises:
        DomainError: 429 ``contact.too_many``, for the network or for the address; do not commit.
    """
    now = services.clock()
    tx.lock(f"contact:{once}")
    earlier = tx.exec(select(ContactMessage.reference).where(ContactMessage.once == once)).first()
    if earlier is not None:
        return earlier
    limits = rules.MESSAGES_PER_NETWORK, rules.MESSAGES_PER_ADDRESS
    count(tx, services, *limits, network=network, person=person, mail=mail)
    reference = unused(tx, ContactMessage, rules.new_reference)
    box = seal(services.settings.keys_dir)
    row = ContactMessage(
        reference=reference,
        once=once,
        topic=topic.value,
        text_sealed=box.close(text, f"text:{reference}"),
        mail_sealed=sealed_address(box, reference, mail, person),
        person_id=person.person_id if person else None,
        language=lang,
        received_at=now,
        due_on=rules.due_on(services.day(now), site.calendar(services)),
    )
    tx.add(row)
    _tell(tx, services, row, RECEIVED, due=row.due_on)
    return reference


def _tell(tx: UnitOfWork, services: Services, row: ContactMessage, kind: NoticeKind, **params: Param) -> None:
    """Mail whoever sent a message, if they can be reached."""
    params["topic"] = Phrase(rules.TOPIC_NAMES[Topic(row.topic)])
    tell(tx, services, seal(services.settings.keys_dir), row, kind, **params)


def standing(tx: UnitOfWork, services: Services, number: str, *, network: str) -> Standing | None:
    """How the message of that number stands; None if there is none. Commit: the look-up is counted.

    Raises:
        DomainError: 429 ``contact.too_many``.
    """
    throttle(services.settings.keys_dir).take(tx, rules.LOOKUPS, network, services.clock())
    reference = rules.read_reference(number)
    row = None if reference is None else tx.get(ContactMessage, reference)
    if row is None:
        return None
    mailed = row.mail_sealed is not None or row.person_id is not None
    return Standing(row.reference, row.received_at, row.due_on, row.answered_at, mailed)


def open_messages(services: Services, session: Session) -> list[Message]:
    """What waits for an answer, the first due first."""
    statement = select(ContactMessage).where(col(ContactMessage.answered_at).is_(None))
    rows = session.exec(
        statement.order_by(col(ContactMessage.due_on), col(ContactMessage.received_at), col(ContactMessage.reference))
    )
    return [_message(services, session, row) for row in rows]


def answered_messages(services: Services, session: Session, limit: int = 20) -> list[Message]:
    """The latest that were answered, the last first."""
    statement = select(ContactMessage).where(col(ContactMessage.answered_at).is_not(None))
    rows = session.exec(
        statement.order_by(col(ContactMessage.answered_at).desc(), col(ContactMessage.reference)).limit(limit)
    )
    return [_message(services, session, row) for row in rows]


def message(services: Services, session: Session, reference: str) -> Message:
    """One message.

    Raises:
        DomainError: 404 ``message.unknown``.
    """
    return _message(services, session, _found(session.get(ContactMessage, reference)))


def answer(tx: UnitOfWork, services: Services, official: SessionInfo, reference: str, text: str) -> None:
    """Answer a message: mail it to whoever sent it, and write it into the trail.

    Of somebody who erased what is held on them meanwhile nothing stays but the trail's entry, which names nobody.

    Raises:
        DomainError: 404 ``message.unknown``, 409 ``message.answered``.
    """
    now = services.clock()
    tx.lock(f"contact:{reference}")
    # Locked, so that an erasure at the same moment is seen here, or sees the answer.
    mine = select(ContactMessage).where(ContactMessage.reference == reference).with_for_update()
    row = _found(tx.exec(mine).first())
    if row.answered_at is not None:
        raise DomainError(409, N_("Somebody has answered this message already."), code="message.answered")
    row.answer_sealed = seal(services.settings.keys_dir).close(text, f"answer:{reference}")
    row.answered_at, row.answered_by = now, official.person_id
    _tell(tx, services, row, ANSWERED, answer=text)
    audit.record(tx, official, Action.ANSWER_MESSAGE, f"message:{reference}", now)
    if row.forgotten:
        tx.exec(delete(ContactMessage).where(col(ContactMessage.reference) == reference))


def sent_by(services: Services, session: Session, person_id: str) -> list[Message]:
    """What a person sent while signed in."""
    rows = session.exec(select(ContactMessage).where(ContactMessage.person_id == person_id)).all()
    return [_message(services, session, row) for row in sorted(rows, key=lambda row: row.received_at)]


def forget_person(tx: UnitOfWork, person_id: str) -> None:
    """Delete what a person sent and has an answer to; what waits for one goes with it."""
    theirs = col(ContactMessage.person_id) == person_id
    # Marked first: an answer that is being written at this moment is waited for here, and the row deleted below.
    tx.exec(update(ContactMessage).where(theirs).values(forgotten=True))
    tx.exec(delete(ContactMessage).where(theirs, col(ContactMessage.answered_at).is_not(None)))


def forget_old(services: Services) -> int:
    """Delete messages whose time after the answer is over; how many those are."""
    old = col(ContactMessage.answered_at) <= services.clock() - rules.KEPT
    # Asked first: the writer lane is for those who have something to write.
    with services.database.read() as session:
        count = session.exec(select(func.count()).select_from(ContactMessage).where(old)).one()
    if count:
        with services.database.uow() as tx:
            tx.exec(delete(ContactMessage).where(old))
            tx.commit()
    return count


def topics() -> Sequence[tuple[str, str]]:
    """Each topic's value and its name (a msgid)."""
    return [(topic.value, name) for topic, name in rules.TOPIC_NAMES.items()]


def _found(row: ContactMessage | None) -> ContactMessage:
    if row is None:
        raise DomainError(404, N_("There is no message with this number."), code="message.unknown")
    return row


def _message(services: Services, session: Session, row: ContactMessage) -> Message:
    box = seal(services.settings.keys_dir)
    person = None if row.person_id is None else services.registry.get(session, row.person_id)
    return Message(
        reference=row.reference,
        topic=Topic(row.topic),
        text=box.open(row.text_sealed, f"text:{row.reference}"),
        mail=person.mail if person else address_given(box, row),
        sender=person.full_name if person else "",
        language=row.language,
        received_at=row.received_at,
        due_on=row.due_on,
        days=working_days.between(services.day(services.clock()), row.due_on, site.calendar(services)),
        answer="" if row.answer_sealed is None else box.open(row.answer_sealed, f"answer:{row.reference}"),
        answered_at=row.answered_at,
    )
