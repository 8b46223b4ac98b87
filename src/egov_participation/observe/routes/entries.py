"""The entries of the log: a list to leaf through, filter and search, and a page for each."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.i18n import N_, translate
from egov_participation.ledger import service as ledger
from egov_participation.observe import asking, service
from egov_participation.observe.telling import TYPE_NAMES, Told, tell
from egov_participation.voting.texts import Texts
from egov_participation.web.context import lang, services
from egov_participation.web.routing import route
from egov_participation.web.templating import render

NOT_FOUND = N_(
    "The log has no such entry. Give the number of an entry, a hash of 64 signs, the identifier of a vote, or a"
    " petition's number."
)


def entries(request: Request) -> Response:
    """A page of entries; with ``?q=`` on to what was looked for, or back here with a sentence."""
    query = request.query_params
    typed, here = query.get("q", "").strip()[: asking.LONGEST], f"/{lang(request)}/observe/entries"
    errors = {}
    if typed:
        found = service.find(services(request), asking.read(typed))
        if found.index is not None:
            return RedirectResponse(f"{here}/{found.index}", 303, {"Cache-Control": "no-store"})
        if found.subject:
            return RedirectResponse(f"{here}?subject={found.subject}", 303, {"Cache-Control": "no-store"})
        errors = {"q": translate(lang(request), NOT_FOUND)}
    type_ = query.get("type", "") if query.get("type") in ledger.TYPES else ""
    subject = query.get("subject", "") if asking.is_subject(query.get("subject", "")) else ""
    page = service.listing(
        services(request), type_, subject, asking.place(query.get("before")), asking.place(query.get("after"))
    )
    asked = {name: value for name, value in (("type", type_), ("subject", subject)) if value}
    return render(
        request,
        "observe/entries.html",
        status=404 if errors else 200,
        told=[_told(request, one, page.titles) for one in page.entries],
        newer=_onward(asked, "after", page.newer),
        older=_onward(asked, "before", page.older),
        first=not {"before", "after"} & query.keys(),
        asked=asked,
        about=page.titles.get(subject),
        types=[(name, translate(lang(request), TYPE_NAMES.get(name, name))) for name in ledger.TYPES],
        typed=typed,
        errors=errors,
    )


def entry(request: Request) -> Response:
    """One entry: what it says, its bytes, its hash, and how anybody proves that it is in the log.

    Raises:
        DomainError: 404 ``log.no_entry``.
    """
    found = service.entry(services(request), index_of(request))
    return render(
        request,
        "observe/entry.html",
        told=_told(request, found.entry, found.titles),
        head=found.head,
        key=service.key(services(request)),
    )


def index_of(request: Request) -> int:
    """The index in the address.

    Raises:
        DomainError: 404 ``log.no_entry``: it is no number.
    """
    index = asking.place(request.path_params["index"])
    if index is None:
        raise ledger.no_entry()
    return index


def _told(request: Request, found: ledger.EntryView, titles: dict[str, Texts]) -> Told:
    language = lang(request)
    named = {uuid: title.of(language) for uuid, title in titles.items()}
    return tell(found, named, language, services(request).settings.timezone)


def _onward(asked: dict[str, str], name: str, index: int | None) -> str:
    """The query of another page; empty if there is none."""
    return "" if index is None else f"?{urlencode(asked | {name: index})}"


routes = [
    route("/observe/entries", entries, Action.READ),
    route("/observe/entries/{index}", entry, Action.READ),
]
