"""An observer of the log."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.ledger.observer import Observer


@pytest.fixture
def observer(client: TestClient) -> Observer:
    """Reads the log that the application serves."""
    return Observer(client)
