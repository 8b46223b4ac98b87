"""The page of a petition that is not public yet, for who has its secret link."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_
from egov_participation.petitions.service import drafts, ruling, supporting
from egov_participation.petitions.service.viewing import addressee_name, territory_name
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.routing import route
from egov_participation.web.templating import render

SUPPORT = "/petitions/{reference}/support/{token}"


def support(request: Request) -> Response:
    """What it says, how many support it, and the one button."""
    here, acting = services(request), session(request)
    reference, token = request.path_params["reference"], request.path_params["token"]
    with here.database.read() as db:
        petition = supporting.supported(db, reference, token)
        texts = drafts.by_language(db, petition)
        supporters = supporting.count(db, petition)
        supports = supporting.is_supported_by(here, db, petition, acting.person_id)
    rules = ruling.of(petition, here)
    place = territory_name(rules, petition.territory)
    return _hidden(
        render(
            request,
            "petitions/support.html",
            petition=petition,
            texts=texts,
            title=texts[petition.language]["title"],
            names=LANGUAGES,
            addressee=addressee_name(rules, petition.addressee).get(lang(request)),
            territory=place.get(lang(request)) if place else "",
            supporters=supporters,
            gate=rules.gate,
            days=None if petition.due_on is None else ruling.days_left(here, petition, petition.due_on),
            own=petition.creator == acting.person_id,
            supports=supports,
            token=token,
        )
    )


def confirm(request: Request) -> Response:
    """Support it, or no more."""
    here, acting = services(request), session(request)
    reference, token = request.path_params["reference"], request.path_params["token"]
    act = request.state.form.get("act")
    if act not in ("support", "take-back"):
        raise DomainError(422, N_("Choose what to do."), code="supporter.act")
    reached = False
    with here.database.uow() as tx:
        if act == "support":
            reached = supporting.support(here, tx, acting, reference, token)
        else:
            supporting.take_back(here, tx, acting, reference, token)
        tx.commit()
    if reached:
        return _hidden(to(request, "petitions.supported"))
    return _hidden(to(request, "petitions.support", reference=reference, token=token))


def supported(request: Request) -> Response:
    """Yours was the last one that was missing: the secret page is no more."""
    return render(request, "petitions/supported.html")


def _hidden(response: Response) -> Response:
    """No search engine keeps the page; that no other site learns the link is so for all pages (`security_headers`)."""
    response.headers["X-Robots-Tag"] = "noindex, noarchive"
    return response


routes = [
    route(SUPPORT, support, Action.SIGN, name="petitions.support"),
    route(SUPPORT, confirm, Action.SIGN, methods=["POST"], name="petitions.confirm_support"),
    route("/me/petitions/supported", supported, Action.SIGN, name="petitions.supported"),
]
