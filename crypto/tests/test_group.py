"""The group's backend: what libsodium must refuse for anything else to hold."""

import pytest

from egov_crypto import group


def test_a_libsodium_that_takes_points_outside_the_subgroup_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_before_the_repair(raw: bytes) -> bool:
        return True  # what it answered to a point plus the one of order 2

    monkeypatch.setattr(group, "crypto_core_ed25519_is_valid_point", as_before_the_repair)

    with pytest.raises(ImportError, match=r"CVE-2025-69277.*PyNaCl 1\.6\.2"):
        group.check_backend()


def test_the_installed_libsodium_is_sound() -> None:
    group.check_backend()
