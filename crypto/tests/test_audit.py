"""The audit by sample: who is drawn follows from the log and from what the auditors revealed, and from nothing else."""

from __future__ import annotations

import hashlib
import random
from fractions import Fraction
from itertools import combinations

import pytest
from crypto.tests.petitions import VALUES
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import audit
from egov_crypto.errors import UsageError

REFERENCE = "P-2026-0042"
values = st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=4, unique=True)
pseudonyms = st.lists(st.binary(min_size=64, max_size=64), max_size=30, unique=True)


def test_each_hash_is_what_the_documentation_says() -> None:
    """Written out anew: the platform's pages compute the same in the browser."""
    one, two = VALUES[:2]
    commitments = [hashlib.sha256(b"egov-audit-commitment-v1\0P-2026-0042\0" + value).digest() for value in (one, two)]
    seed = hashlib.sha256(b"egov-audit-seed-v1\0P-2026-0042\0" + one + two).digest()

    assert [audit.commitment(REFERENCE, value) for value in (one, two)] == [made.hex() for made in commitments]
    named = hashlib.sha256(b"egov-audit-v1\0P-2026-0042\0" + b"".join(sorted(commitments))).hexdigest()
    assert audit.identifier(REFERENCE, [made.hex() for made in commitments]) == named
    assert audit.seed(REFERENCE, [two, one]) == seed
    people = [bytes([number]) * 64 for number in range(50)]
    ranked = sorted(people, key=lambda person: hashlib.sha256(b"egov-audit-draw-v1\0" + seed + person).digest())
    assert audit.draw(seed, people, 7) == ranked[:7]


@given(values, pseudonyms, st.integers(0, 40), st.randoms(use_true_random=False))
def test_a_sample_does_not_depend_on_any_order_and_holds_nobody_twice(
    revealed: list[bytes], people: list[bytes], size: int, chance: random.Random
) -> None:
    drawn = audit.draw(audit.seed(REFERENCE, revealed), people, size)
    chance.shuffle(revealed)
    chance.shuffle(people)

    assert audit.draw(audit.seed(REFERENCE, revealed), people, size) == drawn
    assert len(drawn) == len(set(drawn)) == min(size, len(people))
    assert set(drawn) <= set(people)


@given(values, st.binary(min_size=32, max_size=32))
def test_each_auditor_decides_with_the_others(revealed: list[bytes], other: bytes) -> None:
    changed = [other, *revealed[1:]]
    if sorted(changed) != sorted(revealed):
        assert audit.seed(REFERENCE, changed) != audit.seed(REFERENCE, revealed)
    assert audit.seed("P-2026-0043", revealed) != audit.seed(REFERENCE, revealed)


def test_everybody_is_drawn_about_as_often() -> None:
    people = [bytes([number]) * 64 for number in range(20)]
    drawn = [person for number in range(2000) for person in audit.draw(number.to_bytes(32, "big"), people, 5)]

    assert all(400 < drawn.count(person) < 600 for person in people)  # 500 are expected, give or take 19


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_value_has_its_size(size: int) -> None:
    with pytest.raises(UsageError):
        audit.commitment(REFERENCE, bytes(size))


@given(st.integers(1, 7), st.data())
def test_the_probability_is_the_share_of_samples_that_show_it(population: int, data: st.DataObject) -> None:
    sample, false = (data.draw(st.integers(0, population)) for _ in range(2))
    samples = list(combinations(range(population), sample))
    showing = sum(any(number < false for number in drawn) for drawn in samples)

    assert audit.detection(population, sample, false) == Fraction(showing, len(samples))


def test_three_hundred_of_fifty_thousand_find_one_in_a_hundred() -> None:
    assert float(audit.detection(50_198, 300, 502)) == pytest.approx(0.951, abs=0.001)
    for wrong in ((10, 11, 1), (10, 1, 11), (10, -1, 1)):
        with pytest.raises(ValueError, match="than there are"):
            audit.detection(*wrong)
