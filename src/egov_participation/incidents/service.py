"""Incidents of votes: reported by anybody, answered by the commission in public.

What people write is sealed and read by the commission alone; number, kind, days and the answer are public.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import select as sqlalchemy_select
from sqlmodel import Session, col, delete, func, select, update

from egov_participation import audit, keyring
from egov_participation.actions import Action
from egov_participation.correspondence.service import count, sealed_address, tell, unused
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.incidents import rules
from egov_participation.incidents.models import Incident
from egov_participation.incidents.rules import KIND_NAMES
from egov_participation.incidents.views import Case, IncidentMark, IncidentView
from egov_participation.jurisdiction import site, working_days
from egov_participation.keyring import Seal
from egov_participation.notices.kinds import NoticeKind, Param, Phrase, notice
from egov_participation.services import Services, SessionInfo

Kind = rules.Kind
"""What is reported; other rooms take it from here."""
personal_data = rules.personal_data
"""What in a text looks like somebody's personal data; other rooms take it from here."""

_FACTS: Final = ((N_("Number"), "reference"), (N_("What was reported"), "kind"))
_BLOCK: Final = "block-"
"""What `Incident.once` begins with where a code was blocked: such a report comes from no form of `report`."""
_LINK: Final = (N_("See how it stands"), "/incidents/%(reference)s")

REPORTED: Final = notice(
    "incidents.reported",
    subject=N_("We have your report %(reference)s"),
    summary=N_("We have your report about a vote"),
    paragraphs=(
        N_("Your report about a vote has reached the commission. It answers in public by %(due)s."),
        N_("Number, kind and day of the report are public at once. What you wrote is read by the commission alone."),
        N_("If you did not report anything, somebody gave your address by mistake. You need not do anything."),
    ),
    facts=_FACTS,
    link=_LINK,
)
BLOCKED: Final = notice(
    "incidents.code_blocked",
    subject=N_("Your voting code is blocked"),
    paragraphs=(
        N_("You reported that somebody else may have your code for a vote. From now on no new ballot with it counts."),
        N_("A ballot that was cast with it before stays on the board and counts. No other code is made for you."),
        N_("The commission looks into it and answers in public by %(due)s, under the number below, without your name."),
        N_(
            "If you did not report this, somebody can sign in as you: end the sessions that you do not know, and call "
            "the contact centre at once."
        ),
    ),
    facts=_FACTS,
    link=_LINK,
)
ANSWERED: Final = notice(
    "incidents.answered",
    subject=N_("Answer to your report %(reference)s"),
    summary=N_("Answer to your report about a vote"),
    paragraphs=(
        N_("The commission has answered in public:"),
        "%(answer)s",
        N_("If this does not settle it, report it again and name the number, or turn to a court."),
    ),
    facts=_FACTS,
    link=_LINK,
)


def seal(keys_dir: Path) -> Seal:
    """What reports are sealed with; the key is made at the first start."""
    return keyring.seal(keys_dir, "incidents")


def report(
    tx: UnitOfWork,
    services: Services,
    *,
    once: str,
    vote_uuid: str,
    kind: Kind,
    text: str,
    mail: str,
    person: SessionInfo | None,
    network: str,
    lang: str,
) -> str:
    """Report an incident of a vote that exists; its number. The same form sent again is the same incident.

    Args:
        once: 32 hex digits, of the form.
        mail: where to answer; empty for nowhere, or if `person` is somebody, who is answered there.

    Raises:
        DomainError: 429 ``incident.too_many``, for the network or for who reports; do not commit.
    """
    tx.lock(f"incident:{once}")
    earlier = tx.exec(select(Incident.reference).where(Incident.once == once)).first()
    if earlier is not None:
        return earlier
    limits = rules.REPORTS_PER_NETWORK, rules.REPORTS_PER_SENDER
    count(tx, services, *limits, network=network, person=person, mail=mail)
    row = _add(tx, services, once, vote_uuid, kind, text, mail, person, lang)
    _tell(tx, services, row, REPORTED, due=row.due_on)
    return row.reference


def report_theft(
    tx: UnitOfWork, services: Services, *, vote_uuid: str, text: str, person: SessionInfo, lang: str
) -> str:
    """Open the incident of a voting code that was just blocked; its number. A person has one of a vote, ever."""
    tx.lock(f"incident:theft:{vote_uuid}:{person.person_id}")
    earlier = theft_of(tx.session, vote_uuid, person.person_id)
    if earlier is not None:
        return earlier
    row = _add(tx, services, _BLOCK + secrets.token_hex(16), vote_uuid, Kind.THEFT, text, "", person, lang)
    _tell(tx, services, row, BLOCKED, due=row.due_on)
    return row.reference


def _add(
    tx: UnitOfWork,
    services: Services,
    once: str,
    vote_uuid: str,
    kind: Kind,
    text: str,
    mail: str,
    person: SessionInfo | None,
    lang: str,
) -> Incident:
    reference = unused(tx, Incident, rules.new_reference)
    box, today = seal(services.settings.keys_dir), services.day(services.clock())
    row = Incident(
        reference=reference,
        once=once,
        vote_uuid=vote_uuid,
        kind=kind.value,
        text_sealed=box.close(text, f"text:{reference}"),
        mail_sealed=sealed_address(box, reference, mail, person),
        person_id=person.person_id if person else None,
        language=lang,
        reported_on=today,
        due_on=rules.due_on(today, site.calendar(services)),
    )
    tx.add(row)
    return row


def _tell(tx: UnitOfWork, services: Services, row: Incident, kind: NoticeKind, **params: Param) -> None:
    """Mail whoever reported an incident, if they can be reached."""
    params["kind"] = Phrase(KIND_NAMES[Kind(row.kind)])
    tell(tx, services, seal(services.settings.keys_dir), row, kind, **params)


def standing(session: Session, number: str) -> IncidentView | None:
    """What is public of the incident with this number, as somebody typed it; None if there is none."""
    reference = rules.read_reference(number)
    row = None if reference is None else session.get(Incident, reference)
    return None if row is None else _public(row)


def theft_of(session: Session, vote_uuid: str, person_id: str) -> str | None:
    """The number of the report with which a person had their voting code blocked; None if they had it not."""
    mine = Incident.vote_uuid == vote_uuid, Incident.person_id == person_id, col(Incident.once).startswith(_BLOCK)
    return session.exec(select(Incident.reference).where(*mine)).first()


def of_vote(session: Session, uuid: str) -> list[IncidentView]:
    """What is public of a vote's incidents, in the order in which they were reported (within a day: no order)."""
    statement = select(Incident).where(Incident.vote_uuid == uuid)
    rows = session.exec(statement.order_by(col(Incident.reported_on), col(Incident.reference)))
    return [_public(row) for row in rows]


def marks(session: Session) -> list[IncidentMark]:
    """A mark of every incident, by reference: by which a list of them knows whether it is still right."""
    columns = (col(Incident.reference), col(Incident.vote_uuid), col(Incident.reported_on), col(Incident.answered_at))
    rows = session.execute(sqlalchemy_select(*columns).order_by(col(Incident.reference)))
    return [IncidentMark(*row) for row in rows]


def among(session: Session, references: Sequence[str]) -> list[IncidentView]:
    """What is public of the incidents with these references, by reference; unknown ones are left out."""
    statement = select(Incident).where(col(Incident.reference).in_(references))
    return [_public(row) for row in session.exec(statement.order_by(col(Incident.reference)))]


def waiting(session: Session) -> list[IncidentView]:
    """What the commission has not answered yet, the first due first."""
    statement = select(Incident).where(col(Incident.answered_at).is_(None))
    rows = session.exec(statement.order_by(col(Incident.due_on), col(Incident.reference)))
    return [_public(row) for row in rows]


def answered(session: Session, limit: int = 20) -> list[IncidentView]:
    """The latest that were answered, the last first."""
    statement = select(Incident).where(col(Incident.answered_at).is_not(None))
    rows = session.exec(statement.order_by(col(Incident.answered_at).desc(), col(Incident.reference)).limit(limit))
    return [_public(row) for row in rows]


def case(services: Services, session: Session, reference: str) -> Case:
    """One incident with what was written.

    Raises:
        DomainError: 404 ``incident.unknown``.
    """
    row = _found(session.get(Incident, reference))
    return Case(
        public=_public(row),
        text=_text(services, row),
        signed_in=row.person_id is not None,
        mailed=row.person_id is not None or row.mail_sealed is not None,
        language=row.language,
    )


def doubts(services: Services, session: Session, reference: str, answer: Mapping[str, str]) -> list[str]:
    """What in an answer looks like personal data (msgids): to be looked at again before it is public for good.

    Raises:
        DomainError: 404 ``incident.unknown``.
    """
    row = _found(session.get(Incident, reference))
    person = None if row.person_id is None else services.registry.get(session, row.person_id)
    names = [person.family_name, person.given_name] if person else []
    return rules.personal_data(answer.values(), names)


def answer(tx: UnitOfWork, services: Services, official: SessionInfo, reference: str, texts: Mapping[str, str]) -> None:
    """Answer an incident in public: for good, mailed to whoever reported it, and written into the trail.

    Args:
        texts: in each of the three languages.

    Raises:
        DomainError: 404 ``incident.unknown``, 409 ``incident.answered``.
    """
    now = services.clock()
    # Locked, so that an erasure at the same moment is seen here, or sees the answer.
    mine = select(Incident).where(Incident.reference == reference).with_for_update()
    row = _found(tx.exec(mine).first())
    if row.answered_at is not None:
        raise DomainError(409, N_("This report has been answered already."), code="incident.answered")
    row.answer_kk, row.answer_ru, row.answer_en = texts["kk"], texts["ru"], texts["en"]
    row.answered_at, row.answered_by = now, official.person_id
    _tell(tx, services, row, ANSWERED, answer=dict(texts))
    audit.record(tx, official, Action.ANSWER_INCIDENT, f"incident:{reference}", now)
    if row.forgotten:
        row.text_sealed = row.mail_sealed = row.person_id = None
    tx.flush()


def reported_by(services: Services, session: Session, person_id: str) -> list[tuple[IncidentView, str]]:
    """What a person reported while signed in, with what they wrote."""
    rows = session.exec(select(Incident).where(Incident.person_id == person_id).order_by(col(Incident.reported_on)))
    return [(_public(row), _text(services, row)) for row in rows]


def forget_person(tx: UnitOfWork, person_id: str) -> None:
    """Take away who reported, and what they wrote; of what waits for an answer that goes with the answer."""
    theirs = col(Incident.person_id) == person_id
    # Marked first: an answer that is being written at this moment is waited for here, and its row emptied below.
    tx.exec(update(Incident).where(theirs).values(forgotten=True))
    tx.exec(update(Incident).where(theirs, col(Incident.answered_at).is_not(None)).values(_NOTHING))


_NOTHING: Final = {"text_sealed": None, "mail_sealed": None, "person_id": None}


def forget_old(services: Services) -> int:
    """Delete what was written in reports whose time after the answer is over; of how many."""
    old = col(Incident.answered_at) <= services.clock() - rules.KEPT
    due = (old, col(Incident.text_sealed).is_not(None))
    # Asked first: the writer lane is for those who have something to write.
    with services.database.read() as session:
        count = session.exec(select(func.count()).select_from(Incident).where(*due)).one()
    if count:
        with services.database.uow() as tx:
            tx.exec(update(Incident).where(*due).values(_NOTHING))
            tx.commit()
    return count


def forget_vote(tx: UnitOfWork, vote_uuid: str) -> None:
    """Delete every report about a vote that was a rehearsal."""
    tx.session.execute(delete(Incident).where(col(Incident.vote_uuid) == vote_uuid))


def kinds() -> Sequence[tuple[str, str]]:
    """Each kind's value and its name (a msgid)."""
    return [(kind.value, name) for kind, name in KIND_NAMES.items()]


def days_left(services: Services, found: IncidentView) -> int:
    """Working days that the commission has left; below zero when it is late."""
    return working_days.between(services.day(services.clock()), found.due_on, site.calendar(services))


def _found(row: Incident | None) -> Incident:
    if row is None:
        raise DomainError(404, N_("There is no report with this number."), code="incident.unknown")
    return row


def _text(services: Services, row: Incident) -> str:
    if row.text_sealed is None:
        return ""
    return seal(services.settings.keys_dir).open(row.text_sealed, f"text:{row.reference}")


def _public(row: Incident) -> IncidentView:
    answer = None
    if row.answer_kk is not None:
        answer = {"kk": row.answer_kk, "ru": row.answer_ru or "", "en": row.answer_en or ""}
    return IncidentView(
        row.reference, row.vote_uuid, Kind(row.kind), row.reported_on, row.due_on, row.answered_at, answer
    )
