"""Who owes which petition an answer: for the office's queue, and for everybody to see."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from egov_participation.i18n import in_language
from egov_participation.jurisdiction import working_days
from egov_participation.petitions.models import Answer, Debate, Outcome, Petition, PetitionText, ReachedTier, State
from egov_participation.petitions.rules.outcomes import OWING, To
from egov_participation.petitions.service import ruling
from egov_participation.petitions.service.lookup import found
from egov_participation.services import Services

_LATELY = 50
"""Petitions of an agency that await nothing, on the office's page."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A petition, as whoever has to answer it sees it in a list."""

    reference: str
    titles: Mapping[str, str]
    """By language; empty where its text is not shown."""
    state: State
    answer_state: Answer
    debate_state: Debate
    agency: str
    """Code; empty while nobody has said which."""
    addressee: str
    due_on: date | None
    """Of a debate that is scheduled and all that is owed: its day. None: the rules set no date, or nothing is owed."""
    days: int
    """Working days until then by the calendar of its rules, below zero when it is late; 0 without a date."""

    def title(self, lang: str) -> str:
        """In a language, or in another one that there is."""
        return in_language(self.titles, lang, self.reference)

    @property
    def late(self) -> bool:
        """Whether its date has passed."""
        return self.due_on is not None and self.days < 0

    @property
    def awaits(self) -> bool:
        """Whether anything is owed."""
        return (
            self.answer_state is Answer.AWAITED
            or self.debate_state is Debate.AWAITED
            or self.debate_state is Debate.SCHEDULED
        )


@dataclass(frozen=True, slots=True)
class Record:
    """How an agency has answered."""

    agency: str
    """Code; empty: of petitions that nobody has been told to answer yet."""
    asked: int
    """Thresholds that petitions to it have reached."""
    done: int
    waiting: int
    """In time still."""
    overdue: int
    late: int
    """Of those that are done, how many were done after their date."""
    median_days: int | None
    """Calendar days from the threshold to the answer; None where nothing is answered."""


_AWAITING: ColumnElement[bool] = or_(
    col(Petition.answer_state) == Answer.AWAITED.value,
    col(Petition.debate_state).in_((Debate.AWAITED.value, Debate.SCHEDULED.value)),
)
_SHOWN = col(Petition.state).in_(OWING)


def waiting(services: Services, session: Session, agencies: Collection[str]) -> list[Owed]:
    """What these agencies owe, the first due first; what has no date stands last."""
    mine = (_SHOWN, _AWAITING, col(Petition.answered_by).in_(agencies))
    return _listed(services, session, *mine)


def overdue(services: Services, session: Session) -> list[Owed]:
    """What anybody owes since a date that has passed, the longest first."""
    return _listed(services, session, _SHOWN, col(Petition.answer_due_on) < services.day(services.clock()))


def of_agencies(services: Services, session: Session, agencies: Collection[str]) -> list[Owed]:
    """Petitions of these agencies of which nothing is owed, the latest first."""
    mine = select(Petition).where(_SHOWN, ~_AWAITING, col(Petition.answered_by).in_(agencies))
    rows = session.exec(mine.order_by(col(Petition.state_at).desc(), col(Petition.id).desc()).limit(_LATELY)).all()
    return _owed(services, session, list(rows))


def one(services: Services, session: Session, reference: str) -> Owed:
    """One of them.

    Raises:
        DomainError: 404 ``petition.unknown``.
    """
    return _owed(services, session, [found(session, reference)])[0]


def records(services: Services, session: Session) -> list[Record]:
    """How each agency has answered, the one that was asked most first."""
    today = services.day(services.clock())
    rows = session.exec(select(Petition.answered_by, ReachedTier).where(Petition.id == ReachedTier.petition_id, _SHOWN))
    by_agency: dict[str, list[ReachedTier]] = {}
    for agency, tier in rows:
        by_agency.setdefault(agency, []).append(tier)
    found_ = [_record(services, agency, tiers, today) for agency, tiers in by_agency.items()]
    return sorted(found_, key=lambda record: (-record.asked, record.agency))


def _record(services: Services, agency: str, tiers: list[ReachedTier], today: date) -> Record:
    done = [(tier, services.day(tier.done_at)) for tier in tiers if tier.done_at is not None]
    overdue_ = sum(tier.done_at is None and _is_past(tier, today) for tier in tiers)
    took = [(day - services.day(tier.reached_at)).days for tier, day in done]
    return Record(
        agency=agency,
        asked=len(tiers),
        done=len(done),
        waiting=len(tiers) - len(done) - overdue_,
        overdue=overdue_,
        late=sum(_is_past(tier, day) for tier, day in done),
        median_days=round(median(took)) if took else None,
    )


def _is_past(tier: ReachedTier, day: date) -> bool:
    return tier.answer_due_on is not None and tier.answer_due_on < day


def _listed(services: Services, session: Session, *conditions: ColumnElement[bool]) -> list[Owed]:
    due = col(Petition.answer_due_on)
    rows = session.exec(select(Petition).where(*conditions).order_by(due.is_(None), due, col(Petition.id))).all()
    return _owed(services, session, list(rows))


def _owed(services: Services, session: Session, rows: list[Petition]) -> list[Owed]:
    today = services.day(services.clock())
    shown = [row.id for row in rows if not row.text_hidden]
    titles: dict[int, dict[str, str]] = {}
    for text in session.exec(select(PetitionText).where(col(PetitionText.petition_id).in_(shown))):
        if text.title:
            titles.setdefault(text.petition_id, {})[text.lang] = text.title
    debates = _debates(session, [row.id for row in rows if row.debate_state == Debate.SCHEDULED.value])
    due = {row.id: row.answer_due_on or debates.get(row.id) for row in rows}
    return [
        Owed(
            reference=row.reference or "",
            titles=titles.get(row.id or 0, {}),
            state=State(row.state),
            answer_state=Answer(row.answer_state),
            debate_state=Debate(row.debate_state),
            agency=row.answered_by,
            addressee=row.addressee,
            due_on=day,
            days=working_days.between(today, day, ruling.of(row, services).calendar) if day else 0,
        )
        for row, day in ((row, due[row.id]) for row in rows)
    ]


def _debates(session: Session, ids: Collection[int | None]) -> dict[int | None, date]:
    """On which day the debate of each of these petitions is, as was said last."""
    said = select(Outcome).where(col(Outcome.petition_id).in_(ids), Outcome.to == To.SCHEDULED.value)
    days = (
        (row.petition_id, json.loads(row.content).get("day")) for row in session.exec(said.order_by(col(Outcome.id)))
    )
    return {petition: date.fromisoformat(day) for petition, day in days if day}
