"""What people write in a line."""

from __future__ import annotations

import pytest

from egov_participation.writing import LONGEST_REASON, one_line, read_reason


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Бұйрық\t№ 12\r\nот 1 сентября ", "Бұйрық № 12 от 1 сентября"),
        ("a\u202eb\u200bc\u0007d", "abcd"),  # turns writing round, has no width, rings
        ("", ""),
        (None, ""),
    ],
)
def test_a_line_has_no_breaks_and_no_signs_that_are_not_seen(typed: object, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize("typed", ["", "\u200b \n", None, "x" * (LONGEST_REASON + 1)])
def test_a_reason_that_says_nothing_or_too_much_is_refused(typed: object) -> None:
    with pytest.raises(ValueError, match=r"Give a reason|500 characters"):
        read_reason(typed)


def test_a_reason_may_be_as_long_as_is_said() -> None:
    assert read_reason(" " + "ы" * LONGEST_REASON) == "ы" * LONGEST_REASON
