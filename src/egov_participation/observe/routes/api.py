"""The log as data, for programs that do not read its tiles: its entries, and the proof of each."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.ledger.service import TYPES, EntryView
from egov_participation.observe import asking, service
from egov_participation.observe.routes.entries import index_of
from egov_participation.web.context import services
from egov_participation.web.open_data import file_answer, json_answer
from egov_participation.web.routing import route

PROOF = "text/plain; charset=utf-8"


def api_entries(request: Request) -> Response:
    """A page of entries, the newest first; ``?before=`` leads on.

    Raises:
        DomainError: 400 ``query.type``, ``query.subject`` or ``query.before``: there can be none such. An empty list
            would look as if nothing had been entered.
    """
    query = request.query_params
    type_, subject, before = query.get("type", ""), query.get("subject", ""), query.get("before")
    if type_ and type_ not in TYPES:
        raise DomainError(400, N_("The log has no entries of such a type."), code="query.type")
    if subject and not asking.is_subject(subject):
        raise DomainError(400, N_("The log has nothing about such a thing."), code="query.subject")
    if before is not None and asking.place(before) is None:
        raise DomainError(400, N_("The list cannot go on from there: it has no such place."), code="query.before")
    page = service.listing(services(request), type_, subject, asking.place(before), None)
    kept = "".join(f"{name}={value}&" for name, value in (("type", type_), ("subject", subject)) if value)
    following = None if page.older is None else f"/api/v1/log/entries?{kept}before={page.older}"
    return json_answer(request, {"entries": [_as_json(found) for found in page.entries], "next": following})


def api_entry(request: Request) -> Response:
    """The bytes of an entry, as they are hashed.

    Raises:
        DomainError: 404 ``log.no_entry``.
    """
    index = index_of(request)
    found = service.entry(services(request), index)
    return file_answer(request, found.entry.raw, "application/json", f"entry-{index}.json", shown=True)


def api_proof(request: Request) -> Response:
    """The proof that an entry is in the checkpoint of now (C2SP tlog-proof).

    Raises:
        DomainError: 404 ``log.no_entry``.
    """
    index = index_of(request)
    return file_answer(request, service.proof(services(request), index), PROOF, f"entry-{index}.tlog-proof")


def _as_json(found: EntryView) -> dict[str, Any]:
    return {
        "index": found.index,
        "entry": found.value,
        "leaf": found.leaf.hex(),
        "url": f"/kk/observe/entries/{found.index}",
        "links": {"proof": f"/api/v1/log/entries/{found.index}/proof"},
    }


routes = [
    route("/api/v1/log/entries", api_entries, Action.READ, localized=False),
    route("/api/v1/log/entries/{index}", api_entry, Action.READ, localized=False),
    route("/api/v1/log/entries/{index}/proof", api_proof, Action.READ, localized=False),
]
