"""A draft as voters will see it: the vote's page and the booth's questions, by the very templates that they see.

Nothing can be cast: there is no key, no code, no address to send anything to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from egov_crypto.counting import Method, MethodType, Rules
from egov_participation.actions import Action
from egov_participation.commission import documents
from egov_participation.commission.documents import Question
from egov_participation.commission.models import Draft
from egov_participation.commission.routes.draft_common import found_draft
from egov_participation.commission.routes.draft_pages import DRAFT
from egov_participation.commission.service.changing import document_of
from egov_participation.commission.service.checking import electorate_of
from egov_participation.errors import DomainError
from egov_participation.i18n import N_
from egov_participation.voting.kinds import METHODS, QuestionKind
from egov_participation.voting.texts import Texts
from egov_participation.voting.views import ListView, QuestionView
from egov_participation.web.context import services
from egov_participation.web.routing import route
from egov_participation.web.templating import render

_MISSING = "…"


def preview(request: Request) -> Response:
    """The vote's page, as anybody sees it before the vote opens."""
    draft = found_draft(request)
    with services(request).database.read() as db:
        people = electorate_of(services(request), db, draft).people
    return render(
        request,
        "commission/draft_preview.html",
        draft=draft,
        vote=_seen(draft) | {"registered": people},
        results=(),
        timeline=[],
    )


def preview_question(request: Request) -> Response:
    """A question as the booth asks it.

    Raises:
        DomainError: 404 ``draft.no_question``.
    """
    draft, number = found_draft(request), int(request.path_params["number"])
    vote = _seen(draft)
    if not 1 <= number <= len(vote["questions"]):
        raise DomainError(404, N_("There is no such question in this draft (any more)."), code="draft.no_question")
    return render(
        request,
        "commission/draft_preview_question.html",
        draft=draft,
        vote=vote,
        number=number,
        question=vote["questions"][number - 1],
    )


def _seen(draft: Draft) -> dict[str, Any]:
    """What pages show of a vote, of a draft that may be incomplete: what is missing is “…”."""
    document = document_of(draft)
    times = {key: datetime.fromisoformat(document[key]) if document[key] else None for key in ("opens_at", "closes_at")}
    return {
        "uuid": draft.uuid,
        "state": "setup",
        "kind": document["kind"] or "consultative",
        "title": _texts(document["title"]),
        "description": _texts(document["description"]),
        "administrator": _texts(document["administrator"]),
        "credential_authority": _texts(document["credential_authority"]),
        "questions": tuple(map(_question, document["questions"])),
        **times,
    }


def _question(asked: Question) -> QuestionView:
    """A question as the voter will read it."""
    kind, text = documents.kind_of(asked), _texts(asked["text"])
    if kind is QuestionKind.LISTS:
        lists = tuple(ListView(_texts(item["name"]), _several(item["candidates"])) for item in asked["lists"])
        return QuestionView(text, tuple(each.name for each in lists), 1, 1, blank=False, kind=kind, lists=lists)
    answers, blank = _several(asked["answers"]), asked["blank"]
    if kind is QuestionKind.CHOICE:
        return QuestionView(text, answers, asked["min"], asked["max"], blank)
    if kind is QuestionKind.GRADING:
        return QuestionView(text, answers, 0, len(answers), blank, kind, grades=_several(asked["grades"]))
    return QuestionView(text, answers, 0, len(answers), blank, kind, _method(asked))


def _method(asked: Question) -> Method | None:
    """How rankings will be counted, if that is decided and can be."""
    name = asked["method"]
    try:
        if name == "stv":
            return Method(MethodType.STV, asked["blank"], Rules(asked["rules"]), asked["seats"])
        return None if name is None else Method(METHODS[name], asked["blank"])
    except ValueError:
        return None


def _several(texts: list[dict[str, str]]) -> tuple[Texts, ...]:
    """At least one, which may be missing still."""
    return tuple(map(_texts, texts)) or (_texts({}),)


def _texts(texts: dict[str, str]) -> Texts:
    return Texts(*(texts.get(language) or _MISSING for language in Texts._fields))


routes = [
    route(f"{DRAFT}/preview", preview, Action.SET_UP_VOTE, name="commission.draft_preview"),
    route(
        f"{DRAFT}/preview/{{number:int}}", preview_question, Action.SET_UP_VOTE,
        name="commission.draft_preview_question",
    ),
]  # fmt: skip
