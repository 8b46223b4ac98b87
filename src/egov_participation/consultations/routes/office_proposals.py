"""Pages of the office: what exactly is to be published, and the second official's decision on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.approvals.decision import DecisionForm
from egov_participation.consultations import office_wording as words
from egov_participation.consultations.models import Change
from egov_participation.consultations.routes import office_common as common
from egov_participation.consultations.routes.office_drafts import title_of
from egov_participation.consultations.service import lookup, publishing, ruling, running
from egov_participation.consultations.telling import CHANGES
from egov_participation.documents.structure import Kind
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.jurisdiction.territories import TERRITORIES
from egov_participation.roles.service import agency_name
from egov_participation.web import proposals
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def draft_propose(request: Request) -> Response:
    """Propose to publish the version that is prepared."""
    here, key = services(request), request.path_params["key"]
    with here.database.uow() as tx:
        proposal = publishing.propose(here, tx, session(request), key, common.number(request))
        tx.commit()
    return to(request, publishing.ROUTE, id=proposal.id)


def draft_proposal(request: Request) -> Response:
    """What exactly is proposed, and the decision on it."""
    return _page(request, Form(), 200)


def draft_decide(request: Request) -> Response:
    """Approve what was shown, which publishes it, or refuse it."""
    return proposals.decide(request, running.KINDS, _page)


def draft_take_back(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, running.KINDS)


def _page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    here, language = services(request), lang(request)
    with here.database.read() as db:
        proposal = proposals.of(request, db, running.KINDS)
        if proposal.agency not in session(request).agencies:
            raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
        content = proposal.content
        row = lookup.of_key(db, str(content["consultation"]), [proposal.agency])
        kind = ruling.act(here, row)
        return render(
            request,
            "consultations/office_proposal.html",
            status=status,
            form=form,
            row=row,
            what=proposal.kind.name,
            title=title_of(request, db, row),
            heading=translate(language, proposal.kind.title),
            content=content,
            documents=[_document(request, code, one) for code, one in _mapping(content.get("documents")).items()],
            papers=[
                (translate(language, words.PAPER_KINDS[str(one["kind"])]), one["name"], sha256)
                for sha256, one in _mapping(content.get("papers")).items()
            ],
            closes_on=publishing.closing_day(content),
            kind=kind.name.get(language) if kind else "",
            territory=TERRITORIES[row.territory].name(language) if row.territory in TERRITORIES else "",
            agency=agency_name(here, proposal.agency, language),
            in_languages=common.in_languages(request),
            **proposals.standing(request, db, proposal),
        )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _document(request: Request, code: str, one: Mapping[str, Any]) -> dict[str, Any]:
    language = lang(request)
    return {
        "lang": code,
        "name": dict(common.in_languages(request))[code],
        "title": one["title"],
        "document": one["document"],
        "source": one["source"],
        "format": translate(language, words.FORMATS[one["format"]]),
        "counts": [
            (translate(language, words.COUNT_NAMES[Kind(kind)]), count) for kind, count in one["counts"].items()
        ],
        "changes": [
            (translate(language, CHANGES[Change(kind)]), count) for kind, count in one.get("changes", {}).items()
        ],
    }


_MAY = Action.PUBLISH_DRAFT
_PROPOSAL = "/office/drafts/proposals/{id}"

routes = [
    route(_PROPOSAL, draft_proposal, _MAY),
    route(f"{_PROPOSAL}/decide", draft_decide, _MAY, methods=["POST"]),
    route(f"{_PROPOSAL}/withdraw", draft_take_back, _MAY, methods=["POST"]),
    route(f"{common.VERSION}/propose", draft_propose, _MAY, methods=["POST"]),
]
