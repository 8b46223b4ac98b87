"""Consultations and their drafts as data."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations.draft_data import (
    PAGE,
    consultation_as_json,
    text_as_json,
    version_as_json,
    whole_as_json,
)
from egov_participation.consultations.draft_views import ConsultationView
from egov_participation.consultations.service import listing, reading
from egov_participation.web.context import services
from egov_participation.web.open_data import file_answer, json_answer
from egov_participation.web.routing import route


def api_consultations(request: Request) -> Response:
    """All consultations in public in pages, the newest first.

    Raises:
        DomainError: 400 ``query.after``.
    """
    given = request.query_params.get("limit", "")
    limit = max(1, min(int(given), PAGE)) if given.isascii() and given.isdecimal() and len(given) < 7 else PAGE
    found = listing.after(services(request), request.query_params.get("after"), limit + 1)
    shown = found[:limit]
    following = f"/api/v1/consultations?limit={limit}&after={shown[-1].reference}" if len(found) > limit else None
    return json_answer(request, {"consultations": [consultation_as_json(one) for one in shown], "next": following})


def api_consultation(request: Request) -> Response:
    """One consultation with all that is public of it but comments and replies.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    return json_answer(request, whole_as_json(_consultation(request)))


def api_rules(request: Request) -> Response:
    """The rules that a consultation keeps: byte for byte what the log's hash is of.

    Raises:
        DomainError: 404 ``consultation.unknown``.
    """
    return file_answer(request, _consultation(request).rules.encode(), "application/json")


def api_version(request: Request) -> Response:
    """A version with its texts, provision by provision.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``version.unknown``.
    """
    here, found = services(request), _consultation(request)
    version = reading.version_of(found, request.path_params["number"])
    texts = [text_as_json(reading.text(here, found.reference, version.number, text.lang)) for text in version.texts]
    return json_answer(request, version_as_json(found, version) | {"provisions": texts})


def _consultation(request: Request) -> ConsultationView:
    return reading.public(services(request), request.path_params["reference"])


_ONE = "/api/v1/consultations/{reference}"
routes = [
    route("/api/v1/consultations", api_consultations, Action.READ, localized=False),
    route(_ONE, api_consultation, Action.READ, localized=False),
    route(f"{_ONE}/rules", api_rules, Action.READ, localized=False),
    route(f"{_ONE}/versions/{{number:int}}", api_version, Action.READ, localized=False),
]
