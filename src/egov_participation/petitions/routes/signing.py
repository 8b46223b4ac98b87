"""Pages: signing a petition, and withdrawing a signature. Both ask the person to show the registrar who they are.

Choosing how, then showing it: what was chosen on the way goes along in the forms, and no address holds any of it. An
electronic identity's provider is another site, so what was chosen waits sealed while the person is there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import actions
from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.identity import proving
from egov_participation.identity import service as identity
from egov_participation.petitions import keys
from egov_participation.petitions.rules.networks import network_of
from egov_participation.petitions.service import mine, signing
from egov_participation.petitions.service.signing import Signable, Wishes
from egov_participation.registrar.interface import Act, Challenge, Way
from egov_participation.services import Services, SessionInfo
from egov_participation.web.context import lang, services, session
from egov_participation.web.proxies import client_address
from egov_participation.web.routing import RouteSpec, route
from egov_participation.web.templating import render

MATTER: Final = "petition"
_BEGUN: Final = "begun"
"""What a sealed beginning is sealed for."""
_NOT_TAKEN: Final = N_("The registrar did not take this as a proof of who you are. Nothing was done. Begin again.")
_WRONG_CODE: Final = N_(
    "This is not the code from the mail, or it no longer works. Look at the mail again, or begin anew."
)
_SAID_HERE: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""Refusals after which the same page is shown again, filled in as it was: waiting helps."""
_TO_SIGNATURE: Final = frozenset({"signature.exists", "signature.invalidated", "signature.none"})
"""Refusals that the page of one's own signature explains."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What is done on these pages, and where they stand."""

    act: Act
    path: str
    """Below the petition's."""
    name: str
    """What the routes' names begin with."""


SIGN: Final = Doing(Act.ATTEST, "sign", "sign")
WITHDRAW: Final = Doing(Act.WITHDRAW, "signature/withdraw", "unsign")


def _choose(request: Request, doing: Doing) -> Response:
    """What is signed, how the name is shown, and how one can prove who one is."""
    again = "again" in request.query_params  # back from the provider
    return _choosing(request, doing, error=_NOT_TAKEN if again else "", status=HTTPStatus.OK)


def _begin(request: Request, doing: Doing) -> Response:
    """Go on in the way that was chosen: a code leaves, or the page for the passkey, or for the provider, comes."""
    chosen = str(request.state.form.get("way", ""))
    way = Way(chosen) if chosen in set(Way) else None
    if way is None:
        return _choosing(request, doing, error=N_("Choose how you show the registrar that it is you."))
    if way is Way.PASSKEY:
        return _showing(request, doing, Challenge(way, ""))
    try:
        challenge = _ask(request, doing, way)
    except DomainError as refusal:
        if refusal.code in _TO_SIGNATURE:
            return _to_signature(request)
        if refusal.status not in _SAID_HERE and refusal.code != "credential.way":
            raise
        return _choosing(request, doing, error=refusal.message, status=refusal.status, params=refusal.params)
    return _showing(request, doing, challenge)


def _passkey(request: Request, doing: Doing) -> Response:
    """What the browser is to ask the authenticator for, as JSON, and the challenge's number."""
    challenge = _ask(request, doing, Way.PASSKEY)
    options = {**json.loads(challenge.options), "challengeId": challenge.id}
    return Response(json.dumps(options), media_type="application/json")


def _provider(request: Request, doing: Doing) -> Response:
    """On to the provider, with what was begun by a form of ours."""
    here, reference = services(request), request.path_params["reference"]
    back = _path(request, doing)
    if proving.from_elsewhere(request):
        return RedirectResponse(back, 303)
    try:
        sealed = bytes.fromhex(request.query_params.get("begun", ""))
        begun = json.loads(keys.box(here.settings.keys_dir).open(sealed, _begun_by(request, doing)))
    except ValueError:
        return RedirectResponse(back, 303)
    asked = identity.Asked(reference, begun["challenge"], begun["nonce"], MATTER, json.dumps(begun["wishes"]))
    return proving.go_to_provider(request, asked, back)


def _answer(request: Request, doing: Doing) -> Response:
    """A passkey's signature, or a code: done, or the same page again."""
    given, reference = proving.given(request), request.path_params["reference"]
    wishes, address = _wishes(request), client_address(request)
    try:
        name = _opened_name(request)
        _do(services(request), session(request), reference, doing.act, given.proof, wishes, address, name)
    except DomainError as refusal:
        if refusal.code in _TO_SIGNATURE:
            return _to_signature(request)
        if refusal.code == "credential.proof":
            if given.credential:
                return _choosing(request, doing, error=_NOT_TAKEN)
            return _showing(request, doing, _code(given), typed=given.code, error=_WRONG_CODE)
        if refusal.status not in _SAID_HERE or given.credential:
            raise
        return _showing(
            request, doing, _code(given), typed=given.code, error=refusal.message, status=refusal.status,
            params=refusal.params,
        )  # fmt: skip
    return RedirectResponse(_after(_path(request), doing.act), 303)


def _again(request: Request, doing: Doing) -> Response:
    """The form came from another session than the one of now: nothing was done, and what was chosen stands there."""
    said = N_("You signed in or out since this page was opened, so nothing was done. Look at it again and send it.")
    return _choosing(request, doing, error=said, status=HTTPStatus.FORBIDDEN)


@identity.proved(MATTER)
def proved_at_provider(
    here: Services, who: SessionInfo, asked: identity.Asked, proof: Any, next_path: str, address: str
) -> str:
    """Sign or withdraw with what the provider answered."""
    actions.check(Action.SIGN, who.capacity, who.roles)
    wishes = json.loads(asked.wishes)
    act = Act(wishes.pop("act"))
    _do(here, who, asked.about, act, proof, Wishes(**wishes), address)
    return _after(next_path.removesuffix(f"/{(SIGN if act is Act.ATTEST else WITHDRAW).path}"), act)


def _do(
    here: Services,
    who: SessionInfo,
    reference: str,
    act: Act,
    proof: Any,
    wishes: Wishes,
    address: str,
    name: str | None = None,
) -> None:
    if act is Act.WITHDRAW:
        signing.withdraw(here, reference, who.person_id, proof)
        return
    network = keys.network_hash(here.settings.keys_dir, network_of(address))
    signing.sign(here, reference, who.person_id, proof, wishes=wishes, network=network, name=name)


def _after(path: str, act: Act) -> str:
    return f"{path}/signed" if act is Act.ATTEST else f"{path}/signature"


def _ask(request: Request, doing: Doing, way: Way) -> Challenge:
    network = identity.network_of(client_address(request))
    reference, person = request.path_params["reference"], session(request).person_id
    return signing.begin(services(request), reference, person, doing.act, way, network=network, lang=lang(request))


def _choosing(
    request: Request, doing: Doing, *, error: str = "", status: HTTPStatus | None = None, params: Any = None
) -> Response:
    here, person, petition = services(request), session(request).person_id, _petition(request)
    try:
        signing.check_own(here, petition, person, doing.act)
    except DomainError as refusal:
        if refusal.code in _TO_SIGNATURE:
            return _to_signature(request)
        raise
    wishes = _wishes(request)
    ways = signing.ways(here, petition, person, doing.act)
    return render(
        request,
        f"petitions/{doing.name}.html",
        status=status or (HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK),
        ways=[way.value for way in ways],
        waits_until=here.registrar.passkey_from(person) if Way.PASSKEY not in ways else None,
        rule=petition.names.value,
        stands_for=petition.stands_for.get(lang(request)) if petition.stands_for else "",
        name=signing.shown_name(here, petition.names, person),
        wishes=wishes,
        error=translate(lang(request), error, **(params or {})) if error else "",
        **_about(request, doing),
    )


def _showing(
    request: Request, doing: Doing, challenge: Challenge, *, typed: str = "", error: str = "",
    status: HTTPStatus | None = None, params: Any = None,
) -> Response:  # fmt: skip
    wishes = _wishes(request)
    return render(
        request,
        "petitions/sign_proof.html",
        status=status or (HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK),
        way=challenge.way.value,
        act=doing.act.value,
        challenge=challenge.id,
        mailed_to=challenge.mailed_to,
        to_provider=_sealed(request, doing, challenge, wishes) if challenge.way is Way.EID else "",
        typed=typed,
        kept=_kept(wishes) | _named(request, doing, wishes),
        errors={"code": translate(lang(request), error, **(params or {}))} if error else {},
        **_about(request, doing),
    )


def _sealed(request: Request, doing: Doing, challenge: Challenge, wishes: Wishes) -> str:
    """Address of the link that leads to the provider: what was begun goes along, for nobody else to read or use."""
    begun = {
        "challenge": challenge.id,
        "nonce": challenge.nonce,
        "wishes": {"act": doing.act.value, **asdict(wishes)},
    }
    box = keys.box(services(request).settings.keys_dir)
    query = urlencode({"begun": box.close(json.dumps(begun), _begun_by(request, doing)).hex()})
    return f"{_path(request, doing)}/provider?{query}"


def _begun_by(request: Request, doing: Doing) -> str:
    return f"{_BEGUN}:{request.path_params['reference']}:{doing.act.value}:{session(request).person_id}"


def _about(request: Request, doing: Doing) -> dict[str, Any]:
    here, reference = services(request), request.path_params["reference"]
    return {
        "reference": reference,
        "title": mine.title(here, reference, lang(request)),
        "page": _path(request, doing),
        "petition_page": _path(request),
        "provider": identity.provider_name(here.settings, lang(request)),
    }


def _petition(request: Request) -> Signable:
    return signing.signable(services(request), request.path_params["reference"])


def _wishes(request: Request) -> Wishes:
    """As they were chosen so far; before that the name is shown, and nothing is told."""
    form = getattr(request.state, "form", None) or {}
    return Wishes(show_name=form.get("shown", "yes") != "no", tell=form.get("tell") == "yes")


def _kept(wishes: Wishes) -> dict[str, str]:
    return {"shown": "yes" if wishes.show_name else "no", "tell": "yes" if wishes.tell else "no"}


def _named(request: Request, doing: Doing, wishes: Wishes) -> dict[str, str]:
    """The name as it is shown, sealed, so that signing itself need not ask the register again."""
    if doing.act is not Act.ATTEST or not wishes.show_name:
        return {}
    here, name = services(request), _opened_name(request)
    if name is None:
        name = signing.shown_name(here, _petition(request).names, session(request).person_id)
    return {"as": keys.box(here.settings.keys_dir).close(name, _name_of(request)).hex()}


def _opened_name(request: Request) -> str | None:
    """The name that the form before was sealed with; None if it brings none that is this person's."""
    try:
        sealed = bytes.fromhex(str(request.state.form.get("as", "")))
        return keys.box(services(request).settings.keys_dir).open(sealed, _name_of(request))
    except ValueError:
        return None


def _name_of(request: Request) -> str:
    return f"name:{request.path_params['reference']}:{session(request).person_id}"


def _code(given: proving.Given) -> Challenge:
    return Challenge(Way.CODE, given.challenge, mailed_to=given.mailed_to)


def _path(request: Request, doing: Doing | None = None) -> str:
    path = f"/{lang(request)}/petitions/{request.path_params['reference']}"
    return path if doing is None else f"{path}/{doing.path}"


def _to_signature(request: Request) -> Response:
    return RedirectResponse(f"{_path(request)}/signature", 303)


def _routes(doing: Doing) -> list[RouteSpec]:
    path = f"/petitions/{{reference}}/{doing.path}"

    def bound(function: Any) -> Any:
        def endpoint(request: Request) -> Response:
            found: Response = function(request, doing)
            return found

        return endpoint

    again = bound(_again)
    return [
        route(path, bound(_choose), Action.SIGN, name=f"petitions.{doing.name}"),
        route(path, bound(_answer), Action.SIGN, methods=("POST",), name=f"petitions.{doing.name}_now", again=again),
        route(
            f"{path}/begin",
            bound(_begin),
            Action.SIGN,
            methods=("POST",),
            name=f"petitions.{doing.name}_begin",
            again=again,
        ),
        route(
            f"{path}/passkey", bound(_passkey), Action.SIGN, methods=("POST",), name=f"petitions.{doing.name}_passkey"
        ),
        route(f"{path}/provider", bound(_provider), Action.SIGN, name=f"petitions.{doing.name}_provider"),
    ]


routes = [*_routes(SIGN), *_routes(WITHDRAW)]
