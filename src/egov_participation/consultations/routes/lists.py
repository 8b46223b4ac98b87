"""The lists of consultations."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations import wording
from egov_participation.consultations.service import listing
from egov_participation.consultations.service.listing import Asked, Group, Listed
from egov_participation.i18n import N_, translate
from egov_participation.roles.service import agencies, agency_name
from egov_participation.web.context import lang, services
from egov_participation.web.reading import page, read
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_GROUPS: Final = {
    Group.OPEN: N_("Open"),
    Group.AWAITING: N_("Awaiting replies or report"),
    Group.REPORTED: N_("Report published"),
    Group.WITHDRAWN: N_("Draft withdrawn"),
    Group.ALL: N_("All"),
}
_SORTS: Final = {"": N_("The newest first"), "closing": N_("What closes soonest first")}
_MAX_WORDS: Final = 200


async def consultations(request: Request) -> Response:
    """A list: by state, narrowed down by words and ministry, in an order."""
    here, language = services(request), lang(request)
    asked, today = _asked(request), here.day(here.clock())
    found = await read(request, listing.listed, language, asked)
    return page(request, (found, today), lambda: _page(request, asked, found))


def _page(request: Request, asked: Asked, found: Listed) -> Response:
    here, language = services(request), lang(request)
    now, timezone = here.clock(), here.settings.timezone
    today = here.day(now)
    named = sorted(([code, agency_name(here, code, language)] for code in found.agencies), key=lambda pair: pair[1])
    path = f"/{language}/consultations"
    active = []
    if asked.words:
        active.append([asked.words, f"{path}?{_query(replace(asked, words=''))}"])
    if asked.agency:
        name = dict(named).get(asked.agency, asked.agency)
        active.append([name, f"{path}?{_query(replace(asked, agency=''))}"])
    return render(
        request,
        "consultations/consultations.html",
        found=found,
        lines=[
            (one, one.title(language), wording.standing(one, language, timezone, now, today))
            for one in found.consultations
        ],
        asked=asked,
        tabs=[
            [f"{translate(language, name)} ({found.groups[group]})", f"{path}?{_query(replace(asked, group=group))}"]
            for group, name in _GROUPS.items()
        ],
        current=f"{path}?{_query(asked)}",
        sorts=[[sort, translate(language, name)] for sort, name in _SORTS.items()],
        sort="closing" if asked.closing else "",
        sort_name=translate(language, _SORTS["closing" if asked.closing else ""]),
        agencies=named,
        active=active,
        query=_query(asked),
    )


def _asked(request: Request) -> Asked:
    """What is asked for, without what cannot be."""
    given = request.query_params
    group, number, agency = given.get("state", ""), given.get("page", "1"), given.get("agency", "")
    return Asked(
        group=Group(group) if group in set(Group) else Group.OPEN,
        words=given.get("q", "").strip()[:_MAX_WORDS],
        agency=agency if agency in agencies(services(request)) else "",
        closing=given.get("sort", "") == "closing",
        page=int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1,
    )


def _query(asked: Asked) -> str:
    """All that is asked for but the page."""
    members = {
        "state": asked.group.value,
        "q": asked.words,
        "agency": asked.agency,
        "sort": "closing" if asked.closing else "",
    }
    return urlencode({name: value for name, value in members.items() if value})


routes = [route("/consultations", consultations, Action.READ)]
