"""The auditors' pages: audits of petitions from the commitments to the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals.decision import DecisionForm
from egov_participation.audits import rules
from egov_participation.audits.forms import BeginForm, ReportForm, ValueForm
from egov_participation.audits.models import Stage
from egov_participation.audits.service import committing, drawing, lookup, opening, reporting
from egov_participation.audits.service.viewing import view
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.petitions.service import reading
from egov_participation.web import proposals
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

STAGES: Final = {
    Stage.GATHERING: N_("Auditors commit to values"),
    Stage.COMMITTED: N_("Auditors reveal their values"),
    Stage.DRAWN: N_("The sample is drawn"),
    Stage.AUTHORISED: N_("The registrar opens the sample"),
    Stage.OPENED: N_("The people are asked"),
    Stage.REPORTED: N_("Reported"),
}
_KINDS: Final = (committing.DRAW, opening.OPEN, reporting.REPORT)


def audits(request: Request) -> Response:
    """All audits, and the form to begin one."""
    return _list(request, Form())


def begin(request: Request) -> Response:
    """Begin an audit."""
    here, form = services(request), parse(request, BeginForm)
    if form.data is None:
        return _list(request, form)
    try:
        key = committing.begin(here, session(request), form.data.petition.upper(), form.data.sample)
    except DomainError as refusal:
        if refusal.status not in (404, 409, 410, 422):
            raise
        _wrong(request, form, "sample" if refusal.code == "audit.sample" else "petition", refusal)
        return _list(request, form)
    return to(request, "audits.audit", key=key)


def audit(request: Request) -> Response:
    """One audit: how far it is, and what is to be done next."""
    return _page(request, Form())


def join(request: Request) -> Response:
    """Commit to a value."""
    return _with_value(request, committing.join)


def reveal(request: Request) -> Response:
    """Reveal the value."""
    return _with_value(request, drawing.reveal)


def propose(request: Request) -> Response:
    """Propose to draw, or to open what was drawn."""
    here, key = services(request), request.path_params["key"]
    with here.database.uow() as tx:
        stage = lookup.found(tx.session, key).stage
        room = opening if stage == Stage.DRAWN else committing
        try:
            proposal = room.propose(here, tx, session(request), key)
        except DomainError as refusal:
            return _refused(request, refusal)
        tx.commit()
    return to(request, "audits.proposal", id=proposal.id)


def report(request: Request) -> Response:
    """Propose what is reported."""
    here, key, form = services(request), request.path_params["key"], parse(request, ReportForm)
    if form.data is None:
        return _page(request, form)
    with here.database.read() as db:
        said = reporting.answers(here, lookup.found(db, key))
    outcome = rules.Outcome(**form.data.model_dump())
    try:
        with here.database.uow() as tx:
            proposal = reporting.propose(here, tx, session(request), key, outcome, said)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (409, 422):
            raise
        _wrong(request, form, "denied" if refusal.code == "audit.unproven" else "", refusal)
        return _page(request, form)
    return to(request, "audits.proposal", id=proposal.id)


def openings(request: Request) -> Response:
    """The opened sample as a file, to an auditor alone."""
    key = request.path_params["key"]
    content = opening.file_of(services(request), session(request), key)
    headers = {"Content-Disposition": f'attachment; filename="openings-{key}.json"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


def proposal(request: Request) -> Response:
    """What exactly is proposed, and the decision on it."""
    return _proposal_page(request, Form(), 200)


def decide(request: Request) -> Response:
    """Approve what was shown, or refuse it."""
    return proposals.decide(request, _KINDS, _proposal_page)


def take_back(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, _KINDS)


def _with_value(request: Request, what: Callable[..., None]) -> Response:
    key, form = request.path_params["key"], parse(request, ValueForm)
    if form.data is None:
        return _page(request, form)
    try:
        what(services(request), session(request), key, form.data.value.lower())
    except DomainError as refusal:
        if refusal.status not in (403, 409, 422):
            raise
        _wrong(request, form, "value" if refusal.status == 422 else "", refusal)
        # A value that is refused is not shown again: it may be right, and too early.
        return _page(request, Form(errors=form.errors), refusal.status)
    return to(request, "audits.audit", key=key)


def _refused(request: Request, refusal: DomainError) -> Response:
    if refusal.status not in (409, 422):
        raise refusal
    form: Form[ValueForm] = Form()
    _wrong(request, form, "", refusal)
    return _page(request, form, refusal.status)


def _wrong(request: Request, form: Form[Any], name: str, refusal: DomainError) -> None:
    form.errors[name] = translate(lang(request), refusal.message, **refusal.params)


def _list(request: Request, form: Form[BeginForm]) -> Response:
    with services(request).database.read() as db:
        found = [(row.key, row.reference, Stage(row.stage), row.sample, row.begun_at) for row in lookup.at(db)]
    return render(
        request,
        "audits/list.html",
        status=422 if form.errors else 200,
        form=form,
        audits=found,
        stages=_stages(request),
        most=rules.MOST_SAMPLE,
    )


def _page(request: Request, form: Form[Any], status: int = 422) -> Response:
    here, acting, key = services(request), session(request), request.path_params["key"]
    with here.database.read() as db:
        row = lookup.found(db, key)
        found = view(here, db, row)
        names = {one.auditor: proposals.name_of(request, db, one.auditor) for one in found.values}
        pending = approvals.pending_about(db, lookup.object_of(key), here.clock())
    text = reading.public(here, found.reference).text(lang(request))
    own = next((one for one in found.values if one.auditor == acting.person_id), None)
    return render(
        request,
        "audits/audit.html",
        status=status if form.errors else 200,
        form=form,
        audit=found,
        stage=found.stage.value,
        stages=_stages(request),
        text=text,
        names=names,
        own=own,
        pending=[(one, translate(lang(request), one.kind.title)) for one in pending],
        answers=reporting.answers(here, row) if found.stage is Stage.OPENED else None,
        least=rules.LEAST_AUDITORS,
    )


def _proposal_page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    here = services(request)
    with here.database.read() as db:
        found = proposals.of(request, db, _KINDS)
        audited = view(here, db, lookup.found(db, str(found.content["audit"])))
        standing = proposals.standing(request, db, found)
    return render(
        request,
        "audits/proposal.html",
        status=status,
        form=form,
        kind=found.kind.name.removeprefix("audits."),
        title=translate(lang(request), found.kind.title),
        audit=audited,
        text=reading.public(here, audited.reference).text(lang(request)),
        **standing,
    )


def _stages(request: Request) -> dict[str, str]:
    return {stage.value: translate(lang(request), words) for stage, words in STAGES.items()}


_AUDIT: Final = "/office/audits/{key}"
_PROPOSAL: Final = "/office/audits/proposals/{id}"

routes = [
    route("/office/audits", audits, Action.DRAW_AUDIT, menu=N_("Audits")),
    route("/office/audits", begin, Action.DRAW_AUDIT, methods=["POST"]),
    route(_PROPOSAL, proposal, Action.DRAW_AUDIT),
    route(_PROPOSAL, decide, Action.DRAW_AUDIT, methods=["POST"]),
    route(f"{_PROPOSAL}/take-back", take_back, Action.DRAW_AUDIT, methods=["POST"]),
    route(_AUDIT, audit, Action.DRAW_AUDIT),
    route(f"{_AUDIT}/value", join, Action.DRAW_AUDIT, methods=["POST"]),
    route(f"{_AUDIT}/reveal", reveal, Action.DRAW_AUDIT, methods=["POST"]),
    route(f"{_AUDIT}/propose", propose, Action.DRAW_AUDIT, methods=["POST"]),
    route(f"{_AUDIT}/report", report, Action.DRAW_AUDIT, methods=["POST"]),
    route(f"{_AUDIT}/openings", openings, Action.OPEN_ENTRY, methods=["POST"]),
]
