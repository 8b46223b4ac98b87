"""Incidents of a vote: reporting one, having one's voting code blocked, and the commission's answers.

The room of incidents lies below this one and does not know what a vote is called; so these pages are made here.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.correspondence.pages import Sender, blank, hand_in, own_address, posted_by_another
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import LANGUAGES, N_, translate
from egov_participation.identity import service as identity
from egov_participation.incidents import service as incidents
from egov_participation.voting import service
from egov_participation.voting.incident_forms import AnswerForm, ReportForm, TheftForm
from egov_participation.voting.routes.entering import sign_in_again
from egov_participation.voting.views import VoteView
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def report(request: Request) -> Response:
    """A form for anybody, signed in or not."""
    return _report_page(request, blank())


def _report_page(request: Request, form: Form[ReportForm], status: int = 200) -> Response:
    return kept_by_the_browser(
        render(
            request,
            "incidents/report.html",
            status=status,
            vote=service.vote(services(request), request.path_params["uuid"]),
            form=form,
            kinds=list(_kinds(request).items()),
            person_mail=own_address(request),
        )
    )


def send_report(request: Request) -> Response:
    """Hand a report in."""
    here = services(request)
    vote = service.vote(here, request.path_params["uuid"])

    def take(tx: UnitOfWork, given: ReportForm, sender: Sender) -> str:
        about = {"once": given.once, "text": given.text, "mail": given.mail}
        return incidents.report(tx, here, vote_uuid=vote.uuid, kind=given.kind, **about, **sender)

    def sent_on(number: str) -> Response:
        return RedirectResponse(f"/{lang(request)}/incidents/{number}", 303)

    return hand_in(request, ReportForm, _report_page, take, sent_on)


def send_report_again(request: Request) -> Response:
    """The form came from another session than the one of now: it is shown again, as it was filled in."""
    return _report_page(request, posted_by_another(request, ReportForm), 403)


def theft(request: Request) -> Response:
    """What happens when a voter says that somebody else may have their voting code."""
    return _theft_page(request, Form())


def _theft_page(request: Request, form: Form[TheftForm], status: int = 200) -> Response:
    here, who = services(request), session(request)
    vote = service.vote(here, request.path_params["uuid"])
    with here.database.read() as db:
        blocked = incidents.theft_of(db, vote.uuid, who.person_id)
    return render(
        request,
        "incidents/theft.html",
        status=status,
        vote=vote,
        form=form,
        blocked=blocked,
        over=vote.state not in service.CASTING_TO_COME,
        on_roll=here.registrar.is_on_roll(vote.uuid, who.person_id),
        sure=who.assurance >= vote.assurance,
        fresh=identity.is_fresh(who.signed_in_at, here.clock()),
        sign_in_url=sign_in_again(request, vote),
    )


def block(request: Request) -> Response:
    """Block the code and open the incident. Who signed in too long ago does that once more; what they wrote stays.

    The registrar first: if it cannot be reached nothing has happened, and sending the form again does it once.

    Raises:
        DomainError: 403 ``theft.assurance``, 403 ``voter.not_on_roll``, 410 ``credential.closed``, and those of the
            registrar's ``block``.
    """
    here, who = services(request), session(request)
    vote = service.vote(here, request.path_params["uuid"])
    form = parse(request, TheftForm)
    if form.data is None:
        return _theft_page(request, form, 422)
    try:
        service.block(here, vote, who)
    except DomainError as refusal:
        if refusal.code != "session.not_fresh":
            raise
        form.errors[""] = translate(lang(request), refusal.message)
        return _theft_page(request, form, refusal.status)
    with here.database.uow() as tx:
        reference = incidents.report_theft(
            tx, here, vote_uuid=vote.uuid, text=form.data.text, person=who, lang=lang(request)
        )
        tx.commit()
    return RedirectResponse(f"/{lang(request)}/incidents/{reference}", 303)


def queue(request: Request) -> Response:
    """What waits for a public answer, and what was answered lately."""
    here = services(request)
    with here.database.read() as db:
        waiting, answered = incidents.waiting(db), incidents.answered(db)
    return render(
        request,
        "incidents/queue.html",
        waiting=[(found, incidents.days_left(here, found)) for found in waiting],
        answered=answered,
        votes=_votes(request, {found.vote_uuid for found in [*waiting, *answered]}),
        kinds=_kinds(request),
    )


def incident(request: Request) -> Response:
    """One report, with the form for its answer."""
    return _incident_page(request, Form())


def _incident_page(
    request: Request, form: Form[AnswerForm], status: int = 200, *, preview: bool = False, doubts: tuple[str, ...] = ()
) -> Response:
    here = services(request)
    with here.database.read() as db:
        found = incidents.case(here, db, request.path_params["reference"])
    return render(
        request,
        "incidents/incident.html",
        status=status,
        form=form,
        case=found,
        found=found.public,
        vote=_votes(request, {found.public.vote_uuid}).get(found.public.vote_uuid),
        kind=_kinds(request)[found.public.kind],
        days=incidents.days_left(here, found.public),
        written_in=LANGUAGES[found.language],
        names=LANGUAGES,
        preview=preview,
        doubts=[translate(lang(request), doubt) for doubt in doubts],
    )


def preview(request: Request) -> Response:
    """The answer as the public will see it, before it is public for good."""
    form = parse(request, AnswerForm)
    if form.data is None:
        return _incident_page(request, form, 422)
    return _incident_page(request, form, preview=True, doubts=_doubts(request, form.data))


def answer(request: Request) -> Response:
    """Publish the answer. What looks like personal data in it is asked about first."""
    form = parse(request, AnswerForm)
    if form.data is None:
        return _incident_page(request, form, 422)
    doubts = _doubts(request, form.data)
    if doubts and form.data.checked != "yes":
        form.errors["checked"] = translate(lang(request), N_("Confirm that it names nobody, or change it."))
        return _incident_page(request, form, 422, preview=True, doubts=doubts)
    here = services(request)
    with here.database.uow() as tx:
        incidents.answer(tx, here, session(request), request.path_params["reference"], form.data.texts)
        tx.commit()
    return RedirectResponse(f"/{lang(request)}/office/incidents", 303)


def _doubts(request: Request, form: AnswerForm) -> tuple[str, ...]:
    here = services(request)
    with here.database.read() as db:
        return tuple(incidents.doubts(here, db, request.path_params["reference"], form.texts))


def _votes(request: Request, uuids: set[str]) -> Mapping[str, VoteView]:
    return {vote.uuid: vote for vote in service.votes_among(services(request), uuids)}


def _kinds(request: Request) -> Mapping[str, str]:
    return {value: translate(lang(request), name) for value, name in incidents.kinds()}


_OFFICE = "/office/incidents/{reference}"

routes = [
    route("/votes/{uuid}/incident", report, Action.VISIT),
    route("/votes/{uuid}/incident", send_report, Action.VISIT, methods=["POST"], again=send_report_again),
    route("/votes/{uuid}/theft", theft, Action.VOTE),
    route("/votes/{uuid}/theft", block, Action.VOTE, methods=["POST"]),
    route("/office/incidents", queue, Action.ANSWER_INCIDENT, name="incidents.queue", menu=N_("Incidents")),
    route(_OFFICE, incident, Action.ANSWER_INCIDENT, name="incidents.incident"),
    route(_OFFICE, answer, Action.ANSWER_INCIDENT, name="incidents.answer", methods=["POST"]),
    route(f"{_OFFICE}/preview", preview, Action.ANSWER_INCIDENT, name="incidents.preview", methods=["POST"]),
]
