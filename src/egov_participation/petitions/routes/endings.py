"""Pages of a proposal to end a petition that the public could sign: one moderator proposes, another decides."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.i18n import translate
from egov_participation.petitions.routes import integrity_words as words
from egov_participation.petitions.service import casework, ending, lookup
from egov_participation.petitions.service.reading import for_officials
from egov_participation.web import proposals
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def shown(request: Request) -> Response:
    """What is proposed, and the decision on it."""
    return _page(request, Form(), 200)


def decide(request: Request) -> Response:
    """Approve what was shown, or refuse it."""

    def check(db: Session, found: Proposal) -> None:
        petition = lookup.found(db, str(found.content["petition"]))
        lookup.check_not_own(petition, session(request).person_id)

    return proposals.decide(request, _KINDS, _page, check=check)


def take_back(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, _KINDS)


def _page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    here, acting = services(request), session(request)
    with here.database.read() as db:
        found = proposals.of(request, db, _KINDS)
        petition = lookup.found(db, str(found.content["petition"]))
        view = for_officials(db, petition)
        standing = proposals.standing(request, db, found)
    return render(
        request,
        "petitions/office_ending.html",
        status=status,
        form=form,
        petition=petition,
        view=view,
        title=words.title(request, petition),
        doubts=[translate(lang(request), doubt) for doubt in casework.personal_data_in(found.reason)],
        **standing | {"may_decide": standing["may_decide"] and petition.creator != acting.person_id},
    )


_KINDS: Final = (ending.END,)
_PROPOSAL: Final = "/office/petitions/endings/{id}"

routes = [
    route(_PROPOSAL, shown, Action.END_PETITION, name="petitions.ending"),
    route(f"{_PROPOSAL}/decide", decide, Action.END_PETITION, name="petitions.decide_ending", methods=["POST"]),
    route(f"{_PROPOSAL}/withdraw", take_back, Action.END_PETITION, name="petitions.take_back_ending", methods=["POST"]),
]
