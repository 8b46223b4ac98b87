"""The site, for the tests of its pages."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


@pytest.fixture
def site(client: TestClient) -> TestClient:
    """Where nobody is signed in."""
    return client
