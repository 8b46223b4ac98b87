"""The setup document and the registrar's statement on it, byte for byte: what was confirmed and approved."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.voting import service
from egov_participation.web.context import services
from egov_participation.web.open_data import file_answer
from egov_participation.web.routing import route


def setup_document(request: Request) -> Response:
    """The document whose SHA-256 is the number of the setup."""
    return _answer(request, service.setup_document(services(request), request.path_params["uuid"]))


def confirmation(request: Request) -> Response:
    """What the registrar signed."""
    return _answer(request, service.confirmation(services(request), request.path_params["uuid"]))


def _answer(request: Request, raw: bytes) -> Response:
    return file_answer(request, raw, "application/json", cache="public, max-age=3600")


routes = [
    route("/votes/{uuid}/setup.json", setup_document, Action.READ, localized=False),
    route("/votes/{uuid}/registrar.json", confirmation, Action.READ, localized=False),
]
