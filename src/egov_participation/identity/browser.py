"""The browser before anybody has signed in: a cookie that ties the two pages of signing in, and their forms, to it.

It is never a session: who signs in gets a new token. So nothing is gained by planting this one in somebody's browser.
"""

from __future__ import annotations

import hmac
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity.keys import IdentityKeys
from egov_participation.identity.service.tokens import is_token, new_token
from egov_participation.web.context import services

HEADER: Final = "x-browser-token"
"""Where scripts send what forms carry in their field ``browser``."""
_LIFE: Final = 3600
"""Seconds that the browser keeps the cookie after the last page that set it."""


def _cookie_name(request: Request) -> str:
    return "__Host-before" if services(request).settings.https else "before"


def token_or_none(request: Request) -> str | None:
    """The browser's token, if it brought one."""
    token = request.cookies.get(_cookie_name(request), "")
    return token if is_token(token) else None


def token_or_new(request: Request) -> str:
    """The browser's token, or a new one, to be handed out by `remember`."""
    return token_or_none(request) or new_token()


def remember(request: Request, response: Response, token: str) -> None:
    """Hand the token to the browser."""
    https = services(request).settings.https
    response.set_cookie(
        _cookie_name(request), token, max_age=_LIFE, path="/", secure=https, httponly=True, samesite="lax"
    )


def forget(request: Request, response: Response) -> None:
    """Take the token back."""
    https = services(request).settings.https
    response.delete_cookie(_cookie_name(request), path="/", secure=https, httponly=True, samesite="lax")


def check(request: Request, keys: IdentityKeys) -> str:
    """The browser's token, if the form that it posted was made for it.

    Raises:
        DomainError: 403 ``browser.cookie`` (no cookie came), 403 ``browser.form`` (another browser's or an old form).
    """
    token = token_or_none(request)
    if token is None:
        raise DomainError(
            403,
            N_(
                "Your browser sent no cookie, or only an old one, and without it signing in cannot work. "
                "Allow cookies for this site and start signing in again."
            ),
            code="browser.cookie",
        )
    given = request.headers.get(HEADER) or request.state.form.get("browser")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), keys.form_token(token).encode()):
        message = N_("This page is out of date, so nothing was changed. Go back, reload the page and send it again.")
        raise DomainError(403, message, code="browser.form")
    return token
