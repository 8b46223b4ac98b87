"""The result of a vote: its page, its charts as pictures, and the signed protocol in every form.

The forms have addresses that stay. Before there is anything behind one, it answers 404 and says why.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.results.pdf import BusyError
from egov_participation.voting import ballots_file, figures, result_file, service
from egov_participation.voting.routes.public import page_of
from egov_participation.voting.service import Listed, documents
from egov_participation.voting.views import VoteView
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import file_answer
from egov_participation.web.routing import route

BUSY: Final = N_(
    "Many ask for a PDF at this moment. The signed protocol itself is there; try the PDF again in a minute."
)


def result(request: Request) -> Response:
    """The result with its charts and its protocol, or what is still to come."""
    here, found = services(request), _vote(request)
    language, timezone = lang(request), here.settings.timezone
    context: dict[str, Any] = {"results": [], "turnout": None, "regional": [], "days": None}
    if found.result is not None:
        context = {
            "results": figures.of_results(found, language, timezone),
            "turnout": figures.of_turnout(found, language, timezone),
            "regional": figures.of_regions(found, language, timezone),
            "days": figures.of_days(found, service.ballots_per_day(here, found.uuid), language, timezone),
        }
    return page_of(request, "result", found, key=service.protocol_key(here), **context)


NO_CHART = N_("There is no such chart of this vote, or not yet.")


def result_picture(request: Request) -> Response:
    """A question's result as a PNG, to be passed on.

    Raises:
        DomainError: 404 ``result.none``.
    """
    found, timezone = _vote(request), services(request).settings.timezone
    png = figures.picture(found, request.path_params["number"], lang(request), timezone)
    if png is None:
        raise DomainError(404, N_("There is no result of this question yet."), code="result.none")
    return _picture(png)


def flow_picture(request: Request) -> Response:
    """Where the votes on a question went, as a PNG.

    Raises:
        DomainError: 404 ``result.no_chart``.
    """
    found, timezone = _vote(request), services(request).settings.timezone
    png = figures.flow_picture(found, request.path_params["number"], lang(request), timezone)
    if png is None:
        raise DomainError(404, NO_CHART, code="result.no_chart")
    return _picture(png)


def chart_picture(request: Request) -> Response:
    """Another chart of the result as a PNG.

    Raises:
        DomainError: 404 ``result.no_chart``.
    """
    here, found, name = services(request), _vote(request), request.path_params["chart"]
    png = None
    if name in figures.CHARTS and found.result is not None:
        days = service.ballots_per_day(here, found.uuid)
        png = figures.chart_picture(found, name, days, lang(request), here.settings.timezone)
    if png is None:
        raise DomainError(404, NO_CHART, code="result.no_chart")
    return _picture(png)


def protocol_json(request: Request) -> Response:
    """The signed protocol, byte for byte.

    Raises:
        DomainError: 404 ``protocol.none``.
    """
    found = _vote(request)
    raw = service.signed_protocol(services(request), found.uuid)
    if raw is None:
        raise _no_protocol(found)
    return file_answer(request, raw, "application/json", f"protocol-{found.uuid}.json")


def protocol_pdf(request: Request) -> Response:
    """The signed protocol to read and print, in the language of the address.

    Raises:
        DomainError: 404 ``protocol.none``; 503 ``protocol.busy``.
    """
    found = _vote(request)
    try:
        raw = documents.protocol_pdf(services(request), found, lang(request))
    except BusyError:
        raise DomainError(503, BUSY, code="protocol.busy") from None
    if raw is None:
        raise _no_protocol(found)
    return file_answer(request, raw, "application/pdf", f"protocol-{found.uuid}-{lang(request)}.pdf", shown=True)


def result_csv(request: Request) -> Response:
    """The result as a table for spreadsheets.

    Raises:
        DomainError: 404 ``result.none``.
    """
    found = _vote(request)
    raw = result_file.to_csv(found)
    if raw is None:
        raise DomainError(404, N_("This vote has no result yet."), code="result.none")
    return file_answer(request, raw, "text/csv; charset=utf-8; header=present", f"result-{found.uuid}.csv")


def count_json(request: Request) -> Response:
    """How a question's ballots were counted, byte for byte as the protocol has its hash.

    Raises:
        DomainError: 404 ``result.no_count``.
    """
    uuid, number = request.path_params["uuid"], request.path_params["number"]
    raw = service.count_file(services(request), uuid, number)
    return file_answer(request, raw, "application/json", f"count-{uuid}-{number}.json")


def ballots_json(request: Request) -> Response:
    """The shuffled ballots on a question.

    Raises:
        DomainError: 404 ``result.not_listed``.
    """
    return _listed(request, ballots_file.to_json, "application/json", "json")


def ballots_csv(request: Request) -> Response:
    """The same as a table for spreadsheets.

    Raises:
        DomainError: as `ballots_json`.
    """
    return _listed(request, ballots_file.to_csv, "text/csv; charset=utf-8; header=present", "csv")


def ballots_blt(request: Request) -> Response:
    """The same for programs that count rankings.

    Raises:
        DomainError: as `ballots_json`; 404 ``result.no_ranks``: they are grades.
    """
    return _listed(request, ballots_file.to_blt, "text/plain; charset=utf-8", "blt")


def _listed(request: Request, write: Callable[[Listed], bytes | None], media_type: str, ending: str) -> Response:
    here, found, number = services(request), _vote(request), request.path_params["number"]
    key = (found.uuid, found.head_hash, number, ending)
    with _writing:  # a large vote takes a second: whoever waited for the same has it then
        raw = _written.pop(key, None) or write(service.listed(here, found.uuid, number))
        if raw is not None:
            _written[key] = raw
            while len(_written) > 1 and sum(map(len, _written.values())) > _KEPT_BYTES:
                _written.popitem(last=False)
    if raw is None:
        raise DomainError(404, N_("The ballots on this question give grades, not ranks."), code="result.no_ranks")
    return file_answer(request, raw, media_type, f"ballots-{found.uuid}-{number}.{ending}")


_KEPT_BYTES: Final = 32_000_000
_writing = threading.Lock()
_written: OrderedDict[tuple[str, str, int, str], bytes] = OrderedDict()
"""Lists of ballots as files, the last used last: what a head's hash stands for never changes."""


def turnout_json(request: Request) -> Response:
    """The registrar's signed statement on turnout by region, byte for byte.

    Raises:
        DomainError: 404 ``turnout.none``.
    """
    found = _vote(request)
    if found.regional is None:
        raise DomainError(
            404, N_("There is no turnout by region yet: the registrar states it after the vote has closed."),
            code="turnout.none",
        )  # fmt: skip
    return file_answer(request, found.regional.raw, "application/json", f"turnout-{found.uuid}.json")


def _vote(request: Request) -> VoteView:
    return service.vote(services(request), request.path_params["uuid"])


def _no_protocol(vote: VoteView) -> DomainError:
    if vote.cancelled_at is not None:
        message = N_("This vote was cancelled: it has no result, and there will be no protocol.")
    elif vote.rehearsal:
        message = N_("There is none: no protocol of a rehearsal is ever signed.")
    elif vote.result is None:
        message = N_("This vote has no result yet. Its protocol is signed after the count.")
    else:
        message = N_("The ballots are counted. Two members of the commission have not signed the protocol yet.")
    return DomainError(404, message, code="protocol.none")


def _picture(png: bytes) -> Response:
    return Response(png, media_type="image/png", headers={"Cache-Control": "public, max-age=3600"})


routes = [
    route("/votes/{uuid}/result", result, Action.READ),
    route("/votes/{uuid}/result-{number:int}.png", result_picture, Action.READ),
    route("/votes/{uuid}/flow-{number:int}.png", flow_picture, Action.READ),
    route("/votes/{uuid}/chart-{chart}.png", chart_picture, Action.READ),
    route("/votes/{uuid}/protocol.pdf", protocol_pdf, Action.READ),
    route("/votes/{uuid}/protocol.json", protocol_json, Action.READ, localized=False),
    route("/votes/{uuid}/result.csv", result_csv, Action.READ, localized=False),
    route("/votes/{uuid}/count-{number:int}.json", count_json, Action.READ, localized=False),
    route("/votes/{uuid}/ballots-{number:int}.json", ballots_json, Action.READ, localized=False),
    route("/votes/{uuid}/ballots-{number:int}.csv", ballots_csv, Action.READ, localized=False),
    route("/votes/{uuid}/ballots-{number:int}.blt", ballots_blt, Action.READ, localized=False),
    route("/votes/{uuid}/turnout.json", turnout_json, Action.READ, localized=False),
]
