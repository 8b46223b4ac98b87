"""What the worker does of consultations by the clock: closing, reminders, the end of drafts that nobody published."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlmodel import Session, col, delete, func, or_, select

from egov_participation.consultations.models import GONE, Comment, Consultation, ReplyTo, State
from egov_participation.consultations.service import lifecycle, office_letters, ruling
from egov_participation.database import UnitOfWork
from egov_participation.jurisdiction import working_days
from egov_participation.services import Services

_AT_ONCE: Final = 50
"""Consultations of one round."""
_MORNING: Final = time(9)
_SOON: Final = 3
"""Working days before the day on which something is due."""
_LOOKED_AHEAD: Final = timedelta(days=21)
"""More than so many working days are in any calendar."""
_KEPT: Final = timedelta(days=365)
"""So long a draft that was never published is kept."""


def close_due(services: Services) -> list[str]:
    """Close the consultations whose time has come.

    Returns:
        Their numbers.
    """
    now = services.clock()
    due = (Consultation.state == State.OPEN.value, col(Consultation.closes_at) <= now)
    with services.database.read() as session:
        found = session.exec(
            select(Consultation.id)
            .where(*due)
            .order_by(col(Consultation.closes_at), col(Consultation.id))
            .limit(_AT_ONCE)
        ).all()
    closed = []
    for id_ in found:
        with services.database.uow() as tx:
            row = tx.exec(select(Consultation).where(Consultation.id == id_).with_for_update()).one()
            if row.state != State.OPEN or row.closes_at is None or row.closes_at > now:
                continue
            ruling.owe(services, row)
            lifecycle.change(tx, row, State.CLOSED, row.closes_at)
            office_letters.to_officials(
                tx,
                services,
                row,
                office_letters.CLOSED,
                comments=row.comments,
                due=row.reply_due_on or services.day(now),
            )
            tx.commit()
            closed.append(row.reference or "")
    return closed


def remind(services: Services) -> int:
    """On each working day from nine o'clock on, tell officials what their agency owes soon, or owes since its date.

    Which days are working days is said by the calendar of the rules that the consultation is under.

    Returns:
        Of how many consultations.
    """
    now = services.clock()
    today = services.day(now)
    local = now.astimezone(ZoneInfo(services.settings.timezone)).time()
    if local < _MORNING:
        return 0
    soon = today + _LOOKED_AHEAD
    reminded = col(Consultation.reminded_on)
    due = (
        Consultation.state == State.CLOSED.value,
        or_(col(Consultation.reply_due_on) <= soon, col(Consultation.report_due_on) <= soon),
        reminded.is_(None) | (reminded < today),
    )
    with services.database.read() as session:
        if session.exec(select(Consultation.id).where(*due).limit(1)).first() is None:
            return 0
    told = 0
    with services.database.uow() as tx:
        some = select(Consultation).where(*due).order_by(col(Consultation.id)).limit(_AT_ONCE)
        rows = tx.exec(some.with_for_update()).all()
        for row in rows:
            row.reminded_on = today
            tx.add(row)
            told += _remind(services, tx, row, today)
        tx.commit()
    return told


def _remind(services: Services, tx: UnitOfWork, row: Consultation, today: date) -> bool:
    calendar = ruling.of(services, row).calendar
    if not calendar.is_working(today):
        return False
    left = unanswered(tx.session, row)
    soon = working_days.after(today, _SOON, calendar)
    if left and row.reply_due_on is not None and row.reply_due_on <= soon:
        kind = office_letters.REPLIES_OVERDUE if row.reply_due_on < today else office_letters.REPLIES_DUE
        office_letters.to_officials(tx, services, row, kind, left=left, due=row.reply_due_on)
        return True
    if row.report_due_on is not None and row.report_due_on <= soon:
        kind = office_letters.REPORT_OVERDUE if row.report_due_on < today else office_letters.REPORT_DUE
        office_letters.to_officials(tx, services, row, kind, due=row.report_due_on)
        return True
    return False


def unanswered(session: Session, row: Consultation) -> int:
    """How many comments have no reply."""
    theirs = (
        Comment.consultation_id == row.id,
        col(Comment.shown).not_in(GONE),
        ~exists().where(col(ReplyTo.comment_id) == col(Comment.id)),
    )
    return session.exec(select(func.count()).select_from(Comment).where(*theirs)).one()


def forget_drafts(services: Services) -> None:
    """Delete drafts that nobody published within a year."""
    old = (
        col(Consultation.state) == State.DRAFT.value,
        col(Consultation.created_at) <= services.clock() - _KEPT,
    )
    with services.database.read() as session:  # asked first: the lane is for those who have something to write
        if session.exec(select(Consultation.id).where(*old).limit(1)).first() is None:
            return
    with services.database.uow() as tx:
        tx.exec(delete(Consultation).where(*old))
        tx.commit()
