"""The trustee's session on the booth's host: the link of the invitation, turned into a cookie for some hours.

A trustee is nobody of the register and has no session of the identity room's. The cookie holds the link's token, until
when it counts, and the server's seal on both; so another invitation ends it, and no table is needed. It goes nowhere
but to this host, and not with a request that another site causes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import keyring
from egov_participation.commission.service import trustees
from egov_participation.commission.service.trustees import TrusteeView
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.web.context import services

LIFE: Final = timedelta(hours=12)
KEY: Final = "trustee-session"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,100}", re.ASCII)
_COOKIE: Final = re.compile(r"([A-Za-z0-9_-]{20,100})\.([0-9]{1,12})\.([0-9a-f]{64})", re.ASCII)


def cookie_name(*, https: bool) -> str:
    """``__Host-`` binds it to the exact host and to TLS; browsers refuse that name over http."""
    return f"{'__Host-' if https else ''}trustee"


def begin(request: Request, response: Response, token: str) -> None:
    """Hand the session to the browser, for as long as it is open and `LIFE` at most."""
    here = services(request)
    until = int((here.clock() + LIFE).timestamp())
    name = cookie_name(https=here.settings.https)
    value = f"{token}.{until}.{_seal(request, token, until)}"
    response.set_cookie(name, value, path="/", secure=here.settings.https, httponly=True, samesite="strict")


def end(request: Request, response: Response) -> None:
    """Take it back."""
    https = services(request).settings.https
    response.delete_cookie(cookie_name(https=https), path="/", secure=https, httponly=True, samesite="strict")


def token_of(request: Request) -> str:
    """The token of the link that this browser came by.

    Raises:
        DomainError: 403 ``trustee.session``: it came by none, or too long ago.
    """
    here = services(request)
    found = _COOKIE.fullmatch(request.cookies.get(cookie_name(https=here.settings.https), ""))
    if found is not None:
        token, until, seal = found[1], int(found[2]), found[3]
        sealed = hmac.compare_digest(seal, _seal(request, token, until))
        if sealed and here.clock() < datetime.fromtimestamp(until, UTC):
            return token
    raise DomainError(
        403,
        N_("Open your page by the link of your invitation. Nothing that you have handed in is lost."),
        code="trustee.session",
    )


def trustee(request: Request) -> TrusteeView:
    """What the trustee of this session may see.

    Raises:
        DomainError: 403 ``trustee.session``; 404 ``trustee.unknown``: another invitation was sent since.
    """
    return trustees.by_token(services(request), token_of(request))


def invited(request: Request, token: str) -> TrusteeView:
    """What the trustee of this link may see.

    Raises:
        DomainError: 404 ``trustee.unknown``.
    """
    return trustees.by_token(services(request), token if _TOKEN.fullmatch(token) else "")


def _seal(request: Request, token: str, until: int) -> str:
    key = keyring.secret(services(request).settings.keys_dir, KEY)
    return hmac.new(key, f"{token}.{until}".encode(), hashlib.sha256).hexdigest()
