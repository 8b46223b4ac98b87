"""Numbers, deadlines, and what of somebody's data is noticed in a public answer."""

from __future__ import annotations

from datetime import date

import pytest

from egov_participation.incidents import rules
from egov_participation.jurisdiction.working_days import KAZAKHSTAN


def test_a_number_is_read_as_people_type_it_and_a_mistake_is_noticed() -> None:
    reference = rules.new_reference()
    bare = reference.replace("-", "")
    assert reference.startswith("I-")
    for typed in (reference, bare.lower(), bare[1:], f" {reference} ", f"І{bare[1:]}"):
        assert rules.read_reference(typed) == reference
    wrong = "2" if reference[-1] != "2" else "3"
    for typed in (reference[:-1] + wrong, reference[:-1], f"K{bare[1:]}", "", "I-0000-0000"):
        assert rules.read_reference(typed) is None


@pytest.mark.parametrize(
    ("reported", "due"),
    [(date(2024, 10, 7), date(2024, 10, 10)), (date(2024, 10, 10), date(2024, 10, 15))],
)
def test_an_answer_is_due_in_three_working_days(reported: date, due: date) -> None:
    assert rules.due_on(reported, KAZAKHSTAN) == due


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("The IIN 900101300012 was looked up.", rules.IIN_SEEN),
        ("ЖСН: 900101 300 012", rules.IIN_SEEN),
        ("We wrote to somebody@mail.example about it.", rules.ADDRESS_SEEN),
        ("Телефон +7 (701) 123-45-67", rules.PHONE_SEEN),
        ("8 701 123 45 67 нөміріне", rules.PHONE_SEEN),
        ("Айгүлдің коды бұғатталды.", rules.NAME_SEEN),
        ("Код Сериковой заблокирован.", rules.NAME_SEEN),
        ("AIGUL reported it", None),
        ("The archive's head at height 1234567890 was compared; 12 ballots, 300 012 voters.", None),
        ("Tracking number 8701aB+/x9 stands on the board since 6 October 2024.", None),
        ("Бөтен адам дауыс бере алмады.", None),
    ],
)
def test_personal_data_in_a_public_answer_is_noticed_in_every_language(text: str, seen: str | None) -> None:
    found = rules.personal_data(["nothing", text], ["Серикова", "Айгүл", "Ян"])
    assert found == ([seen] if seen else [])
