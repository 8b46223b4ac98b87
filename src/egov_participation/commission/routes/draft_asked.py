"""What the pages of a question share: finding it, writing it down, and the page again if it was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from egov_participation.commission import documents
from egov_participation.commission.documents import Document, Question
from egov_participation.commission.models import Draft
from egov_participation.commission.routes.draft_common import found_draft
from egov_participation.commission.routes.draft_pages import DRAFT, again_sentence
from egov_participation.commission.rules import Part
from egov_participation.commission.service.changing import change, document_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.voting.kinds import QuestionKind
from egov_participation.web.context import lang, services, session
from egov_participation.web.forms import Form, kept_by_the_browser
from egov_participation.web.templating import render

EACH = f"{DRAFT}/questions/{{number:int}}"
"""The address of a question."""
Rows = list[tuple[str, str]]
"""What stands in the draft now, to be shown beside what was typed."""
Show = Callable[[Request, Draft, Form[Any], int, Rows | None], Response]
"""A page with its form."""


def number_of(request: Request) -> int:
    """The question's number in the address, from 1."""
    return int(request.path_params["number"])


def find(document: Document, number: int) -> Question:
    """The question of this number.

    Raises:
        DomainError: 404 ``draft.no_question``.
    """
    if not 1 <= number <= len(document["questions"]):
        raise DomainError(404, N_("There is no such question in this draft (any more)."), code="draft.no_question")
    asked: Question = document["questions"][number - 1]
    return asked


def asked(request: Request) -> tuple[Draft, Question]:
    """The draft and the question in the address.

    Raises:
        DomainError: 404 ``draft.unknown`` or ``draft.no_question``.
    """
    draft = found_draft(request)
    return draft, find(document_of(draft), number_of(request))


def or_gone(request: Request, draft: Draft, posted: Mapping[str, str]) -> Question:
    """The question in the address; where it was taken out meanwhile, an empty one of the kind that the form was for."""
    questions, number = document_of(draft)["questions"], number_of(request)
    if 1 <= number <= len(questions):
        return find(document_of(draft), number)
    kind = posted.get("kind")
    return documents.new_question(QuestionKind(kind) if kind in tuple(QuestionKind) else QuestionKind.CHOICE)


def write(request: Request, version: int, edit: Callable[[Document], Document]) -> Draft:
    """Write a change of the questions down.

    Raises:
        DomainError: those of `changing.change`.
    """
    here = services(request)
    with here.database.uow() as tx:
        draft = change(here, tx, session(request), request.path_params["id"], version, edit, Part.QUESTIONS)
        tx.commit()
    return draft


def write_question(request: Request, version: int, edit: Callable[[Question], Question]) -> Question:
    """Write a change of the question in the address down; what it is then.

    Raises:
        DomainError: those of `changing.change`; 404 ``draft.no_question``.
    """
    number = number_of(request)

    def changed(document: Document) -> Document:
        other = edit(find(document, number))
        questions = [other if place == number else kept for place, kept in enumerate(document["questions"], 1)]
        return document | {"questions": questions}

    return find(document_of(write(request, version, changed)), number)


def refused(
    request: Request, form: Form[Any], refusal: DomainError, show: Show, words: Callable[[Question], Rows]
) -> Response:
    """What was typed, beside what stands there now, if the question is still there."""
    if refusal.code == "draft.unknown":
        raise refusal
    draft = found_draft(request)
    questions = document_of(draft)["questions"]
    number = number_of(request)
    form.errors[""] = translate(lang(request), refusal.message)
    form.values["version"] = str(draft.version)
    theirs = words(questions[number - 1]) if number <= len(questions) else []
    return show(request, draft, form, refusal.status, theirs)


def again(request: Request, form: Form[Any], show: Show) -> Response:
    """The form came from another session than the one of now."""
    form.errors[""] = again_sentence(request)
    return show(request, found_draft(request), form, 403, None)


def page(
    request: Request,
    name: str,
    draft: Draft,
    form: Form[BaseModel],
    status: int,
    theirs: Rows | None,
    **more: Any,
) -> Response:
    """A page of the question in the address."""
    question = or_gone(request, draft, form.values)
    text = question["text"]
    return kept_by_the_browser(
        render(
            request,
            f"commission/draft_{name}.html",
            status=status,
            draft=draft,
            form=form,
            theirs=theirs,
            number=number_of(request),
            asked=text[lang(request)] or next(filter(None, text.values()), ""),
            question=question,
            kind=documents.kind_of(question).value,
            **more,
        )
    )
