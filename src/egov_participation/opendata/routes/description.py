"""The description of all addresses that machines read."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.opendata.openapi import document
from egov_participation.web.context import services
from egov_participation.web.open_data import json_answer
from egov_participation.web.routing import route


def api_description(request: Request) -> Response:
    """The OpenAPI document."""
    return json_answer(request, document(services(request).settings))


routes = [route("/api/v1/openapi.json", api_description, Action.READ, localized=False)]
