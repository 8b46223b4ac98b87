"""Pages: telling moderators in private that somebody was pressed to sign, and the moderators' answers."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.correspondence.pages import Sender, blank, hand_in, own_address, posted_by_another
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_
from egov_participation.petitions.pressure_forms import AnswerForm, ReportForm
from egov_participation.petitions.service import lookup, pressure, reading
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session, session_or_none
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def report(request: Request) -> Response:
    """A form for anybody, signed in or not; and what one can do at once."""
    return _report_page(request, blank())


def _report_page(request: Request, form: Form[ReportForm], status: int = 200) -> Response:
    found = reading.public(services(request), request.path_params["reference"])
    return kept_by_the_browser(
        render(
            request,
            "petitions/pressure.html",
            status=status,
            petition=found,
            text=found.text(lang(request)),
            form=form,
            person_mail=own_address(request),
            signed_in=session_or_none(request) is not None,
        )
    )


def send_report(request: Request) -> Response:
    """Hand a report in."""
    here = services(request)
    reference = reading.public(here, request.path_params["reference"]).reference

    def take(tx: UnitOfWork, given: ReportForm, sender: Sender) -> str:
        about = {"once": given.once, "text": given.text, "mail": given.mail}
        return pressure.report(tx, here, lookup.found(tx.session, reference), **about, **sender)

    def sent_on(number: str) -> Response:
        return to(request, "petitions.pressure_sent", reference=reference, report=number)

    return hand_in(request, ReportForm, _report_page, take, sent_on)


def send_report_again(request: Request) -> Response:
    """The form came from another session than the one of now: it is shown again, as it was filled in."""
    return _report_page(request, posted_by_another(request, ReportForm), 403)


def sent(request: Request) -> Response:
    """It has arrived, and this is its number; what one can do meanwhile.

    Raises:
        DomainError: 404 ``pressure.unknown``.
    """
    here = services(request)
    found = reading.public(here, request.path_params["reference"])
    with here.database.read() as db:
        petition = lookup.found(db, found.reference)
        standing = pressure.standing(db, petition, request.path_params["report"])
    if standing is None:
        raise DomainError(404, N_("There is no report with this number."), code="pressure.unknown")
    return kept_by_the_browser(
        render(
            request,
            "petitions/pressure_sent.html",
            petition=found,
            text=found.text(lang(request)),
            standing=standing,
            signed_in=session_or_none(request) is not None,
        )
    )


# -- the office --------------------------------------------------------------------------------------------------------


def queue(request: Request) -> Response:
    """What waits for an answer, and what was answered lately."""
    here = services(request)
    with here.database.read() as db:
        waiting, answered = pressure.waiting(db, session(request)), pressure.answered(db, session(request))
    return render(
        request,
        "petitions/pressure_queue.html",
        waiting=[(found, petition, pressure.days_left(here, found)) for found, petition in waiting],
        answered=answered,
    )


def case(request: Request) -> Response:
    """One report, with the form for its answer."""
    return _case_page(request, Form())


def _case_page(request: Request, form: Form[AnswerForm]) -> Response:
    here = services(request)
    with here.database.read() as db:
        found = pressure.case(here, db, session(request), request.path_params["report"])
    return render(
        request,
        "petitions/pressure_case.html",
        status=422 if form.errors else 200,
        form=form,
        case=found,
        found=found.standing,
        language=LANGUAGES[found.language],
        days=pressure.days_left(here, found.standing),
    )


def answer(request: Request) -> Response:
    """Write back."""
    form = parse(request, AnswerForm)
    if form.data is None:
        return _case_page(request, form)
    here = services(request)
    with here.database.uow() as tx:
        pressure.answer(tx, here, session(request), request.path_params["report"], form.data.text)
        tx.commit()
    return to(request, "petitions.pressure_queue")


_PUBLIC: Final = "/petitions/{reference}/pressure"
_OFFICE: Final = "/office/petitions/pressure"

routes = [
    route(_PUBLIC, report, Action.VISIT, name="petitions.pressure"),
    route(
        _PUBLIC, send_report, Action.VISIT, methods=["POST"], name="petitions.send_pressure", again=send_report_again
    ),
    route(f"{_PUBLIC}/{{report}}", sent, Action.VISIT, name="petitions.pressure_sent"),
    route(_OFFICE, queue, Action.REVIEW_PETITION, name="petitions.pressure_queue", menu=N_("Reports of pressure")),
    route(f"{_OFFICE}/{{report}}", case, Action.REVIEW_PETITION, name="petitions.pressure_case"),
    route(f"{_OFFICE}/{{report}}", answer, Action.REVIEW_PETITION, name="petitions.answer_pressure", methods=["POST"]),
]
