"""Properties of the IIN: the law's two-pass rule, what it detects and what it cannot."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from egov_participation.registry import iin
from egov_participation.registry.iin import Iin, IinError, IinProblem

birth_dates = st.dates(dt.date(1900, 1, 1), dt.date(2024, 10, 6))
digit = st.integers(0, 9)


@st.composite
def iins(draw: st.DrawFn) -> Iin:
    made = iin.make(draw(birth_dates), male=draw(st.booleans()), number=draw(st.integers(0, 9999)))
    assume(made is not None)
    assert made is not None
    return made


def is_valid_iin(text: str) -> bool:
    try:
        Iin.parse(text)
    except IinError:
        return False
    return True


def weighted(digits: str, weights: list[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11


@given(iins())
def test_a_made_number_is_read_back(number: Iin) -> None:
    assert Iin.parse(number.digits) == number


@given(iins())
def test_the_check_digit_follows_the_laws_two_passes(number: Iin) -> None:
    first = weighted(number.digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    second = weighted(number.digits, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2])
    assert int(number.digits[11]) == (first if first != 10 else second)


@given(iins(), digit)
def test_another_check_digit_is_refused(number: Iin, other: int) -> None:
    assume(str(other) != number.digits[11])
    assert not is_valid_iin(number.digits[:11] + str(other))


@given(iins(), st.integers(0, 9), digit)
def test_one_changed_digit_of_the_first_ten_is_refused_where_the_first_pass_decides(
    number: Iin, place: int, other: int
) -> None:
    assume(str(other) != number.digits[place])
    changed = number.digits[:place] + str(other) + number.digits[place + 1 :]
    passes = [weighted(text, list(range(1, 12))) for text in (number.digits, changed)]
    assume(10 not in passes)
    assert not is_valid_iin(changed)


@given(iins(), digit)
def test_the_rule_itself_does_not_see_the_eleventh_digit_and_we_do_not_pretend_that_it_does(
    number: Iin, other: int
) -> None:
    assume(weighted(number.digits, list(range(1, 12))) != 10)
    assert is_valid_iin(number.digits[:10] + str(other) + number.digits[11])


@given(birth_dates, st.booleans(), st.integers(0, 9999))
def test_the_birth_date_is_read_from_the_number(born: dt.date, male: bool, number: int) -> None:
    made = iin.make(born, male=male, number=number)
    assume(made is not None)
    assert made is not None
    assert made.birth_date == born
    assert made.allows_birth_date(born)
    assert not made.allows_birth_date(born + dt.timedelta(days=1))


@given(st.text(min_size=4).filter(lambda text: not is_valid_iin(text) and text.strip()))
def test_a_refusal_never_repeats_the_text(text: str) -> None:
    with pytest.raises(IinError) as refusal:
        Iin.parse(text)
    assert text not in str(refusal.value)


@given(iins())
def test_its_text_form_shows_the_last_four_digits_only(number: Iin) -> None:
    for shown in (str(number), repr(number), f"{number}", number.mask):
        assert number.digits[-4:] in shown
        assert number.digits[:8] not in shown
        assert sum(sign.isdigit() for sign in shown) == 4


def test_spaces_are_allowed_as_people_type_them() -> None:
    made = iin.make(dt.date(1990, 1, 1), male=True, number=1)
    assert made is not None
    assert Iin.parse(f" {made.digits[:6]} {made.digits[6:]}\n") == made


def with_check_digit(eleven: str) -> str:
    return eleven + str(iin.check_digit([int(sign) for sign in eleven]))


def test_a_foreign_citizens_number_does_not_tell_the_century() -> None:
    number = Iin.parse(with_check_digit("10010100000"))
    assert number.birth_date is None
    assert number.allows_birth_date(dt.date(2010, 1, 1))
    assert number.allows_birth_date(dt.date(1910, 1, 1))
    assert not number.allows_birth_date(dt.date(1810, 1, 1))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", IinProblem.EMPTY),
        ("   ", IinProblem.EMPTY),
        ("1234567890", IinProblem.LENGTH),
        ("9001013001234", IinProblem.LENGTH),
        ("90010130012O", IinProblem.NOT_DIGITS),
        ("٩٠٠١٠١٣٠٠١٢٣", IinProblem.NOT_DIGITS),
        ("900101700123", IinProblem.CENTURY),
        ("901301300123", IinProblem.BIRTH_DATE),
        ("900229300123", IinProblem.BIRTH_DATE),
        ("900101300120", IinProblem.CHECKSUM),
    ],
)
def test_each_mistake_is_named(text: str, problem: IinProblem) -> None:
    with pytest.raises(IinError) as refusal:
        Iin.parse(text)
    assert refusal.value.problem is problem


def test_the_29th_of_february_exists_in_leap_years_alone() -> None:
    assert is_valid_iin(with_check_digit("00022950012"))
    assert not is_valid_iin("010229500123")


def test_a_number_for_which_both_passes_give_ten_is_never_made() -> None:
    born = dt.date(1990, 1, 1)
    missing = [number for number in range(10_000) if iin.make(born, male=True, number=number) is None]
    assert missing
    for number in missing[:20]:
        eleven = f"9001013{number:04d}"
        assert not any(is_valid_iin(f"{eleven}{last}") for last in range(10))
