"""The questions of a draft: their list, and three pages for each: its text, its answers, how many may be chosen.

Every button of a list saves the whole form with it, so that nothing that was typed is lost; no JavaScript is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_participation.actions import Action
from egov_participation.commission import documents
from egov_participation.commission.documents import Document
from egov_participation.commission.draft_forms import ActForm, ChoiceForm, QuestionForm, read_answers
from egov_participation.commission.models import Draft
from egov_participation.commission.routes.draft_common import address, found_draft, in_words, said
from egov_participation.commission.routes.draft_pages import DRAFT, again_sentence, stored_texts
from egov_participation.commission.rules import Part, place_of
from egov_participation.commission.service.changing import change, document_of
from egov_participation.commission.service.checking import check
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.voting.setup_file import MAX_ANSWERS, MAX_QUESTIONS
from egov_participation.voting.texts import LANGUAGES
from egov_participation.web.addresses import to
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser, parse
from egov_participation.web.routing import route
from egov_participation.web.templating import render

Question = dict[str, Any]


def questions(request: Request) -> Response:
    """All questions, as they are written so far, with what is wrong with them."""
    return _list_page(request, Form())


def change_list(request: Request) -> Response:
    """Add a question, move one, or take one out."""
    form = parse(request, ActForm)
    if form.data is None:
        return _list_page(request, form, 422)
    act, place = form.data.apart()
    try:
        draft = _write(request, form.data.version, lambda document: _with_list(document, act, place))
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        form.errors[""] = translate(lang(request), refusal.message, **refusal.params)
        return _list_page(request, form, refusal.status)
    if act == "add":
        return to(request, "commission.draft_question", id=draft.id, number=len(document_of(draft)["questions"]))
    return to(request, "commission.draft_questions", id=draft.id)


def _with_list(document: Document, act: str, place: int) -> Document:
    asked = document["questions"]
    if act == "add":
        if len(asked) >= MAX_QUESTIONS:
            raise DomainError(
                422, N_("There may be at most %(number)s questions."), code="draft.questions", number=MAX_QUESTIONS
            )
        return document | {"questions": [*asked, documents.new_question()]}
    if act == "remove":
        return document | {"questions": documents.without(asked, place)}
    return document | {"questions": documents.moved(asked, place, -1 if act == "up" else 1)}


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
        wrong=said(request, draft, wrong),
        most=MAX_QUESTIONS,
    )


# -- the text of a question --------------------------------------------------------------------------------------------


def question(request: Request) -> Response:
    """What is asked."""
    draft, asked = _asked(request)
    return _text_page(request, draft, Form(stored_texts(asked["text"]) | {"version": str(draft.version)}))


def save_question(request: Request) -> Response:
    """Write the text down, and on to the answers."""
    form = parse(request, QuestionForm)
    if form.data is None:
        return _text_page(request, found_draft(request), form, 422)
    given = form.data
    text = {"kk": given.kk, "ru": given.ru, "en": given.en}
    try:
        _write_question(request, given.version, {"text": text})
    except DomainError as refusal:
        return _refused(request, form, refusal, _text_page, lambda asked: in_words(request, asked["text"]))
    return to(request, "commission.draft_answers", id=request.path_params["id"], number=_number(request))


def question_again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    return _again(request, parse(request, QuestionForm), _text_page)


def _text_page(
    request: Request, draft: Draft, form: Form[Any], status: int = 200, theirs: list[tuple[str, str]] | None = None
) -> Response:
    return _page(request, "question", draft, form, status, theirs)


# -- its answers -------------------------------------------------------------------------------------------------------


def answers(request: Request) -> Response:
    """What may be answered."""
    draft, asked = _asked(request)
    return _answers_page(request, draft, Form({"version": str(draft.version)} | _fields(asked["answers"])))


def save_answers(request: Request) -> Response:
    """Write the answers down, and do what the button says: add one, move one, take one out, or go on."""
    form = parse(request, ActForm)
    given, errors = read_answers(form.values, MAX_ANSWERS)
    form.errors |= {name: translate(lang(request), sentence) for name, sentence in errors.items()}
    if form.data is None or errors:
        return _answers_page(request, found_draft(request), form, 422)
    act, place = form.data.apart()
    if act == "add" and len(given) < MAX_ANSWERS:
        given = [*given, dict(documents.NO_TEXT)]
    elif act == "remove":
        given = documents.without(given, place)
    elif act in ("up", "down"):
        given = documents.moved(given, place, -1 if act == "up" else 1)
    try:
        _write_question(request, form.data.version, {"answers": given})
    except DomainError as refusal:
        return _refused(request, form, refusal, _answers_page, lambda asked: _answers_in_words(request, asked))
    id_, number = request.path_params["id"], _number(request)
    if act == "save":
        return to(request, "commission.draft_choice", id=id_, number=number)
    here = address(request, "commission.draft_answers", id=id_, number=number)
    moved_to = {"add": len(given), "up": max(place, 1), "down": min(place + 2, len(given))}.get(act, 0)
    return RedirectResponse(f"{here}#answer-{moved_to}" if moved_to else here, 303)


def answers_again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    return _again(request, parse(request, ActForm), _answers_page)


def _fields(given: list[dict[str, str]]) -> dict[str, str]:
    return {
        f"answer-{number}-{language}": answer[language]
        for number, answer in enumerate(given, 1)
        for language in LANGUAGES
    }


def _answers_in_words(request: Request, asked: Question) -> list[tuple[str, str]]:
    words = translate(lang(request), N_("Answer %(number)s"), number=0)
    return [
        (words.replace("0", str(number)), " / ".join(answer[language] or "…" for language in LANGUAGES))
        for number, answer in enumerate(asked["answers"], 1)
    ]


def _answers_page(
    request: Request, draft: Draft, form: Form[Any], status: int = 200, theirs: list[tuple[str, str]] | None = None
) -> Response:
    count = 0
    while f"answer-{count + 1}-kk" in form.values:
        count += 1
    return _page(request, "answers", draft, form, status, theirs, count=count, most=MAX_ANSWERS)


# -- how many may be chosen --------------------------------------------------------------------------------------------


def choice(request: Request) -> Response:
    """How many answers may be chosen, and whether none of them."""
    draft, asked = _asked(request)
    several = (asked["min"], asked["max"]) != (1, 1)
    values = {
        "several": "several" if several else "one",
        "min": str(asked["min"]) if several else "0",
        "max": str(asked["max"]) if several else str(max(1, len(asked["answers"]))),
        "blank": "yes" if asked["blank"] else "",
        "version": str(draft.version),
    }
    return _choice_page(request, draft, Form(values))


def save_choice(request: Request) -> Response:
    """Write it down, and back to the list of questions."""
    form = parse(request, ChoiceForm)
    if form.data is None:
        return _choice_page(request, found_draft(request), form, 422)
    given = form.data
    try:
        _write_question(request, given.version, {"min": given.min, "max": given.max, "blank": given.blank == "yes"})
    except DomainError as refusal:
        return _refused(request, form, refusal, _choice_page, lambda asked: _choice_in_words(request, asked))
    return to(request, "commission.draft_questions", id=request.path_params["id"])


def choice_again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    return _again(request, parse(request, ChoiceForm), _choice_page)


def _choice_in_words(request: Request, asked: Question) -> list[tuple[str, str]]:
    language = lang(request)
    yes = translate(language, N_("yes") if asked["blank"] else N_("no"))
    return [
        (translate(language, N_("At least")), str(asked["min"])),
        (translate(language, N_("At most")), str(asked["max"])),
        (translate(language, N_("Blank vote allowed")), yes),
    ]


def _choice_page(
    request: Request, draft: Draft, form: Form[Any], status: int = 200, theirs: list[tuple[str, str]] | None = None
) -> Response:
    return _page(request, "choice", draft, form, status, theirs)


# -- all three ---------------------------------------------------------------------------------------------------------

_Show = Callable[[Request, Draft, Form[Any], int, list[tuple[str, str]] | None], Response]


def _number(request: Request) -> int:
    return int(request.path_params["number"])


def _find(document: Document, number: int) -> Question:
    if not 1 <= number <= len(document["questions"]):
        raise DomainError(404, N_("There is no such question in this draft (any more)."), code="draft.no_question")
    asked: Question = document["questions"][number - 1]
    return asked


def _asked(request: Request) -> tuple[Draft, Question]:
    draft = found_draft(request)
    return draft, _find(document_of(draft), _number(request))


def _write(request: Request, version: int, edit: Callable[[Document], Document]) -> Draft:
    here = services(request)
    with here.database.uow() as tx:
        draft = change(here, tx, session(request), request.path_params["id"], version, edit, Part.QUESTIONS)
        tx.commit()
    return draft


def _write_question(request: Request, version: int, changes: Question) -> None:
    number = _number(request)

    def edit(document: Document) -> Document:
        changed = _find(document, number) | changes
        asked = [changed if place == number else other for place, other in enumerate(document["questions"], 1)]
        return document | {"questions": asked}

    _write(request, version, edit)


def _refused(
    request: Request,
    form: Form[Any],
    refusal: DomainError,
    show: _Show,
    words: Callable[[Question], list[tuple[str, str]]],
) -> Response:
    """What was typed, beside what stands there now, if the question is still there."""
    if refusal.code == "draft.unknown":
        raise refusal
    draft = found_draft(request)
    asked = document_of(draft)["questions"]
    number = _number(request)
    form.errors[""] = translate(lang(request), refusal.message)
    form.values["version"] = str(draft.version)
    theirs = words(asked[number - 1]) if number <= len(asked) else []
    return show(request, draft, form, refusal.status, theirs)


def _again(request: Request, form: Form[Any], show: _Show) -> Response:
    form.errors[""] = again_sentence(request)
    return show(request, found_draft(request), form, 403, None)


def _page(
    request: Request,
    name: str,
    draft: Draft,
    form: Form[BaseModel],
    status: int,
    theirs: list[tuple[str, str]] | None,
    **more: Any,
) -> Response:
    asked, number = document_of(draft)["questions"], _number(request)
    text = asked[number - 1]["text"] if number <= len(asked) else documents.NO_TEXT
    return kept_by_the_browser(
        render(
            request,
            f"commission/draft_{name}.html",
            status=status,
            draft=draft,
            form=form,
            theirs=theirs,
            number=number,
            asked=text[lang(request)] or next(filter(None, text.values()), ""),
            answers_count=len(asked[number - 1]["answers"]) if number <= len(asked) else 0,
            **more,
        )
    )


_EACH = f"{DRAFT}/questions/{{number:int}}"
_SET_UP = Action.SET_UP_VOTE

routes = [
    route(f"{DRAFT}/questions", questions, _SET_UP, name="commission.draft_questions"),
    route(f"{DRAFT}/questions", change_list, _SET_UP, methods=["POST"], name="commission.draft_questions_change"),
    route(_EACH, question, _SET_UP, name="commission.draft_question"),
    route(
        _EACH, save_question, _SET_UP, methods=["POST"], name="commission.draft_question_save", again=question_again
    ),
    route(f"{_EACH}/answers", answers, _SET_UP, name="commission.draft_answers"),
    route(
        f"{_EACH}/answers", save_answers, _SET_UP, methods=["POST"], name="commission.draft_answers_save",
        again=answers_again,
    ),
    route(f"{_EACH}/choice", choice, _SET_UP, name="commission.draft_choice"),
    route(
        f"{_EACH}/choice", save_choice, _SET_UP, methods=["POST"], name="commission.draft_choice_save",
        again=choice_again,
    ),
]  # fmt: skip
