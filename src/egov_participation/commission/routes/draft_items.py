"""The lists of texts that a question has: its answers; the grades of a grading; the names of lists, and each one's
candidates. One form serves all of them.

Every button saves the whole form with it, so that nothing that was typed is lost; no JavaScript is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from egov_crypto.preference import MAX_ANSWERS as MAX_PREFERENCES
from egov_participation.actions import Action
from egov_participation.commission import documents
from egov_participation.commission.documents import Question
from egov_participation.commission.draft_forms import ActForm, read_answers
from egov_participation.commission.models import Draft
from egov_participation.commission.routes import draft_asked as shared
from egov_participation.commission.routes.draft_asked import EACH, Rows
from egov_participation.commission.routes.draft_common import address, found_draft
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.voting.kinds import MAX_GRADES, QuestionKind
from egov_participation.voting.setup_file import MAX_ANSWERS
from egov_participation.voting.texts import LANGUAGES
from egov_participation.web.context import lang
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route

Text = dict[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """What a page calls its texts: msgids."""

    each: str
    """“Answer 2”."""
    title: str
    heading: str
    lead: str
    add: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of texts of a question: how it is read, and how it is written."""

    words: Words
    most: int
    items: Callable[[Question], list[Any]]
    """Everything that the list holds."""
    text: Callable[[Any], Text]
    """The text of one of them."""
    made: Callable[[Any, Text], Any]
    """One with another text; of a new one what was there is None."""
    write: Callable[[Question, list[Any]], Question]


_ANSWERS = Words(
    N_("Answer %(number)s"),
    N_("Answers"),
    N_("What may be answered?"),
    N_(
        "Each answer in all three languages, at most 300 characters. Whether a voter may choose none of them is asked"
        " on the next page."
    ),
    N_("Add an answer"),
)
_RANKED = Words(
    N_("Answer %(number)s"),
    N_("Answers"),
    N_("What is put in order?"),
    N_("Candidates or answers, each in all three languages, at most 300 characters; at most 30 of them."),
    N_("Add an answer"),
)
_GRADED = Words(
    N_("Answer %(number)s"),
    N_("Answers"),
    N_("What is graded?"),
    N_("Candidates or answers, each in all three languages, at most 300 characters; at most 30 of them."),
    N_("Add an answer"),
)
_GRADES = Words(
    N_("Grade %(number)s"),
    N_("Grades"),
    N_("With which grades?"),
    N_(
        "The best grade first. Each answer gets one of them; what a voter does not grade counts as the last. This is a"
        " usual scale: keep it, or write your own."
    ),
    N_("Add a grade"),
)
_LISTS = Words(
    N_("List %(number)s"),
    N_("Lists"),
    N_("Which lists can be chosen?"),
    N_(
        "The name of each list in all three languages. A voter chooses one list and at least one candidate of it;"
        " candidates are written on the pages that follow."
    ),
    N_("Add a list"),
)
_CANDIDATES = Words(
    N_("Candidate %(number)s"),
    N_("Candidates"),
    N_("Who stands on this list?"),
    N_("The name of each candidate in all three languages, at most 300 characters."),
    N_("Add a candidate"),
)


def _texts_of(key: str, words: Words, most: int) -> Items:
    """Those that stand under a key of the question."""
    return Items(
        words,
        most,
        lambda question: list(question.get(key, [])),
        lambda text: text,
        lambda _, text: text,
        lambda question, texts: question | {key: texts},
    )


_OF_LISTS = Items(
    _LISTS,
    MAX_ANSWERS,
    lambda question: list(question["lists"]),
    lambda item: item["name"],
    lambda item, text: (item or documents.new_list()) | {"name": text},
    lambda question, lists: question | {"lists": lists},
)
_ANSWERS_OF = {
    QuestionKind.CHOICE: _texts_of("answers", _ANSWERS, MAX_ANSWERS),
    QuestionKind.RANKING: _texts_of("answers", _RANKED, MAX_PREFERENCES),
    QuestionKind.GRADING: _texts_of("answers", _GRADED, MAX_PREFERENCES),
    QuestionKind.LISTS: _OF_LISTS,
}
_GRADES_OF = _texts_of("grades", _GRADES, MAX_GRADES)


def _candidates_of(place: int) -> Items:
    """Those of the list at a place, from 1."""

    def write(question: Question, candidates: list[Any]) -> Question:
        lists = [
            item | {"candidates": candidates} if number == place else item
            for number, item in enumerate(question["lists"], 1)
        ]
        return question | {"lists": lists}

    return Items(
        _CANDIDATES,
        MAX_ANSWERS,
        lambda question: list(question["lists"][place - 1]["candidates"]),
        lambda text: text,
        lambda _, text: text,
        write,
    )


# -- which of them the address means -----------------------------------------------------------------------------------


def _items(request: Request, question: Question) -> Items:
    """Those of the page in the address.

    Raises:
        DomainError: 404 ``draft.no_list``: the question has no such list, or no grades.
    """
    kind = documents.kind_of(question)
    place = request.path_params.get("list")
    if place is not None and kind is QuestionKind.LISTS and 1 <= place <= len(question["lists"]):
        return _candidates_of(place)
    if _is_grades(request) and kind is QuestionKind.GRADING:
        return _GRADES_OF
    if place is None and not _is_grades(request):
        return _ANSWERS_OF[kind]
    raise DomainError(404, N_("There is no such list in this question (any more)."), code="draft.no_list")


def _is_grades(request: Request) -> bool:
    return request.url.path.endswith("/grades")


def _here(request: Request) -> str:
    """The address of this page."""
    name, params = "commission.draft_answers", dict(request.path_params)
    params.pop("lang", None)
    if "list" in params:
        name = "commission.draft_candidates"
    elif _is_grades(request):
        name = "commission.draft_grades"
    return address(request, name, **params)


def _next(request: Request, question: Question) -> str:
    """Where one goes on to."""
    of = {"id": request.path_params["id"], "number": shared.number_of(request)}
    kind, place = documents.kind_of(question), request.path_params.get("list", 0)
    if kind is QuestionKind.LISTS:
        if place < len(question["lists"]):
            return address(request, "commission.draft_candidates", **of, list=place + 1)
        return address(request, "commission.draft_questions", id=of["id"])
    if kind is QuestionKind.GRADING and not _is_grades(request):
        return address(request, "commission.draft_grades", **of)
    return address(request, "commission.draft_choice", **of)


# -- the pages ---------------------------------------------------------------------------------------------------------


def items(request: Request) -> Response:
    """What the list holds."""
    draft, question = shared.asked(request)
    kept = _items(request, question)
    texts = [kept.text(item) for item in kept.items(question)]
    return _page(request, draft, Form({"version": str(draft.version)} | _fields(texts)))


def save(request: Request) -> Response:
    """Write the texts down, and do what the button says: add one, move one, take one out, or go on."""
    form, draft = parse(request, ActForm), found_draft(request)
    most = _items(request, shared.or_gone(request, draft, form.values)).most
    given, errors = read_answers(form.values, most)
    form.errors |= {name: translate(lang(request), sentence) for name, sentence in errors.items()}
    if form.data is None or errors:
        return _page(request, draft, form, 422)
    act, place = form.data.apart()

    def edit(found: Question) -> Question:
        kept = _items(request, found)
        before = kept.items(found)
        made = [kept.made(before[at] if at < len(before) else None, text) for at, text in enumerate(given)]
        if act == "add" and len(made) < most:
            made = [*made, kept.made(None, dict(documents.NO_TEXT))]
        elif act == "remove":
            made = documents.without(made, place)
        elif act in ("up", "down"):
            made = documents.moved(made, place, -1 if act == "up" else 1)
        return kept.write(found, made)

    try:
        changed = shared.write_question(request, form.data.version, edit)
    except DomainError as refusal:
        if refusal.code == "draft.no_list":
            raise
        return shared.refused(request, form, refusal, _page, lambda found: _in_words(request, found))
    if act == "save":
        return RedirectResponse(_next(request, changed), 303)
    here, count = _here(request), len(_items(request, changed).items(changed))
    moved_to = {"add": count, "up": max(place, 1), "down": min(place + 2, count)}.get(act, 0)
    return RedirectResponse(f"{here}#answer-{moved_to}" if moved_to else here, 303)


def again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    return shared.again(request, parse(request, ActForm), _page)


def _fields(given: list[Text]) -> dict[str, str]:
    return {
        f"answer-{number}-{language}": text[language] for number, text in enumerate(given, 1) for language in LANGUAGES
    }


def _in_words(request: Request, question: Question) -> Rows:
    try:
        kept = _items(request, question)
    except DomainError:
        return []
    language = lang(request)
    return [
        (
            translate(language, kept.words.each, number=number),
            " / ".join(kept.text(item)[each] or "…" for each in LANGUAGES),
        )
        for number, item in enumerate(kept.items(question), 1)
    ]


def _page(request: Request, draft: Draft, form: Form[Any], status: int = 200, theirs: Rows | None = None) -> Response:
    count = 0
    while f"answer-{count + 1}-kk" in form.values:
        count += 1
    question = shared.or_gone(request, draft, form.values)
    try:
        kept = _items(request, question)
    except DomainError:  # the list was taken out meanwhile: what was typed is shown all the same
        kept = _ANSWERS_OF[QuestionKind.CHOICE]
    language, words = lang(request), kept.words
    return shared.page(
        request,
        "answers",
        draft,
        form,
        status,
        theirs,
        count=count,
        most=kept.most,
        words={name: translate(language, getattr(words, name)) for name in ("title", "heading", "lead", "add")},
        each=lambda number: translate(language, words.each, number=number),
        list_name=_list_name(request, question),
        here=_here(request),
    )


def _list_name(request: Request, question: Question) -> str:
    """Of the list whose candidates the page is about."""
    place = request.path_params.get("list", 0)
    if not place or not 1 <= place <= len(question.get("lists", [])):
        return ""
    name: str = question["lists"][place - 1]["name"][lang(request)]
    return name or translate(lang(request), _LISTS.each, number=place)


_SET_UP = Action.SET_UP_VOTE

routes = [
    found
    for path, name in (
        ("answers", "commission.draft_answers"),
        ("grades", "commission.draft_grades"),
        ("lists/{list:int}", "commission.draft_candidates"),
    )
    for found in (
        route(f"{EACH}/{path}", items, _SET_UP, name=name),
        route(f"{EACH}/{path}", save, _SET_UP, methods=["POST"], name=f"{name}_save", again=again),
    )
]
