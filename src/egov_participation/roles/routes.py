"""Pages: who holds which role, and the decisions of two administrators about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import approvals, audit
from egov_participation.actions import Action, Role
from egov_participation.approvals import Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.roles import service
from egov_participation.roles.forms import ConfirmedForm, EndForm, FirstForm
from egov_participation.web import days
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_GRANTABLE: Final = [role for role in Role if role is not Role.CITIZEN]


@dataclass(frozen=True, slots=True)
class Held:
    """A line of the list."""

    id: int
    name: str
    role: str
    granted_at: datetime
    last_day: datetime | None
    """A moment of the last day on which it counts."""


def listing(request: Request) -> Response:
    """Who holds which role, and what waits for a decision."""
    here, now = services(request), services(request).clock()
    with here.database.read() as db:
        rows = [
            Held(
                row.id or 0,
                _name(request, db, row.person_id),
                service.role_in_words(lang(request), Role(row.role), row.agency),
                row.granted_at,
                _last_moment(row.valid_until),
            )
            for row in service.standing(db, now)
        ]
        waiting = [
            (proposal, _name(request, db, proposal.concerned), _role(request, proposal))
            for proposal in approvals.pending(db, session(request), now)
            if proposal.kind in {service.GRANT, service.END}
        ]
        administrators = service.administrators(db, now)
    return render(request, "roles/list.html", rows=rows, waiting=waiting, administrators=administrators)


def propose(request: Request) -> Response:
    """Whom to entrust with what."""
    return _propose_page(request, Form())


def show_person(request: Request) -> Response:
    """Who that is, to be looked at before it is proposed. That somebody looked is in the audit trail."""
    form = parse(request, FirstForm)
    if form.data is None:
        return _propose_page(request, form)
    here = services(request)
    with here.database.read() as db:
        person = here.registry.find(db, form.data.iin)
        mask = here.registry.mask(db, person.person_id) if person else ""
        ways = service.ways(db, person.person_id) if person else ()
    if person is None:
        form.errors["iin"] = translate(lang(request), N_("There is nobody with this number in the register."))
        return _propose_page(request, form)
    with here.database.uow() as tx:
        audit.record(tx, session(request), Action.GRANT_ROLE, f"person:{person.person_id}", here.clock(), step="seen")
        tx.commit()
    words = service.role_in_words(lang(request), form.data.role, form.data.agency)
    return render(
        request,
        "roles/confirm.html",
        person=person,
        mask=mask,
        given=form.data,
        role=words,
        form=form,
        ways=_in_words(request, ways),
    )


def propose_now(request: Request) -> Response:
    """Propose it."""
    form = parse(request, ConfirmedForm)
    if form.data is None:
        return _propose_page(request, Form(form.values, form.errors))
    here, given = services(request), form.data
    with here.database.uow() as tx:
        proposal = service.propose_grant(
            here,
            tx,
            session(request),
            given.person,
            given.role,
            agency=given.agency,
            last_day=given.last_day,
            reason=given.reason,
        )
        tx.commit()
    return _to(request, proposal)


def end(request: Request) -> Response:
    """Why a role shall end."""
    return _end_page(request, Form())


def end_now(request: Request) -> Response:
    """Propose that it end."""
    form = parse(request, EndForm)
    if form.data is None:
        return _end_page(request, form)
    here = services(request)
    with here.database.uow() as tx:
        proposal = service.propose_end(
            here, tx, session(request), int(request.path_params["id"]), reason=form.data.reason
        )
        tx.commit()
    return _to(request, proposal)


def proposal(request: Request) -> Response:
    """What exactly is proposed, and the decision on it."""
    return _proposal_page(request, Form())


def decide(request: Request) -> Response:
    """Approve what was shown, or refuse it."""
    form = parse(request, DecisionForm)
    if form.data is None:
        return _proposal_page(request, form)
    here, id_ = services(request), request.path_params["id"]
    with here.database.uow() as tx:
        _of_roles(tx.session, id_, here.clock())
        if form.data.decision == "approve":
            decided = approvals.approve(here, tx, session(request), id_, form.data.content_hash)
        else:
            decided = approvals.refuse(tx, session(request), id_, here.clock(), reason=form.data.reason)
        tx.commit()
    return _to(request, decided)


def withdraw(request: Request) -> Response:
    """Take one's own proposal back."""
    here, id_ = services(request), request.path_params["id"]
    with here.database.uow() as tx:
        _of_roles(tx.session, id_, here.clock())
        taken_back = approvals.withdraw(tx, session(request), id_, here.clock())
        tx.commit()
    return _to(request, taken_back)


def _propose_page(request: Request, form: Form[FirstForm]) -> Response:
    language = lang(request)
    return render(
        request,
        "roles/propose.html",
        status=422 if form.errors else 200,
        form=form,
        roles=[(role.value, service.role_in_words(language, role)) for role in _GRANTABLE],
        agencies=sorted(((code, agency.name(language)) for code, agency in service.AGENCIES.items()), key=_second),
        last_day=days.typed(form.values, "last_day"),
    )


def _end_page(request: Request, form: Form[EndForm]) -> Response:
    here = services(request)
    with here.database.read() as db:
        row = service.standing_grant(db, int(request.path_params["id"]), here.clock())
        name = _name(request, db, row.person_id)
    return render(
        request,
        "roles/end.html",
        status=422 if form.errors else 200,
        form=form,
        grant=row,
        name=name,
        role=service.role_in_words(lang(request), Role(row.role), row.agency),
    )


def _proposal_page(request: Request, form: Form[DecisionForm]) -> Response:
    here, acting, now = services(request), session(request), services(request).clock()
    with here.database.read() as db:
        found = _of_roles(db, request.path_params["id"], now)
        names = {
            person_id: _name(request, db, person_id)
            for person_id in {found.concerned, found.proposed_by, found.decided_by or ""} - {""}
        }
        mask = here.registry.mask(db, found.concerned)
        ways = service.ways(db, found.concerned)
    until = found.content.get("valid_until")
    return render(
        request,
        "roles/proposal.html",
        status=422 if form.errors else 200,
        form=form,
        proposal=found,
        grants=found.kind is service.GRANT,
        role=_role(request, found),
        names=names,
        mask=mask,
        ways=_in_words(request, ways),
        last_day=_last_moment(datetime.fromisoformat(str(until)) if until else None),
        may_decide=approvals.may_decide(found, acting),
        own=found.proposed_by == acting.person_id,
        concerned=found.concerned == acting.person_id,
    )


def _of_roles(db: Session, id_: str, now: datetime) -> Proposal:
    """A proposal of this room.

    Raises:
        DomainError: 404 ``approval.unknown``, also where it is another room's.
    """
    found = approvals.get(db, id_, now)
    if found.kind not in {service.GRANT, service.END}:
        raise DomainError(404, N_("There is no such proposal."), code="approval.unknown")
    return found


def _role(request: Request, proposal: Proposal) -> str:
    content = proposal.content
    return service.role_in_words(lang(request), Role(str(content["role"])), str(content["agency"]))


def _name(request: Request, db: Session, person_id: str) -> str:
    person = services(request).registry.get(db, person_id)
    return person.full_name if person else translate(lang(request), N_("No longer in the register"))


def _in_words(request: Request, ways: Sequence[service.Way]) -> list[tuple[str, datetime]]:
    """What each is, and since when there is."""
    return [(translate(lang(request), way.words), way.added_at) for way in ways]


def _last_moment(valid_until: datetime | None) -> datetime | None:
    """Of a role that ends as a day begins, a moment of the day before, which people call the last one."""
    return None if valid_until is None else valid_until - timedelta(seconds=1)


def _second(pair: tuple[str, str]) -> str:
    return pair[1]


def _to(request: Request, proposal: Proposal) -> Response:
    return RedirectResponse(f"/{lang(request)}/office/roles/proposals/{proposal.id}", 303)


_PROPOSALS: Final = "/office/roles/proposals"

routes = [
    route("/office/roles", listing, Action.GRANT_ROLE, menu=N_("Roles"), name="roles.list"),
    route("/office/roles/propose", propose, Action.GRANT_ROLE),
    route("/office/roles/propose", show_person, Action.GRANT_ROLE, methods=["POST"]),
    route(_PROPOSALS, propose_now, Action.GRANT_ROLE, methods=["POST"]),
    route(f"{_PROPOSALS}/{{id}}", proposal, Action.GRANT_ROLE),
    route(f"{_PROPOSALS}/{{id}}/decide", decide, Action.GRANT_ROLE, methods=["POST"]),
    route(f"{_PROPOSALS}/{{id}}/withdraw", withdraw, Action.GRANT_ROLE, methods=["POST"]),
    route("/office/roles/grants/{id:int}/end", end, Action.GRANT_ROLE),
    route("/office/roles/grants/{id:int}/end", end_now, Action.GRANT_ROLE, methods=["POST"]),
]
