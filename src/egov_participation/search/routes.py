"""The page of search, and the same as data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_
from egov_participation.search import rules, service
from egov_participation.search.snippets import Piece
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route
from egov_participation.web.templating import render

KINDS: Mapping[str, str] = {
    "vote": N_("Vote"),
    "petition": N_("Petition"),
    "consultation": N_("Draft regulation"),
    "page": N_("Help and information"),
}
"""What a result is, in words."""


def search(request: Request) -> Response:
    """Everything that fits ``?q=``, in pages."""
    query = request.query_params.get("q", "").strip()[: rules.MAX_QUERY]
    page = _number(request, "page", 1, rules.MAX_PAGES)
    with services(request).database.read() as session:
        found = service.find(session, lang(request), query, offset=(page - 1) * rules.PAGE)
    return render(
        request,
        "search/search.html",
        block="found",
        query=query,
        found=found,
        kinds=KINDS,
        page=page,
        pages=min(rules.MAX_PAGES, -(-found.total // rules.PAGE)),
        pattern=f"?{urlencode({'q': query})}&page=%d",
        data=f"/api/v1/search?{urlencode({'q': query, 'lang': lang(request)})}",
    )


def api_search(request: Request) -> Response:
    """The same as data: ``?q=``, ``&lang=`` (of titles and snippets), ``&after=`` (how many were seen).

    Raises:
        DomainError: 400 ``query.after``, ``query.lang``.
    """
    query = request.query_params.get("q", "").strip()[: rules.MAX_QUERY]
    wanted = request.query_params.get("lang", DEFAULT_LANGUAGE)
    if wanted not in LANGUAGES:
        raise DomainError(400, N_("There is no such language."), code="query.lang")
    after = _number(request, "after", 0, rules.MAX_PAGES * rules.PAGE)
    with services(request).database.read() as session:
        found = service.find(session, wanted, query, offset=after)
    following = after + rules.PAGE
    more = following < min(found.total, rules.MAX_PAGES * rules.PAGE)
    again = urlencode({"q": query, "lang": wanted, "after": following})
    content = {
        "query": query,
        "total": found.total,
        "all_words": found.all_words,
        "results": [_as_json(item, wanted) for item in found.items],
        "next": f"/api/v1/search?{again}" if more else None,
    }
    response = JSONResponse(content, headers={"Cache-Control": "public, no-cache"})
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "public, no-cache"})
    return response


def _as_json(item: service.Found, wanted: str) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "reference": item.ref,
        "title": {item.lang: _plain(item.title)},
        "snippet": {item.lang: _plain(item.snippet)},
        "at": item.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "url": f"/{wanted}{item.path}",
    }


def _plain(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _number(request: Request, name: str, least: int, most: int) -> int:
    text = request.query_params.get(name) or str(least)
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise DomainError(400, N_("There is no such page of results."), code=f"query.{name}")
    return max(least, min(int(text), most))


routes = [
    route("/search", search, Action.READ),
    route("/api/v1/search", api_search, Action.READ, localized=False, name="search.api"),
]
