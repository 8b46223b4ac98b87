"""What the laws are tried on: scalars, texts, JSON, questions and votes of every shape."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from egov_crypto.group import Q
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import AnyQuestion, Question

FEW = settings(max_examples=settings().max_examples // 3)
MANY = settings(max_examples=settings().max_examples * 4)

scalars = st.integers(0, Q - 1) | st.sampled_from([0, 1, 2, Q - 1, Q // 2])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    answers = draw(st.lists(texts, min_size=1, max_size=4))
    most = draw(st.integers(1, len(answers)))
    return Question(tuple(answers), draw(texts), draw(st.integers(0, most)), most, draw(st.booleans()))


@st.composite
def votes(draw: st.DrawFn, question: Question) -> list[int]:
    """Any vote that the question allows."""
    if question.blank and draw(st.booleans()):
        return [1, *[0] * len(question.answers)]
    chosen = draw(st.integers(question.min, question.max))
    order = draw(st.permutations(range(len(question.answers))))
    values = [int(number in order[:chosen]) for number in range(len(question.answers))]
    return [0, *values] if question.blank else values


@st.composite
def any_questions(draw: st.DrawFn) -> AnyQuestion:
    """Of any kind."""
    return draw(
        questions()
        | st.builds(PreferenceQuestion, st.lists(texts, min_size=1, max_size=30).map(tuple), texts)
        | st.builds(
            ListsQuestion,
            st.lists(st.lists(texts, min_size=2, max_size=4).map(tuple), min_size=1, max_size=3).map(tuple),
            texts,
        )
    )


@st.composite
def any_votes(draw: st.DrawFn, question: AnyQuestion) -> list[Any]:
    """Any vote that a question of any kind allows."""
    if isinstance(question, Question):
        return draw(votes(question))
    if isinstance(question, PreferenceQuestion):
        size = len(question.answers)
        return draw(st.lists(st.integers(0, 255), min_size=size, max_size=size))
    values = [[0] * len(texts_) for texts_ in question.lists]
    chosen = draw(st.sampled_from(values))
    size = len(chosen) - 1
    chosen[:] = [1, *draw(st.lists(st.integers(0, 1), min_size=size, max_size=size).filter(any))]
    return values


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
