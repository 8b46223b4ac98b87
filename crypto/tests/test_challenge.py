"""Challenged ballots: what opens them, and devices that encrypted something else."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from crypto.tests import forging
from crypto.tests.commands import Done, run
from crypto.tests.making import THREE, YES_NO, World, ballot_verdict, dump, make_world

from egov_crypto import ballot, wire
from egov_crypto.cli import voting
from egov_crypto.errors import VerificationError
from egov_crypto.group import Q, random_scalar
from egov_crypto.verify import verify_archive

NAN = b'{"type":"egov-ballot-challenge","version":1,"hash":"","ballot":NaN,"plaintext":[],"randomness":[]}'
CHOICES = [[0, 1, 0], [1, 0, 1]]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO, THREE)


@pytest.fixture(scope="module")
def election_file(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("election") / "election.json"
    path.write_bytes(world.election.raw)
    return path


def challenged(world: World, choices: Any = CHOICES) -> dict[str, Any]:
    unsigned = ballot.encrypt(world.election, world.credentials[0], choices)
    value: dict[str, Any] = json.loads(voting.challenge_to_json(unsigned))
    return value


def code(world: World, value: dict[str, Any]) -> str:
    try:
        ballot.check_opening(world.election, value["ballot"], value["plaintext"], value["randomness"])
    except VerificationError as error:
        return error.code
    return "holds"


def audit(value: Any, where: Path, folder: Path) -> Done:
    path = folder / "challenge.json"
    path.write_bytes(dump(value))
    return run("egov-ballot", "audit", path, where)


def test_an_honest_challenge_holds_and_is_told_in_words(world: World, election_file: Path, tmp_path: Path) -> None:
    value = challenged(world)
    done = audit(value, election_file, tmp_path)
    assert (done.status, done.err) == (0, "")
    said = [line.strip() for line in done.out.splitlines()]
    first, second = said.index(YES_NO.question), said.index(THREE.question)
    assert said[first + 1 : second] == ["Иә / Да / Yes", ""]
    assert said[second + 1 : second + 3] == ["A", "C"]
    assert value["hash"] in [line.replace(" ", "") for line in said]  # in groups of four, as the booth shows it


def test_an_archive_serves_as_well_as_the_election(world: World, tmp_path: Path) -> None:
    """Its set-up is verified, and nothing after it is read."""
    path = tmp_path / "a.bel"
    path.write_bytes(world.archive().raw + b"rubbish")
    assert audit(challenged(world), path, tmp_path).status == 0
    evil = {**json.loads(world.election.raw), "public_key": make_world().election.public_key.text}
    path.write_bytes(world.archive(election=dump(evil)).raw)
    done = audit(challenged(world), path, tmp_path)
    assert done.status == 1
    assert "election.public_key at height 0" in done.err


def test_blank_and_empty_votes_are_told(world: World, tmp_path: Path, election_file: Path) -> None:
    done = audit(challenged(world, [[1, 0, 0], [0, 1, 0]]), election_file, tmp_path)
    assert (done.status, "(blank)" in done.out) == (0, True)


def test_a_device_that_encrypted_something_else_is_caught(world: World, election_file: Path, tmp_path: Path) -> None:
    """It shows the choice that it was given, with the randomness of the one that it encrypted."""
    value = challenged(world)
    lied = {**value, "plaintext": [[0, 0, 1], CHOICES[1]]}
    assert code(world, lied) == "ballot.opening"
    done = audit(lied, election_file, tmp_path)
    assert (done.status, done.out) == (1, "")
    assert "ballot.opening: A challenged ballot does not encrypt" in done.err


def test_a_device_that_changes_the_ballot_after_showing_its_hash_is_caught(
    world: World, election_file: Path, tmp_path: Path
) -> None:
    shown = challenged(world, [[0, 0, 1], [1, 0, 1]])["hash"]
    done = audit({**challenged(world), "hash": shown}, election_file, tmp_path)
    assert done.status == 1
    assert "ballot.hash" in done.err


def test_randomness_of_another_ballot_is_refused(world: World) -> None:
    value = challenged(world)
    for wrong in (str(random_scalar()), "0", str((int(value["randomness"][0][0]) + 1) % Q)):
        assert code(world, forging.replaced(value, ("randomness", 0, 0), wrong)) == "ballot.opening"


def test_an_opening_written_otherwise_is_refused(world: World) -> None:
    value = challenged(world)
    secret = value["randomness"][0][0]
    for path, wrong in (
        (("randomness", 0, 0), str(int(secret) + Q)),
        (("randomness", 0, 0), f"0{secret}"),
        (("randomness", 0, 0), int(secret)),
        (("randomness", 0), []),
        (("randomness",), []),
        (("plaintext", 0), [0, 1]),
        (("plaintext", 0), [0, 2, 0]),
        (("plaintext", 0), [0, True, 0]),
        (("plaintext", 0), [0, 1, 1]),
        (("plaintext", 0), "010"),
        (("plaintext",), None),
    ):
        assert code(world, forging.replaced(value, path, wrong)) == "ballot.format"


def test_a_challenged_ballot_whose_proofs_do_not_hold_is_refused(world: World) -> None:
    """It could never have been cast: a device must not get away with a ballot that fails only when it counts."""
    value = challenged(world)
    path = ("ballot", "answers", 0, "individual_proofs", 0, 0, "response")
    assert code(world, forging.replaced(value, path, "5")) == "ballot.proof.individual"
    other = make_world(YES_NO, THREE)
    assert code(other, value) == "ballot.election"


def test_a_signed_ballot_is_no_challenge(world: World) -> None:
    """What can be cast must not be opened."""
    value = challenged(world)
    signed = json.loads(world.ballot(0, CHOICES))
    assert code(world, {**value, "ballot": signed}) == "ballot.format"


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"[" * 10**5, b"\xff", b'{"type":"egov-ballot-challenge","version":1}', NAN]
)
def test_what_is_no_challenge_ends_with_2(raw: bytes, election_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "challenge.json"
    path.write_bytes(raw)
    done = run("egov-ballot", "audit", path, election_file)
    assert (done.status, done.out) == (2, "")
    assert "is not a challenged ballot" in done.err


def test_what_is_no_election_ends_with_2_or_1(world: World, tmp_path: Path) -> None:
    for raw, status in ((b"", 2), (b"x", 2), (b"{}", 1), (world.archive().raw[:2048], 2)):
        path = tmp_path / "else"
        path.write_bytes(raw)
        assert audit(challenged(world), path, tmp_path).status == status


def test_the_hash_shown_is_the_one_that_the_signature_covers(world: World) -> None:
    unsigned = ballot.encrypt(world.election, world.credentials[0], CHOICES)
    signed = ballot.sign(world.election, world.credentials[0], unsigned)
    assert json.loads(signed)["signature"]["hash"] == unsigned.hash
    assert ballot_verdict(world.election, signed) == "holds"
    assert wire.digest(signed) != unsigned.hash
    assert verify_archive(io.BytesIO(world.archive().ballots(signed).raw)).report.ballots == 1
