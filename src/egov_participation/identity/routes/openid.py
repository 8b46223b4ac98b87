"""Pages: signing in at an electronic identity's provider."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import browser, rules, service
from egov_participation.identity.openid.errors import ProviderError, Refused, Unreachable
from egov_participation.identity.openid.provider import Provider
from egov_participation.identity.routes.asking import agent, keys_of, network, see_other
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session_or_none
from egov_participation.web.proxies import client_address
from egov_participation.web.routing import route
from egov_participation.web.templating import render

log = structlog.get_logger()

_SENTENCES: Final = {
    "cancelled": (N_("You did not finish signing in at %(name)s. Nothing was changed."), 200),
    "late": (
        N_(
            "This way back from %(name)s has been used already, took longer than 15 minutes, or came to another "
            "browser than the one that was sent there. Start again."
        ),
        400,
    ),
    "unknown": (
        N_(
            "%(name)s confirmed who you are, but you are not in the register of residents that this site works with. "
            "Ask at a public service centre."
        ),
        403,
    ),
    "down": (
        N_("%(name)s does not answer at the moment. Try again in a few minutes, or sign in another way."),
        503,
    ),
    "untrusted": (
        N_("The answer of %(name)s could not be verified, so you were not signed in. Start again."),
        502,
    ),
}
"""What is said, by the word that stands in the address, and the status of the page."""


def _provider(request: Request) -> Provider:
    found = service.provider(services(request).settings)
    if found is None:
        raise DomainError(404, N_("This site has no such way of signing in."), code="provider.none")
    return found


def to_provider(request: Request) -> Response:
    """Send the browser to the provider. A link and not a form: browsers let no form lead to another site here."""
    here = services(request)
    provider = _provider(request)
    next_path = rules.safe_path(request.query_params.get("next", ""), f"/{lang(request)}/me")
    if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        # Another site wants somebody signed in: let them see where they are, and decide.
        return see_other(f"/{lang(request)}/sign-in?{urlencode({'next': next_path})}")
    token = browser.token_or_new(request)
    with here.database.uow() as tx:
        state, nonce, verifier = service.begin_at_provider(
            tx,
            keys_of(request),
            provider.config.issuer,
            browser=token,
            network=network(request),
            lang=lang(request),
            next_path=next_path,
            now=here.clock(),
        )
        tx.commit()
    try:
        response = see_other(provider.authorization_url(state, nonce, verifier, lang(request)))
    except ProviderError as error:
        return _failed(lang(request), error, next_path)
    browser.remember(request, response, token)
    return response


def answer(request: Request) -> Response:
    """The browser is back from the provider."""
    here = services(request)
    provider = _provider(request)
    token = browser.token_or_none(request)
    with here.database.uow() as tx:
        back = service.take_back(
            tx,
            keys_of(request),
            provider.config.issuer,
            request.query_params.get("state", ""),
            browser=token,
            now=here.clock(),
        )
        tx.commit()
    if back is None:
        return _say(lang(request), "late")
    try:
        provider.check_sender(request.query_params.get("iss"))
        if "error" in request.query_params:
            return _say(back.lang, _why(request.query_params["error"]), back.next_path)
        code = request.query_params.get("code", "")
        if back.asked is not None:
            return _proved(request, back, back.asked, *provider.exchange(code, verifier=back.verifier))
        identity = provider.identify(code, nonce=back.nonce, verifier=back.verifier, now=here.clock())
    except ProviderError as error:
        return _failed(back.lang, error, back.next_path)
    person_id = service.person_of(here, identity)
    if person_id is None:
        return _say(back.lang, "unknown", back.next_path)
    with here.database.uow() as tx:
        opened = service.sign_in_by_provider(
            here,
            tx,
            person_id,
            identity,
            level=here.settings.oidc_level,
            agent=agent(request),
            replaced=session_or_none(request),
        )
        tx.commit()
    response = see_other(back.next_path)
    sessions.set_cookie(request, response, opened)
    browser.forget(request, response)
    return response


def _proved(
    request: Request, back: service.TakenBack, asked: service.Asked, id_token: str, access_token: str
) -> Response:
    """Hand the provider's answer to the registrar, which checks it itself, and go back with what that gives."""
    here, who = services(request), session_or_none(request)
    if who is None:
        return see_other(back.next_path)
    proof = {"challenge": asked.challenge, "id_token": id_token, "access_token": access_token}
    try:
        if asked.matter != "vote":
            proved, address = service.proved_in(asked.matter), client_address(request)
            return see_other(proved(here, who, asked, proof, back.next_path, address))
        release = here.registrar.prove(asked.about, who.person_id, proof)
    except DomainError as refusal:
        if refusal.code != "credential.proof":
            raise
        return see_other(f"{back.next_path}?again=1")
    response = see_other(back.next_path)
    sessions.set_release(request, response, release)
    return response


def _why(error: str) -> str:
    """What an answer without a code means (RFC 6749, section 4.1.2.1). Its texts are the provider's: never shown."""
    if error in {"access_denied", "login_required", "interaction_required", "consent_required"}:
        return "cancelled"
    return "down" if error in {"temporarily_unavailable", "server_error"} else "untrusted"


def _failed(language: str, error: ProviderError, next_path: str) -> Response:
    log.warning("provider.failed", reason=error.code)
    if isinstance(error, Unreachable):
        return _say(language, "down", next_path)
    return _say(language, "late" if isinstance(error, Refused) else "untrusted", next_path)


def _say(language: str, why: str, next_path: str = "") -> Response:
    """Lead to the page that says it: the address of the answer must not stay in the browser."""
    query = {"why": why} | ({"next": next_path} if next_path else {})
    return see_other(f"/{language}/sign-in/provider/failed?{urlencode(query)}")


def failed(request: Request) -> Response:
    """Why somebody is not signed in, and what to do."""
    _provider(request)
    why = request.query_params.get("why", "")
    sentence, status = _SENTENCES.get(why, _SENTENCES["late"])
    return render(
        request,
        "identity/oidc_failed.html",
        status=status,
        sentence=sentence,
        why=why,
        name=service.provider_name(services(request).settings, lang(request)),
        next=rules.safe_path(request.query_params.get("next", ""), f"/{lang(request)}/me"),
    )


def signed_out(request: Request) -> Response:
    """Signed out here; the way to sign out at the provider too, if it has one."""
    here = services(request)
    provider = _provider(request)
    try:
        further = provider.sign_out_url(f"{here.settings.base_url}/")
    except ProviderError as error:
        log.warning("provider.failed", reason=error.code)
        further = ""
    return render(
        request,
        "identity/oidc_signed_out.html",
        name=service.provider_name(here.settings, lang(request)),
        further=further,
    )


routes = [
    route("/sign-in/provider", to_provider, Action.VISIT),
    route("/sign-in/provider/failed", failed, Action.VISIT),
    route("/sign-in/provider/signed-out", signed_out, Action.VISIT),
    route(service.CALLBACK, answer, Action.VISIT, localized=False),
]
