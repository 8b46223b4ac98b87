"""Petitions as data: the API, and tables of one petition's counts."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.i18n import LANGUAGES
from egov_participation.petitions.data import PAGE, petition_as_json, whole_as_json
from egov_participation.petitions.figures import region_name
from egov_participation.petitions.service import listing, reading
from egov_participation.petitions.views import PetitionView
from egov_participation.spreadsheets import csv_line
from egov_participation.web.context import services
from egov_participation.web.open_data import file_answer, json_answer
from egov_participation.web.routing import route

CSV = "text/csv; charset=utf-8; header=present"


def api_petitions(request: Request) -> Response:
    """All petitions in public in pages, the newest first.

    Raises:
        DomainError: 400 ``query.after``.
    """
    limit = _limit(request.query_params.get("limit"))
    found = listing.after(services(request), request.query_params.get("after"), limit + 1)
    shown = found[:limit]
    following = f"/api/v1/petitions?limit={limit}&after={shown[-1].reference}" if len(found) > limit else None
    return json_answer(request, {"petitions": [petition_as_json(one) for one in shown], "next": following})


def api_petition(request: Request) -> Response:
    """One petition with all that is public of it.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    return json_answer(request, whole_as_json(_petition(request)))


def api_rules(request: Request) -> Response:
    """The rules that a petition keeps, as they were when it was handed in: byte for byte what the log's hash is of.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    return file_answer(request, _petition(request).rules.encode(), "application/json")


def by_region(request: Request) -> Response:
    """A petition's signatures by region, as the log has them, as a table. ``verified`` is ``electronic`` again.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    petition = _petition(request)
    names = [f"name_{lang}" for lang in LANGUAGES]
    rows = [
        (
            one.code,
            *(region_name(one.code, lang) for lang in LANGUAGES),
            one.electronic,
            one.paper,
            one.electronic,
        )
        for one in petition.regions
    ]
    return _table(
        request, "by-region", ("territory", *names, "electronic", "paper", "verified"), rows, petition.reference
    )


def by_day(request: Request) -> Response:
    """A petition's signatures by day, as the log has them, as a table.

    Raises:
        DomainError: 404 ``petition.unknown``; 410 ``petition.hidden``.
    """
    petition = _petition(request)
    rows = [(one.day.isoformat(), one.electronic, one.paper) for one in petition.days]
    return _table(request, "by-day", ("day", "electronic", "paper"), rows, petition.reference)


def _petition(request: Request) -> PetitionView:
    return reading.public(services(request), request.path_params["reference"])


def _table(
    request: Request, name: str, head: Iterable[str], rows: Iterable[Iterable[object]], reference: str
) -> Response:
    raw = "".join([csv_line(head), *map(csv_line, rows)]).encode()
    return file_answer(request, raw, CSV, f"{reference}-{name}.csv")


def _limit(given: str | None) -> int:
    return max(1, min(int(given), PAGE)) if given and given.isascii() and given.isdecimal() and len(given) < 7 else PAGE


routes = [
    route("/api/v1/petitions", api_petitions, Action.READ, localized=False),
    route("/api/v1/petitions/{reference}", api_petition, Action.READ, localized=False),
    route("/api/v1/petitions/{reference}/rules", api_rules, Action.READ, localized=False),
    route("/petitions/{reference}/by-region.csv", by_region, Action.READ, localized=False),
    route("/petitions/{reference}/by-day.csv", by_day, Action.READ, localized=False),
]
