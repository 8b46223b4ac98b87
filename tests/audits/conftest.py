"""Auditors, and petitions for them."""

from __future__ import annotations

import pytest
from tests.audits.auditing import Auditing
from tests.officials import MakeOfficial
from tests.petitions.making import Petitions

from egov_participation.actions import Role
from egov_participation.services import Services


@pytest.fixture
def auditing(services: Services, official: MakeOfficial) -> Auditing:
    return Auditing(services, Petitions(services), [official(Role.AUDITOR), official(Role.AUDITOR)])
