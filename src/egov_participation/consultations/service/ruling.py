"""The rules that a consultation is under: those it was published under, or, of a draft, those in force today."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from egov_participation.consultations.models import Consultation
from egov_participation.jurisdiction.consultation_rules import ActKind, ConsultationRules
from egov_participation.jurisdiction.rule_files import CONSULTATIONS
from egov_participation.services import Services


def current(services: Services) -> ConsultationRules:
    """The rules that a consultation that is published now would keep.

    Raises:
        RuleError: the installation's rule set cannot be read, or has no rules for today.
    """
    settings = services.settings
    return CONSULTATIONS.load(settings.jurisdiction, services.day(services.clock()), settings.jurisdiction_dir)


def of(services: Services, consultation: Consultation) -> ConsultationRules:
    """The rules of this consultation."""
    return restored(consultation.rules) if consultation.rules else current(services)


@lru_cache(maxsize=32)
def restored(text: str) -> ConsultationRules:
    """The rules of a text that a consultation keeps; the same ones are read once."""
    return ConsultationRules.restore(text)


def act(services: Services, consultation: Consultation) -> ActKind | None:
    """What its rules say of its kind of act; None of a draft whose kind the rules of today do not know any more."""
    try:
        return of(services, consultation).act(consultation.act_kind)
    except KeyError:
        return None


def earliest(rules: ConsultationRules, kind: ActKind, opened_on: date) -> date:
    """The first day that may be the last of comments."""
    return kind.open.end(opened_on, rules.calendar)


def latest(rules: ConsultationRules, kind: ActKind, opened_on: date) -> date | None:
    """The last day that may be; None where the rules set none."""
    return None if kind.longest is None else kind.longest.end(opened_on, rules.calendar)


def end_of(services: Services, day: date) -> datetime:
    """The moment at which a day is over, where people comment."""
    return datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(services.settings.timezone))


def begin_of_today(services: Services) -> datetime:
    """The moment at which this day began, where people comment: what citizens do is told by its day."""
    return end_of(services, services.day(services.clock()) - timedelta(days=1))


def last_day(services: Services, closes_at: datetime) -> date:
    """The inverse."""
    return services.day(closes_at - timedelta(seconds=1))


def owe(services: Services, consultation: Consultation) -> None:
    """Let a consultation say by when replies and report are owed: from the last day of comments on."""
    kind = act(services, consultation)
    assert consultation.closes_at is not None
    assert kind is not None
    closed_on, calendar = last_day(services, consultation.closes_at), of(services, consultation).calendar
    consultation.reply_due_on = kind.reply_due.end(closed_on, calendar)
    consultation.report_due_on = kind.report_due.end(closed_on, calendar)
