"""Pages of a vote that is set up: what it awaits of whom, and what may be proposed about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.commission.deciding_forms import ExtensionForm, PublicForm
from egov_participation.commission.service import deciding, rehearsals, running
from egov_participation.commission.service.lookup import draft_of_vote
from egov_participation.database import UnitOfWork
from egov_participation.errors import DomainError
from egov_participation.i18n import translate
from egov_participation.services import Services, SessionInfo
from egov_participation.voting import service as voting
from egov_participation.voting.texts import Texts
from egov_participation.voting.timeline import timeline
from egov_participation.voting.views import VoteView
from egov_participation.voting.wording import added_up_in_words
from egov_participation.web import days
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def vote(request: Request) -> Response:
    """The check-list: what is done, what is awaited and of whom, what may be proposed now."""
    here, found = services(request), _vote(request)
    now, language = here.clock(), lang(request)
    with here.database.read() as db:
        rehearsal = rehearsals.of_vote(db, found.uuid) if found.rehearsal else None
        if rehearsal is not None:
            return to(request, "commission.rehearsal", id=rehearsal.id)
        tasks = running.of_vote(here, db, found)
        waiting = approvals.pending_about(db, deciding.object_of(found.uuid), now)
        draft = draft_of_vote(db, found.uuid)
        adding = voting.adding_up_of(db, found.uuid)
    return render(
        request,
        "commission/vote.html",
        block="progress",
        adding_up=adding,
        said=adding and added_up_in_words(adding, language, here.settings.timezone),
        vote=found,
        tasks=tasks,
        waiting=waiting,
        draft=draft,
        possible=running.possible(found, waiting),
        timeline=timeline(found, language, here.settings.timezone, now),
    )


def adding_up(request: Request) -> Response:
    """How far the ballots are added up, asked again and again by the page; at its end the page is loaded anew."""
    found = _vote(request)
    with services(request).database.read() as db:
        over = voting.adding_up_of(db, found.uuid) is None
    if not over:
        return vote(request)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=200, headers={"HX-Refresh": "true"})
    return to(request, "commission.vote", uuid=found.uuid)


def extend(request: Request) -> Response:
    """Until when, and why."""
    return _extend_page(request, Form())


def extend_now(request: Request) -> Response:
    """Propose it."""
    here, form = services(request), parse(request, ExtensionForm)
    if form.data is None:
        return _extend_page(request, form)
    closes_at = form.data.closes_at().replace(tzinfo=ZoneInfo(here.settings.timezone))
    reason = form.data.texts()

    def propose(tx: UnitOfWork) -> Proposal:
        uuid = request.path_params["uuid"]
        return deciding.propose_extension(here, tx, session(request), uuid, closes_at, reason)

    return _proposed(request, form, propose, _extend_page)


def cancel(request: Request) -> Response:
    """Why."""
    return _cancel_page(request, Form())


def cancel_now(request: Request) -> Response:
    """Propose it."""
    return _propose_with_text(request, deciding.propose_cancellation, _cancel_page)


def correct(request: Request) -> Response:
    """What is wrong in the protocol."""
    return _correct_page(request, Form())


def correct_now(request: Request) -> Response:
    """Propose the erratum."""
    return _propose_with_text(request, deciding.propose_correction, _correct_page)


def publish(request: Request) -> Response:
    """Propose that the protocol be signed; what is in it, the proposal's page shows."""
    here = services(request)
    with here.database.uow() as tx:
        proposal = deciding.propose_protocol(here, tx, session(request), request.path_params["uuid"])
        tx.commit()
    return to(request, "commission.proposal", id=proposal.id)


def _propose_with_text(
    request: Request,
    propose: Callable[[Services, UnitOfWork, SessionInfo, str, Texts], Proposal],
    page: Callable[[Request, Form[PublicForm]], Response],
) -> Response:
    """Propose what needs nothing but a text that will be public."""
    here, form = services(request), parse(request, PublicForm)
    if form.data is None:
        return page(request, form)
    texts = form.data.texts()
    return _proposed(
        request, form, lambda tx: propose(here, tx, session(request), request.path_params["uuid"], texts), page
    )


def _proposed(
    request: Request,
    form: Form[ExtensionForm] | Form[PublicForm],
    propose: Callable[[UnitOfWork], Proposal],
    page: Callable[[Request, Form[PublicForm]], Response],
) -> Response:
    """On to the proposal; what the rules say against it stands at the form, and nothing that was typed is lost."""
    try:
        with services(request).database.uow() as tx:
            proposal = propose(tx)
            tx.commit()
    except DomainError as refusal:
        if refusal.status != 409:
            raise
        name = "closes" if refusal.code in {"vote.not_later", "vote.too_long"} else ""
        return page(request, Form(form.values, {name: translate(lang(request), refusal.message)}))
    return to(request, "commission.proposal", id=proposal.id)


def _extend_page(request: Request, form: Form[PublicForm] | Form[ExtensionForm]) -> Response:
    return _act_page(request, form, "extend", day=days.typed(form.values, "closes"))


def _cancel_page(request: Request, form: Form[PublicForm]) -> Response:
    return _act_page(request, form, "cancel")


def _correct_page(request: Request, form: Form[PublicForm]) -> Response:
    return _act_page(request, form, "correct")


def _act_page(request: Request, form: Form[PublicForm] | Form[ExtensionForm], name: str, **context: Any) -> Response:
    status = 422 if form.errors else 200
    return render(request, f"commission/{name}.html", status=status, vote=_vote(request), form=form, **context)


def _vote(request: Request) -> VoteView:
    return voting.vote(services(request), request.path_params["uuid"])


_VOTE: Final = "/office/votes/{uuid}"

routes = [
    route(_VOTE, vote, Action.SET_UP_VOTE),
    route(f"{_VOTE}/adding-up", adding_up, Action.SET_UP_VOTE),
    route(f"{_VOTE}/extend", extend, Action.EXTEND_VOTE),
    route(f"{_VOTE}/extend", extend_now, Action.EXTEND_VOTE, methods=["POST"]),
    route(f"{_VOTE}/cancel", cancel, Action.CANCEL_VOTE),
    route(f"{_VOTE}/cancel", cancel_now, Action.CANCEL_VOTE, methods=["POST"]),
    route(f"{_VOTE}/correct", correct, Action.PUBLISH_VOTE),
    route(f"{_VOTE}/correct", correct_now, Action.PUBLISH_VOTE, methods=["POST"]),
    route(f"{_VOTE}/publish", publish, Action.PUBLISH_VOTE, methods=["POST"]),
]
"""After everything else of the room: a uuid stands where other pages have a word."""
