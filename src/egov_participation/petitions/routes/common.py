"""What the pages of writing and moderating share."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.web.addresses import Addresses


def address(request: Request, name: str, **params: object) -> str:
    """The address of a page by its route's name."""
    addresses: Addresses = request.app.state.addresses
    return addresses.url_for(request, name, **params)


def to(request: Request, name: str, **params: object) -> Response:
    """On to a page, after something was saved."""
    return RedirectResponse(address(request, name, **params), 303)
