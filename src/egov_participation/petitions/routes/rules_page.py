"""The rules for petitions that hold here today, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.formats import filters
from egov_participation.i18n import translate
from egov_participation.jurisdiction import telling
from egov_participation.jurisdiction.petition_rules import RuleSet, Unreckonable
from egov_participation.jurisdiction.territories import Territory, country
from egov_participation.jurisdiction.territories import place as place_of
from egov_participation.petitions.service import ruling
from egov_participation.web.context import lang, services
from egov_participation.web.reading import page
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_LONGEST: Final = 20
"""Characters of a territory's code."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What holds for the territory that was asked for."""

    place: Territory
    name: str
    said: tuple[str, ...]
    """Its thresholds, in words."""
    refused: str
    """Why nobody can say how many signatures are needed; empty if it can be said."""


async def rules(request: Request) -> Response:
    """Who may sign, how many must, who answers by when; of a territory that is asked for, in numbers.

    Raises:
        DomainError: 404 ``petition.no-territory``; 422 ``petition.not-of-this``.
    """
    here, language = services(request), lang(request)
    found = ruling.current(here)
    asked = _asked(found, request.query_params.get("territory", "")[:_LONGEST], language)
    return page(request, (found, asked), lambda: _page(request, found, asked))


def _page(request: Request, found: RuleSet, asked: Asked | None) -> Response:
    language = lang(request)
    number = filters(language, services(request).settings.timezone)["number"]
    return render(
        request,
        "petitions/rules.html",
        rules=found,
        parts=telling.parts(found, language),
        territories=[[one.code, _name(one, found, language)] for one in found.places()],
        asked=asked,
        minimums=[
            sorted([_called(code, language), number(least)] for code, least in one.per_territory.minimum.items())
            for one in found.thresholds
            if one.per_territory is not None
        ],
    )


def _asked(found: RuleSet, code: str, language: str) -> Asked | None:
    if not code:
        return None
    found.scope(code)
    place = country(found.territories).territories[code]
    said: tuple[str, ...] = ()
    refused = ""
    try:
        said = tuple(telling.threshold(tier, language) for tier in found.tiers(code))
    except Unreckonable as error:
        refused = translate(language, error.message)
    return Asked(place, _name(place, found, language), said, refused)


def _called(code: str, language: str) -> str:
    found = place_of(code)
    return code if found is None else found.name(language)


def _name(place: Territory, found: RuleSet, language: str) -> str:
    """A district with its region: there are several of a name."""
    name = place.name(language)
    return f"{country(found.territories).territories[place.parent].name(language)}: {name}" if place.parent else name


routes = [route("/petitions/rules", rules, Action.READ)]
