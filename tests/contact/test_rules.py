"""Numbers of messages and their deadlines."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from egov_participation.contact.rules import WORKING_DAYS, due_on, new_reference, read_reference
from egov_participation.jurisdiction import working_days
from egov_participation.jurisdiction.working_days import KAZAKHSTAN
from egov_participation.references import ALPHABET, check_sign

signs = st.text(ALPHABET, min_size=7, max_size=7)
days = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))


def written(text: str) -> str:
    whole = text + check_sign(text)
    return f"K-{whole[:4]}-{whole[4:]}"


def test_a_number_looks_like_the_one_in_the_hint_and_is_another_each_time() -> None:
    made = {new_reference() for _ in range(200)}
    assert len(made) == 200
    for reference in made:
        assert re.fullmatch(r"K-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", reference)
        assert read_reference(reference) == reference


@given(signs)
def test_a_number_is_understood_however_it_is_typed(text: str) -> None:
    reference = written(text)
    bare = reference.replace("-", "")
    for typed in (reference.lower(), bare, f" {bare.lower()} ", reference[2:], reference.replace("-", " ")):
        assert read_reference(typed) == reference


@given(signs, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_found(text: str, place: int, sign: str) -> None:
    whole = text + check_sign(text)
    assume(whole[place] != sign)
    assert read_reference("K" + whole[:place] + sign + whole[place + 1 :]) is None


@pytest.mark.parametrize("text", ["", "K", "K-7Q4M", "K-0000-0000", "hello", "K-7Q4M-2XNP-7Q4M", "К-7Q4M", "٧" * 8])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_reference(text) is None


@given(days)
def test_an_answer_is_due_after_fifteen_working_days(received: dt.date) -> None:
    due = due_on(received, KAZAKHSTAN)
    assert working_days.between(received, due) == WORKING_DAYS
    assert due.weekday() < 5
    assert working_days.between(due, received) == -WORKING_DAYS or received.weekday() >= 5


def test_weekends_and_holidays_are_not_counted() -> None:
    friday = dt.date(2024, 10, 4)
    assert due_on(friday, KAZAKHSTAN) == dt.date(2024, 10, 28)  # the 25th is Republic Day
    assert working_days.between(friday, dt.date(2024, 10, 6)) == 0
    assert working_days.between(friday, dt.date(2024, 10, 7)) == 1
