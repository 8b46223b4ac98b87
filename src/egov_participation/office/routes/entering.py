"""Pages: entering the office."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import OFFICE_ASSURANCE, ROLE_NAMES, Action, Capacity, Role
from egov_participation.i18n import translate
from egov_participation.identity import service as identity
from egov_participation.office import patterns
from egov_participation.roles import service as roles
from egov_participation.web import sessions
from egov_participation.web.context import lang, services, session
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def enter(request: Request) -> Response:
    """Whether one may enter, and the button that does it."""
    here, current = services(request), session(request)
    if current.capacity is Capacity.OFFICIAL:
        return RedirectResponse(_next(request), 303)
    with here.database.read() as db:
        held = roles.held(db, current.person_id, here.clock())
        counting = identity.roles_in_office(db, current, here.clock())
    return render(
        request,
        "office/enter.html",
        held=bool(held),
        names=[translate(lang(request), ROLE_NAMES[role]) for role in Role if role in held.roles],
        counts=bool(counting),
        others=[translate(lang(request), ROLE_NAMES[role]) for role in Role if role in held.roles - counting.roles],
        again=f"/{lang(request)}{sessions.SIGN_IN_PATH}?{urlencode({'fresh': 1, 'next': sessions.asked_for(request)})}",
        next=_next(request),
        sure=current.assurance >= OFFICE_ASSURANCE,
        fresh=identity.is_fresh(current.signed_in_at, here.clock()),
    )


def enter_now(request: Request) -> Response:
    """Go on as an official, in a session of its own."""
    here, current = services(request), session(request)
    answer = RedirectResponse(_next(request), 303)
    if current.capacity is Capacity.OFFICIAL:
        return answer
    with here.database.uow() as tx:
        token = identity.enter_office(tx, current, here.clock())
        tx.commit()
    sessions.set_cookie(request, answer, token)
    return answer


def _next(request: Request) -> str:
    """The page of the office that was asked for, where one was; else its front page."""
    front = f"/{lang(request)}{sessions.OFFICE_PATH}"
    asked = (request.state.form if request.method == "POST" else request.query_params).get("next")
    path = identity.safe_path(asked if isinstance(asked, str) else "", front)
    return path if path.startswith(f"{front}/") else front


routes = [
    route("/office/enter", enter, Action.MANAGE_ACCOUNT),
    route("/office/enter", enter_now, Action.MANAGE_ACCOUNT, methods=["POST"]),
    *patterns.routes,
]
