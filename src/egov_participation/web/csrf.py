"""No other site may act in a visitor's name.

Browsers say where a request comes from (``Sec-Fetch-Site``, ``Origin``), and that decides. The session-bound token in
every form is a second, independent wall.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from pathlib import Path

from starlette.requests import Request

from egov_participation import keyring
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.services import Site
from egov_participation.web.context import services, session_or_none, site

FIELD = "csrf_token"
HEADER = "x-csrf-token"


def token(request: Request) -> str:
    """The token of this session's forms; empty where there is no session (nothing to misuse)."""
    session = session_or_none(request)
    if session is None:
        return ""
    key = _key(services(request).settings.keys_dir)
    return hmac.new(key, session.token_hash.encode(), hashlib.sha256).hexdigest()


@cache
def _key(keys_dir: Path) -> bytes:
    return keyring.secret(keys_dir, "csrf")


def check_origin(request: Request, *, from_main: bool = False) -> None:
    """Refuse a request that another site caused.

    Args:
        from_main: accept it from the main site instead of from the site asked. The two hosts may count as cross-site
            to the browser, so that only ``Origin`` tells.

    Raises:
        DomainError: 403.
    """
    settings = services(request).settings
    origin = request.headers.get("origin")
    fetch_site = request.headers.get("sec-fetch-site")
    own = settings.base_url if from_main or site(request) is Site.MAIN else settings.booth_url
    if origin is None:
        allowed = fetch_site == "same-origin" and not from_main
    else:
        allowed = origin == own and (fetch_site in {None, "same-origin"} or from_main)
    if not allowed:
        raise _foreign()


def check_program(request: Request) -> None:
    """Refuse a request that a browser made, of this site or another: those say where they come from, programs do not.

    Raises:
        DomainError: 403.
    """
    if "origin" in request.headers or "sec-fetch-site" in request.headers:
        raise _foreign()


def _foreign() -> DomainError:
    return DomainError(403, N_("This request came from another site, so it was not carried out."), code="csrf.origin")


def check_token(request: Request) -> None:
    """Refuse a form or fetch that does not carry its session's token. Without a session there is none to carry.

    Raises:
        DomainError: 403.
    """
    expected = token(request)
    if not expected:
        return
    given = request.headers.get(HEADER) or request.state.form.get(FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected.encode()):
        message = N_("This page is out of date, so nothing was changed. Go back, reload the page and send it again.")
        raise DomainError(403, message, code="csrf.token")
