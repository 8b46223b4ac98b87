"""Pages: what awaits an official."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import approvals, awaiting, jobs
from egov_participation.actions import Action, may
from egov_participation.i18n import N_, in_language, translate
from egov_participation.jurisdiction import site, working_days
from egov_participation.jurisdiction.calendars import Calendar
from egov_participation.notices import service as notices
from egov_participation.web.addresses import Addresses
from egov_participation.web.context import lang, services, session
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def front(request: Request) -> Response:
    """What this official's roles let them do and nobody has done, the first due first."""
    here, acting, now = services(request), session(request), services(request).clock()
    addresses: Addresses = request.app.state.addresses
    with here.database.read() as db:
        items = awaiting.items(here, db, acting)
        operates = may(Action.OPERATE, acting.roles)
        dead = jobs.dead(db, limit=1)[1] if operates else 0
        bouncing = notices.bouncing(db) if operates else 0
    zone, calendar = ZoneInfo(here.settings.timezone), site.calendar(here)
    rows = [
        {
            "title": translate(lang(request), item.title, **item.params),
            "hint": _hint(item, lang(request)),
            "href": addresses.url_for(request, item.route, **item.path),
            "due": item.due,
            "days": _days(item, now, zone, calendar),
            "working": item.working,
        }
        for item in items
    ]
    return render(request, "office/front.html", rows=rows, operates=operates, dead=dead, bouncing=bouncing)


def _hint(item: awaiting.Item, language: str) -> str:
    return item.about if isinstance(item.about, str) else in_language(item.about, language)


def _days(item: awaiting.Item, now: datetime, zone: ZoneInfo, calendar: Calendar) -> int:
    """How long there is left; below zero if it is late."""
    if item.working:
        return working_days.between(now.astimezone(zone).date(), item.due.astimezone(zone).date(), calendar)
    return (item.due - now).days


def proposal(request: Request) -> Response:
    """To the page of a proposal, whichever room's it is: where mails lead."""
    here = services(request)
    with here.database.read() as db:
        found = approvals.get(db, request.path_params["id"], here.clock())
    addresses: Addresses = request.app.state.addresses
    return RedirectResponse(addresses.url_for(request, found.kind.route, id=found.id), 303)


routes = [
    route("/office", front, Action.ENTER_OFFICE, menu=N_("What awaits you")),
    route("/office/proposals/{id}", proposal, Action.ENTER_OFFICE),
]
