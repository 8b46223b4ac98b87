"""The lists of petitions."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import N_, translate
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.petitions import wording
from egov_participation.petitions.service import listing, ruling, viewing
from egov_participation.petitions.service.listing import Asked, Group, Listed, Sort
from egov_participation.web.context import lang, services
from egov_participation.web.reading import page, read
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_GROUPS: Final = {
    Group.OPEN: N_("Open"),
    Group.AWAITING: N_("Awaiting an answer"),
    Group.ANSWERED: N_("Answered"),
    Group.CLOSED: N_("Closed"),
    Group.REJECTED: N_("Rejected"),
    Group.ALL: N_("All"),
}
SORTS: Final = {
    Sort.NEWEST: N_("The newest first"),
    Sort.MOST: N_("Those with the most signatures first"),
    Sort.TRENDING: N_("What many signed today and yesterday first"),
    Sort.CLOSING: N_("What closes soonest first"),
}
_MAX_WORDS: Final = 200
_COUNTRY: Final = "-"
"""What stands for the whole country in an address."""


async def petitions(request: Request) -> Response:
    """A list: by state, narrowed down by words, territory and addressee, in an order."""
    here, language = services(request), lang(request)
    asked, today = _asked(request), here.day(here.clock())
    found = await read(request, listing.listed, language, asked, today)
    return page(request, (found, today), lambda: _page(request, asked, found))


def _page(request: Request, asked: Asked, found: Listed) -> Response:
    here, language = services(request), lang(request)
    now, timezone = here.clock(), here.settings.timezone
    today, rules = here.day(now), ruling.current(here)
    addressees = [[code, viewing.addressee_name(rules, code).get(language)] for code in found.addressees]
    territories = [[code, _territory(code, language)] for code in found.territories if code]
    named = dict(addressees) | dict(territories)
    path = f"/{language}/petitions"
    active = []
    if asked.words:
        active.append([asked.words, f"{path}?{_query(replace(asked, words=''))}"])
    if asked.territory is not None:
        name = named.get(asked.territory, asked.territory) or translate(language, N_("The whole country"))
        active.append([name, f"{path}?{_query(replace(asked, territory=None))}"])
    if asked.addressee:
        active.append([named.get(asked.addressee, asked.addressee), f"{path}?{_query(replace(asked, addressee=''))}"])
    tabs = [
        [
            f"{translate(language, name)} ({found.groups[group]})",
            f"{path}?{_query(replace(asked, group=group))}",
        ]
        for group, name in _GROUPS.items()
    ]
    return render(
        request,
        "petitions/petitions.html",
        found=found,
        lines=[
            (one, one.text(language), wording.standing(one, language, timezone, now, today)) for one in found.petitions
        ],
        asked=asked,
        tabs=tabs,
        current=f"{path}?{_query(asked)}",
        sorts=[[sort.value, translate(language, name)] for sort, name in SORTS.items()],
        sort_name=translate(language, SORTS[asked.sort]),
        addressees=addressees,
        territories=territories,
        active=active,
        query=_query(asked),
    )


def _territory(code: str, language: str) -> str:
    return TERRITORIES[code].name(language) if code in TERRITORIES else code


def _asked(request: Request) -> Asked:
    """What is asked for, without what cannot be."""
    given = request.query_params
    group, sort, number = given.get("state", ""), given.get("sort", ""), given.get("page", "1")
    territory = given.get("territory", "")[:20]
    return Asked(
        group=Group(group) if group in set(Group) else Group.OPEN,
        words=given.get("q", "").strip()[:_MAX_WORDS],
        territory="" if territory == _COUNTRY else territory or None,
        addressee=given.get("addressee", "")[:40],
        sort=Sort(sort) if sort in set(Sort) else Sort.NEWEST,
        page=int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1,
    )


def _query(asked: Asked) -> str:
    """All that is asked for but the page."""
    members = {
        "state": asked.group.value,
        "q": asked.words,
        "territory": _COUNTRY if asked.territory == "" else asked.territory,
        "addressee": asked.addressee,
        "sort": "" if asked.sort is Sort.NEWEST else asked.sort.value,
    }
    return urlencode({name: value for name, value in members.items() if value})


routes = [route("/petitions", petitions, Action.READ)]
