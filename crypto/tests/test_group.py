"""The group's backend: what libsodium must refuse for anything else to hold."""

import pytest
from crypto.tests.test_attacks_encodings import WRONG_POINTS

from egov_crypto import group
from egov_crypto.group import Point, Q


def test_a_libsodium_that_takes_points_outside_the_subgroup_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_before_the_repair(raw: bytes) -> bool:
        return True  # what it answered to a point plus the one of order 2

    monkeypatch.setattr(group, "crypto_core_ed25519_is_valid_point", as_before_the_repair)

    with pytest.raises(ImportError, match=r"CVE-2025-69277.*PyNaCl 1\.6\.2"):
        group.check_backend()


def test_a_libsodium_that_multiplies_points_outside_the_subgroup_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unchecked(_scalar: bytes, point: bytes) -> bytes:
        return group.crypto_core_ed25519_add(point, point)

    monkeypatch.setattr(group, "crypto_scalarmult_ed25519_noclamp", unchecked)

    with pytest.raises(ImportError, match="CVE-2025-69277"):
        group.check_backend()


@pytest.mark.parametrize("scalar", [-1, 0, 1, 2, Q, Q + 1, 12345])
def test_what_is_parsed_to_be_multiplied_is_checked_as_what_is_parsed(scalar: int) -> None:
    good = group.base(7)
    assert Point.parse_times(good.text, scalar) == (good, good * scalar)
    for wrong in [*WRONG_POINTS, group.IDENTITY.text, None, 1]:
        with pytest.raises(ValueError, match=r"not |identity"):
            Point.parse_times(wrong, scalar)


def test_the_installed_libsodium_is_sound() -> None:
    group.check_backend()
