"""Fixtures of the crypto package's tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from crypto.tests.documents import Site
from crypto.tests.making import THREE, YES_NO, World, make_world
from crypto.tests.office import DESCRIPTION, UUID, Office, ok, set_up
from crypto.tests.platform import Platform
from crypto.tests.served import ServedSite, serving

from egov_crypto.cli import log_reading, log_state, site_vote, source

COUNTS = [[1, 0, 1], [1, 1, 2]]
_numbers = count()


@pytest.fixture(autouse=True)
def alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of logs is this test's own; no proxy of the machine's; no waiting between attempts."""
    monkeypatch.setenv(log_state.VARIABLE, str(tmp_path_factory.getbasetemp() / f"states-{next(_numbers)}"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(source, "PAUSE", 0.001)
    monkeypatch.setattr(log_reading, "STALE", 0.001)
    monkeypatch.setattr(site_vote, "SETTLE", 0.03)
    monkeypatch.setattr(site_vote, "SETTLE_PAUSE", 0.001)


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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything before the archive: keys and credentials, which take a while to make."""
    office = Office(tmp_path_factory.mktemp("prepared"))
    office.write("voters.csv", "id,weight\nann,2\nБолат\ncid,1073741824\n")
    ok(
        *("credentials", "--uuid", UUID, "--voters", office / "voters.csv"),
        *("--private", office / "private.csv", "--public", office / "public.json"),
    )
    for number in (1, 2):
        key = office / f"{number}.key"
        ok("trustee", "new", key, "--election", UUID, "--passphrase-to", office / f"{number}.passphrase")
    office.write("description.toml", DESCRIPTION)
    return office.folder


@pytest.fixture
def office(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """With the archive set up, and trustees who have decrypted nothing."""
    monkeypatch.setenv("EGOV_BALLOT_STATE", str(tmp_path / "state"))
    made = Office(tmp_path)
    for path in prepared.iterdir():
        target = tmp_path / path.name
        target.write_bytes(path.read_bytes())
    set_up(made)
    return made


@pytest.fixture(scope="session")
def worlds() -> tuple[World, World]:
    """Of a site with two votes."""
    return make_world(YES_NO, THREE), make_world(YES_NO)


@pytest.fixture(scope="session")
def counted(worlds: tuple[World, World]) -> Site:
    """The first of them: it was extended, and counted."""
    world = worlds[0]
    ballots = (
        world.ballot(0, [[0, 1, 0], [1, 0, 0]]),
        world.ballot(1, [[0, 0, 1], [0, 1, 1]]),
        world.ballot(0, [[1, 0, 0], [1, 0, 1]]),
    )
    return Site(world, world.archive().ballots(*ballots).finish(COUNTS).raw)


@pytest.fixture(scope="session")
def more(worlds: tuple[World, World]) -> list[bytes]:
    """Ballots of the other one; the last of them comes while somebody looks."""
    return [worlds[1].ballot(voter, [[0, 1, 0]]) for voter in (0, 1, 0)]


@pytest.fixture(scope="session")
def opened(worlds: tuple[World, World], more: list[bytes]) -> Site:
    """The other one, open."""
    return Site(worlds[1], worlds[1].archive().ballots(*more[:2]).raw)


@pytest.fixture
def platform(counted: Site, opened: Site) -> Iterator[Platform]:
    """A site with both."""
    with serving(ServedSite()) as site:
        made = Platform(site)
        made.publish(counted, extended=True)
        made.publish(opened)
        yield made


@pytest.fixture
def uuid(worlds: tuple[World, World]) -> str:
    """Of the one that was counted."""
    return worlds[0].election.uuid
