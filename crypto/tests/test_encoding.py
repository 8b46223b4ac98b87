"""Values written as points, against points that belenios-tool 3.0 made (decrypted from its ballots)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto.encoding import MAX_VALUES, decode, encode
from egov_crypto.group import IDENTITY, Point, base

THEIRS = {
    (1, 2, 3): "4080c009",
    (3, 2, 1): "c0804001",
    (0, 1, 0): "400004",
    (255, 255, 255): "3fffffc041",
    (0, 0, 0): "1",
    (1, 1): "404023",
    (2, 1): "804028",
    (0, 1): "4009",
    (255, 255): "3fffc028",
}


@pytest.mark.parametrize(("values", "text"), THEIRS.items())
def test_points_are_those_of_the_reference(values: tuple[int, ...], text: str) -> None:
    assert encode(values).text == text.zfill(64)
    assert decode(encode(values), len(values)) == values


def test_zeros_alone_are_the_identity() -> None:
    assert encode([0] * MAX_VALUES) == IDENTITY
    assert decode(IDENTITY, MAX_VALUES) == (0,) * MAX_VALUES


@given(st.lists(st.integers(0, 255), min_size=1, max_size=MAX_VALUES))
def test_what_was_encoded_is_decoded(values: list[int]) -> None:
    assert decode(encode(values), len(values)) == tuple(values)


@pytest.mark.parametrize("values", [[], [0] * 31, [256], [-1], [1, 1000]])
def test_other_values_are_refused(values: list[int]) -> None:
    with pytest.raises(ValueError, match=r"not 1 to 30|range"):
        encode(values)


@pytest.mark.parametrize("count", [-1, 0, 31])
def test_other_numbers_of_values_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="not 1 to 30"):
        decode(IDENTITY, count)


def test_no_point_makes_a_result_impossible() -> None:
    """What belenios-tool 3.0 published for ballots that encrypt points which no values give."""
    text = "ff9331cd4044cf5030cde371fcb14535d0a9db0cc3c2e2309ed9f3387577c79c"
    assert decode(Point.parse(text), 3) == (225, 213, 223)
    assert decode(encode([9, 1, 2, 3]), 3) == (1, 2, 3)  # more above the values
    assert decode(-encode([1, 2, 3]), 3) == (1, 2, 3)  # the other sign
    assert decode(Point.parse("4080c032".zfill(64)), 3) == (1, 2, 3)  # not the smallest padding
    for number in range(1, 50):
        assert len(decode(base(number), MAX_VALUES)) == MAX_VALUES
