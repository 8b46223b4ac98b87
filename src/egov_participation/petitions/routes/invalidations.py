"""Pages of a decision that signatures do not count, or count again: one moderator proposes, another decides."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.petitions.integrity_forms import UndoForm
from egov_participation.petitions.routes import integrity_words as words
from egov_participation.petitions.rules.integrity import Code, Filter
from egov_participation.petitions.service import invalidating, lookup
from egov_participation.web import proposals
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def invalidation(request: Request) -> Response:
    """What is proposed, the decision on it, and how far it is carried out."""
    return _proposal_page(request, Form(), 200)


def decide(request: Request) -> Response:
    """Approve what was shown, or refuse it."""

    def check(db: Session, found: Proposal) -> None:
        petition = lookup.found(db, str(found.content["petition"]))
        lookup.check_not_own(petition, session(request).person_id)

    return proposals.decide(request, invalidating.KINDS, _proposal_page, check=check)


def take_back(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, invalidating.KINDS)


def undo(request: Request) -> Response:
    """A form to propose that the signatures of a decision count again."""
    return _undo_page(request, Form())


def _undo_page(request: Request, form: Form[UndoForm], status: int = 422) -> Response:
    with services(request).database.read() as db:
        proposal = proposals.of(request, db, invalidating.KINDS)
        petition = lookup.found(db, str(proposal.content["petition"]))
        view = next((one for one in invalidating.of_petition(db, petition) if one.id == proposal.id), None)
    if view is None or view.act != "invalidate":
        raise DomainError(404, N_("There is no such decision."), code="invalidation.unknown")
    return render(
        request,
        "petitions/office_undo.html",
        status=status if form.errors else 200,
        petition=petition,
        title=words.title(request, petition),
        decision=view,
        form=form,
    )


def propose_undoing(request: Request) -> Response:
    """Propose it to another moderator."""
    here = services(request)
    with here.database.read() as db:
        proposals.of(request, db, invalidating.KINDS)
    form = parse(request, UndoForm)
    words.check_names_nobody(request, form)
    if form.data is None or form.errors:
        return _undo_page(request, form)
    try:
        with here.database.uow() as tx:
            proposal = invalidating.propose_undoing(
                here, tx, session(request), request.path_params["id"], reason=form.data.reason, lang=lang(request)
            )
            tx.commit()
    except DomainError as refusal:
        if refusal.status != HTTPStatus.CONFLICT:
            raise
        form.errors[""] = translate(lang(request), refusal.message)
        return _undo_page(request, form, refusal.status)
    return to(request, "petitions.invalidation", id=proposal.id)


def _proposal_page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    here, acting = services(request), session(request)
    with here.database.read() as db:
        found = proposals.of(request, db, invalidating.KINDS)
        petition = lookup.found(db, str(found.content["petition"]))
        decisions = {one.id: one for one in invalidating.of_petition(db, petition)}
        standing = proposals.standing(request, db, found)
    code, which = Code(str(found.content["code"])), found.content.get("which")
    facts = (
        words.facts(request, code, Filter.of(which)) if isinstance(which, dict) else [words.code_fact(request, code)]
    )
    return render(
        request,
        "petitions/office_invalidation.html",
        status=status,
        form=form,
        petition=petition,
        title=words.title(request, petition),
        heading=translate(lang(request), found.kind.title),
        facts=facts,
        decision=decisions.get(found.id),
        undoes=decisions.get(str(found.content.get("undoes", ""))),
        language=LANGUAGES[str(found.content["lang"])],
        **standing | {"may_decide": standing["may_decide"] and petition.creator != acting.person_id},
    )


_DECISION: Final = "/office/petitions/invalidations/{id}"

routes = [
    route(_DECISION, invalidation, Action.INVALIDATE_SIGNATURES),
    route(
        f"{_DECISION}/decide",
        decide,
        Action.INVALIDATE_SIGNATURES,
        name="petitions.decide_invalidation",
        methods=["POST"],
    ),
    route(
        f"{_DECISION}/withdraw",
        take_back,
        Action.INVALIDATE_SIGNATURES,
        name="petitions.take_back_invalidation",
        methods=["POST"],
    ),
    route(f"{_DECISION}/undo", undo, Action.INVALIDATE_SIGNATURES, name="petitions.undo_invalidation"),
    route(f"{_DECISION}/undo", propose_undoing, Action.INVALIDATE_SIGNATURES, methods=["POST"]),
]
