"""Moderators' pages: comments as they come in, covering words of one, appeals, and destroying what must not be kept."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations.comment_forms import CoverForm, DecideForm, EraseForm
from egov_participation.consultations.models.states import ErasedBy
from egov_participation.consultations.routes.comments import spoken
from egov_participation.consultations.service import (
    comment_heads,
    comment_lists,
    complaining,
    covers,
    lookup,
    redacting,
    ruling,
)
from egov_participation.consultations.service.comment_viewing import views
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def queue(request: Request) -> Response:
    """Appeals that wait, and the comments of all consultations, the last first."""
    after = request.query_params.get("after", "")
    with services(request).database.read() as db:
        waiting = [
            (comment_heads.of(db, consultation), comment, redaction)
            for consultation, comment, redaction in redacting.appeals(db)
        ]
        told = [
            (comment_heads.of(db, consultation), comment, number, since)
            for consultation, comment, number, since in complaining.waiting(db)
        ]
        found, following = comment_lists.newest(db, int(after) if after.isdecimal() and len(after) < 10 else None)
        heads = {one.consultation: comment_heads.of(db, lookup.found(db, one.consultation)) for one in found}
    return render(
        request,
        "consultations/office_comments.html",
        waiting=waiting,
        told=told,
        most=complaining.MOST,
        me=session(request).person_id,
        found=found,
        heads=heads,
        following=following,
        **spoken(lang(request)),
    )


def case(request: Request) -> Response:
    """One comment with all its words, whatever is covered, and what can be decided."""
    return _page(request)


def _page(request: Request, form: Form[Any] | None = None, status: int = 200) -> Response:
    here, params = services(request), request.path_params
    with here.database.read() as db:
        consultation = lookup.found(db, params["reference"])
        row = comment_lists.of_number(db, consultation, params["number"])
        (view,) = views(db, consultation, [row])
        head, covered = comment_heads.of(db, consultation), covers.active(db, row)
        grounds = ruling.of(here, consultation).grounds
        own_decision = redacting.is_own_decision(db, row, session(request).person_id)
        appeal = redacting.why(here, covered) if covered is not None else ""
        told = complaining.told(here, db, row)
    return kept_by_the_browser(
        render(
            request,
            "consultations/office_comment.html",
            status=status,
            head=head,
            title=head.title(lang(request)),
            comment=view,
            row=row,
            covered=covered,
            appeal=appeal,
            own_decision=covered is not None and own_decision,
            told=told,
            named={ground.code: ground.text.get(lang(request)) for ground in grounds},
            grounds=[[ground.code, ground.text.get(lang(request))] for ground in grounds],
            form=form or Form(),
            **spoken(lang(request)),
        )
    )


def _decided(request: Request, form: Form[Any], decide: Any) -> Response:
    """Do it, or show the page again with what is wrong."""
    if form.data is None:
        return _page(request, form, 422)
    here, params = services(request), request.path_params
    try:
        with here.database.uow() as tx:
            decide(here, tx, session(request), params["reference"], params["number"], form.data)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (403, 409, 422):
            raise
        field = refusal.code.partition(".")[2]
        name = field if field in form.values else ""
        form.errors[name] = translate(lang(request), refusal.message, **refusal.params)
        return _page(request, form, refusal.status)
    return to(request, "consultations.office_comment", reference=params["reference"], number=params["number"])


def cover(request: Request) -> Response:
    """Cover all of it, or words in it."""
    form = parse(request, CoverForm)
    if form.data is not None and form.data.what == "words" and not form.data.words.strip():
        form.errors["words"] = translate(lang(request), N_("Copy the words that are to be covered."))
        form.data = None

    def decide(here: Any, tx: Any, acting: Any, reference: str, number: int, data: CoverForm) -> None:
        words = data.words.replace("\r\n", "\n") if data.what == "words" else ""
        redacting.cover(here, tx, acting, reference, number, ground=data.ground, reason=data.reason, words=words)

    return _decided(request, form, decide)


def decide_appeal(request: Request) -> Response:
    """Show the words again, or not."""

    def decide(here: Any, tx: Any, acting: Any, reference: str, number: int, data: DecideForm) -> None:
        grant = data.decision == "grant"
        redacting.decide(here, tx, acting, reference, number, grant=grant, reason=data.reason)

    return _decided(request, parse(request, DecideForm), decide)


def dismiss(request: Request) -> Response:
    """Nothing has to be covered."""
    here, params = services(request), request.path_params
    with here.database.uow() as tx:
        complaining.dismiss(here, tx, session(request), params["reference"], params["number"])
        tx.commit()
    return to(request, "consultations.office_comments")


def erase(request: Request) -> Response:
    """Destroy what is covered."""

    def decide(here: Any, tx: Any, acting: Any, reference: str, number: int, data: EraseForm) -> None:
        redacting.erase(here, tx, acting, reference, number, data.reason, by=ErasedBy(data.by))

    return _decided(request, parse(request, EraseForm), decide)


_OFFICE: Final = "/office/comments"
_ONE: Final = f"{_OFFICE}/{{reference}}/{{number:int}}"
_MAY: Final = Action.REDACT_COMMENT

routes = [
    route(_OFFICE, queue, _MAY, name="consultations.office_comments", menu=N_("Comments on drafts")),
    route(_ONE, case, _MAY, name="consultations.office_comment"),
    route(f"{_ONE}/cover", cover, _MAY, methods=["POST"], name="consultations.cover"),
    route(f"{_ONE}/appeal", decide_appeal, _MAY, methods=["POST"], name="consultations.decide_appeal"),
    route(f"{_ONE}/dismiss", dismiss, _MAY, methods=["POST"], name="consultations.dismiss_complaints"),
    route(f"{_ONE}/erase", erase, _MAY, methods=["POST"], name="consultations.erase_comment"),
]
