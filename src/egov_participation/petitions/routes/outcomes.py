"""Pages for everybody: who owes petitions an answer, who has answered, and the way out of mails about one petition."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.errors import DomainError
from egov_participation.formats import filters
from egov_participation.i18n import N_, translate
from egov_participation.petitions.answer_figures import agency_name, by_agency
from egov_participation.petitions.routes.answers import file_name
from egov_participation.petitions.service import documents, owing, reading, subscribers
from egov_participation.petitions.service.lookup import found
from egov_participation.roles import service as roles
from egov_participation.web.context import lang, services
from egov_participation.web.open_data import file_answer, json_answer
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def answers(request: Request) -> Response:
    """How each agency has answered, and what is overdue."""
    here, language = services(request), lang(request)
    with here.database.read() as db:
        records = tuple((one, agency_name(here, language, one.agency)) for one in owing.records(here, db))
        overdue = owing.overdue(here, db)
    today = filters(language, here.settings.timezone)["date"](here.day(here.clock()))
    source = translate(language, N_("Petitions on this site that reached a threshold, %(day)s."), day=today)
    return render(
        request,
        "petitions/answers.html",
        figure=by_agency(language, records, source) if records else None,
        overdue=[(one, agency_name(here, language, one.agency)) for one in overdue],
    )


def api_answers(request: Request) -> Response:
    """The same as data."""
    here = services(request)
    with here.database.read() as db:
        records, overdue = owing.records(here, db), owing.overdue(here, db)
    return json_answer(
        request,
        {
            "agencies": [
                {
                    "agency": one.agency or None,
                    "name": asdict(roles.agency(here, one.agency)) if one.agency else None,
                    "asked": one.asked,
                    "answered": one.done,
                    "answered_late": one.late,
                    "in_time": one.waiting,
                    "overdue": one.overdue,
                    "median_days": one.median_days,
                }
                for one in records
            ],
            "overdue": [
                {
                    "petition": one.reference,
                    "agency": one.agency or None,
                    "answer_due_on": one.due_on.isoformat() if one.due_on else None,
                    "working_days": -one.days,
                    "url": f"/api/v1/petitions/{one.reference}",
                }
                for one in overdue
            ],
        },
    )


def stop_mails(request: Request) -> Response:
    """Ask whether to stop the mails about a petition. Only asking: programs look at links ahead, and must stop none."""
    here = services(request)
    reference, _ = _of_token(request)
    view = reading.public(here, reference)
    return render(
        request, "petitions/stop_mails.html", title=view.text(lang(request)).title, token=request.path_params["token"]
    )


def stop_mails_now(request: Request) -> Response:
    """Stop them, from the page."""
    _stop(request)
    return RedirectResponse(f"/{lang(request)}/mails/stopped", 303)


def stop_mails_by_program(request: Request) -> Response:
    """Stop them with one click in a mail program, whose provider posts ``List-Unsubscribe=One-Click`` (RFC 8058).

    Raises:
        DomainError: 400 ``mails.one_click`` for anything else; 404 ``mails.token``.
    """
    if request.state.form.get("List-Unsubscribe") != "One-Click":
        raise DomainError(400, N_("This is not a request to stop mails."), code="mails.one_click")
    _stop(request)
    return PlainTextResponse("unsubscribed")


def _stop(request: Request) -> None:
    here = services(request)
    reference, person_id = _of_token(request)
    with here.database.uow() as tx:
        subscribers.unsubscribe(tx, here, found(tx.session, reference), person_id)
        tx.commit()


def _of_token(request: Request) -> tuple[str, str]:
    opened = subscribers.open_stop(services(request).settings.keys_dir, request.path_params["token"])
    if opened is None:
        raise DomainError(
            404,
            N_("This link is not complete or not ours. Sign in and choose your mails on your page."),
            code="mails.token",
        )
    return opened


def document(request: Request) -> Response:
    """A document that was published with an answer."""
    reference, sha256 = request.path_params["reference"], request.path_params["sha256"]
    with services(request).database.read() as db:
        content = documents.content(db, reference, sha256)
    return file_answer(request, content, "application/pdf", file_name(reference, sha256))


_STOP = "/petitions/mails/stop/{token}"

routes = [
    route("/petitions/answers", answers, Action.READ),
    route("/api/v1/petition-answers", api_answers, Action.READ, localized=False),
    route("/petitions/{reference}/documents/{sha256}.pdf", document, Action.READ, localized=False),
    route(_STOP, stop_mails, Action.VISIT),
    route(_STOP, stop_mails_now, Action.VISIT, methods=("POST",)),
    route(_STOP, stop_mails_by_program, Action.VISIT, methods=("POST",), localized=False, from_program=True),
]
