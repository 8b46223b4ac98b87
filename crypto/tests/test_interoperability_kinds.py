"""The same as in `test_interoperability` of elections that are ranked, graded, of lists, and of all kinds at once."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from crypto.tests import curve, forging_kinds
from crypto.tests.making import (
    LISTS,
    RANKED,
    THREE,
    Archive,
    World,
    ballot_verdict,
    content_of,
    make_world,
    signed,
    voter_of,
)
from crypto.tests.reference import Reference
from crypto.tests.test_interoperability import Case, rewritten

from egov_crypto import mixnet, tally
from egov_crypto.election import random_uuid
from egov_crypto.lists import ListsQuestion
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.verify import Verified, verify_archive

pytestmark = pytest.mark.belenios

MANY = PreferenceQuestion(tuple(map(str, range(30))), "", {"a hint": ["of others"]})
CASES = {
    "all kinds": Case(
        questions=(THREE, RANKED, LISTS, MANY),
        voters=("alice", "bob", "carol", "dora", "emil"),
        votes=(
            ("carol", [[1, 0, 1], [2, 0, 1], [[0, 0, 0], [1, 1]], [255] * 30]),
            ("alice", [[0, 1, 0], [1, 1, 1], [[1, 1, 1], [0, 0]], [0] * 30]),
            ("carol", [[1, 1, 0], [3, 2, 1], [[1, 0, 1], [0, 0]], list(range(30))]),
            ("dora", [[0, 0, 1], [0, 0, 0], [[0, 0, 0], [1, 1]], [1, *[0] * 29]]),
            ("bob", [[0, 1, 0], [1, 1, 1], [[1, 1, 1], [0, 0]], [0] * 30]),
        ),
        counts=[
            [1, 3, 1],
            [[0, 0, 0], [1, 1, 1], [1, 1, 1], [3, 2, 1]],
            [[3, 2, 3], [1, 1]],
            [[0] * 30, [0] * 30, list(range(30)), [1, *[0] * 29]],
        ],
    ),
    "lists alone, with weights": Case(
        questions=(ListsQuestion((("1", "a"), ("2", "b", "c", "d")), "?"),),
        voters=("alice,,3", "bob,,1000"),
        votes=(("alice", [[[0, 0], [1, 1, 0, 1]]]), ("bob", [[[1, 1], [0, 0, 0, 0]]])),
        counts=[[[1000, 1000], [3, 3, 0, 3]]],
        trustees=1,
    ),
    "nobody votes": Case(questions=(RANKED, LISTS), counts=[[], [[0, 0, 0], [0, 0]]], trustees=1),
    "one vote to shuffle": Case(
        questions=(RANKED,),
        votes=(("alice", [[1, 2, 3]]),),
        counts=[[[1, 2, 3]]],
        trustees=1,
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def verified(raw: bytes) -> Verified:
    return verify_archive(io.BytesIO(raw))


def told(case: Case, result: list[list[object]]) -> list[list[object]]:
    """A result whose votes, which come in any order, are sorted."""
    return [
        sorted(values, key=str) if isinstance(question, PreferenceQuestion) else values
        for question, values in zip(case.questions, result, strict=True)
    ]


def test_an_election_of_the_reference_verifies_and_we_take_part(
    case: Case, belenios_tool: Path, tmp_path: Path
) -> None:
    """Half of the shuffles and of the decryptions are ours."""
    theirs = Reference(belenios_tool, tmp_path, random_uuid())
    theirs.make(case.template, case.voters, case.trustees)
    for voter, choices in case.votes:
        theirs.add("Ballot", theirs.ballot(theirs.credentials[voter], choices) + b"\n")
    theirs.add("EndBallots")
    sums = theirs.election("compute-encrypted-tally")
    ours = verified(theirs.archive.read_bytes())
    assert ours.election.questions == case.questions
    assert sums.splitlines() == [ours.tally.to_json(), ours.tally.sized_json()]
    theirs.add("EncryptedTally", sums)
    owners = range(1, case.trustees + 1)
    if ours.election.shuffled:
        for owner in owners:
            lines = theirs.election("shuffle", "--trustee-id", str(owner)) if owner % 2 else _our_shuffle(theirs, owner)
            theirs.add("Shuffle", lines)
        theirs.add("EndShuffles")
    ours = verified(theirs.archive.read_bytes())
    assert (ours.report.shuffled, ours.report.state) == (list(owners) if ours.election.shuffled else [], "decrypting")
    for owner, path in enumerate(theirs.private_keys, start=1):
        if owner % 2:
            payload = tally.decrypt(ours.election, ours.tally, int(json.loads(path.read_bytes())))
            lines = payload + b"\n" + tally.owned_json(owner, payload) + b"\n"
        else:
            lines = theirs.election("decrypt", "--privkey", path.name, "--trustee-id", str(owner))
        theirs.add("PartialDecryption", lines)
    theirs.add("Result", theirs.election("compute-result"))
    whole = theirs.archive.read_bytes()
    report = verified(whole).report
    assert (report.state, told(case, report.result or [])) == ("tallied", told(case, case.counts))
    assert rewritten(whole) == whole


def _our_shuffle(theirs: Reference, owner: int) -> bytes:
    found = verified(theirs.archive.read_bytes())
    raw = mixnet.shuffle(found.election, found.tally)
    return raw + b"\n" + mixnet.owned_json(owner, raw) + b"\n"


def test_an_election_of_ours_is_accepted_by_the_reference(case: Case, belenios_tool: Path, tmp_path: Path) -> None:
    weights = case.weights
    world = make_world(*case.questions, weights=tuple(weights.values()), trustees=case.trustees)
    ours = world.archive()
    set_up = _folder(belenios_tool, tmp_path / "set-up", world, ours)
    for voter, choices in case.votes:  # one by one: `election verify` does not wait for its checks of ballots
        raw = world.ballot(list(weights).index(voter), choices)
        assert set_up.accepts(raw)
        ours.ballots(raw)
    closed = _folder(belenios_tool, tmp_path / "closed", world, ours.close())
    sum_ = ours.sum()
    assert closed.election("compute-encrypted-tally").splitlines() == [sum_.to_json(), sum_.sized_json()]
    again = world.archive().ballots(*ours.counted.values()).finish()
    whole = _folder(belenios_tool, tmp_path / "whole", world, again)
    said = whole.ask("election", "verify", "--dir", ".", "--uuid", world.election.uuid)
    assert b"all checks passed" in said.stdout + said.stderr
    assert said.returncode == 0
    report = verified(again.raw).report
    assert told(case, report.result or []) == told(case, case.counts)


def test_the_reference_takes_a_list_without_a_candidate(belenios_tool: Path, tmp_path: Path) -> None:
    """Where a point of order 8 stands for a sum that is not zero: its word on a ballot is not enough."""
    world = make_world(LISTS)
    values, small = [1, 0, 0, 0, 0], curve.write(curve.of_order(8))
    answer = forging_kinds.of_lists(world.election.public_key, LISTS, voter_of(world), values, small=small)
    forged = signed(world, 0, content_of(world, answer))
    assert _folder(belenios_tool, tmp_path / "set-up", world, world.archive()).accepts(forged)
    assert ballot_verdict(world.election, forged) == "ballot.point"


def _folder(tool: Path, folder: Path, world: World, archive: Archive) -> Reference:
    folder.mkdir()
    made = Reference(tool, folder, world.election.uuid)
    made.archive.write_bytes(archive.raw)
    return made
