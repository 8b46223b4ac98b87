"""Properties of threshold trustees: any that are enough give the key; anything anywhere is refused in words."""

from __future__ import annotations

import json

import pytest
from crypto.tests import forging
from crypto.tests.ceremonies import ceremony_of, parameters_of
from crypto.tests.making import dump
from crypto.tests.strategies import json_values
from crypto.tests.test_properties import any_path
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto.errors import VerificationError
from egov_crypto.group import Q, base
from egov_crypto.threshold.ceremony import Ceremony
from egov_crypto.threshold.dealing import value
from egov_crypto.threshold.parameters import Parameters, evaluated, lagrange


@given(st.lists(st.integers(0, Q - 1), min_size=1, max_size=6), st.data())
def test_as_many_values_as_coefficients_give_the_constant(coefficients: list[int], data: st.DataObject) -> None:
    places = data.draw(
        st.lists(st.integers(1, 30), min_size=len(coefficients), max_size=len(coefficients), unique=True)
    )
    values = [value(coefficients, place) for place in places]
    assert sum(a * b for a, b in zip(lagrange(places), values, strict=True)) % Q == coefficients[0]
    points = list(map(base, coefficients))
    assert [evaluated(points, place) for place in places] == list(map(base, values))


@pytest.fixture(scope="module")
def ceremony() -> bytes:
    return ceremony_of(2, 2)[0].to_json()


@given(st.data())
def test_any_value_anywhere_in_a_ceremony_ends_in_a_code(ceremony: bytes, data: st.DataObject) -> None:
    honest = json.loads(ceremony)
    changed = dump(forging.replaced(honest, any_path(data, honest), data.draw(json_values)))
    try:
        found = Ceremony.parse(changed)
    except VerificationError:
        return
    assert changed == ceremony or found.awaiting().owners  # a message less


@pytest.fixture(scope="module")
def parameters() -> bytes:
    return dump(parameters_of(ceremony_of(2, 2))[0].to_json())


@given(st.data())
def test_any_value_anywhere_in_parameters_ends_in_a_code(parameters: bytes, data: st.DataObject) -> None:
    honest = json.loads(parameters)
    changed = dump(forging.replaced(honest, any_path(data, honest), data.draw(json_values)))
    if changed != parameters:
        with pytest.raises(VerificationError):
            Parameters.parse(changed)
