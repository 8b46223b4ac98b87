"""From the main site to the booth: what a voter needs, and the one-time way there."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity.service import Purpose, create_handoff, is_fresh
from egov_participation.voting import service
from egov_participation.voting.service import VoteState
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.routing import PERSONAL, route
from egov_participation.web.sessions import SIGN_IN_PATH, sign_in_first
from egov_participation.web.templating import render

_ENTERED = frozenset({VoteState.SETUP, VoteState.OPEN})
"""When there is something to enter for: the voting code, or the booth."""


def enter(request: Request) -> Response:
    """What is needed before voting; posted, the page that leads to the booth with a token that works once.

    That voting is over is said to anybody: nobody signs in to learn it.
    """
    here = services(request)
    vote = service.vote(here, request.path_params["uuid"])
    if session_or_none(request) is None:
        if request.method == "GET" and vote.state not in _ENTERED:
            return render(request, "voting/enter.html", vote=vote, on_roll=True)
        return sign_in_first(request)
    who = session(request)
    if request.method == "POST":
        return _hand_over(request)
    return render(
        request,
        "voting/enter.html",
        vote=vote,
        on_roll=here.registrar.is_on_roll(vote.uuid, who.person_id),
        fresh=is_fresh(who.signed_in_at, here.clock()),
        sign_in_url=_sign_in_again(request),
    )


def _hand_over(request: Request) -> Response:
    here, who = services(request), session(request)
    vote = service.vote(here, request.path_params["uuid"])
    try:
        purpose = Purpose(str(request.state.form.get("purpose", Purpose.BOOTH)))
    except ValueError:
        raise DomainError(400, N_("This form was not sent as a whole. Go back and try again."), code="form") from None
    if not here.registrar.is_on_roll(vote.uuid, who.person_id):
        raise DomainError(
            403, N_("You are not on the register of this vote, so you cannot vote in it."), code="voter.not_on_roll"
        )
    if purpose is Purpose.CREDENTIAL and not is_fresh(who.signed_in_at, here.clock()):
        return RedirectResponse(_sign_in_again(request), 303)
    with here.database.uow() as tx:
        token = create_handoff(tx, who, vote.uuid, purpose, lang=lang(request), now=here.clock())
        tx.commit()
    action = f"{here.settings.booth_url}/handoff"
    return render(request, "voting/handoff.html", vote=vote, token=token, action=action, purpose=purpose)


def _sign_in_again(request: Request) -> str:
    return f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'fresh': 1, 'next': request.url.path})}"


routes = [route("/votes/{uuid}/enter", enter, methods=("GET", "POST"), access=PERSONAL)]
