"""Pages: telling moderators of a comment."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, StringConstraints
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.consultations.routes.comments import COMMENT
from egov_participation.consultations.service import comment_heads, comment_lists, complaining, lookup, ruling
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.identity import service as identity
from egov_participation.web.addresses import address
from egov_participation.web.context import lang, services
from egov_participation.web.forms import Form, cleaned, kept_by_the_browser, parse
from egov_participation.web.proxies import client_address
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def _text(text: str) -> str:
    text = cleaned(text).strip()
    if len(text) > complaining.LONGEST:
        raise ValueError(N_("This is too long."))
    return text


class ComplaintForm(BaseModel):
    """What is wrong with a comment."""

    ground: Annotated[str, StringConstraints(max_length=40)] = ""
    text: Annotated[str, AfterValidator(_text)] = ""


def complaint(request: Request) -> Response:
    """A form for anybody, signed in or not."""
    return _page(request, Form())


def _page(request: Request, form: Form[ComplaintForm], status: int = 200) -> Response:
    here, params = services(request), request.path_params
    found = comment_lists.one(here, params["reference"], params["number"])
    head = comment_heads.head(here, params["reference"])
    with here.database.read() as db:
        grounds = ruling.of(here, lookup.found(db, params["reference"])).grounds
    return kept_by_the_browser(
        render(
            request,
            "consultations/complaint.html",
            status=status,
            head=head,
            title=head.title(lang(request)),
            comment=found,
            grounds=[[ground.code, ground.text.get(lang(request))] for ground in grounds],
            form=form,
            limit=complaining.LONGEST,
            sent=request.query_params.get("sent") in ("yes", "often"),
            often=request.query_params.get("sent") == "often",
            most=complaining.MOST,
        )
    )


def send(request: Request) -> Response:
    """Hand it in. Whatever is wrong, what was typed stays in the form."""
    here, params = services(request), request.path_params
    form = parse(request, ComplaintForm)
    if form.data is None:
        return _page(request, form, 422)
    try:
        with here.database.uow() as tx:
            kept = complaining.complain(
                here,
                tx,
                params["reference"],
                params["number"],
                ground=form.data.ground,
                text=form.data.text,
                network=identity.network_of(client_address(request)),
            )
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (409, 422, 429):
            raise
        form.errors["ground" if refusal.status == 422 else ""] = translate(lang(request), refusal.message)
        return _page(request, form, refusal.status)
    page = address(request, "consultations.complaint", reference=params["reference"], number=params["number"])
    return RedirectResponse(f"{page}?sent={'yes' if kept else 'often'}", 303)


def again(request: Request) -> Response:
    """The form came from another session than the one of now: it is shown again, as it was filled in."""
    form = parse(request, ComplaintForm)
    said = N_("You signed in or out meanwhile, so nothing was sent. What you wrote is here: look at it and send it.")
    form.errors[""] = translate(lang(request), said)
    return _page(request, form, 403)


_ONE: Final = f"{COMMENT}/complaint"
routes = [
    route(_ONE, complaint, Action.VISIT, name="consultations.complaint"),
    route(_ONE, send, Action.VISIT, methods=["POST"], name="consultations.send_complaint", again=again),
]
