"""Pages of the office: documents with a draft, comments taken for longer, and the draft withdrawn."""

from __future__ import annotations

from sqlalchemy import select as choose
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.consultations import office_wording as words
from egov_participation.consultations.models import ConsultationPaper
from egov_participation.consultations.office_forms import ExtensionForm, PaperForm, ReasonForm
from egov_participation.consultations.routes import office_common as common
from egov_participation.consultations.routes.office_drafts import title_of
from egov_participation.consultations.rules.attachments import PDF
from egov_participation.consultations.service import papers, publishing, ruling, running
from egov_participation.consultations.service.lookup import no_consultation
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.web import days
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse, upload
from egov_participation.web.limits import MAX_BODY
from egov_participation.web.routing import route
from egov_participation.web.templating import render


def draft_papers(request: Request) -> Response:
    """The documents with a draft, and the form for another one."""
    return _papers_page(request, Form())


def paper_add(request: Request) -> Response:
    """Put one with it."""
    form, here, key = parse(request, PaperForm), services(request), request.path_params["key"]
    content = upload(request, "file")
    if content is None:
        form.errors["file"] = translate(lang(request), N_("Choose a file."))
    if form.data is None or content is None:
        return _papers_page(request, form)
    try:
        with here.database.uow() as tx:
            paper = (form.data.kind, form.data.lang, form.data.name)
            papers.add(here, tx, session(request), key, paper, content)
            tx.commit()
    except DomainError as refusal:
        form.errors["file"] = common.sentence(request, refusal)
        return _papers_page(request, form)
    return to(request, "consultations.draft_papers", key=key)


def paper_remove(request: Request) -> Response:
    """Take one away that is not public yet."""
    here, key = services(request), request.path_params["key"]
    with here.database.uow() as tx:
        papers.remove(here, tx, session(request), key, request.path_params["sha256"])
        tx.commit()
    return to(request, "consultations.draft_papers", key=key)


def draft_paper(request: Request) -> Response:
    """A document itself, to be saved: this site never shows one."""
    sha256 = request.path_params["sha256"]
    with services(request).database.read() as db:
        content, media_type = papers.content_of(db, common.draft(request, db), sha256)
    ending = "pdf" if media_type == PDF else "docx"
    headers = {"Content-Disposition": f'attachment; filename="{sha256[:12]}.{ending}"'}
    return Response(content, media_type=media_type, headers=headers)


def _papers_page(request: Request, form: Form[PaperForm]) -> Response:
    language = lang(request)
    with services(request).database.read() as db:
        row = common.draft(request, db)
        columns = (
            col(ConsultationPaper.kind),
            col(ConsultationPaper.lang),
            col(ConsultationPaper.name),
            col(ConsultationPaper.sha256),
            col(ConsultationPaper.size),
            col(ConsultationPaper.published_at),
        )
        mine = col(ConsultationPaper.consultation_id) == row.id
        found = db.execute(choose(*columns).where(mine).order_by(col(ConsultationPaper.id))).all()
        return render(
            request,
            "consultations/office_papers.html",
            status=422 if form.errors else 200,
            row=row,
            title=title_of(request, db, row),
            papers=found,
            kinds=[(kind, translate(language, words.PAPER_KINDS[kind])) for kind in papers.KINDS],
            kind_names=words.PAPER_KINDS,
            in_languages=common.in_languages(request),
            form=form,
            most=papers.MAX_SIZE // 1_000_000,
        )


def draft_extend(request: Request) -> Response:
    """Until when, and why."""
    return _extend_page(request, Form())


def draft_extend_propose(request: Request) -> Response:
    """Propose it to a colleague."""
    form, here = parse(request, ExtensionForm), services(request)
    if form.data is not None and form.data.closes_on is None:
        form.errors["closes_on"] = translate(lang(request), N_("Say until when."))
    if form.data is None or form.data.closes_on is None:
        return _extend_page(request, form)
    try:
        with here.database.uow() as tx:
            key, day, reason = request.path_params["key"], form.data.closes_on, form.data.reason
            proposal = running.propose_extension(here, tx, session(request), key, day, reason)
            tx.commit()
    except DomainError as refusal:
        form.errors["closes_on" if refusal.code == "consultation.day" else ""] = common.sentence(request, refusal)
        return _extend_page(request, form)
    return to(request, publishing.ROUTE, id=proposal.id)


def _extend_page(request: Request, form: Form[ExtensionForm]) -> Response:
    here = services(request)
    with here.database.read() as db:
        row = common.draft(request, db)
        if row.closes_at is None or not running.may_extend(row):
            raise no_consultation()
        return render(
            request,
            "consultations/office_extend.html",
            status=422 if form.errors else 200,
            row=row,
            title=title_of(request, db, row),
            closes_on=ruling.last_day(here, row.closes_at),
            form=form,
            day=days.typed(form.values, "closes_on"),
        )


def draft_withdraw(request: Request) -> Response:
    """Why."""
    return _withdraw_page(request, Form())


def draft_withdraw_propose(request: Request) -> Response:
    """Propose it to a colleague."""
    form, here = parse(request, ReasonForm), services(request)
    if form.data is None:
        return _withdraw_page(request, form)
    try:
        with here.database.uow() as tx:
            key = request.path_params["key"]
            proposal = running.propose_withdrawal(here, tx, session(request), key, form.data.reason)
            tx.commit()
    except DomainError as refusal:
        form.errors[""] = common.sentence(request, refusal)
        return _withdraw_page(request, form)
    return to(request, publishing.ROUTE, id=proposal.id)


def _withdraw_page(request: Request, form: Form[ReasonForm]) -> Response:
    with services(request).database.read() as db:
        row = common.draft(request, db)
        if not running.may_withdraw(row):
            raise no_consultation()
        return render(
            request,
            "consultations/office_withdraw.html",
            status=422 if form.errors else 200,
            row=row,
            title=title_of(request, db, row),
            form=form,
        )


_MAY = Action.PUBLISH_DRAFT
_PAPERS = f"{common.DRAFT}/papers"

routes = [
    route(_PAPERS, draft_papers, _MAY),
    route(_PAPERS, paper_add, _MAY, methods=["POST"], max_body=papers.MAX_SIZE + MAX_BODY),
    route(f"{_PAPERS}/{{sha256}}", draft_paper, _MAY),
    route(f"{_PAPERS}/{{sha256}}/remove", paper_remove, _MAY, methods=["POST"]),
    route(f"{common.DRAFT}/extend", draft_extend, _MAY),
    route(f"{common.DRAFT}/extend", draft_extend_propose, _MAY, methods=["POST"]),
    route(f"{common.DRAFT}/withdraw", draft_withdraw, _MAY),
    route(f"{common.DRAFT}/withdraw", draft_withdraw_propose, _MAY, methods=["POST"]),
]
