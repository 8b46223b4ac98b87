"""The seam to sign-in: where a session's token travels. Who it belongs to, the identity room's loader says."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import SessionInfo, Site
from egov_participation.web.context import lang, services, site

SIGN_IN_PATH = "/sign-in"
"""Under the language; takes ``?next=`` with a path of this site."""


def cookie_name(site: Site, *, https: bool) -> str:
    """Each host has its own. ``__Host-`` binds it to the exact host and to TLS; browsers refuse that name over http."""
    return f"{'__Host-' if https else ''}{'session' if site is Site.MAIN else 'booth'}"


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the session's token to the browser, for as long as it is open."""
    https = services(request).settings.https
    response.set_cookie(
        cookie_name(site(request), https=https), token, path="/", secure=https, httponly=True, samesite="lax"
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Take the token back."""
    https = services(request).settings.https
    response.delete_cookie(
        cookie_name(site(request), https=https), path="/", secure=https, httponly=True, samesite="lax"
    )


def load(request: Request) -> SessionInfo | None:
    """The request's session by its cookie, or None."""
    here = services(request)
    token = request.cookies.get(cookie_name(site(request), https=here.settings.https))
    return here.load_session(here, site(request), token) if token else None


def sign_in_first(request: Request) -> Response:
    """Send somebody who asked for a page to sign in and back; refuse everything else.

    Raises:
        DomainError: 401, where what was sent would be lost on the way, or on the booth, which has no sign-in.
    """
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Refresh": "true"})  # the whole page then goes to sign in
    if request.method == "GET" and site(request) is Site.MAIN and "lang" in request.path_params:
        query = f"?{request.url.query}" if request.url.query else ""
        target = f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'next': request.url.path + query})}"
        return RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    raise DomainError(
        401, N_("You are not signed in, or were signed out meanwhile. Please sign in again."), code="session.none"
    )
