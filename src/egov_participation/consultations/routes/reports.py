"""The report: its page, as PDF, as a table, as data; and how the agency publishes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.approvals import State as ProposalState
from egov_participation.approvals.decision import DecisionForm
from egov_participation.consultations import report_figures, report_pages
from egov_participation.consultations.comment_words import name_of
from egov_participation.consultations.models import Reply, Report
from egov_participation.consultations.routes.reading import page_of
from egov_participation.consultations.rules.reporting import provision
from egov_participation.consultations.service import lookup, reading, report_reading, reporting
from egov_participation.consultations.service.report_reading import PAGE, PositionView
from egov_participation.consultations.telling import CAPACITIES, CHANGES, STANCES, VERDICTS
from egov_participation.consultations.views import CommentView
from egov_participation.errors import DomainError
from egov_participation.formats import filters
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.results.pdf import BusyError
from egov_participation.services import Services
from egov_participation.spreadsheets import csv_line, harmless
from egov_participation.web import proposals
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.downloads import Download
from egov_participation.web.forms import Form
from egov_participation.web.open_data import ASKED_AGAIN, OPEN_TO_ALL, file_answer
from egov_participation.web.reading import page, read
from egov_participation.web.routing import route
from egov_participation.web.templating import render

CSV: Final = "text/csv; charset=utf-8; header=present"


async def report(request: Request) -> Response:
    """The report: who took part, every position with its reply, what changed because of it.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``report.unknown``.
    """
    reference = request.path_params["reference"]
    found = await read(request, reading.public, reference)
    row, content = await read(request, _report, reference)
    number, pages = _number_of(request, content)
    positions = await read(request, _positions, reference, (number - 1) * PAGE, number * PAGE)
    changes = await read(request, _changes, reference)
    figures = await run_in_threadpool(report_figures.of, content, lang(request), _source(request, row))
    return page(
        request,
        (found, row.content_hash, number, tuple(positions), tuple(changes)),
        lambda: page_of(
            request,
            "report",
            found,
            report=row,
            figures=figures,
            positions=positions,
            changes=changes,
            number=number,
            pages=pages,
            **_named(request, content),
        ),
    )


def _number_of(request: Request, content: Mapping[str, Any]) -> tuple[int, int]:
    """The page of positions that is asked for, and how many there are."""
    pages = max(1, -(-len(content["positions"]) // PAGE))
    given = request.query_params.get("page", "1")
    return max(1, min(int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 1, pages)), pages


def _named(request: Request, content: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says, with the words of closed lists in the language of the page."""
    language = lang(request)

    def in_words(names: Mapping[Any, str]) -> dict[Any, str]:
        return {key: translate(language, name) for key, name in names.items()}

    return {
        "content": content,
        "totals": [(translate(language, name), content["totals"][key]) for key, name in report_pages.TOTALS.items()],
        "verdicts": in_words(VERDICTS),
        "place_name": name_of,
        "changes_named": in_words(CHANGES),
        "stances": in_words(STANCES),
        "capacities": in_words(CAPACITIES),
    }


def report_json(request: Request) -> Response:
    """The very bytes that were approved, and that the log's hash is of.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``report.unknown``.
    """
    row = reporting.newest(services(request), request.path_params["reference"])
    name = f"report-{request.path_params['reference']}.json"
    return file_answer(request, row.content.encode(), "application/json", name)


def report_csv(request: Request) -> Response:
    """Every comment with its reply, by numbers and commitments: the very bytes whose hash the report has.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``report.unknown``.
    """
    reference = request.path_params["reference"]
    return file_answer(request, reporting.newest_table(services(request), reference), CSV, f"report-{reference}.csv")


def report_words(request: Request) -> Response:
    """The same in words, as they may be shown today: every comment with its reply, for spreadsheets.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``report.unknown``.
    """
    here, reference = services(request), request.path_params["reference"]
    last = reporting.parsed(reporting.newest(here, reference))["totals"]["comments"]

    def lines() -> Iterator[bytes]:
        yield csv_line(_WORDS_HEAD).encode()
        for start in range(1, last + 1, _AT_ONCE):
            found = report_reading.comments(here, reference, start, min(start + _AT_ONCE, last + 1))
            yield "".join(csv_line(_cells(comment, reply)) for comment, reply in found).encode()

    # As it is made, piece by piece: no table is held whole, so there is no tag of it.
    headers = {
        **OPEN_TO_ALL,
        "Cache-Control": ASKED_AGAIN,
        "Content-Disposition": f'attachment; filename="report-{reference}-words.csv"',
    }
    return Download(lines(), headers=headers, media_type=CSV)


def _cells(one: CommentView, reply: Reply | None) -> Iterator[object]:
    yield one.number
    yield "" if one.place is None else provision(one.place.version, one.place.eid)
    yield from ("", "", "") if one.is_gone else (one.capacity.value, one.stance.value, one.lang)
    yield "" if one.cluster is None else one.cluster
    yield harmless(one.text)
    yield harmless(one.proposed)
    yield "" if reply is None else reply.number
    yield "" if reply is None else reply.verdict
    yield "" if reply is None else harmless(reply.reason)


def report_pdf(request: Request) -> Response:
    """The report to read and print, in the language of the address.

    Raises:
        DomainError: 404 ``consultation.unknown``, ``report.unknown``; 503 ``report.busy``.
    """
    here, language, reference = services(request), lang(request), request.path_params["reference"]
    row = reporting.newest(here, reference)
    content = reporting.parsed(row)
    try:
        raw = report_pages.made(
            reading.public(here, reference),
            row,
            content,
            report_figures.of(content, language, _source(request, row)),
            report_reading.changes(here, content),
            report_reading.positions(here, content, 0, report_pages.MOST),
            language,
            here.settings.timezone,
            here.settings.base_url,
        )
    except BusyError:
        raise DomainError(
            503, N_("Many want a PDF at this moment. Try again in a minute."), code="report.busy"
        ) from None
    return file_answer(request, raw, "application/pdf", f"report-{reference}-{language}.pdf", shown=True)


def report_draft(request: Request) -> Response:
    """What the report would say now, and the button that proposes it."""
    return _draft_page(request, Form())


def report_propose(request: Request) -> Response:
    """Propose to publish it."""
    here = services(request)
    _check_own(request)
    try:
        with here.database.uow() as tx:
            proposal = reporting.propose(here, tx, session(request), request.path_params["reference"])
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (409, 422):
            raise
        return _draft_page(request, Form(errors={"": translate(lang(request), refusal.message, **refusal.params)}))
    return to(request, "consultations.report_proposal", id=proposal.id)


def report_proposal(request: Request) -> Response:
    """What exactly is proposed, and the decision on it."""
    return _proposal_page(request, Form(), 200)


def report_decide(request: Request) -> Response:
    """Approve what was shown, which publishes it, or refuse it."""
    return proposals.decide(request, _KINDS, _proposal_page)


def report_withdraw(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, _KINDS)


def _report(here: Services, reference: str) -> tuple[Report, dict[str, Any]]:
    row = reporting.newest(here, reference)
    return row, reporting.parsed(row)


def _positions(here: Services, reference: str, start: int, end: int) -> list[PositionView]:
    return report_reading.positions(here, _report(here, reference)[1], start, end)


def _changes(here: Services, reference: str) -> list[report_reading.ChangeView]:
    return report_reading.changes(here, _report(here, reference)[1])


def _source(request: Request, row: Report) -> str:
    language = lang(request)
    at = filters(language, services(request).settings.timezone)["datetime"](row.at)
    return translate(language, N_("Source: the report as it was published on %(date)s"), date=at)


def _check_own(request: Request) -> None:
    with services(request).database.read() as db:
        found = lookup.found(db, request.path_params["reference"])
    if found.agency not in session(request).agencies:
        raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")


def _draft_page(request: Request, form: Form[DecisionForm]) -> Response:
    here, language, reference = services(request), lang(request), request.path_params["reference"]
    _check_own(request)
    with here.database.read() as db:
        content = reporting.content(db, lookup.found(db, reference))
    return render(
        request,
        "consultations/report_draft.html",
        status=409 if form.errors else 200,
        form=form,
        content=content,
        reference=reference,
        totals=[(translate(language, name), content["totals"][key]) for key, name in report_pages.TOTALS.items()],
    )


def _proposal_page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    here = services(request)
    with here.database.read() as db:
        proposal = proposals.of(request, db, _KINDS)
        if proposal.agency not in session(request).agencies:
            raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
        reference = str(proposal.content["consultation"])
        standing = proposals.standing(request, db, proposal)
        content = (
            reporting.content(db, lookup.found(db, reference)) if proposal.state is ProposalState.PENDING else None
        )
    return render(
        request,
        "consultations/report_proposal.html",
        status=status,
        form=form,
        reference=reference,
        **({} if content is None else _proposed(request, content)),
        **standing,
    )


def _proposed(request: Request, content: Mapping[str, Any]) -> dict[str, Any]:
    """The report that is proposed, as its page will show it."""
    here, (number, pages) = services(request), _number_of(request, content)
    source = translate(lang(request), N_("Source: the report as it is proposed"))
    return {
        "consultation": reading.public(here, str(content["consultation"])),
        "language_names": LANGUAGES,
        "figures": report_figures.of(content, lang(request), source),
        "positions": report_reading.positions(here, content, (number - 1) * PAGE, number * PAGE),
        "changes": report_reading.changes(here, content),
        "number": number,
        "pages": pages,
        **_named(request, content),
    }


_AT_ONCE: Final = 500
_WORDS_HEAD: Final = (
    *("comment", "provision", "capacity", "stance", "lang", "alike", "text", "proposed"),
    *("reply", "verdict", "reason"),
)
_KINDS: Final = (reporting.KIND,)
_PUBLIC: Final = "/consultations/{reference}/report"
_PROPOSAL: Final = "/office/reports/proposals/{id}"

routes = [
    route(_PUBLIC, report, Action.READ),
    route(f"{_PUBLIC}.json", report_json, Action.READ, localized=False),
    route(f"{_PUBLIC}.csv", report_csv, Action.READ, localized=False),
    route(f"{_PUBLIC}-words.csv", report_words, Action.READ, localized=False),
    route(f"{_PUBLIC}.pdf", report_pdf, Action.READ),
    route(_PROPOSAL, report_proposal, Action.REPLY),
    route(f"{_PROPOSAL}/decide", report_decide, Action.REPLY, methods=["POST"]),
    route(f"{_PROPOSAL}/withdraw", report_withdraw, Action.REPLY, methods=["POST"]),
    route("/office/reports/{reference}", report_draft, Action.REPLY),
    route("/office/reports/{reference}", report_propose, Action.REPLY, methods=["POST"]),
]
