"""Where a consultation stands, in words: its first line, its timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from egov_participation.consultations.draft_views import ConsultationView, HappeningView
from egov_participation.consultations.models.states import State
from egov_participation.consultations.rules.states import STATE_NAMES
from egov_participation.consultations.telling import HAPPENINGS
from egov_participation.formats import filters
from egov_participation.i18n import N_, ntranslate, translate


@dataclass(frozen=True, slots=True)
class Standing:
    """The first line of a consultation's page."""

    kind: str
    """Of the macro ``state``."""
    label: str
    words: str


def standing(one: ConsultationView, lang: str, timezone: str, now: datetime, today: date) -> Standing:
    """Where it stands, with the date that matters."""
    written = filters(lang, timezone)
    if one.state is State.OPEN and one.closes_at is not None:
        return Standing("open", "", _left(one.closes_at, lang, timezone, now))
    if one.state is State.CLOSED and one.unanswered and one.reply_due_on is not None:
        day = written["date"](one.reply_due_on)
        if one.reply_due_on < today:
            return Standing(
                "late",
                translate(lang, N_("Replies overdue")),
                translate(lang, N_("every comment was to have its reply by %(date)s"), date=day),
            )
        return Standing(
            "waiting",
            translate(lang, N_("Awaiting replies")),
            translate(lang, N_("comments have ended; each has its reply by %(date)s"), date=day),
        )
    if one.state is State.CLOSED and one.report_due_on is not None:
        day = written["date"](one.report_due_on)
        late = one.report_due_on < today
        return Standing(
            "late" if late else "waiting",
            translate(lang, N_("Report overdue") if late else N_("Awaiting the report")),
            translate(lang, N_("it was due by %(date)s") if late else N_("it is due by %(date)s"), date=day),
        )
    words = written["date"](one.state_at)
    return Standing(
        "done" if one.state is State.REPORTED else "cancelled", translate(lang, STATE_NAMES[one.state]), words
    )


def _left(until: datetime, lang: str, timezone: str, now: datetime) -> str:
    left = until - now
    if left >= timedelta(days=1):
        last = filters(lang, timezone)["last_day"](until)
        return ntranslate(
            lang,
            "%(num)s day left; the last day is %(date)s",
            "%(num)s days left; the last day is %(date)s",
            left.days,
            date=last,
        )
    written = filters(lang, timezone)["until"](until)
    if left >= timedelta(hours=1):
        hours = left.seconds // 3600
        return ntranslate(
            lang, "%(num)s hour left, until %(date)s", "%(num)s hours left, until %(date)s", hours, date=written
        )
    return translate(lang, N_("less than an hour left, until %(date)s"), date=written)


def headline(one: HappeningView, lang: str, timezone: str) -> str:
    """What happened, in a line."""
    written = filters(lang, timezone)
    details: dict[str, Any] = dict(one.details)
    if "date" in details:
        details["date"] = written["date"](date.fromisoformat(details["date"]))
    details |= {name: written["number"](value) for name, value in details.items() if isinstance(value, int)}
    message = HAPPENINGS.get(one.kind)
    if message is None:
        return one.kind
    try:
        return translate(lang, message, **details)
    except KeyError:  # of an older release, whose details had other names
        return translate(lang, message).partition("%(")[0].strip(" :,–")


def timeline(one: ConsultationView, lang: str, timezone: str, today: date) -> list[dict[str, Any]]:
    """Everything that happened, the oldest first, and what comes next, for the macro ``timeline``."""
    written = filters(lang, timezone)
    items: list[dict[str, Any]] = [
        {
            "title": headline(happening, lang, timezone),
            "when": written["datetime"](happening.at),
            "iso": happening.at.isoformat(),
            "text": happening.reason or "",
        }
        for happening in one.timeline
    ]
    if items:
        items[-1]["now"] = True
    if one.state is State.OPEN and one.closes_at is not None:
        items.append(
            {
                "title": translate(lang, N_("Comments end")),
                "when": written["until"](one.closes_at),
                "iso": one.closes_at.isoformat(),
            }
        )
    if one.state in {State.OPEN, State.CLOSED}:
        owed = (
            (
                one.reply_due_on if one.unanswered or one.state is State.OPEN else None,
                N_("every comment has its reply"),
            ),
            (one.report_due_on, N_("the report is published")),
        )
        for day, what in owed:
            if day is not None:
                message = N_("Was due: %(what)s") if day < today else N_("Due: %(what)s")
                items.append(
                    {
                        "title": translate(lang, message, what=translate(lang, what)),
                        "when": written["date"](day),
                        "iso": day.isoformat(),
                    }
                )
    return items
