"""Pages of a draft's setup: freezing it with its progress, the frozen setup with its hash, and taking it back."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.commission.deciding_forms import FreezeForm, ThawForm
from egov_participation.commission.routes.draft_common import found_draft, said
from egov_participation.commission.service import deciding, freezing, running
from egov_participation.commission.service.changing import title_of
from egov_participation.commission.service.checking import check
from egov_participation.commission.service.lookup import trustees_of
from egov_participation.commission.service.trustees import name_of
from egov_participation.voting import service as voting
from egov_participation.voting.setup import SetupDocument
from egov_participation.voting.setup_file import SetupError
from egov_participation.voting.wording import roll_in_words
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def setup(request: Request) -> Response:
    """Where the setup stands: to be frozen, being frozen, frozen with all that it fixes, or set up."""
    return _page(request, 200)


def progress(request: Request) -> Response:
    """How far the freezing is, asked again and again by the page; at its end the page is loaded anew."""
    draft = found_draft(request)
    if draft.state == "preparing":
        return _page(request, 200)
    response = to(request, "commission.setup", id=draft.id)
    if request.headers.get("hx-request") == "true":
        response = Response(status_code=200, headers={"HX-Refresh": "true"})
    return response


def freeze(request: Request) -> Response:
    """Freeze what the page showed."""
    form, here, draft = parse(request, FreezeForm), services(request), found_draft(request)
    version = form.data.version if form.data else 0
    try:
        with here.database.uow() as tx:
            freezing.freeze(here, tx, session(request), draft.id, version)
            tx.commit()
    except SetupError:
        return _page(request, 422)
    return to(request, "commission.setup", id=draft.id)


def thaw(request: Request) -> Response:
    """Why it shall be taken back."""
    return _thaw_page(request, Form())


def thaw_now(request: Request) -> Response:
    """Take it back."""
    form, here, draft = parse(request, ThawForm), services(request), found_draft(request)
    if form.data is None:
        return _thaw_page(request, form)
    with here.database.uow() as tx:
        freezing.thaw(here, tx, session(request), draft.id, reason=form.data.reason)
        tx.commit()
    return to(request, "commission.setup", id=draft.id)


def propose_set_up(request: Request) -> Response:
    """Propose that it become a vote."""
    here, draft = services(request), found_draft(request)
    with here.database.uow() as tx:
        proposal = deciding.propose_set_up(here, tx, session(request), draft.id)
        tx.commit()
    return to(request, "commission.proposal", id=proposal.id)


def _page(request: Request, status: int) -> Response:
    here, draft = services(request), found_draft(request)
    context: dict[str, Any] = {"draft": draft, "title": title_of(draft)}
    if draft.state == "preparing":
        return render(request, "commission/freezing.html", block="progress", **context)
    if draft.setup is None:
        with here.database.read() as db:
            found = check(here, db, draft, here.clock())
        problems, warnings = said(request, draft, found.problems), said(request, draft, found.warnings)
        return render(
            request,
            "commission/freeze.html",
            status=status,
            problems=problems,
            warnings=warnings,
            people=found.electorate.people,
            **context,
        )
    document = SetupDocument.parse(draft.setup)
    with here.database.read() as db:
        rows = trustees_of(db, draft.id)
        waiting = approvals.pending_about(db, deciding.object_of(draft.uuid), here.clock())
        tasks = running.before_setting_up(db, draft)
    return render(
        request,
        "commission/setup.html",
        setup=document,
        who_votes=roll_in_words(document.roll_rule, lang(request), here.settings.timezone),
        questions=voting.questions_in(draft.archive_start or b""),
        needed=voting.needed_in(draft.archive_start or b""),
        trustees=[(name_of(row).of(lang(request)), row) for row in rows],
        waiting=waiting,
        tasks=tasks,
        ready=draft.state == "frozen" and all(task.done for task in tasks) and not waiting,
        too_late=document.opens_at <= here.clock(),
        inside=here.registrar.inside,
        **context,
    )


def _thaw_page(request: Request, form: Form[ThawForm]) -> Response:
    draft = found_draft(request)
    return render(
        request,
        "commission/thaw.html",
        status=422 if form.errors else 200,
        draft=draft,
        title=title_of(draft),
        form=form,
    )


_DRAFT: Final = "/office/votes/drafts/{id}"

routes = [
    route(f"{_DRAFT}/setup", setup, Action.SET_UP_VOTE),
    route(f"{_DRAFT}/progress", progress, Action.SET_UP_VOTE),
    route(f"{_DRAFT}/freeze", freeze, Action.SET_UP_VOTE, methods=["POST"]),
    route(f"{_DRAFT}/thaw", thaw, Action.SET_UP_VOTE),
    route(f"{_DRAFT}/thaw", thaw_now, Action.SET_UP_VOTE, methods=["POST"]),
    route(f"{_DRAFT}/propose", propose_set_up, Action.SET_UP_VOTE, methods=["POST"]),
]
