"""Where a petition stands, in words: its first line, its timeline, who did what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from egov_participation.formats import filters
from egov_participation.i18n import N_, ntranslate, translate
from egov_participation.petitions.models.states import Answer, Debate, State
from egov_participation.petitions.rules.outcomes import OWING, TITLES
from egov_participation.petitions.rules.states import STATE_NAMES
from egov_participation.petitions.service.ruling import restored
from egov_participation.petitions.service.viewing import addressee_name
from egov_participation.petitions.telling import HAPPENINGS, written_in
from egov_participation.petitions.views import HappeningView, PetitionView

_BY: Final = {
    "creator": N_("by its creator"),
    "moderator": N_("by a moderator"),
    "": "",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The first line of a petition's page."""

    kind: str
    """Of the macro ``state``."""
    label: str
    words: str


def standing(petition: PetitionView, lang: str, timezone: str, now: datetime, today: date) -> Standing:
    """Where it stands, with the date that matters."""
    written = filters(lang, timezone)
    late = petition.answer_due_on is not None and petition.answer_due_on < today and petition.state in OWING
    if late and petition.answer_due_on is not None:
        return Standing(
            "late",
            translate(lang, N_("Answer overdue")),
            translate(lang, N_("the answer was due on %(date)s"), date=written["date"](petition.answer_due_on)),
        )
    if petition.state is State.OPEN:
        return Standing("open", "", _left(petition, lang, timezone, now))
    if petition.state is State.CLOSED:
        return _closed(petition, lang, timezone)
    return Standing("cancelled", translate(lang, STATE_NAMES[petition.state]), written["date"](petition.state_at))


def _closed(petition: PetitionView, lang: str, timezone: str) -> Standing:
    written = filters(lang, timezone)
    if petition.answer_due_on is not None:
        return Standing(
            "waiting",
            translate(lang, N_("Awaiting an answer")),
            translate(
                lang, N_("signing is over; the answer is due on %(date)s"), date=written["date"](petition.answer_due_on)
            ),
        )
    if petition.answer_state is Answer.ANSWERED:
        found = petition.outcomes[0] if petition.outcomes else None
        at = petition.state_at if found is None else found.at
        return Standing("done", translate(lang, N_("Answered")), written["date"](at))
    return Standing(
        "closed", "", translate(lang, N_("signing ended on %(date)s"), date=written["date"](petition.state_at))
    )


def _left(petition: PetitionView, lang: str, timezone: str, now: datetime) -> str:
    if petition.closes_at is None:
        return translate(lang, N_("no end is set"))
    until = filters(lang, timezone)["until"](petition.closes_at)
    left = petition.closes_at - now
    if left >= timedelta(days=1):
        return ntranslate(
            lang, "%(num)s day left, until %(date)s", "%(num)s days left, until %(date)s", left.days, date=until
        )
    if left >= timedelta(hours=1):
        hours = left.seconds // 3600
        return ntranslate(
            lang, "%(num)s hour left, until %(date)s", "%(num)s hours left, until %(date)s", hours, date=until
        )
    return translate(lang, N_("less than an hour left, until %(date)s"), date=until)


def headline(one: HappeningView, petition: PetitionView, lang: str) -> str:
    """What happened, in a line."""
    details: dict[str, Any] = dict(one.details)
    number, day = filters(lang, "UTC")["number"], filters(lang, "UTC")["date"]
    if "day" in details:
        details["day"] = day(date.fromisoformat(details["day"]))
    if "agency" in details:
        details["agency"] = _agency(petition, details["agency"], lang)
    if one.kind == "state.merged" and "reference" not in details:
        details["reference"] = petition.merged_into or ""
    details |= {name: number(value) for name, value in details.items() if isinstance(value, int)}
    message = HAPPENINGS.get(one.kind)
    return one.kind if message is None else _filled(lang, message, details)


def _filled(lang: str, message: str, details: dict[str, Any]) -> str:
    try:
        return translate(lang, message, **details)
    except KeyError:  # of an older release, whose details had other names
        return translate(lang, message).partition("%(")[0].strip(" :,–")


def by(one: HappeningView, petition: PetitionView, lang: str) -> str:
    """Who did it, as it is public."""
    kind, _, code = one.by.partition(":")
    if kind == "agency":
        return _agency(petition, code, lang)
    return translate(lang, _BY[kind]) if _BY.get(kind) else ""


def _agency(petition: PetitionView, code: str, lang: str) -> str:
    return addressee_name(restored(petition.rules), code).get(lang)


def timeline(petition: PetitionView, lang: str, timezone: str, today: date) -> list[dict[str, Any]]:
    """Everything that happened, the oldest first, and what comes next, for the macro ``timeline``."""
    written = filters(lang, timezone)
    items: list[dict[str, Any]] = [
        {
            "title": headline(one, petition, lang),
            "when": written["datetime"](one.at) + (f" · {who}" if (who := by(one, petition, lang)) else ""),
            "iso": one.at.isoformat(),
            "text": one.reason or "",
            "lang": written_in(one.reason) if one.reason else "",
        }
        for one in petition.timeline
    ]
    if items:
        items[-1]["now"] = True
    if petition.state is State.OPEN and petition.closes_at is not None:
        items.append(
            {
                "title": translate(lang, N_("Signing ends")),
                "when": written["until"](petition.closes_at),
                "iso": petition.closes_at.isoformat(),
            }
        )
    if petition.answer_due_on is not None and petition.state in OWING:
        overdue = petition.answer_due_on < today
        message = N_("Was due: an answer by %(name)s") if overdue else N_("Due: an answer by %(name)s")
        items.append(
            {
                "title": translate(lang, message, name=petition.answering_name.get(lang)),
                "when": written["date"](petition.answer_due_on),
                "iso": petition.answer_due_on.isoformat(),
            }
        )
    return items


def outcome_title(to: str, lang: str) -> str:
    """What stands over an answer, a debate or an update."""
    return translate(lang, TITLES[to])  # type: ignore[index]


def is_awaited(petition: PetitionView) -> bool:
    """Whether something is owed and not there yet."""
    return petition.state in OWING and (
        petition.answer_state is Answer.AWAITED or petition.debate_state is Debate.AWAITED
    )
