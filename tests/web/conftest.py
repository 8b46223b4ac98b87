"""A browser, and the site with a page that shows every macro."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.conftest import ClientFactory

from egov_participation import paths
from egov_participation.app import create_app, room_routes
from egov_participation.services import Services
from egov_participation.web.routing import route
from egov_participation.web.templating import render

CHART = '<svg viewBox="0 0 600 60"><title>Chart</title><rect width="430" height="40" fill="#0072B2"/></svg>'


@pytest.fixture
def specimen_app(services: Services) -> Starlette:
    """The site, and a page with every macro on it."""
    qr = Markup(segno.make("Xt7pK2mQ9vRb4nL", micro=False).svg_inline(omitsize=True, svgclass=None, lineclass=None))

    def specimen(request: Request) -> Response:
        return render(request, "specimen.html", qr=qr, chart=Markup(CHART))

    loader = ChoiceLoader([FileSystemLoader(paths.templates_dir()), FileSystemLoader(Path(__file__).parent)])
    routes = [*room_routes(), route("/specimen", specimen, name="specimen")]
    return create_app(services.settings, services=services, routes=routes, templates=loader)


@pytest.fixture
def site(specimen_app: Starlette, new_client: ClientFactory) -> TestClient:
    return new_client(specimen_app)
