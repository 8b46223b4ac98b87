"""Pages: who holds which role, and the decisions of two administrators about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals, audit
from egov_participation.actions import Action, Role
from egov_participation.approvals import Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.i18n import N_, translate
from egov_participation.roles import service
from egov_participation.roles.forms import ConfirmedForm, EndForm, FirstForm
from egov_participation.web import days, proposals
from egov_participation.web.addresses import to
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
                proposals.name_of(request, db, row.person_id),
                service.role_in_words(services(request), lang(request), Role(row.role), row.agency),
                row.granted_at,
                _last_moment(row.valid_until),
            )
            for row in service.standing(db, now)
        ]
        waiting = [
            (proposal, proposals.name_of(request, db, proposal.concerned), _role(request, proposal))
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
    words = service.role_in_words(services(request), lang(request), form.data.role, form.data.agency)
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
    return to(request, "roles.proposal", id=proposal.id)


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
    return to(request, "roles.proposal", id=proposal.id)


def proposal(request: Request) -> Response:
    """What exactly is proposed, and the decision on it."""
    return _proposal_page(request, Form(), 200)


def decide(request: Request) -> Response:
    """Approve what was shown, or refuse it."""
    return proposals.decide(request, _KINDS, _proposal_page)


def withdraw(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, _KINDS)


def _propose_page(request: Request, form: Form[FirstForm]) -> Response:
    language = lang(request)
    return render(
        request,
        "roles/propose.html",
        status=422 if form.errors else 200,
        form=form,
        roles=[(role.value, service.role_in_words(services(request), language, role)) for role in _GRANTABLE],
        agencies=sorted(
            ((code, agency.name(language)) for code, agency in service.agencies(services(request)).items()), key=_second
        ),
        last_day=days.typed(form.values, "last_day"),
    )


def _end_page(request: Request, form: Form[EndForm]) -> Response:
    here = services(request)
    with here.database.read() as db:
        row = service.standing_grant(db, int(request.path_params["id"]), here.clock())
        name = proposals.name_of(request, db, row.person_id)
    return render(
        request,
        "roles/end.html",
        status=422 if form.errors else 200,
        form=form,
        grant=row,
        name=name,
        role=service.role_in_words(services(request), lang(request), Role(row.role), row.agency),
    )


def _proposal_page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    here = services(request)
    with here.database.read() as db:
        found = proposals.of(request, db, _KINDS)
        standing = proposals.standing(request, db, found)
        mask = here.registry.mask(db, found.concerned)
        ways = service.ways(db, found.concerned)
    until = found.content.get("valid_until")
    return render(
        request,
        "roles/proposal.html",
        status=status,
        form=form,
        grants=found.kind is service.GRANT,
        role=_role(request, found),
        mask=mask,
        ways=_in_words(request, ways),
        last_day=_last_moment(datetime.fromisoformat(str(until)) if until else None),
        concerned=found.concerned == session(request).person_id,
        **standing,
    )


def _role(request: Request, proposal: Proposal) -> str:
    content = proposal.content
    return service.role_in_words(services(request), lang(request), Role(str(content["role"])), str(content["agency"]))


def _in_words(request: Request, ways: Sequence[service.Way]) -> list[tuple[str, datetime]]:
    """What each is, and since when there is."""
    return [(translate(lang(request), way.words), way.added_at) for way in ways]


def _last_moment(valid_until: datetime | None) -> datetime | None:
    """Of a role that ends as a day begins, a moment of the day before, which people call the last one."""
    return None if valid_until is None else valid_until - timedelta(seconds=1)


def _second(pair: tuple[str, str]) -> str:
    return pair[1]


_KINDS: Final = (service.GRANT, service.END)
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
