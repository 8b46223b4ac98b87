"""Pages of a proposal to end a petition that the public could sign: one moderator proposes, another decides."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.petitions.routes import integrity_words as words
from egov_participation.petitions.routes import proposals
from egov_participation.petitions.routes.common import to
from egov_participation.petitions.service import casework, ending, lookup
from egov_participation.petitions.service.reading import for_officials
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def shown(request: Request) -> Response:
    """What is proposed, and the decision on it."""
    return _page(request, Form())


def decide(request: Request) -> Response:
    """Approve what was shown, or refuse it."""
    with services(request).database.read() as db:
        petition = lookup.found(db, str(_of_room(db, request).content["petition"]))
    again = proposals.decide(request, petition, lambda form, status: _page(request, form, status))
    return again or to(request, "petitions.ending", id=request.path_params["id"])


def take_back(request: Request) -> Response:
    """Take one's own proposal back."""
    here, id_ = services(request), request.path_params["id"]
    with here.database.uow() as tx:
        _of_room(tx.session, request)
        approvals.withdraw(tx, session(request), id_, here.clock())
        tx.commit()
    return to(request, "petitions.ending", id=id_)


def _page(request: Request, form: Form[DecisionForm], status: int = 200) -> Response:
    here, acting = services(request), session(request)
    with here.database.read() as db:
        found = _of_room(db, request)
        petition = lookup.found(db, str(found.content["petition"]))
        view = for_officials(db, petition)
        people = {found.proposed_by, found.decided_by or ""} - {""}
        names = {person_id: words.name(request, db, person_id) for person_id in people}
    return render(
        request,
        "petitions/office_ending.html",
        status=status,
        form=form,
        proposal=found,
        petition=petition,
        view=view,
        title=words.title(request, petition),
        doubts=[translate(lang(request), doubt) for doubt in casework.personal_data_in(found.reason)],
        names=names,
        may_decide=approvals.may_decide(found, acting) and petition.creator != acting.person_id,
        own=found.proposed_by == acting.person_id,
    )


def _of_room(db: Session, request: Request) -> Proposal:
    """A proposal of these pages.

    Raises:
        DomainError: 404 ``approval.unknown``, also where it is another room's.
    """
    found = approvals.get(db, request.path_params["id"], services(request).clock())
    if found.kind is not ending.END:
        raise DomainError(404, N_("There is no such proposal."), code="approval.unknown")
    return found


_PROPOSAL: Final = "/office/petitions/endings/{id}"

routes = [
    route(_PROPOSAL, shown, Action.END_PETITION, name="petitions.ending"),
    route(f"{_PROPOSAL}/decide", decide, Action.END_PETITION, name="petitions.decide_ending", methods=["POST"]),
    route(f"{_PROPOSAL}/withdraw", take_back, Action.END_PETITION, name="petitions.take_back_ending", methods=["POST"]),
]
