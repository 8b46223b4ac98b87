"""From the main site to the booth: what a voter needs, and the one-time way there."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import actions
from egov_participation.actions import Action, Capacity
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity.service import Purpose, create_handoff, is_fresh
from egov_participation.incidents import service as incidents
from egov_participation.voting import service
from egov_participation.voting.service import VoteState
from egov_participation.voting.views import VoteView
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.routing import route
from egov_participation.web.sessions import SIGN_IN_PATH, sign_in_first
from egov_participation.web.templating import render

_ENTERED = frozenset({VoteState.SETUP, VoteState.OPEN})
"""When there is something to enter for: the voting code, or the booth."""


def enter(request: Request) -> Response:
    """What is needed before voting; posted, the page that leads to the booth with a token that works once.

    That voting is over is said to anybody: nobody signs in to learn it. An official is told to come as a citizen.
    """
    here = services(request)
    vote = service.vote(here, request.path_params["uuid"])
    if session_or_none(request) is None:
        if request.method == "GET" and vote.state not in _ENTERED:
            return render(request, "voting/enter.html", vote=vote, on_roll=True)
        return sign_in_first(request)
    who = session(request)
    if request.method == "POST":
        actions.check(Action.VOTE, who.capacity, who.roles)
        return _hand_over(request)
    if who.capacity is Capacity.OFFICIAL:
        return render(request, "voting/enter.html", vote=vote, on_roll=True, sign_out_to=request.url.path)
    with here.database.read() as db:
        blocked = incidents.theft_of(db, vote.uuid, who.person_id)
    return render(
        request,
        "voting/enter.html",
        vote=vote,
        blocked=blocked,
        on_roll=here.registrar.is_on_roll(vote.uuid, who.person_id),
        fresh=is_fresh(who.signed_in_at, here.clock()),
        sure=who.assurance >= vote.assurance,
        sign_in_url=sign_in_again(request, vote),
    )


def _hand_over(request: Request) -> Response:
    here, who = services(request), session(request)
    vote = service.vote(here, request.path_params["uuid"])
    try:
        purpose = Purpose(str(request.state.form.get("purpose", Purpose.BOOTH)))
    except ValueError:
        raise DomainError(400, N_("This form was not sent as a whole. Go back and try again."), code="form") from None
    if purpose is Purpose.CREDENTIAL:
        return RedirectResponse(f"/{lang(request)}/votes/{vote.uuid}/code", 303)
    if not here.registrar.is_on_roll(vote.uuid, who.person_id):
        raise DomainError(
            403, N_("You are not on the register of this vote, so you cannot vote in it."), code="voter.not_on_roll"
        )
    if who.assurance < vote.assurance:
        return RedirectResponse(sign_in_again(request, vote), 303)
    with here.database.uow() as tx:
        token = create_handoff(tx, who, vote.uuid, purpose, lang=lang(request), now=here.clock())
        tx.commit()
    action = f"{here.settings.booth_url}/handoff"
    return render(request, "voting/handoff.html", vote=vote, token=token, action=action, purpose=purpose)


def sign_in_again(request: Request, vote: VoteView, next_path: str = "") -> str:
    """Where one signs in as surely as the vote asks, and comes back here, or to `next_path`."""
    level = {"level": vote.assurance} if vote.assurance > 1 else {}
    return f"/{lang(request)}{SIGN_IN_PATH}?{urlencode({'fresh': 1, **level, 'next': next_path or request.url.path})}"


routes = [route("/votes/{uuid}/enter", enter, Action.VISIT, methods=("GET", "POST"))]
