"""Pages of what one member proposes and another decides: exactly what is approved, and how the public will see it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.commission.service import deciding
from egov_participation.commission.service.lookup import find_draft, trustees_of
from egov_participation.commission.service.trustees import name_of
from egov_participation.i18n import translate
from egov_participation.voting import service as voting
from egov_participation.voting.service import protocol as protocols
from egov_participation.voting.setup import SetupDocument, digest
from egov_participation.voting.wording import roll_in_words
from egov_participation.web import proposals
from egov_participation.web.context import lang, services
from egov_participation.web.forms import Form
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def proposal(request: Request) -> Response:
    """What exactly is proposed, and the decision on it."""
    return _page(request, Form(), 200)


def decide(request: Request) -> Response:
    """Approve what was shown, or refuse it."""
    return proposals.decide(request, deciding.KINDS, _page)


def withdraw(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, deciding.KINDS)


def _page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    with services(request).database.read() as db:
        found = proposals.of(request, db, deciding.KINDS)
        standing = proposals.standing(request, db, found)
        about = _about(request, db, found)
    return render(
        request,
        "commission/proposal.html",
        status=status,
        form=form,
        kind=found.kind.name.removeprefix("commission."),
        title=translate(lang(request), found.kind.title),
        **standing,
        **about,
    )


def _about(request: Request, db: Session, found: Proposal) -> dict[str, Any]:
    """What the page of its kind shows, and whether it is still what was proposed."""
    here, content, uuid = services(request), found.content, str(found.content["vote"])
    if found.kind is deciding.SET_UP:
        draft = find_draft(db, str(content["draft"]))
        # While it is pending, the setup is looked at as it is frozen now; it may have been thawed.
        stale = draft.setup_hash != content["setup"]
        setup = None if stale else SetupDocument.parse(draft.setup or b"")
        return {
            "stale": stale,
            "draft": draft,
            "setup": setup,
            "who_votes": roll_in_words(setup.roll_rule, lang(request), here.settings.timezone) if setup else "",
            "questions": () if stale else voting.questions_in(draft.archive_start or b""),
            "needed": None if stale else voting.needed_in(draft.archive_start or b""),
            # With the addresses: who was invited as a trustee one member alone has written down.
            "trustees": [] if stale else [(name_of(row).of(lang(request)), row) for row in trustees_of(db, draft.id)],
            "vote": None,
        }
    vote = voting.vote_in(here, db, uuid)
    context: dict[str, Any] = {"vote": vote, "stale": False, "draft": None}
    if found.kind is deciding.EXTEND:
        before, after = (datetime.fromisoformat(str(content[key])) for key in ("before", "closes_at"))
        context |= {"before": before, "after": after, "stale": vote.closes_at != before}
    if found.kind is deciding.PUBLISH:
        unsigned = deciding.unsigned_protocol(here, db, found)
        protocol = json.loads(unsigned)
        later = protocols.incidents_now(db, uuid)["reported"] - protocol["incidents"]["reported"]
        context |= {"stale": digest(unsigned) != content["protocol"], "protocol": protocol, "later": later}
    texts = content.get("text" if found.kind is deciding.CORRECT else "reason")
    if texts is not None:
        context["texts"] = deciding.texts_of(texts)
    return context


_PROPOSAL: Final = "/office/votes/proposals/{id}"

routes = [
    route(_PROPOSAL, proposal, Action.SET_UP_VOTE),
    route(f"{_PROPOSAL}/decide", decide, Action.SET_UP_VOTE, methods=["POST"]),
    route(f"{_PROPOSAL}/withdraw", withdraw, Action.SET_UP_VOTE, methods=["POST"]),
]
