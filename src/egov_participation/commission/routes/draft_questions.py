"""The questions of a draft: their list, what kind a new one is, and the text of each.

Every button of a list saves the whole form with it, so that nothing that was typed is lost; no JavaScript is needed.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.commission import documents
from egov_participation.commission.documents import Document
from egov_participation.commission.draft_forms import ActForm, NewQuestionForm, QuestionForm
from egov_participation.commission.models import Draft
from egov_participation.commission.routes import draft_asked as shared
from egov_participation.commission.routes.draft_asked import EACH, Rows
from egov_participation.commission.routes.draft_choice import METHOD_NAMES
from egov_participation.commission.routes.draft_common import found_draft, in_words, said
from egov_participation.commission.routes.draft_pages import DRAFT, again_sentence, stored_texts
from egov_participation.commission.rules import Part, place_of
from egov_participation.commission.service.changing import document_of
from egov_participation.commission.service.checking import check
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.voting.kinds import QuestionKind
from egov_participation.voting.setup_file import MAX_QUESTIONS
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

KIND_NAMES = {
    QuestionKind.CHOICE: N_("Answers are chosen"),
    QuestionKind.RANKING: N_("Answers are put in order"),
    QuestionKind.GRADING: N_("Answers are graded"),
    QuestionKind.LISTS: N_("A list is chosen, and candidates of it"),
}
"""Msgids."""


def questions(request: Request) -> Response:
    """All questions, as they are written so far, with what is wrong with them."""
    return _list_page(request, Form())


def change_list(request: Request) -> Response:
    """Move a question, or take one out."""
    form = parse(request, ActForm)
    if form.data is None:
        return _list_page(request, form, 422)
    act, place = form.data.apart()
    try:
        draft = shared.write(request, form.data.version, lambda document: _with_list(document, act, place))
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        form.errors[""] = translate(lang(request), refusal.message, **refusal.params)
        return _list_page(request, form, refusal.status)
    return to(request, "commission.draft_questions", id=draft.id)


def _with_list(document: Document, act: str, place: int) -> Document:
    asked = document["questions"]
    if act == "remove":
        return document | {"questions": documents.without(asked, place)}
    by = {"up": -1, "down": 1}.get(act, 0)
    return document | {"questions": documents.moved(asked, place, by)}


def _list_page(request: Request, form: Form[ActForm], status: int = 200) -> Response:
    here = services(request)
    draft = found_draft(request)
    with here.database.read() as db:
        found = check(here, db, draft, here.clock())
    wrong = [problem for problem in found.problems if place_of(problem.path).part is Part.QUESTIONS]
    return render(
        request,
        "commission/draft_questions.html",
        status=status,
        draft=draft,
        form=form,
        questions=document_of(draft)["questions"],
        kind_of=documents.kind_of,
        kinds={kind.value: translate(lang(request), words) for kind, words in KIND_NAMES.items()},
        methods={name: translate(lang(request), words) for name, words in METHOD_NAMES.items()},
        wrong=said(request, draft, wrong),
        most=MAX_QUESTIONS,
    )


# -- a new question ----------------------------------------------------------------------------------------------------


def new_question(request: Request) -> Response:
    """What a voter is to do with its answers."""
    draft = found_draft(request)
    return _new_page(request, draft, Form({"version": str(draft.version)}))


def make_question(request: Request) -> Response:
    """Add it, and on to its text."""
    form = parse(request, NewQuestionForm)
    if form.data is None:
        return _new_page(request, found_draft(request), form, 422)
    kind = QuestionKind(form.data.kind)
    try:
        draft = shared.write(request, form.data.version, lambda document: _with_new(document, kind))
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        draft = found_draft(request)
        form.values["version"] = str(draft.version)
        form.errors[""] = translate(lang(request), refusal.message, **refusal.params)
        return _new_page(request, draft, form, refusal.status)
    return to(request, "commission.draft_question", id=draft.id, number=len(document_of(draft)["questions"]))


def new_question_again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    form = parse(request, NewQuestionForm)
    form.errors[""] = again_sentence(request)
    return _new_page(request, found_draft(request), form, 403)


def _with_new(document: Document, kind: QuestionKind) -> Document:
    asked = document["questions"]
    if len(asked) >= MAX_QUESTIONS:
        raise DomainError(
            422, N_("There may be at most %(number)s questions."), code="draft.questions", number=MAX_QUESTIONS
        )
    return document | {"questions": [*asked, documents.new_question(kind)]}


def _new_page(request: Request, draft: Draft, form: Form[NewQuestionForm], status: int = 200) -> Response:
    template = "commission/draft_question_new.html"
    return kept_by_the_browser(render(request, template, status=status, draft=draft, form=form, theirs=None))


# -- the text of a question --------------------------------------------------------------------------------------------


def question(request: Request) -> Response:
    """What is asked."""
    draft, asked = shared.asked(request)
    return _text_page(request, draft, Form(stored_texts(asked["text"]) | {"version": str(draft.version)}))


def save_question(request: Request) -> Response:
    """Write the text down, and on to the answers."""
    form = parse(request, QuestionForm)
    if form.data is None:
        return _text_page(request, found_draft(request), form, 422)
    given = form.data
    text = {"kk": given.kk, "ru": given.ru, "en": given.en}
    try:
        shared.write_question(request, given.version, lambda asked: asked | {"text": text})
    except DomainError as refusal:
        return shared.refused(request, form, refusal, _text_page, lambda asked: in_words(request, asked["text"]))
    return to(request, "commission.draft_answers", id=request.path_params["id"], number=shared.number_of(request))


def question_again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    return shared.again(request, parse(request, QuestionForm), _text_page)


def _text_page(
    request: Request, draft: Draft, form: Form[Any], status: int = 200, theirs: Rows | None = None
) -> Response:
    return shared.page(request, "question", draft, form, status, theirs)


_ALL = f"{DRAFT}/questions"
_SET_UP = Action.SET_UP_VOTE

routes = [
    route(_ALL, questions, _SET_UP, name="commission.draft_questions"),
    route(_ALL, change_list, _SET_UP, methods=["POST"], name="commission.draft_questions_change"),
    route(f"{_ALL}/new", new_question, _SET_UP, name="commission.draft_question_new"),
    route(
        f"{_ALL}/new", make_question, _SET_UP, methods=["POST"], name="commission.draft_question_make",
        again=new_question_again,
    ),
    route(EACH, question, _SET_UP, name="commission.draft_question"),
    route(EACH, save_question, _SET_UP, methods=["POST"], name="commission.draft_question_save", again=question_again),
]  # fmt: skip
