"""A question of an election as pages show it, and as a vote's file asks it."""

from __future__ import annotations

from typing import Any

from egov_crypto.counting import Method
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion
from egov_participation.voting.kinds import METHODS, QuestionKind
from egov_participation.voting.texts import Texts, split_or_whole
from egov_participation.voting.views import ListView, QuestionView


def view_of(question: AnyQuestion) -> QuestionView:
    """What a voter reads of it."""
    text = split_or_whole(question.question)
    if isinstance(question, ListsQuestion):
        lists = tuple(ListView(*_list(*map(split_or_whole, texts))) for texts in question.lists)
        return QuestionView(text, tuple(each.name for each in lists), 1, 1, False, QuestionKind.LISTS, lists=lists)
    answers = tuple(map(split_or_whole, question.answers))
    if not isinstance(question, PreferenceQuestion):
        return QuestionView(text, answers, question.min, question.max, question.blank)
    method = Method.of(question.extra)
    graded = method is not None and method.graded
    return QuestionView(
        text,
        answers,
        0,
        len(answers),
        method is not None and method.blank,
        QuestionKind.GRADING if graded else QuestionKind.RANKING,
        method,
        tuple(map(split_or_whole, method.grades)) if method is not None else (),
    )


def as_asked(question: QuestionView) -> dict[str, Any]:
    """The question in the form of a vote's file (``docs/vote-file.md``)."""
    asked: dict[str, Any] = {"type": question.kind.value, "text": question.text.as_dict()}
    if question.kind is QuestionKind.LISTS:
        return asked | {
            "lists": [
                {"name": each.name.as_dict(), "candidates": [one.as_dict() for one in each.candidates]}
                for each in question.lists
            ]
        }
    asked |= {"answers": [answer.as_dict() for answer in question.answers]}
    match question.kind:
        case QuestionKind.CHOICE:
            asked |= {"min": question.min, "max": question.max}
        case QuestionKind.GRADING:
            asked |= {"grades": [grade.as_dict() for grade in question.grades]}
        case QuestionKind.RANKING:
            asked |= counted_as(question.method)
    return asked | {"blank": question.blank}


def counted_as(method: Method | None) -> dict[str, Any]:
    """How rankings are counted, in the words of a vote's file; null where the method is none of those known here."""
    name = next((name for name, type_ in METHODS.items() if method is not None and method.type is type_), None)
    if method is None or method.rules is None:
        return {"method": name}
    return {"method": name, "seats": method.seats, "rules": method.rules.value}


def _list(name: Texts, *candidates: Texts) -> tuple[Texts, tuple[Texts, ...]]:
    return name, candidates
