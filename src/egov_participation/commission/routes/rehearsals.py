"""Pages of a rehearsal: begun from a draft, followed, closed, thrown away by one member alone."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.commission import rehearsing
from egov_participation.commission.models import Draft, Rehearsal
from egov_participation.commission.rehearsal_forms import RehearseForm
from egov_participation.commission.routes.draft_common import found_draft, said, title_of
from egov_participation.commission.service import rehearsals, running
from egov_participation.commission.service.changing import document_of
from egov_participation.commission.service.lookup import find_draft
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.results.pdf import BusyError
from egov_participation.voting import protocol_pages
from egov_participation.voting.service import VoteState
from egov_participation.voting.service import protocol as protocols
from egov_participation.voting.setup_file import SetupError
from egov_participation.voting.views import VoteView
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def rehearse(request: Request) -> Response:
    """How large it shall be, or what is missing."""
    return _start_page(request, Form({"voters": str(rehearsing.USUAL), "minutes": str(rehearsing.USUALLY)}))


def rehearse_now(request: Request) -> Response:
    """Begin."""
    form, here = parse(request, RehearseForm), services(request)
    if form.data is None:
        return _start_page(request, form, 422)
    id_, asked = request.path_params["id"], form.data
    try:
        with here.database.uow() as tx:
            made = rehearsals.start(here, tx, session(request), id_, voters=asked.voters, minutes=asked.minutes)
            tx.commit()
    except SetupError:
        return _start_page(request, form, 422)
    except DomainError as refusal:
        if refusal.status != 409:
            raise
        return _start_page(request, Form(form.values, {"": translate(lang(request), refusal.message)}), 409)
    return to(request, "commission.rehearsal", id=made.id)


def rehearsal(request: Request) -> Response:
    """Where it stands, and where everything of it is to be seen."""
    return _page(request)


def rehearsal_progress(request: Request) -> Response:
    """How far it is, asked again and again by the page; at its end the page is loaded anew."""
    row, vote = _found(request)
    if _busy(row, vote):
        return _page(request)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=200, headers={"HX-Refresh": "true"})
    return to(request, "commission.rehearsal", id=row.id)


def close_rehearsal(request: Request) -> Response:
    """Close it before its time."""
    here, id_ = services(request), request.path_params["id"]
    with here.database.uow() as tx:
        rehearsals.close(here, tx, session(request), id_)
        tx.commit()
    return to(request, "commission.rehearsal", id=id_)


def discard_rehearsal(request: Request) -> Response:
    """Throw it away."""
    here, id_ = services(request), request.path_params["id"]
    with here.database.uow() as tx:
        draft_id = rehearsals.find(tx.session, id_).draft_id
        rehearsals.discard(here, tx, session(request), id_)
        tx.commit()
    return to(request, "commission.draft", id=draft_id)


def rehearsal_protocol(request: Request) -> Response:
    """The protocol as it would be signed, which nobody can.

    Raises:
        DomainError: 404 ``rehearsal.unknown``; 409 ``vote.not_counted``; 503 ``protocol.busy``.
    """
    here, settings = services(request), services(request).settings
    row, vote = _found(request)
    with here.database.read() as db:
        unsigned = protocols.build(here, db, row.uuid)
    assert vote is not None
    try:
        raw = protocol_pages.preview(vote, unsigned, lang(request), settings.timezone, settings.base_url)
    except BusyError:
        raise DomainError(
            503, N_("Many ask for a PDF at this moment. Try it again in a minute."), code="protocol.busy"
        ) from None
    name = f"rehearsal-{row.id}-{lang(request)}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "X-Robots-Tag": "noindex"}
    return Response(raw, media_type="application/pdf", headers=headers)


def _start_page(request: Request, form: Form[RehearseForm], status: int = 200) -> Response:
    here, draft = services(request), found_draft(request)
    with here.database.read() as db:
        problems = rehearsals.missing(here, db, draft)
        standing = rehearsals.of_draft(db, draft.id)
    return render(
        request,
        "commission/rehearse.html",
        status=status,
        draft=draft,
        title=title_of(request, document_of(draft)),
        form=form,
        standing=standing,
        problems=said(request, draft, problems),
    )


def _page(request: Request) -> Response:
    here = services(request)
    row, vote = _found(request)
    with here.database.read() as db:
        draft = find_draft(db, row.draft_id)
        tasks = [] if vote is None else running.of_vote(here, db, vote)
    return render(
        request,
        "commission/rehearsal.html",
        block="progress",
        **_about(request, draft, row, vote),
        tasks=tasks,
    )


def _about(request: Request, draft: Draft, row: Rehearsal, vote: VoteView | None) -> dict[str, Any]:
    return {
        "rehearsal": row,
        "draft": draft,
        "title": title_of(request, document_of(draft)),
        "vote": vote,
        "busy": _busy(row, vote),
        "trouble": translate(lang(request), row.problem) if row.problem else "",
        "closable": row.state == "running" and vote is not None and vote.state is VoteState.OPEN,
        "goes_at": row.closes_at + rehearsals.KEPT,
        "binding": vote is not None and vote.kind == "binding",
    }


def _busy(row: Rehearsal, vote: VoteView | None) -> bool:
    """Whether there is something to wait for that takes seconds."""
    casting = row.state == "running" and row.progress_done < row.progress_total
    return row.state == "preparing" or (casting and vote is not None and vote.state is VoteState.OPEN)


def _found(request: Request) -> tuple[Rehearsal, VoteView | None]:
    here = services(request)
    with here.database.read() as db:
        row = rehearsals.find(db, request.path_params["id"])
        return row, rehearsals.vote_of(here, db, row)


_DRAFT: Final = "/office/votes/drafts/{id}/rehearse"
_REHEARSAL: Final = "/office/votes/rehearsals/{id}"

routes = [
    route(_DRAFT, rehearse, Action.SET_UP_VOTE),
    route(_DRAFT, rehearse_now, Action.SET_UP_VOTE, methods=["POST"]),
    route(_REHEARSAL, rehearsal, Action.SET_UP_VOTE),
    route(f"{_REHEARSAL}/progress", rehearsal_progress, Action.SET_UP_VOTE),
    route(f"{_REHEARSAL}/protocol.pdf", rehearsal_protocol, Action.SET_UP_VOTE),
    route(f"{_REHEARSAL}/close", close_rehearsal, Action.SET_UP_VOTE, methods=["POST"]),
    route(f"{_REHEARSAL}/discard", discard_rehearsal, Action.SET_UP_VOTE, methods=["POST"]),
]
