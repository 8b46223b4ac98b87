"""What the pages of this room ask of a request."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.identity import rules
from egov_participation.identity.keys import IdentityKeys, keys
from egov_participation.web.context import services
from egov_participation.web.proxies import client_address


def keys_of(request: Request) -> IdentityKeys:
    """The room's keys."""
    return keys(services(request).settings.keys_dir)


def network(request: Request) -> str:
    """The line that the request came by, as limits count it."""
    return rules.network_of(client_address(request))


def agent(request: Request) -> str:
    """Browser and system in words."""
    return rules.agent_in_words(request.headers.get("user-agent", ""))


def see_other(path: str) -> Response:
    """Go there with GET."""
    return RedirectResponse(path, 303)


def register_answers(request: Request) -> bool:
    """Whether the register of residents answers: pages say so where it does not, to everybody alike."""
    here = services(request)
    with here.database.read() as session:
        return here.registry.status(session).available
