"""Questions as the platform's own documents and its API write them: each text in three languages, methods by name."""

from collections.abc import Mapping
from typing import Any, Final

from egov_crypto import statement
from egov_crypto.counting import Method, MethodType
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion

METHODS: Final = {
    MethodType.SCHULZE: "schulze",
    MethodType.CONDORCET: "condorcet",
    MethodType.BORDA: "borda",
    MethodType.IRV: "instant-runoff",
    MethodType.STV: "stv",
}
"""How rankings are counted. (Grades are by majority judgment.)"""


def as_asked(question: AnyQuestion) -> dict[str, Any]:
    """What is asked, and how it is counted."""
    asked: dict[str, Any] = {"question": in_languages(question.question)}
    if isinstance(question, ListsQuestion):
        lists = [[in_languages(text) for text in texts] for texts in question.lists]
        return {"type": "lists", **asked, "lists": [{"name": name, "candidates": rest} for name, *rest in lists]}
    asked |= {"answers": [in_languages(answer) for answer in question.answers]}
    if not isinstance(question, PreferenceQuestion):
        bounds = {"min": question.min, "max": question.max, "blank": question.blank}
        return {"type": "homomorphic", **asked, **bounds}
    method = Method.of(question.extra)
    blank = method is not None and method.blank
    if method is not None and method.graded:
        grades = [in_languages(grade) for grade in method.grades]
        return {"type": "grading", **asked, "grades": grades, "blank": blank}
    transferred = {"seats": method.seats, "rules": method.rules.value} if method and method.rules else {}
    name = METHODS[method.type] if method else None
    return {"type": "ranking", **asked, "method": name, **transferred, "blank": blank}


def in_languages(text: str) -> Mapping[str, str]:
    """An election's own text, by language."""
    return dict(zip(statement.LANGUAGES, statement.languages_of(text), strict=True))
