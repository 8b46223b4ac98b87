"""On the main site: a voter proves to the registrar who they are, and goes on to the booth's host to see their code.

These pages carry questions and answers between the person and the registrar; what a proof is, the registrar decides.
The release that it gives travels in a form or a cookie that no script reads, never in an address.
"""

from __future__ import annotations

import json
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.identity import proving
from egov_participation.identity import service as identity
from egov_participation.identity.service import Purpose, create_handoff, is_fresh
from egov_participation.registrar.interface import Challenge, Way
from egov_participation.voting import service
from egov_participation.voting.routes.entering import sign_in_again
from egov_participation.voting.service import VoteState
from egov_participation.voting.views import VoteView
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_SHOWN = frozenset({VoteState.SETUP, VoteState.OPEN})
_WRONG = frozenset({"credential.proof", "credential.release"})


def code(request: Request) -> Response:
    """How one can prove who one is, and if that was done at a provider, the way on."""
    vote, away = _vote(request)
    if away is not None:
        return away
    why = N_("The registrar did not take this as a proof of who you are. Nothing was shown. Begin again.")
    said = translate(lang(request), why) if "again" in request.query_params else ""
    return _page(request, vote, proved=sessions.release(request) is not None, error=said)


def send_code(request: Request) -> Response:
    """Let the registrar mail a code; the page to enter it on."""
    vote, away = _vote(request)
    if away is not None:
        return away
    challenge = _begin(request, vote, Way.CODE)
    return _entering(request, vote, challenge.id, challenge.mailed_to)


def passkey_options(request: Request) -> Response:
    """What the browser is to ask the authenticator for, as JSON, and the challenge's number.

    Raises:
        DomainError: 403 ``session.not_fresh``; those of the registrar's ``begin``.
    """
    vote, away = _vote(request)
    if away is not None:
        raise DomainError(
            403,
            N_("You signed in more than 10 minutes ago. Sign in once more, then go on."),
            code="session.not_fresh",
        )
    challenge = _begin(request, vote, Way.PASSKEY)
    options = {**json.loads(challenge.options), "challengeId": challenge.id}
    return Response(json.dumps(options), media_type="application/json")


def answer(request: Request) -> Response:
    """A passkey's signature, or a code: on to the booth's host, or the same page again."""
    vote, away = _vote(request)
    if away is not None:
        return away
    given = proving.given(request)
    try:
        release = services(request).registrar.prove(vote.uuid, session(request).person_id, given.proof)
    except DomainError as refusal:
        if refusal.code not in _WRONG:
            raise
        if given.credential:
            return _page(request, vote, error=translate(lang(request), refusal.message))
        wrong = N_("This is not the code from the mail, or it no longer works. Look at the mail again, or begin anew.")
        return _entering(
            request, vote, given.challenge, given.mailed_to, typed=given.code, error=translate(lang(request), wrong)
        )
    return _hand_over(request, vote, release)


def to_provider(request: Request) -> Response:
    """Send the browser to the electronic identity's provider, with the registrar's own nonce."""
    vote, away = _vote(request)
    if away is not None:
        return away
    back = f"/{lang(request)}/votes/{vote.uuid}/code"
    if proving.from_elsewhere(request):
        return RedirectResponse(back, 303)
    challenge = _begin(request, vote, Way.EID)
    return proving.go_to_provider(request, identity.Asked(vote.uuid, challenge.id, challenge.nonce), back)


def go_on(request: Request) -> Response:
    """Go on with what was proved at a provider."""
    vote, away = _vote(request)
    release = sessions.release(request)
    if away is not None or release is None:
        return away or RedirectResponse(f"/{lang(request)}/votes/{vote.uuid}/code", 303)
    response = _hand_over(request, vote, release)
    sessions.clear_release(request, response)
    return response


def _vote(request: Request) -> tuple[VoteView, Response | None]:
    """The vote; and where to go instead, if the session is too old or not sure enough, or there is nothing to show.

    Raises:
        DomainError: 403 ``voter.not_on_roll``.
    """
    here, who = services(request), session(request)
    vote = service.vote(here, request.path_params["uuid"])
    enter = f"/{lang(request)}/votes/{vote.uuid}/enter"
    if vote.state not in _SHOWN:
        return vote, RedirectResponse(enter, 303)
    if not here.registrar.is_on_roll(vote.uuid, who.person_id):
        raise DomainError(
            403, N_("You are not on the register of this vote, so you cannot vote in it."), code="voter.not_on_roll"
        )
    if who.assurance < vote.assurance or not is_fresh(who.signed_in_at, here.clock()):
        return vote, RedirectResponse(sign_in_again(request, vote, f"/{lang(request)}/votes/{vote.uuid}/code"), 303)
    return vote, None


def _begin(request: Request, vote: VoteView, way: Way) -> Challenge:
    return services(request).registrar.begin(vote.uuid, session(request).person_id, way, lang=lang(request))


def _page(request: Request, vote: VoteView, *, proved: bool = False, error: str = "") -> Response:
    here, who = services(request), session(request).person_id
    return render(
        request,
        "voting/prove.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error and request.method == "POST" else HTTPStatus.OK,
        vote=vote,
        ways=here.registrar.ways(vote.uuid, who),
        waits_until=here.registrar.passkey_from(who),
        provider=identity.provider_name(here.settings, lang(request)),
        proved=proved,
        error=error,
    )


def _entering(
    request: Request, vote: VoteView, challenge: str, mailed_to: str, *, typed: str = "", error: str = ""
) -> Response:
    return render(
        request,
        "voting/prove_code.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        vote=vote,
        challenge=challenge,
        mailed_to=mailed_to,
        typed=typed,
        errors={"code": error} if error else {},
    )


def _hand_over(request: Request, vote: VoteView, release: str) -> Response:
    here, purpose = services(request), Purpose.CREDENTIAL
    with here.database.uow() as tx:
        token = create_handoff(tx, session(request), vote.uuid, purpose, lang=lang(request), now=here.clock())
        tx.commit()
    action = f"{here.settings.booth_url}/handoff"
    return render(
        request, "voting/handoff.html", vote=vote, token=token, action=action, purpose=purpose, release=release
    )


_PATH = "/votes/{uuid}/code"
routes = [
    route(_PATH, code, Action.VOTE),
    route(f"{_PATH}/mail", send_code, Action.VOTE, methods=("POST",)),
    route(f"{_PATH}/passkey", passkey_options, Action.VOTE, methods=("POST",)),
    route(f"{_PATH}/provider", to_provider, Action.VOTE, name="voting.code_provider"),
    route(f"{_PATH}/answer", answer, Action.VOTE, methods=("POST",)),
    route(f"{_PATH}/on", go_on, Action.VOTE, methods=("POST",)),
]
