"""Several processes on one PostgreSQL database."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext

import pytest

PRELOADED = ["tests.voting.writer", "tests.postgres.working"]


@pytest.fixture
def processes() -> ForkServerContext:
    """Starts processes that have imported everything already: forked from a server made for that."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context
