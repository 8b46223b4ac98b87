"""Fixtures of the crypto package's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from crypto.tests.making import THREE, YES_NO, World, make_world

COUNTS = [[1, 0, 1], [1, 1, 2]]


@pytest.fixture(scope="session")
def tallied_world() -> World:
    return make_world(YES_NO, THREE)


@pytest.fixture(scope="session")
def tallied(tallied_world: World) -> bytes:
    """A whole archive: two voters of three voted, one of them twice."""
    world = tallied_world
    archive = world.archive().ballots(
        world.ballot(0, [[0, 1, 0], [1, 0, 0]]),
        world.ballot(1, [[0, 0, 1], [0, 1, 1]]),
        world.ballot(0, [[1, 0, 0], [1, 0, 1]]),
    )
    return archive.finish(COUNTS).raw


@pytest.fixture
def tallied_file(tallied: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "election.bel"
    path.write_bytes(tallied)
    return path
