"""Who is at the desk."""

from __future__ import annotations

import pytest
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation.actions import Role


@pytest.fixture
def operator(official: MakeOfficial) -> SignedIn:
    return official(Role.DESK_OPERATOR)


@pytest.fixture
def person(citizen: MakeCitizen) -> SignedIn:
    return citizen()
