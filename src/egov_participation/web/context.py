"""What a route asks of its request."""

from __future__ import annotations

from typing import cast

from starlette.requests import Request

from egov_participation.services import Services, SessionInfo, Site


def services(request: Request) -> Services:
    """The application's services."""
    return cast(Services, request.app.state.services)


def lang(request: Request) -> str:
    """The language of this request: ``kk``, ``ru`` or ``en``."""
    return cast(str, request.state.lang)


def site(request: Request) -> Site:
    """Which host name was asked."""
    return cast(Site, request.state.site)


def session_or_none(request: Request) -> SessionInfo | None:
    """The session, if there is one. On a route to read it is not looked at.

    Raises:
        RuntimeError: the action is `Action.READ`, so what it shows may not depend on who asks.
    """
    try:
        return cast("SessionInfo | None", request.state.session)
    except AttributeError:
        raise RuntimeError("a page to read does not look at the session; make it one to visit") from None


def session(request: Request) -> SessionInfo:
    """The session of a route that needs one."""
    found = session_or_none(request)
    if found is None:
        raise RuntimeError("this route needs no session")
    return found
