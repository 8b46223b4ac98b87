"""The seam to sign-in: where a session's token travels. Who it belongs to, the identity room's loader says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Capacity
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import SessionInfo, Site
from egov_participation.web.context import lang, services, site

SIGN_IN_PATH = "/sign-in"
"""Under the language; takes ``?next=`` with a path of this site."""
OFFICE_PATH = "/office"
ENTER_PATH = f"{OFFICE_PATH}/enter"
"""Under the language; takes ``?next=`` with a path of the office."""


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
    """Take the token back, and have the browser let go of pages that it keeps (`forms.kept_by_the_browser`): whoever
    sits down at the machine next must not find them by going back."""
    response.headers["Clear-Site-Data"] = '"cache"'
    https = services(request).settings.https
    response.delete_cookie(
        cookie_name(site(request), https=https), path="/", secure=https, httponly=True, samesite="lax"
    )


_RELEASE_LIFE = 600
_LONGEST_RELEASE = 200


def set_release(request: Request, response: Response, token: str) -> None:
    """Keep what the registrar gave for one display of a voting code, out of every script's and address's reach."""
    if len(token) <= _LONGEST_RELEASE and token.isascii() and token.isprintable():
        response.set_cookie(_release_name(request), token, max_age=_RELEASE_LIFE, **_bound(request))


def release(request: Request) -> str | None:
    """What the registrar gave."""
    return request.cookies.get(_release_name(request))


def clear_release(request: Request, response: Response) -> None:
    """It was used."""
    response.delete_cookie(_release_name(request), **_bound(request))


def _release_name(request: Request) -> str:
    return "__Host-release" if services(request).settings.https else "release"


def _bound(request: Request) -> dict[str, Any]:
    return {"path": "/", "secure": services(request).settings.https, "httponly": True, "samesite": "lax"}


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
        target = f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'next': asked_for(request)})}"
        return RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    raise DomainError(
        401, N_("You are not signed in, or were signed out meanwhile. Please sign in again."), code="session.none"
    )


def enter_office_first(request: Request, found: SessionInfo) -> Response | None:
    """Lead an official who asked for a page of the office, and acts as a citizen yet, to its door and from there back.

    Returns:
        None for everybody and everything else: the table of actions answers them.
    """
    if (
        request.method != "GET"
        or found.capacity is Capacity.OFFICIAL
        or not is_in_office(request)
        or request.headers.get("hx-request") == "true"
        or not services(request).is_entrusted(services(request), found.person_id)
    ):
        return None
    target = f"/{lang(request)}{ENTER_PATH}?{urlencode({'next': asked_for(request)})}"
    return RedirectResponse(target, 303, {"Cache-Control": "no-store"})


def is_in_office(request: Request) -> bool:
    """Whether the address is one of the office's, whoever asks."""
    office = f"/{lang(request)}{OFFICE_PATH}"
    return site(request) is Site.MAIN and f"{request.url.path}/".startswith(f"{office}/")


def asked_for(request: Request) -> str:
    """The path with its query."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
