"""`egov-ballot trustee shuffle`, and what a trustee who shuffled, or did not, decrypts."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from crypto.tests.ceremonies import ceremony_of, parameters_of, world_of
from crypto.tests.making import RANKED, YES_NO, Archive, World, make_world, verdict
from crypto.tests.office import ok, refused

from egov_crypto import mixnet, wire
from egov_crypto.archive import EventType
from egov_crypto.trustees import Trustees
from egov_crypto.verify import verify_archive


class Desk:
    """Two trustees' files and an archive of theirs."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self.world = folder, world
        self.path = folder / "vote.bel"
        for owner, private in enumerate(world.private_keys, start=1):
            self.key(owner).write_text(json.dumps(str(private)))

    def key(self, owner: int) -> Path:
        return self.folder / f"{owner}.privkey"

    def shows(self, archive: Archive) -> Desk:
        self.path.write_bytes(archive.raw)
        return self

    def shuffle(self, owner: int, *options: object, out: str = "") -> tuple[object, ...]:
        return (
            "trustee",
            "shuffle",
            self.key(owner),
            self.path,
            "--out",
            self.out(out or f"{owner}.shuffle"),
            *options,
        )

    def decrypt(self, owner: int, *options: object) -> tuple[object, ...]:
        return ("trustee", "decrypt", self.key(owner), self.path, "--out", self.out(f"{owner}.decryption"), *options)

    def out(self, name: str) -> Path:
        path = self.folder / name
        path.unlink(missing_ok=True)
        return path


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO, RANKED)


@pytest.fixture(scope="module")
def ballots(world: World) -> list[bytes]:
    return [world.ballot(voter, [[0, 1, 0], ranks]) for voter, ranks in enumerate(([1, 2, 3], [2, 1, 0], [0, 0, 0]))]


@pytest.fixture
def counted(world: World, ballots: list[bytes]) -> Archive:
    return world.archive().ballots(*ballots).close().tally()


@pytest.fixture
def desk(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("EGOV_BALLOT_STATE", str(tmp_path / "state"))
    return Desk(tmp_path, world)


def test_trustees_shuffle_in_turn_and_decrypt(desk: Desk, counted: Archive) -> None:
    desk.shows(counted)
    for owner in (2, 1):
        said = ok(*desk.shuffle(owner, "--jobs", 2))
        digest = wire.digest((desk.folder / f"{owner}.shuffle").read_bytes().strip())
        assert f"under your number: {digest}" in said
        assert f"You are trustee {owner} of 2." in said
        ok("shuffle", desk.path, desk.folder / f"{owner}.shuffle", "--owner", owner)
        assert f"shuffle of yours is in the archive already: {digest}" in refused(*desk.shuffle(owner))
    assert "the trustees are shuffling the votes" in refused(*desk.decrypt(1))
    ok("end-shuffles", desk.path)
    assert "nothing to shuffle any more" in refused(*desk.shuffle(1))
    for owner in (1, 2):
        assert "is in the archive." in ok(*desk.decrypt(owner))
        ok("decryption", desk.path, desk.folder / f"{owner}.decryption")
    ok("result", desk.path)
    assert verdict(desk.path.read_bytes()) == "holds"


def test_a_shuffle_made_again_is_remembered_beside_the_first(desk: Desk, world: World, counted: Archive) -> None:
    """Of two who shuffle at once, the second must do it again, over what the first one left."""
    desk.shows(counted)
    ok(*desk.shuffle(1, out="stale"))
    raw = mixnet.shuffle(world.election, counted.sum())
    counted.mixed = mixnet.verify(world.election, counted.sum(), raw)
    desk.shows(counted.shuffled(2, raw))
    assert "shuffle.proof" in refused("shuffle", desk.path, desk.folder / "stale", "--owner", 1, status=1)
    ok(*desk.shuffle(1))
    ok("shuffle", desk.path, desk.folder / "1.shuffle", "--owner", 1)
    ok("end-shuffles", desk.path)
    ok(*desk.decrypt(1))


def test_a_second_shuffle_of_another_tally_is_refused(
    desk: Desk, world: World, counted: Archive, ballots: list[bytes]
) -> None:
    fewer = world.archive().ballots(*ballots[:2]).close().tally()
    desk.shows(counted)
    ok(*desk.shuffle(1))
    desk.shows(fewer)
    assert "shuffle.second" in refused(*desk.shuffle(1), status=1)
    assert not (desk.folder / "1.shuffle").exists()
    (desk.folder / "1.privkey.shuffled.json").unlink()  # the key file was moved; the key is known by itself
    assert "shuffle.second" in refused(*desk.shuffle(1), status=1)
    for path in (desk.folder / "state").iterdir():
        path.write_text("{}")
    ok(*desk.shuffle(1))


def test_nothing_is_shuffled_that_must_not_be(desk: Desk, world: World, counted: Archive, ballots: list[bytes]) -> None:
    left_out = world.archive().ballots(*ballots)
    left_out.close().tally(world.archive().ballots(*ballots[:2]).sum())
    assert "tally.ciphertexts" in refused(*desk.shows(left_out).shuffle(1), status=1)
    forged = ballots[0].replace(b'"response":"', b'"response":"1', 1)
    tallied = world.archive().ballots(forged).close().tally(world.archive().ballots(ballots[0]).sum())
    assert "ballot." in refused(*desk.shows(tallied).shuffle(1), status=1)
    assert "not published" in refused(*desk.shows(world.archive().ballots(*ballots).close()).shuffle(1))
    assert "setup.confirmed" in refused(*desk.shows(counted).shuffle(1, "--setup", "0" * 64), status=1)
    desk.key(1).write_text('"12345"')
    assert "trustees.missing" in refused(*desk.shuffle(1), status=1)
    sums = make_world(YES_NO)
    desk.key(1).write_text(json.dumps(str(sums.private_keys[0])))
    desk.shows(sums.archive().ballots(sums.ballot(0, [[0, 1, 0]])).close().tally())
    assert "nothing to shuffle: no question" in refused(*desk.shuffle(1))
    assert not (desk.folder / "1.shuffle").exists()
    assert not (desk.folder / "1.privkey.shuffled.json").exists()


def test_a_server_that_shuffles_in_the_trustees_names_gets_nothing_decrypted(desk: Desk, counted: Archive) -> None:
    """It would know every order: whose vote is whose."""
    desk.shows(counted.shuffle().add(EventType.END_SHUFFLES))
    assert verdict(counted) == "holds"
    for options in ((), ("--shuffle", "none"), ("--shuffle", "0" * 64)):
        assert "shuffle.own" in refused(*desk.decrypt(1, *options), status=1)
    assert not (desk.folder / "1.privkey.decrypted.json").exists()


def test_a_shuffle_made_elsewhere_is_named(desk: Desk, world: World, counted: Archive) -> None:
    raw = mixnet.shuffle(world.election, counted.sum())
    counted.mixed = mixnet.verify(world.election, counted.sum(), raw)
    desk.shows(counted.shuffled(1, raw).shuffle(2).add(EventType.END_SHUFFLES))
    assert "shuffle.own" in refused(*desk.decrypt(1), status=1)
    ok(*desk.decrypt(1, "--shuffle", wire.digest(raw)))


def test_who_made_none_must_say_that_the_others_are_trusted(desk: Desk) -> None:
    """Of three two are enough: the third decrypts when one of those who shuffled does not."""
    parameters, private_keys = parameters_of(ceremony_of(3, 2))
    world = world_of(Trustees((parameters,)), private_keys, question=RANKED)
    archive = world.archive().ballots(world.ballot(0, [[1, 2, 3]])).close().tally().shuffle(1, 2)
    threshold = Desk(desk.folder, world).shows(archive.add(EventType.END_SHUFFLES))
    digests = verify_archive(io.BytesIO(archive.raw)).shuffles
    asked = refused(*threshold.decrypt(3))
    assert f"trustee 1, {digests[1]}, trustee 2, {digests[2]}" in asked
    refused(*threshold.decrypt(3, "--shuffle", digests[1]))  # somebody else's
    assert "Shuffled by trustee 1" in ok(*threshold.decrypt(3, "--shuffle", "none"))
