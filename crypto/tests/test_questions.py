"""Questions of preference and of lists: read in one spelling only, and which votes they take."""

from __future__ import annotations

from typing import Any

import pytest

from egov_crypto.election import Election, random_uuid
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import G
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question, parse_question

RANKED = PreferenceQuestion(("x", "y", "z"), "Ретімен / По порядку / In order", {"type": "Schulze", "blank": True})
LISTS = ListsQuestion((("L1", "a", "b"), ("L2", "c"), ("L3", "d", "e")), "Тізім / Список / List")


def preference(**changed: Any) -> dict[str, Any]:
    return {"type": "NonHomomorphic", "value": {"answers": ["x", "y"], "question": "?"}} | changed


def lists(*answers: object, **changed: Any) -> dict[str, Any]:
    return {"type": "Lists", "value": {"answers": list(answers), "question": "?"}} | changed


@pytest.mark.parametrize("question", [RANKED, PreferenceQuestion(("a",) * 30, ""), LISTS])
def test_questions_are_read_as_they_are_written(question: AnyQuestion) -> None:
    assert parse_question(question.to_json()) == question


def test_an_election_knows_what_is_shuffled() -> None:
    asked = [Question(("a",), "", 0, 1), RANKED, LISTS, PreferenceQuestion(("a",), "")]
    election = Election.build(uuid=random_uuid(), name="", description="", public_key=G, questions=asked)
    assert election.shuffled == (1, 3)
    assert election.questions == tuple(asked)


@pytest.mark.parametrize(
    "value",
    [
        preference(extra=None),
        preference(value={"question": "?", "answers": ["x"]}),
        preference(value={"answers": ["x", 1], "question": "?"}),
        preference(value={"answers": ["x"], "question": "?", "min": 1}),
        {"value": {"answers": ["x"], "question": "?"}, "type": "NonHomomorphic"},
        lists(["a", "b"], extra={}),
        lists("ab"),
        lists(["a", ["b"]]),
    ],
)
def test_another_spelling_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_question(value)


@pytest.mark.parametrize(
    "value",
    [
        preference(value={"answers": [], "question": "?"}),
        preference(value={"answers": ["x"] * 31, "question": "?"}),
        lists(),
        lists(["a", "b"], ["c"]),
        lists([]),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(VerificationError) as caught:
        parse_question(value)
    assert caught.value.code == "election.question"


REFUSED: list[tuple[AnyQuestion, list[Any]]] = [
    *((RANKED, values) for values in ([], [1, 2], [1, 2, 3, 4], [1, 2, 256], [1, -1, 0], [True, 0, 0], [1.0, 0, 0])),
    *(
        (LISTS, values)
        for values in (
            [[0, 0, 0], [0, 0], [0, 0, 0]],
            [[1, 0, 0], [0, 0], [0, 0, 0]],
            [[1, 1, 0], [1, 1], [0, 0, 0]],
            [[1, 1, 0], [1, 0], [0, 0, 0]],
            [[1, 1, 0], [0, 1], [0, 0, 0]],
            [[0, 1, 0], [0, 0], [0, 0, 0]],
            [[1, 2, 0], [0, 0], [0, 0, 0]],
            [[1, True, 0], [0, 0], [0, 0, 0]],
            [[1, 1, 0], [0, 0]],
            [1, 1, 0, 0, 0, 0, 0, 0],
            ["110", "00", "000"],
        )
    ),
]


@pytest.mark.parametrize(("question", "choices"), REFUSED)
def test_votes_that_cannot_be_are_refused(question: AnyQuestion, choices: list[Any]) -> None:
    with pytest.raises(UsageError):
        question.check_choices(choices)


def test_votes_that_can_be_are_taken() -> None:
    for ranks in ([0, 0, 0], [2, 0, 1], [255, 255, 1]):
        RANKED.check_choices(ranks)
    for bits in ([[1, 1, 1], [0, 0], [0, 0, 0]], [[0, 0, 0], [1, 1], [0, 0, 0]], [[0, 0, 0], [0, 0], [1, 0, 1]]):
        LISTS.check_choices(bits)


def test_lists_are_nested_as_they_were_flat() -> None:
    assert LISTS.nested(range(8)) == [[0, 1, 2], [3, 4], [5, 6, 7]]
    assert LISTS.flat(LISTS.nested(range(8))) == list(range(8))
    assert LISTS.nested(LISTS.texts) == [list(texts) for texts in LISTS.lists]
    with pytest.raises(ValueError, match="list of 3"):
        LISTS.flat([[0, 1], [2, 3, 4], [5, 6, 7]])
