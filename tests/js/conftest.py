"""What the tests of the booth's JavaScript need: node and the reference implementation. Their absence is a failure."""

from __future__ import annotations

import shutil

import pytest
from tests.belenios import Belenios


@pytest.fixture(scope="session")
def node() -> str:
    found = shutil.which("node")
    assert found, "node is not installed: make prerequisites installs it"
    return found


@pytest.fixture(scope="session")
def belenios() -> Belenios:
    return Belenios.found()
