"""The archive of past votes, as a page and as data."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.voting import service
from egov_participation.voting.data import vote_as_json
from egov_participation.voting.routes.public import number
from egov_participation.voting.rules import VoteKind
from egov_participation.voting.service import PastVotes
from egov_participation.voting.wording import outcome
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import json_answer
from egov_participation.web.routing import route
from egov_participation.web.templating import render

KINDS: Final = {VoteKind.BINDING: N_("Binding"), VoteKind.CONSULTATIVE: N_("Consultative")}
_MOST_PAGES: Final = 10_000
_MAX_WORDS: Final = 200


def past(request: Request) -> Response:
    """Votes that are over, each with its result in a line; a form narrows them down."""
    asked = _asked(request)
    found = _find(request, lang(request), asked)
    timezone = services(request).settings.timezone
    return render(
        request,
        "voting/past.html",
        found=found,
        lines=[(vote, outcome(vote, lang(request), timezone)) for vote in found.votes],
        asked=asked,
        kinds=KINDS,
        named=[[kind, translate(lang(request), name)] for kind, name in KINDS.items()],
        years=[[str(year), str(year)] for year in found.years],
        query=urlencode({name: value for name, value in asked.items() if value}),
    )


def api_past(request: Request) -> Response:
    """The same as data; ``lang`` says in which language words are looked for first."""
    asked = _asked(request)
    language = request.query_params.get("lang", "")
    found = _find(request, language if language in LANGUAGES else lang(request), asked)
    following = None
    if found.page < found.pages:
        kept = {name: value for name, value in asked.items() if value} | {"page": str(found.page + 1)}
        following = f"/api/v1/votes/past?{urlencode(kept)}"
    return json_answer(
        request,
        {"total": found.total, "votes": [vote_as_json(vote) for vote in found.votes], "next": following},
    )


def _asked(request: Request) -> dict[str, str]:
    """What is asked for, without what cannot be: a year is four digits, a kind one of two."""
    given = request.query_params
    year, kind = given.get("year", ""), given.get("kind", "")
    return {
        "year": year if year.isascii() and year.isdecimal() and len(year) == 4 and "1900" < year < "9000" else "",
        "kind": kind if kind in set(VoteKind) else "",
        "q": given.get("q", "").strip()[:_MAX_WORDS],
    }


def _find(request: Request, language: str, asked: dict[str, str]) -> PastVotes:
    return service.past_votes(
        services(request),
        language,
        year=int(asked["year"]) if asked["year"] else None,
        kind=VoteKind(asked["kind"]) if asked["kind"] else None,
        words=asked["q"],
        page=number(request.query_params.get("page", "1"), at_most=_MOST_PAGES),
    )


routes = [
    route("/votes/past", past, Action.READ),
    route("/api/v1/votes/past", api_past, Action.READ, localized=False),
]
