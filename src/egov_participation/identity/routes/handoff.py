"""The booth's door."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.identity import service
from egov_participation.identity.forms import HandoffForm
from egov_participation.identity.routes.asking import see_other
from egov_participation.web import sessions
from egov_participation.web.context import services
from egov_participation.web.forms import parse
from egov_participation.web.routing import BOOTH, route


def handoff(request: Request) -> Response:
    """The booth's door: a token of the main site becomes a session here."""
    here = services(request)
    form = parse(request, HandoffForm)
    with here.database.uow() as tx:
        try:
            entered = service.redeem_handoff(tx, form.data.token if form.data else "", here.clock())
        finally:
            tx.commit()
    response = see_other(f"/{entered.lang}/votes/{entered.vote}/{entered.purpose}")
    sessions.set_cookie(request, response, entered.token)
    if entered.purpose is service.Purpose.CREDENTIAL and form.data is not None and form.data.release:
        sessions.set_release(request, response, form.data.release)
    return response


routes = [
    route("/handoff", handoff, Action.VISIT, methods=["POST"], site=BOOTH, localized=False, from_main=True),
]
