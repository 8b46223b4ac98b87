"""Petitions for the tests of this folder."""

from __future__ import annotations

import pytest
from tests.petitions.making import Petitions

from egov_participation.services import Services


@pytest.fixture
def petitions(services: Services) -> Petitions:
    """Makes petitions and signs them."""
    return Petitions(services)
