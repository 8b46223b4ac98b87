"""How a question is answered and counted: how many answers may be chosen, or by which method a ranking is counted, and
whether a voter may vote blank.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from egov_participation.actions import Action
from egov_participation.commission import documents
from egov_participation.commission.documents import Question
from egov_participation.commission.draft_forms import BlankForm, ChoiceForm, MethodForm, VersionForm
from egov_participation.commission.models import Draft
from egov_participation.commission.routes import draft_asked as shared
from egov_participation.commission.routes.draft_asked import EACH, Rows
from egov_participation.commission.routes.draft_common import found_draft
from egov_participation.errors import DomainError
from egov_participation.i18n import N_, translate
from egov_participation.voting.kinds import QuestionKind
from egov_participation.web.addresses import to
from egov_participation.web.context import lang
from egov_participation.web.forms import Form, parse
from egov_participation.web.routing import route

METHOD_NAMES = {
    "stv": N_("Single transferable vote: several are elected"),
    "instant-runoff": N_("Instant runoff: one is elected"),
    "schulze": N_("Schulze: one is elected, by comparing all pairs"),
    "condorcet": N_("Condorcet: only who wins every comparison"),
    "borda": N_("Borda: points for places"),
}
"""Msgids, in the order in which they are offered."""
METHOD_MEANINGS = {
    "stv": N_(
        "For a council or a board. A ballot counts for its first choice; what that one does not need, or cannot use,"
        " goes on to the next. Groups of voters are represented by their size."
    ),
    "instant-runoff": N_(
        "For one office. Whoever has fewest first places drops out, round by round, until somebody has more than half."
    ),
    "schulze": N_(
        "For one office or one decision among several. Whoever beats each other one in pairs wins; where pairs go in a"
        " circle, the strongest chain decides. There is always a result."
    ),
    "condorcet": N_("As before, but without a rule for circles: there may be no winner."),
    "borda": N_("Easy to explain, and easy to influence: putting a strong rival last costs it many points."),
}


def choice(request: Request) -> Response:
    """How it is answered, as it is written so far."""
    draft, question = shared.asked(request)
    return _page(request, draft, Form(_values(question) | {"version": str(draft.version)}))


def save_choice(request: Request) -> Response:
    """Write it down, and back to the list of questions."""
    draft = found_draft(request)
    form = _parsed(request, draft)
    if form.data is None:
        return _page(request, draft, form, 422)
    changes = _changes(form.data)
    try:
        shared.write_question(request, form.data.version, lambda asked: _changed(asked, changes))
    except DomainError as refusal:
        return shared.refused(request, form, refusal, _page, lambda asked: _in_words(request, asked))
    return to(request, "commission.draft_questions", id=request.path_params["id"])


def choice_again(request: Request) -> Response:
    """The form came from another session than the one of now."""
    return shared.again(request, _parsed(request, found_draft(request)), _page)


def _parsed(request: Request, draft: Draft) -> Form[Any]:
    forms: dict[QuestionKind, type[VersionForm]] = {
        QuestionKind.CHOICE: ChoiceForm,
        QuestionKind.RANKING: MethodForm,
        QuestionKind.GRADING: BlankForm,
        QuestionKind.LISTS: VersionForm,
    }
    question = shared.or_gone(request, draft, parse(request, VersionForm).values)
    return parse(request, forms[documents.kind_of(question)])


def _values(question: Question) -> dict[str, str]:
    """What stands in the fields."""
    blank = {"blank": "yes" if question.get("blank") else ""}
    match documents.kind_of(question):
        case QuestionKind.CHOICE:
            several = (question["min"], question["max"]) != (1, 1)
            return blank | {
                "several": "several" if several else "one",
                "min": str(question["min"]) if several else "0",
                "max": str(question["max"]) if several else str(max(1, len(question["answers"]))),
            }
        case QuestionKind.RANKING:
            return blank | {
                "method": question["method"] or "",
                "seats": str(question.get("seats", 2)),
                "rules": question.get("rules", "scottish"),
            }
    return blank


def _changes(given: Any) -> Question:
    """What the form changes in the question."""
    if isinstance(given, ChoiceForm):
        return {"min": given.min, "max": given.max, "blank": given.blank == "yes"}
    if isinstance(given, MethodForm):
        seats = given.seats if isinstance(given.seats, int) else 1
        return documents.counted(given.method, blank=given.blank == "yes", seats=seats, rules=given.rules)
    return {"blank": given.blank == "yes"} if isinstance(given, BlankForm) else {}


def _changed(question: Question, changes: Question) -> Question:
    """The question with the changes; what belongs to another method goes."""
    kept = {key: value for key, value in question.items() if key not in ("seats", "rules")}
    return kept | changes


def _in_words(request: Request, question: Question) -> Rows:
    language = lang(request)
    rows: Rows = []
    if "min" in question:
        rows += [
            (translate(language, N_("At least")), str(question["min"])),
            (translate(language, N_("At most")), str(question["max"])),
        ]
    if question.get("method"):
        rows.append((translate(language, N_("Method")), translate(language, METHOD_NAMES[question["method"]])))
    if "seats" in question:
        rows.append((translate(language, N_("Seats")), str(question["seats"])))
    if "blank" in question:
        yes = translate(language, N_("yes") if question["blank"] else N_("no"))
        rows.append((translate(language, N_("Blank vote allowed")), yes))
    return rows


def _page(request: Request, draft: Draft, form: Form[Any], status: int = 200, theirs: Rows | None = None) -> Response:
    language = lang(request)
    methods = [
        [name, translate(language, METHOD_NAMES[name]), translate(language, METHOD_MEANINGS[name])]
        for name in METHOD_NAMES
    ]
    return shared.page(request, "choice", draft, form, status, theirs, methods=methods)


_SET_UP = Action.SET_UP_VOTE

routes = [
    route(f"{EACH}/choice", choice, _SET_UP, name="commission.draft_choice"),
    route(
        f"{EACH}/choice", save_choice, _SET_UP, methods=["POST"], name="commission.draft_choice_save",
        again=choice_again,
    ),
]  # fmt: skip
