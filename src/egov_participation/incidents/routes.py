"""Pages: how a report stands, by its number. All of it is public: whoever has the number sees no more than others."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.incidents import service
from egov_participation.incidents.views import IncidentView
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def lookup(request: Request) -> Response:
    """A field for the number; with one, on to its page or a sentence about it."""
    number = request.query_params.get("number", "").strip()[:40]
    found = _standing(request, number) if number else None
    if found is not None:
        return RedirectResponse(f"/{lang(request)}/incidents/{found.reference}", 303)
    errors = {}
    if number:
        errors["number"] = translate(lang(request), N_("There is no report with this number. Check each sign of it."))
    return render(request, "incidents/lookup.html", status=404 if errors else 200, number=number, errors=errors)


def standing(request: Request) -> Response:
    """What is public of one report."""
    found = _standing(request, request.path_params["reference"])
    if found is None:
        raise DomainError(404, N_("There is no report with this number."), code="incident.unknown")
    return render(request, "incidents/standing.html", found=found, days=service.days_left(services(request), found))


def _standing(request: Request, number: str) -> IncidentView | None:
    with services(request).database.read() as db:
        return service.standing(db, number)


routes = [
    route("/incidents", lookup, Action.READ),
    route("/incidents/{reference}", standing, Action.READ),
]
