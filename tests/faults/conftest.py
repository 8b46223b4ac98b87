"""Voters of a vote, and a commission with a draft, while the machines under the site fail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.commission.conftest import course as course
from tests.commission.conftest import member as member
from tests.voting_web.conftest import Voters
from tests.voting_web.conftest import at_booth as at_booth
from tests.voting_web.conftest import vote as vote
from tests.voting_web.conftest import voters as voters

from egov_participation.services import Services, SessionInfo, Site


@pytest.fixture
def services(services: Services, voters: Voters) -> Services:
    """Officials are signed in as always; who is at the booth needs no row of a session, and gets as far as casting."""
    load = services.load_session

    def find(here: Services, site: Site, token: str) -> SessionInfo | None:
        return (voters.load if site is Site.BOOTH else load)(here, site, token)

    return replace(services, load_session=find)
