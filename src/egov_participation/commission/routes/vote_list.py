"""The commission's votes and drafts, with what each waits for."""

from __future__ import annotations

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.commission.models import Draft
from egov_participation.commission.routes.draft_common import address, title_of
from egov_participation.commission.routes.draft_pages import moment_in_words
from egov_participation.commission.service import deciding, drafts, rehearsals
from egov_participation.commission.service.changing import document_of
from egov_participation.commission.service.lookup import find_draft
from egov_participation.i18n import N_, translate
from egov_participation.voting import service as voting
from egov_participation.voting.service import VoteState
from egov_participation.voting.views import VoteView
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route
from egov_participation.web.templating import render

VOTES_PAGE = 50

STATE_NAMES = {
    "editing": N_("being written"),
    "preparing": N_("being frozen"),
    "frozen": N_("frozen: confirmations are awaited"),
    "published": N_("set up as a vote"),
    "discarded": N_("discarded"),
}
_CONFIRMED = N_("frozen, confirmed by all: it can be proposed")
_PROPOSED = N_("frozen, confirmed, proposed: a second member is awaited")
_WAITS = N_("Waiting for something")
_SECTIONS = (_WAITS, N_("Set up, not open yet"), N_("Open"), N_("Ended"))


def votes(request: Request) -> Response:
    """Drafts, and the votes by what they are at."""
    here = services(request)
    after = request.query_params.get("after")
    found = voting.votes(here, after=after, limit=VOTES_PAGE + 1)
    with here.database.read() as db:
        rows = [
            (draft, title_of(request, document_of(draft)), draft_in_words(request, db, draft))
            for draft in drafts.standing(db)
        ]
        rehearsed = [
            (row, title_of(request, document_of(find_draft(db, row.draft_id)))) for row in rehearsals.standing(db)
        ]
    sections: dict[str, list[tuple[VoteView, str, str]]] = {heading: [] for heading in _SECTIONS}
    for vote in found[:VOTES_PAGE]:
        href = address(request, "commission.vote", uuid=vote.uuid) or address(request, "voting.vote", uuid=vote.uuid)
        sections[_section(vote)].append((vote, href, _vote_in_words(request, vote)))
    return render(
        request,
        "commission/votes.html",
        drafts=rows if after is None else None,
        rehearsals=rehearsed if after is None else [],
        sections=[(translate(lang(request), heading), those) for heading, those in sections.items() if those],
        next=f"?after={found[VOTES_PAGE - 1].uuid}" if len(found) > VOTES_PAGE else None,
    )


def _section(vote: VoteView) -> str:
    if vote.state is VoteState.CANCELLED or (vote.state is VoteState.TALLIED and vote.protocol is not None):
        return _SECTIONS[3]
    if vote.state is VoteState.SETUP:
        return _SECTIONS[1]
    return _SECTIONS[2] if vote.state is VoteState.OPEN else _WAITS


def draft_in_words(request: Request, db: Session, draft: Draft) -> str:
    """How a draft stands; of a frozen one, what it waits for."""
    said = STATE_NAMES[draft.state]
    if draft.state == "frozen" and not deciding.unconfirmed(db, draft):
        object_, now = deciding.object_of(draft.uuid), services(request).clock()
        said = _PROPOSED if approvals.pending_about(db, object_, now) else _CONFIRMED
    return translate(lang(request), said)


def _vote_in_words(request: Request, vote: VoteView) -> str:
    """How a vote stands, and what it waits for."""
    language = lang(request)
    moments = {"opens_at": vote.opens_at, "closes_at": vote.closes_at}
    dates = {key: moment_in_words(request, at) for key, at in moments.items()}
    match vote.state:
        case VoteState.SETUP:
            return translate(language, N_("opens: %(date)s"), date=dates["opens_at"])
        case VoteState.OPEN:
            return translate(language, N_("closes: %(date)s"), date=dates["closes_at"])
        case VoteState.CLOSED:
            if vote.shuffled:
                return translate(language, N_("closed; the encrypted ballots are about to be shuffled"))
            return translate(language, N_("closed; the encrypted ballots are being added up"))
        case VoteState.SHUFFLING:
            missing = [trustee.name.of(language) for trustee in vote.trustees if vote.awaits_shuffle(trustee.owner)]
            return translate(language, N_("shuffles are awaited from: %(names)s"), names=", ".join(missing))
        case VoteState.DECRYPTING:
            awaited = [trustee for trustee in vote.trustees if vote.awaits_decryption(trustee.owner)]
            missing = [trustee.name.of(language) for trustee in awaited]
            return translate(language, N_("decryptions are awaited from: %(names)s"), names=", ".join(missing))
        case VoteState.TALLIED:
            if vote.protocol is None:
                return translate(language, N_("counted; the protocol is to be signed by two members"))
            return translate(language, N_("the protocol is signed"))
    return translate(language, N_("cancelled"))


routes = [route("/office/votes", votes, Action.SET_UP_VOTE, menu=N_("Votes"), name="commission.votes")]
