"""Members of the commission, and a draft on its way."""

from __future__ import annotations

import pytest
from tests.commission.frozen import Course, begin
from tests.officials import MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.jobs import Worker
from egov_participation.mail import NullMailer
from egov_participation.services import Services


@pytest.fixture
def member(official: MakeOfficial) -> SignedIn:
    return official(Role.COMMISSION)


@pytest.fixture
def second(official: MakeOfficial) -> SignedIn:
    return official(Role.COMMISSION)


@pytest.fixture
def course(services: Services, worker: Worker, outbox: NullMailer, member: SignedIn) -> Course:
    """A binding vote's draft, complete but for its trustees."""
    return begin(services, worker, outbox, member)
