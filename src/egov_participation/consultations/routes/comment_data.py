"""Comments and replies as data."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations.comment_data import (
    PAGE,
    annotation,
    annotation_page,
    comment_as_json,
    reply_as_json,
)
from egov_participation.consultations.service import comment_lists, lookup, reply_viewing, replying
from egov_participation.consultations.views import CommentView
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.web.context import services
from egov_participation.web.open_data import json_answer
from egov_participation.web.routing import route


def api_comments(request: Request) -> Response:
    """The comments and amendments of a consultation in pages, in their order.

    Raises:
        DomainError: 404 ``consultation.unknown``; 400 ``query.after``.
    """
    after, limit = _paging(request)
    with services(request).database.read() as session:
        found = _comments(session, request.path_params["reference"], after, limit + 1)
        replies = replying.last_replies(session, [one.id for one in found])
    shown = found[:limit]
    items = [comment_as_json(one, replies[one.id].number if one.id in replies else None) for one in shown]
    return json_answer(request, {"comments": items, "next": _next(request, "comments", found, limit)})


def api_replies(request: Request) -> Response:
    """The replies of a consultation in pages, in their order; those whose place another took too.

    Raises:
        DomainError: 404 ``consultation.unknown``; 400 ``query.after``.
    """
    after, limit = _paging(request)
    with services(request).database.read() as session:
        consultation = lookup.found(session, request.path_params["reference"])
        found = reply_viewing.after(session, consultation, after, limit + 1)
    items = [reply_as_json(one) for one in found[:limit]]
    following = None
    if len(found) > limit:
        following = f"/api/v1/consultations/{consultation.reference}/replies?limit={limit}&after={items[-1]['number']}"
    return json_answer(request, {"replies": items, "next": following})


def api_annotations(request: Request) -> Response:
    """The comments of a consultation as annotations of its text (W3C Web Annotation), in pages.

    Raises:
        DomainError: 404 ``consultation.unknown``; 400 ``query.after``.
    """
    after, limit = _paging(request)
    here, reference = services(request), request.path_params["reference"]
    with here.database.read() as session:
        found = _comments(session, reference, after, limit + 1)
    base = here.settings.base_url
    items = [one for one in (annotation(comment, base) for comment in found[:limit]) if one is not None]
    following = _next(request, "annotations", found, limit)
    address = f"{base}/api/v1/consultations/{reference}/annotations?limit={limit}&after={after}"
    content = annotation_page(items, address, None if following is None else f"{base}{following}")
    response = json_answer(request, content)
    response.headers["Content-Type"] = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    return response


def _comments(session: Session, reference: str, after: int, limit: int) -> list[CommentView]:
    consultation = lookup.found(session, reference)
    return comment_lists.following(session, consultation, after, limit)


def _next(request: Request, what: str, found: Sequence[CommentView], limit: int) -> str | None:
    if len(found) <= limit:
        return None
    reference = request.path_params["reference"]
    return f"/api/v1/consultations/{reference}/{what}?limit={limit}&after={found[limit - 1].number}"


def _paging(request: Request) -> tuple[int, int]:
    given = request.query_params
    limit, after = given.get("limit", ""), given.get("after", "0")
    if not (after.isascii() and after.isdecimal() and len(after) < 10):
        raise DomainError(400, N_("The list cannot go on from there: it has no such place."), code="query.after")
    fits = limit.isascii() and limit.isdecimal() and len(limit) < 7
    return int(after), max(1, min(int(limit), PAGE)) if fits else PAGE


_ONE = "/api/v1/consultations/{reference}"
routes = [
    route(f"{_ONE}/comments", api_comments, Action.READ, localized=False),
    route(f"{_ONE}/replies", api_replies, Action.READ, localized=False),
    route(f"{_ONE}/annotations", api_annotations, Action.READ, localized=False),
]
