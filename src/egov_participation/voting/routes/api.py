"""Votes as data: the addresses that machines read (``api.md``), described in ``/api/v1/openapi.json``."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.voting import rules, service, trackers
from egov_participation.voting.data import PAGE, ballot_as_json, incident_as_json, vote_as_json
from egov_participation.voting.routes.public import number, tracker_of
from egov_participation.voting.service.lookup import refusal
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import OPEN_TO_ALL, file_answer, json_answer
from egov_participation.web.routing import route


def api_votes(request: Request) -> Response:
    """All votes in pages, the last to close first."""
    limit = number(request.query_params.get("limit"), at_most=PAGE)
    found = service.votes(services(request), after=request.query_params.get("after"), limit=limit + 1)
    page = found[:limit]
    following = f"/api/v1/votes?limit={limit}&after={page[-1].uuid}" if len(found) > limit else None
    return json_answer(request, {"votes": [vote_as_json(vote) for vote in page], "next": following})


def api_vote(request: Request) -> Response:
    """One vote, with what was reported about it."""
    here, uuid = services(request), request.path_params["uuid"]
    found = vote_as_json(service.vote(here, uuid))
    return json_answer(
        request, {**found, "incidents": [incident_as_json(one) for one in service.incidents_of(here, uuid)]}
    )


def api_ballots(request: Request) -> Response:
    """The board: ballots above the height ``after``, in the archive's order.

    Raises:
        DomainError: 400 ``query.after``: no height; 404 ``vote.unknown``.
    """
    uuid, after = request.path_params["uuid"], request.query_params.get("after") or "0"
    if not (after.isascii() and after.isdecimal() and len(after) < 10):
        raise refusal(rules.NO_SUCH_PLACE)
    limit = number(request.query_params.get("limit"), at_most=PAGE)
    page = service.board(services(request), uuid, after=int(after), limit=limit)
    following = f"/api/v1/votes/{uuid}/ballots?limit={limit}&after={page.next}" if page.next is not None else None
    return json_answer(request, {"ballots": [ballot_as_json(ballot) for ballot in page.ballots], "next": following})


def tracker_data(request: Request) -> Response:
    """A ballot of the board with its receipt; a browser is led on to the page."""
    here, uuid = services(request), request.path_params["uuid"]
    tracker = tracker_of(request)
    if "text/html" in request.headers.get("accept", ""):
        target = f"/{lang(request)}/votes/{uuid}/ballots/{trackers.to_address(tracker)}"
        return RedirectResponse(target, 303, {"Vary": "Accept, Cookie, Accept-Language", "Cache-Control": "no-store"})
    found = service.ballot(here, uuid, tracker)
    # The receipt's members stand in the order in which they were signed.
    told = {**ballot_as_json(found.ballot), "receipt": json.loads(found.receipt), "log_index": found.logged_at}
    response = json_answer(request, told)
    response.headers["Vary"] = "Accept"
    return response


def receipt(request: Request) -> Response:
    """The bare receipt, as it was signed: a file to keep."""
    found = service.ballot(services(request), request.path_params["uuid"], tracker_of(request))
    name = f"receipt-{trackers.to_address(found.ballot.tracker)[:8]}.json"
    headers = {**OPEN_TO_ALL, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(found.receipt, media_type="application/json", headers=headers)


def proof(request: Request) -> Response:
    """The proof that the ballot is in the transparency log, its receipt in it: a file to keep.

    Raises:
        DomainError: 503 ``log.waiting``, for some seconds after casting.
    """
    tracker = tracker_of(request)
    raw = service.proof(services(request), request.path_params["uuid"], tracker)
    name = f"ballot-{trackers.to_address(tracker)[:8]}.tlog-proof"
    return file_answer(request, raw, "text/plain; charset=utf-8", name)


routes = [
    route("/api/v1/votes", api_votes, Action.READ, localized=False),
    route("/api/v1/votes/{uuid}", api_vote, Action.READ, localized=False),
    route("/api/v1/votes/{uuid}/ballots", api_ballots, Action.READ, localized=False),
    route("/votes/{uuid}/ballots/{tracker:path}/proof", proof, Action.READ, localized=False),
    route("/votes/{uuid}/ballots/{tracker:path}", tracker_data, Action.READ, localized=False),
    route("/votes/{uuid}/receipts/{tracker:path}", receipt, Action.READ, localized=False),
]
