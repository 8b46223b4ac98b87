"""Votes as data: the addresses that machines read (``api.md``), described in ``/api/v1/openapi.json``."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.i18n import DEFAULT_LANGUAGE, LANGUAGES
from egov_participation.incidents.views import IncidentView
from egov_participation.voting import rules, service, trackers
from egov_participation.voting.routes.archive import OPEN_TO_ALL, has_tag
from egov_participation.voting.routes.openapi import PAGE, document
from egov_participation.voting.routes.public import number, tracker_of
from egov_participation.voting.service.lookup import refusal
from egov_participation.voting.views import ActView, BallotView, QuestionView, VoteView
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route

Json = dict[str, Any]


def api_votes(request: Request) -> Response:
    """All votes in pages, the last to close first."""
    limit = number(request.query_params.get("limit"), at_most=PAGE)
    found = service.votes(services(request), after=request.query_params.get("after"), limit=limit + 1)
    page = found[:limit]
    following = f"/api/v1/votes?limit={limit}&after={page[-1].uuid}" if len(found) > limit else None
    return answer(request, {"votes": [as_json(vote) for vote in page], "next": following})


def api_vote(request: Request) -> Response:
    """One vote, with what was reported about it."""
    here, uuid = services(request), request.path_params["uuid"]
    found = as_json(service.vote(here, uuid))
    return answer(request, {**found, "incidents": [_incident(one) for one in service.incidents_of(here, uuid)]})


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
    return answer(request, {"ballots": [ballot_as_json(ballot) for ballot in page.ballots], "next": following})


def api_description(request: Request) -> Response:
    """The OpenAPI document."""
    return answer(request, document(services(request).settings))


def tracker_data(request: Request) -> Response:
    """A ballot of the board with its receipt; a browser is led on to the page."""
    here, uuid = services(request), request.path_params["uuid"]
    tracker = tracker_of(request)
    if "text/html" in request.headers.get("accept", ""):
        target = f"/{lang(request)}/votes/{uuid}/ballots/{trackers.to_address(tracker)}"
        return RedirectResponse(target, 303, {"Vary": "Accept, Cookie, Accept-Language", "Cache-Control": "no-store"})
    found = service.ballot(here, uuid, tracker)
    # The receipt's members stand in the order in which they were signed.
    response = answer(request, {**ballot_as_json(found.ballot), "receipt": json.loads(found.receipt)})
    response.headers["Vary"] = "Accept"
    return response


def receipt(request: Request) -> Response:
    """The bare receipt, as it was signed: a file to keep."""
    found = service.ballot(services(request), request.path_params["uuid"], tracker_of(request))
    name = f"receipt-{trackers.to_address(found.ballot.tracker)[:8]}.json"
    headers = {**OPEN_TO_ALL, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(found.receipt, media_type="application/json", headers=headers)


def answer(request: Request, value: Json) -> Response:
    """JSON with an entity tag, for any site's programs; 304 if the asker has it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**OPEN_TO_ALL, "ETag": etag, "Cache-Control": "public, no-cache"}
    if has_tag(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def as_json(vote: VoteView) -> Json:
    """A vote in the form of ``api.md``."""
    address = f"/votes/{vote.uuid}"
    page = f"/{DEFAULT_LANGUAGE}{address}"
    return {
        "uuid": vote.uuid,
        "title": vote.title.as_dict(),
        "description": vote.description.as_dict(),
        "state": vote.state.value,
        "kind": vote.kind.value,
        "opens_at": moment(vote.opens_at),
        "closes_at": moment(vote.closes_at),
        "cancelled_at": None if vote.cancelled_at is None else moment(vote.cancelled_at),
        "rehearsal": vote.rehearsal,
        "setup_hash": vote.setup_hash,
        "acts": [_act(act) for act in vote.acts],
        "questions": [_question(question) for question in vote.questions],
        "registered": vote.registered,
        "ballots": vote.ballots,
        "voters": vote.voters,
        "head": {"height": vote.head_height, "hash": vote.head_hash},
        "fingerprint": vote.fingerprint,
        "trustees": [
            {
                "name": trustee.name.as_dict(),
                "kind": "single",
                "public_key": trustee.public_key,
                "decrypted": trustee.decrypted,
            }
            for trustee in vote.trustees
        ],
        "threshold": None,
        "result": None if vote.result is None else [list(counts) for counts in vote.result],
        "turnout": {
            "percent": round(100 * vote.turnout, 2),
            "by_region": _by_region(vote),
            "statement_url": f"{address}/turnout.json" if vote.regional else None,
        },
        "protocol": _protocol(vote),
        "archive_url": f"{address}/archive.bel",
        "url": page,
        "links": {
            "self": f"/api/v1{address}",
            "board": f"{page}/board",
            "result": f"{page}/result",
            "result_csv": f"{address}/result.csv",
            "verify": f"{page}/verify",
            "heads": f"{address}/heads.json",
            **(
                {"setup": f"{address}/setup.json", "registrar": f"{address}/registrar.json"}
                if vote.setup_hash is not None
                else {}
            ),
        },
    }


def _act(act: ActView) -> Json:
    """What two members of the commission decided, and why; a reason is asked for of some acts only."""
    return {
        "kind": act.kind,
        "at": moment(act.at),
        "reason": {lang: text for lang, text in act.reason.as_dict().items() if text},
        "content": dict(act.content),
        "hash": act.content_hash,
    }


def _incident(found: IncidentView) -> Json:
    """What is public of it: never a word of who reported it."""
    return {
        "reference": found.reference,
        "kind": found.kind.value,
        "reported_on": found.reported_on.isoformat(),
        "due_on": found.due_on.isoformat(),
        "answered_at": None if found.answered_at is None else moment(found.answered_at),
        "answer": None if found.answer is None else dict(found.answer),
        "url": f"/{DEFAULT_LANGUAGE}/incidents/{found.reference}",
    }


def _by_region(vote: VoteView) -> list[Json]:
    """What the registrar states. Several regions that are counted together have no `territory` of their own."""
    return [
        {
            "territory": group.territory,
            "territories": list(group.territories),
            "voters": group.voters,
            "registered": group.registered,
        }
        for group in (vote.regional.groups if vote.regional else ())
    ]


def _protocol(vote: VoteView) -> Json | None:
    """The signed protocol's hash and addresses, with its errata; None while it is not signed."""
    if vote.protocol is None:
        return None
    address = f"/votes/{vote.uuid}"
    return {
        "hash": vote.protocol.hash,
        "key": vote.protocol.key,
        "signed_at": moment(vote.protocol.signed_at),
        "url": f"{address}/protocol.json",
        "pdf": {lang: f"/{lang}{address}/protocol.pdf" for lang in LANGUAGES},
        "errata": [{"at": moment(act.at), "text": act.reason.as_dict()} for act in vote.errata],
    }


def _question(question: QuestionView) -> Json:
    return {
        "type": "homomorphic",
        "question": question.text.as_dict(),
        "answers": [answer.as_dict() for answer in question.answers],
        "min": question.min,
        "max": question.max,
        "blank": question.blank,
    }


def ballot_as_json(ballot: BallotView) -> Json:
    """A ballot as it stands on the board."""
    return {
        "tracker": ballot.tracker,
        "height": ballot.height,
        "day": ballot.day.isoformat(),
        "status": ballot.status.value,
    }


def moment(value: datetime) -> str:
    """RFC 3339, UTC."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


routes = [
    route("/api/v1/votes", api_votes, Action.READ, localized=False),
    route("/api/v1/votes/{uuid}", api_vote, Action.READ, localized=False),
    route("/api/v1/votes/{uuid}/ballots", api_ballots, Action.READ, localized=False),
    route("/api/v1/openapi.json", api_description, Action.READ, localized=False),
    route("/votes/{uuid}/ballots/{tracker:path}", tracker_data, Action.READ, localized=False),
    route("/votes/{uuid}/receipts/{tracker:path}", receipt, Action.READ, localized=False),
]
