"""Members of the commission, and a draft on its way."""

from __future__ import annotations

import pytest
from tests.commission.frozen import Course, begin
from tests.commission.rehearsing import Rehearsing
from tests.officials import MakeOfficial, SignedIn

from egov_participation.actions import Role
from egov_participation.clock import ManualClock
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


@pytest.fixture
def uuid(course: Course, second: SignedIn) -> str:
    """A vote that two members set up; it opens in three days, for two."""
    return course.with_keys().published(second)


@pytest.fixture
def rehearsing_(course: Course, clock: ManualClock) -> Rehearsing:
    return Rehearsing(course, clock)
