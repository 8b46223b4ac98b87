"""Three administrators, and somebody who has no role yet."""

from __future__ import annotations

import pytest
from tests.officials import MakeCitizen, MakeOfficial, SignedIn

from egov_participation.actions import Role


@pytest.fixture
def first(official: MakeOfficial) -> SignedIn:
    return official(Role.ADMINISTRATOR)


@pytest.fixture
def second(official: MakeOfficial) -> SignedIn:
    return official(Role.ADMINISTRATOR)


@pytest.fixture
def newcomer(citizen: MakeCitizen) -> SignedIn:
    return citizen(level=2)
