"""Pages of the office: what an agency owes to petitions, writing it, and the second official's decision on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation import approvals
from egov_participation.actions import Action
from egov_participation.approvals import Proposal
from egov_participation.approvals.decision import DecisionForm
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.petitions.answer_figures import agency_name
from egov_participation.petitions.answer_forms import LINKS, AgencyForm, DocumentForm, OutcomeForm, typed
from egov_participation.petitions.rules.outcomes import KIND_OF, LANGUAGES, TITLES, Content, File, Kind, possible
from egov_participation.petitions.service import answering, documents, mailings, owing, reading
from egov_participation.petitions.service.lookup import check_not_own, found, no_petition
from egov_participation.petitions.service.owing import Owed
from egov_participation.roles import service as roles
from egov_participation.web import days, proposals
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, parse, upload
from egov_participation.web.limits import MAX_BODY
from egov_participation.web.routing import route
from egov_participation.web.templating import render

LANGUAGE_NAMES: Final = (("kk", N_("In Kazakh")), ("ru", N_("In Russian")), ("en", N_("In English")))


def answers_queue(request: Request) -> Response:
    """What one's agency owes, the first due first, and its other petitions."""
    here, agencies = services(request), session(request).agencies
    with here.database.read() as db:
        waiting = owing.waiting(here, db, agencies)
        others = owing.of_agencies(here, db, agencies)
        proposals = _pending(request, db)
    return render(request, "petitions/answers_queue.html", waiting=waiting, others=others, proposals=proposals)


def answer_case(request: Request) -> Response:
    """One petition: what was published of it, what waits for a decision, what may be said."""
    return _case_page(request, Form())


def answer_add_document(request: Request) -> Response:
    """Put a PDF with the petition, to be named in what is said of it."""
    here, owed, form = services(request), _own(request), parse(request, DocumentForm)
    content = upload(request, "file")
    if content is None:
        form.errors["file"] = translate(lang(request), N_("Choose a file."))
    if form.data is None or content is None:
        return _case_page(request, form)
    try:
        with here.database.uow() as tx:
            documents.add(here, tx, session(request), owed.reference, form.data.name, content)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (409, 422):
            raise
        form.errors["file"] = translate(lang(request), refusal.message)
        return _case_page(request, form)
    return to(request, "petitions.answer_case", reference=owed.reference)


def answer_document(request: Request) -> Response:
    """A document with the petition, public or not."""
    owed, sha256 = _own(request), request.path_params["sha256"]
    with services(request).database.read() as db:
        content = documents.content(db, owed.reference, sha256, published=False)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(owed.reference, sha256)}"'}
    return Response(content, media_type="application/pdf", headers=headers)


def file_name(reference: str, sha256: str) -> str:
    """Under which a document is saved: this site never shows one itself."""
    return f"{reference}-{sha256[:8]}.pdf"


def _case_page(request: Request, form: Form[DocumentForm]) -> Response:
    here, owed = services(request), _own(request)
    view = reading.public(here, owed.reference)
    with here.database.read() as db:
        pending = approvals.pending_about(db, answering.object_of(owed.reference), here.clock())
        told = mailings.progress(db, view.id)
        files = documents.of_petition(db, view.id)
    kinds = list(
        dict.fromkeys(
            KIND_OF[to] for to in possible(owed.state, owed.answer_state, owed.debate_state, len(view.outcomes))
        )
    )
    waits = {proposal.kind for proposal in pending}
    return render(
        request,
        "petitions/answer_case.html",
        status=422 if form.errors else 200,
        form=form,
        files=files,
        owed=owed,
        petition=view,
        pending=[(proposal, translate(lang(request), proposal.kind.title)) for proposal in pending],
        kinds=[kind for kind in kinds if answering.KINDS[kind] not in waits],
        titles=TITLES,
        told=told,
    )


def answer_write(request: Request) -> Response:
    """What the public shall read; filled in with an earlier proposal's text where one is named."""
    owed, kind = _own(request), _kind(request)
    with services(request).database.read() as db:
        check_not_own(found(db, owed.reference), session(request).person_id, answering.OWN)
    values, chosen = {}, []
    if earlier := request.query_params.get("again", ""):
        with services(request).database.read() as db:
            proposal = proposals.of(request, db, _KINDS, earlier)
        content = Content.of(proposal.content)
        if content.petition == owed.reference and proposal.agency == owed.agency and KIND_OF[content.to] is kind:
            values = dict(typed(content))
            chosen = [file.sha256 for file in content.files]
    return _write_page(request, owed, kind, Form(values=values), chosen)


def answer_propose(request: Request) -> Response:
    """Propose it to a colleague."""
    owed, kind, form = _own(request), _kind(request), parse(request, OutcomeForm)
    if form.data is None:
        return _write_page(request, owed, kind, form)
    if KIND_OF[form.data.to] is not kind:
        form.errors["to"] = translate(lang(request), N_("Choose what is to be said."))
        return _write_page(request, owed, kind, form)
    here = services(request)
    try:
        with here.database.uow() as tx:
            content = form.data.content(owed.reference, _files(tx.session, owed.reference))
            proposal = answering.propose(here, tx, session(request), content)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in (409, 422):
            raise
        name = "day" if refusal.code == "answer.day" else ""
        form.errors[name] = translate(lang(request), refusal.message)
        return _write_page(request, owed, kind, form)
    return to(request, "petitions.answer_proposal", id=proposal.id)


def answer_proposal(request: Request) -> Response:
    """What exactly is proposed, and the decision on it."""
    return _proposal_page(request, Form(), 200)


def answer_decide(request: Request) -> Response:
    """Approve what was shown, which publishes it, or refuse it."""
    return proposals.decide(request, _KINDS, _proposal_page)


def answer_withdraw(request: Request) -> Response:
    """Take one's own proposal back."""
    return proposals.take_back(request, _KINDS)


def answer_agencies(request: Request) -> Response:
    """Which agency owes what, for who may hand it to another."""
    here, language = services(request), lang(request)
    with here.database.read() as db:
        waiting = owing.waiting(here, db, ["", *roles.agencies(here)])
    return render(
        request,
        "petitions/answer_agencies.html",
        waiting=[(one, agency_name(here, language, one.agency)) for one in waiting],
    )


def answer_agency(request: Request) -> Response:
    """Which agency answers a petition."""
    return _agency_page(request, Form())


def answer_hand_over(request: Request) -> Response:
    """Hand it to that agency, in public."""
    form = parse(request, AgencyForm)
    if form.data is None:
        return _agency_page(request, form)
    here, reference = services(request), request.path_params["reference"]
    try:
        with here.database.uow() as tx:
            answering.hand_to(here, tx, session(request), reference, form.data.agency, form.data.reason)
            tx.commit()
    except DomainError as refusal:
        if refusal.status not in {409, 422}:
            raise
        form.errors[_FIELDS.get(refusal.code, "")] = translate(lang(request), refusal.message)
        return _agency_page(request, form)
    return RedirectResponse(f"/{lang(request)}/petitions/{reference}", 303)


def _own(request: Request) -> Owed:
    """The petition in the address, if one's agency answers it.

    Raises:
        DomainError: 404 ``petition.unknown``, 403 ``role.agency``.
    """
    here = services(request)
    with here.database.read() as db:
        owed = owing.one(here, db, request.path_params["reference"])
    if owed.agency not in session(request).agencies:
        raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
    return owed


def _kind(request: Request) -> Kind:
    try:
        return Kind(request.path_params["kind"])
    except ValueError:
        raise no_petition() from None


def _pending(request: Request, db: Session) -> list[tuple[Proposal, str]]:
    acting, now = session(request), services(request).clock()
    return [
        (proposal, translate(lang(request), proposal.kind.title))
        for proposal in approvals.pending(db, acting, now)
        if proposal.kind in _KINDS
    ]


def _files(db: Session, reference: str) -> list[File]:
    return documents.of_petition(db, found(db, reference).id or 0)


def _write_page(
    request: Request, owed: Owed, kind: Kind, form: Form[OutcomeForm], chosen: Sequence[str] | None = None
) -> Response:
    with services(request).database.read() as db:
        files = _files(db, owed.reference)
    if chosen is None:
        chosen = [value for value in request.state.form.getlist("files") if isinstance(value, str)]
    choices = [
        to for to in possible(owed.state, owed.answer_state, owed.debate_state, published=1) if KIND_OF[to] is kind
    ]
    return render(
        request,
        "petitions/answer_write.html",
        status=422 if form.errors else 200,
        owed=owed,
        kind=kind.value,
        choices=[(to.value, translate(lang(request), TITLES[to])) for to in choices],
        form=form,
        day=days.typed(form.values, "day"),
        in_languages=[(code, translate(lang(request), name)) for code, name in LANGUAGE_NAMES],
        links=range(1, LINKS + 1),
        files=[(file.sha256, file.name) for file in files],
        chosen=chosen,
    )


def _proposal_page(request: Request, form: Form[DecisionForm], status: int) -> Response:
    here = services(request)
    with here.database.read() as db:
        proposal = proposals.of(request, db, _KINDS)
        if proposal.agency not in session(request).agencies:
            raise DomainError(403, N_("This belongs to another agency than yours."), code="role.agency")
        standing = proposals.standing(request, db, proposal)
        content = Content.of(proposal.content)
        owed = owing.one(here, db, content.petition)
    return render(
        request,
        "petitions/answer_proposal.html",
        status=status,
        form=form,
        content=content,
        owed=owed,
        kind=KIND_OF[content.to].value,
        title=translate(lang(request), proposal.kind.title),
        headings={code: translate(code, TITLES[content.to]) for code in LANGUAGES},
        agency=roles.agency(here, content.agency),
        in_languages=[(code, translate(lang(request), name)) for code, name in LANGUAGE_NAMES],
        **standing,
    )


def _agency_page(request: Request, form: Form[AgencyForm]) -> Response:
    here, language = services(request), lang(request)
    with here.database.read() as db:
        owed = owing.one(here, db, request.path_params["reference"])
    named = sorted(
        ((code, agency.name(language)) for code, agency in roles.agencies(here).items()), key=lambda pair: pair[1]
    )
    return render(
        request,
        "petitions/answer_agency.html",
        status=422 if form.errors else 200,
        owed=owed,
        agency=roles.agency_name(here, owed.agency, language) if owed.agency else "",
        agencies=named,
        form=form,
    )


_KINDS: Final = tuple(answering.KINDS.values())
_FIELDS: Final = {"answer.no_agency": "agency"}
"""At which field a refusal is shown."""
_PROPOSAL: Final = "/office/answers/proposals/{id}"
_CASE: Final = "/office/answers/{reference}"

routes = [
    route("/office/answers", answers_queue, Action.ANSWER_PETITION, menu=N_("Answers to petitions")),
    route("/office/answers/agencies", answer_agencies, Action.REVIEW_PETITION, menu=N_("Who answers petitions")),
    route(_PROPOSAL, answer_proposal, Action.ANSWER_PETITION),
    route(f"{_PROPOSAL}/decide", answer_decide, Action.ANSWER_PETITION, methods=["POST"]),
    route(f"{_PROPOSAL}/withdraw", answer_withdraw, Action.ANSWER_PETITION, methods=["POST"]),
    route(_CASE, answer_case, Action.ANSWER_PETITION),
    route(f"{_CASE}/agency", answer_agency, Action.REVIEW_PETITION),
    route(f"{_CASE}/agency", answer_hand_over, Action.REVIEW_PETITION, methods=["POST"]),
    route(
        f"{_CASE}/documents",
        answer_add_document,
        Action.ANSWER_PETITION,
        methods=["POST"],
        max_body=documents.MAX_SIZE + MAX_BODY,
    ),
    route(f"{_CASE}/documents/{{sha256}}", answer_document, Action.ANSWER_PETITION),
    route(f"{_CASE}/write/{{kind}}", answer_write, Action.ANSWER_PETITION),
    route(f"{_CASE}/write/{{kind}}", answer_propose, Action.ANSWER_PETITION, methods=["POST"]),
]
