"""Pages: one's own data, sessions, and the corner that says who is signed in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action, Capacity
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.identity import service
from egov_participation.identity.forms import SessionForm
from egov_participation.identity.routes.asking import see_other
from egov_participation.jurisdiction.territories import place
from egov_participation.notices import service as notices
from egov_participation.roles import service as roles
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.forms import parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def me(request: Request) -> Response:
    """What is held on the person, and where they are signed in."""
    here = services(request)
    current = session(request)
    with here.database.read() as db:
        person = here.registry.get(db, current.person_id)
        mask = here.registry.mask(db, current.person_id)
        rows = service.list_sessions(db, current, here.clock())
        pending = service.pending_address(db, current.person_id)
        standing = notices.standing(here, db, current.person_id)
    territory = found.name(lang(request)) if person and (found := place(person.territory)) else ""
    return render(
        request,
        "identity/me.html",
        person=person,
        iin_mask=mask,
        territory=territory,
        sessions=rows,
        current=current,
        pending=pending,
        standing=standing,
        methods=service.METHOD_WORDS,
        levels=service.LEVEL_WORDS,
    )


def corner(request: Request) -> Response:
    """The signed-in corner of every page: a fragment, so that the pages themselves can be cached."""
    here = services(request)
    current = session_or_none(request)
    person, office = None, False
    if current is not None:
        with here.database.read() as db:
            person = here.registry.get(db, current.person_id)
            office = bool(roles.held(db, current.person_id, here.clock()))
    return render(
        request,
        "identity/_corner.html",
        signed_in=current is not None,
        person=person,
        official=current is not None and current.capacity is Capacity.OFFICIAL,
        office=office,
    )


def revoke(request: Request) -> Response:
    """End one of one's own sessions."""
    form = parse(request, SessionForm)
    current = session(request)
    with services(request).database.uow() as tx:
        if form.data is None or not service.revoke(tx, current, form.data.session):
            raise DomainError(404, N_("This session has ended already."), code="session.unknown")
        tx.commit()
    return see_other(f"/{lang(request)}/me")


def revoke_others(request: Request) -> Response:
    """End all one's sessions but this one."""
    with services(request).database.uow() as tx:
        service.revoke_others(tx, session(request))
        tx.commit()
    return see_other(f"/{lang(request)}/me")


routes = [
    route("/me", me, Action.MANAGE_ACCOUNT),
    route("/me/corner", corner, Action.VISIT),
    route("/me/sessions/end", revoke, Action.MANAGE_ACCOUNT, methods=["POST"]),
    route("/me/sessions/end-others", revoke_others, Action.MANAGE_ACCOUNT, methods=["POST"]),
]
