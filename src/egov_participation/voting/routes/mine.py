"""What is open for whoever is signed in: a page, and the fragment of it that public pages fetch."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action, Capacity
from egov_participation.errors import DomainError
from egov_participation.i18n import translate
from egov_participation.voting import service
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def mine(request: Request) -> Response:
    """The votes that the person may vote in: open, coming, ended, and what each asks for."""
    return _mine(request, session(request).person_id, session(request).assurance)


def corner(request: Request) -> Response:
    """What is open, for the list of votes: a fragment, so that the list itself is the same for all. Else nothing."""
    found = session_or_none(request)
    if found is None or found.capacity is Capacity.OFFICIAL:
        return Response("", media_type="text/html")
    return _mine(request, found.person_id, found.assurance, fragment=True)


def _mine(request: Request, person_id: str, assurance: int, *, fragment: bool = False) -> Response:
    own, trouble = None, ""
    try:
        own = service.votes_of(services(request), person_id)
    except DomainError as refusal:
        # The registrar alone knows; all the rest of the page works without it.
        if refusal.status != HTTPStatus.SERVICE_UNAVAILABLE:
            raise
        trouble = translate(lang(request), refusal.message, **refusal.params)
    template = "voting/_mine.html" if fragment else "voting/mine.html"
    return render(request, template, own=own, trouble=trouble, assurance=assurance)


routes = [
    route("/me/votes", mine, Action.MANAGE_ACCOUNT, name="voting.mine"),
    route("/me/votes/open", corner, Action.VISIT, name="voting.mine_open"),
]
