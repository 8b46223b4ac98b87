"""Trustees of whom some are enough: ceremonies with the reference's trustees among ours, elections with such keys."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from crypto.tests.ceremonies import TheirCeremony, ceremony_of, parameters_of, world_of
from crypto.tests.commands import run
from crypto.tests.making import World, sum_of, verdict
from crypto.tests.reference import Reference
from crypto.tests.test_interoperability import verified

from egov_crypto import tally, trustee, wire
from egov_crypto.election import random_uuid
from egov_crypto.errors import UsageError
from egov_crypto.group import base
from egov_crypto.threshold.ceremony import Ceremony, Step
from egov_crypto.threshold.channel import Keys
from egov_crypto.threshold.dealing import PolynomialMessage, accept, deal, vinput
from egov_crypto.threshold.keyfile import State
from egov_crypto.threshold.parameters import Parameters, parse_certificates
from egov_crypto.trustees import Trustees


def test_our_trustees_and_the_references_make_a_key_together(belenios_tool: Path, tmp_path: Path) -> None:
    """Trustees 1 and 3 are ours, 2 and 4 theirs; the server's part is done by both, to the same bytes."""
    theirs = TheirCeremony(Reference(belenios_tool, tmp_path, random_uuid()), size=4, threshold=3)
    ours = {index: State.begin(4, 3, index) for index in (1, 3)}
    certs = [ours[index].certificate if index in ours else theirs.certificate(index) for index in range(1, 5)]
    theirs.take_certificates(certs)
    certificates = parse_certificates(list(map(wire.load, certs)))
    polynomials = [
        deal(certificates, index, ours[index].keys).to_json() if index in ours else theirs.polynomial(index)
        for index in range(1, 5)
    ]
    messages = [PolynomialMessage.parse(certificates, index, raw) for index, raw in enumerate(polynomials, 1)]
    assert [message.to_json() for message in messages] == polynomials
    vinputs = theirs.vinputs(polynomials)
    assert [vinput(messages, index) for index in range(1, 5)] == vinputs
    voutputs = [
        accept(certificates, index, ours[index].keys, vinputs[index - 1]).to_json()
        if index in ours
        else theirs.voutput(index, vinputs[index - 1])
        for index in range(1, 5)
    ]
    published = theirs.parameters(voutputs)
    parameters = Parameters.from_json(wire.load(published))
    assert wire.dump(parameters.to_json()) == published
    assert (len(parameters.keys), parameters.threshold) == (4, 3)

    # The same messages, in a ceremony of ours.
    ceremony = Ceremony(4, 3)
    for index, message in enumerate(certs, 1):
        ceremony.add_certificate(index, message)
    for index, message in enumerate(polynomials, 1):
        ceremony.add_commitment(index, wire.digest(b"egov-polynomial|" + message).encode())
    for step, sent in ((Step.POLYNOMIAL, polynomials), (Step.VOUTPUT, voutputs)):
        for index, message in enumerate(sent, 1):
            assert ceremony.awaiting() == (step, tuple(range(index, 5)))
            ceremony.add(step, index, message)
            ceremony.add(step, index, message)  # once more changes nothing
    assert ceremony.awaiting() == (None, ())
    assert wire.dump(ceremony.parameters().to_json()) == published
    assert Ceremony.parse(ceremony.to_json()).to_json() == ceremony.to_json()


def test_an_election_with_mandatory_and_threshold_trustees_is_decrypted_by_the_reference_and_by_us(
    belenios_tool: Path, tmp_path: Path
) -> None:
    theirs = Reference(belenios_tool, tmp_path, random_uuid())
    ceremony = TheirCeremony(theirs, size=3, threshold=2)
    ceremony.hold()
    template = {
        "name": "n",
        "description": "",
        "questions": [{"answers": ["a", "b"], "question": "?", "min": 0, "max": 2}],
    }
    theirs.make(template, ["ann", "bob", "cid"], trustees=1)
    election = verified(theirs.archive.read_bytes()).election
    for text, choices in zip(theirs.credentials.values(), ([[1, 0]], [[1, 1]], [[0, 0]]), strict=True):
        theirs.add("Ballot", theirs.ballot(text, choices) + b"\n")
    theirs.add("EndBallots")
    theirs.add("EncryptedTally", theirs.election("compute-encrypted-tally"))
    found = verified(theirs.archive.read_bytes())
    assert (len(found.trustees), found.trustees.required, found.trustees.lacking({2, 3, 4})) == (4, 3, 1)

    (mandatory,) = theirs.private_keys
    theirs.add("PartialDecryption", theirs.election("decrypt", "--privkey", mandatory.name, "--trustee-id", "1"))
    theirs.add("PartialDecryption", ceremony.decryption(index=3, owner=4))
    assert not found.trustees.enough(verified(theirs.archive.read_bytes()).decryptions)
    payload = tally.decrypt(election, found.tally, ceremony.share(1))  # with their key, by us
    theirs.add("PartialDecryption", payload + b"\n" + tally.owned_json(2, payload) + b"\n")
    result = theirs.election("compute-result").strip()
    assert json.loads(result) == {"result": [[2, 1]]}
    theirs.add("Result", result + b"\n")
    whole = verified(theirs.archive.read_bytes())
    assert (whole.report.result, whole.report.decrypted) == ([[2, 1]], [1, 2, 4])


@pytest.fixture(scope="module")
def parameters() -> tuple[Parameters, list[int]]:
    """Four trustees of whom any three are enough, with their shares."""
    return parameters_of(ceremony_of(4, 3))


@pytest.fixture(scope="module")
def world(parameters: tuple[Parameters, list[int]]) -> World:
    """With a mandatory trustee before them."""
    private, key = trustee.generate()
    return world_of(Trustees((key, parameters[0])), (private, *parameters[1]))


def test_any_three_of_four_decrypt_and_two_do_not(world: World) -> None:
    archive = world.archive().ballots(world.ballot(0, [[0, 1, 0]]), world.ballot(1, [[1, 0, 0]])).close().tally()
    begun, head = archive.raw, archive.head
    for owners in itertools.permutations(range(2, 6), 3):
        archive.raw, archive.head = begun, head
        assert verdict(archive.decrypt(1, *owners).result([[1, 1, 0]])) == "holds"
    for owners in ((1, 2, 3), (2, 3, 4, 5)):
        archive.raw, archive.head = begun, head
        assert verdict(archive.decrypt(*owners).result([[1, 1, 0]])) == "event.order"
    archive.raw, archive.head = begun, head
    assert verdict(archive.decrypt(5, 4, 1, 2, 3).result([[1, 1, 0]])) == "holds"


def test_mandatory_and_threshold_trustees_decrypt_in_any_mixture(belenios_tool: Path, tmp_path: Path) -> None:
    singles = [trustee.generate() for _ in range(2)]
    (three, thirds), (pair, halves) = parameters_of(ceremony_of(3, 2)), parameters_of(ceremony_of(2, 2))
    mixture = Trustees((three, singles[0][1], pair, singles[1][1]))
    world = world_of(mixture, (*thirds, singles[0][0], *halves, singles[1][0]))
    assert (mixture.required, mixture.always) == (6, (4, 7))
    assert mixture.kinds == (*["threshold"] * 3, "single", *["threshold"] * 2, "single")
    archive = world.archive().ballots(world.ballot(0, [[0, 1, 0]]), world.ballot(1, [[1, 0, 0]])).close().tally()
    begun, head = archive.raw, archive.head
    enough = (7, 3, 6, 1, 4, 5)
    for absent in enough:  # however many of the others there are
        archive.raw, archive.head = begun, head
        others = [owner for owner in (1, 2, 3, 4, 5, 6, 7) if owner != absent and (absent not in {1, 3} or owner != 2)]
        assert (mixture.lacking(others), verdict(archive.decrypt(*others).result([[1, 1, 0]]))) == (1, "event.order")
    archive.raw, archive.head = begun, head
    assert verdict(archive.decrypt(*enough).result([[1, 1, 0]])) == "holds"
    theirs = Reference(belenios_tool, tmp_path, world.election.uuid)
    theirs.archive.write_bytes(archive.raw)
    said = theirs.ask("election", "verify", "--dir", ".", "--uuid", theirs.uuid)
    assert (said.returncode, b"all checks passed" in said.stdout + said.stderr) == (0, True)

    archive.raw, archive.head = begun, head
    theirs.archive.write_bytes(archive.decrypt(4, 1).raw)
    done = run("egov-verify", "vote", theirs.archive)
    assert (
        "2 of 7 trustees have decrypted.\nDecrypting takes 6 of 7 trustees, always among them trustees 4, 7."
        in done.out
    )


def test_more_than_enough_decryptions_are_accepted_by_the_reference(
    world: World, belenios_tool: Path, tmp_path: Path
) -> None:
    archive = world.archive().ballots(world.ballot(0, [[0, 1, 0]]))
    archive.close().tally().decrypt(5, 1, 3, 2)
    theirs = Reference(belenios_tool, tmp_path, world.election.uuid)
    theirs.archive.write_bytes(archive.raw)
    assert json.loads(theirs.election("compute-result")) == {"result": [[0, 1, 0]]}
    theirs.archive.write_bytes(archive.result([[0, 1, 0]]).raw)
    said = theirs.ask("election", "verify", "--dir", ".", "--uuid", theirs.uuid)
    assert (said.returncode, b"all checks passed" in said.stdout + said.stderr) == (0, True)


def test_one_bad_share_among_enough_good_ones_still_tallies(world: World) -> None:
    """A decryption that does not hold is refused before it is archived; the others are enough without it."""
    ballots = (world.ballot(0, [[0, 1, 0]]), world.ballot(1, [[0, 1, 0]]))
    sum_ = sum_of(world, ballots)
    bad = tally.decrypt(world.election, sum_, world.private_keys[2] + 1)
    archive = world.archive().ballots(*ballots).close().tally()
    begun, head = archive.raw, archive.head
    assert verdict(archive.decryption(3, bad)) == "decryption.proof"
    archive.raw, archive.head = begun, head
    assert verdict(archive.decrypt(1, 2, 4, 5).result([[0, 2, 0]])) == "holds"


def test_fewer_than_enough_shares_or_a_wrong_one_do_not_give_the_key(parameters: tuple[Parameters, list[int]]) -> None:
    trustees, shares = Trustees((parameters[0],)), parameters[1]
    with pytest.raises(UsageError):
        trustees.combine({1: [[base(shares[0])]], 2: [[base(shares[1])]]})
    enough = {owner: [[base(shares[owner - 1])]] for owner in (1, 3, 4)}
    assert trustees.combine(enough) == [[trustees.public_key]]
    other = {**enough, 3: [[base(shares[1])]]}
    assert trustees.combine(other) != [[trustees.public_key]]


@pytest.mark.parametrize(("size", "threshold"), [(2, 2), (3, 2), (3, 3)])
def test_of_any_number_any_may_be_enough(size: int, threshold: int) -> None:
    parameters, shares = parameters_of(ceremony_of(size, threshold))
    assert Parameters.from_json(parameters.to_json()) == parameters
    trustees = Trustees.parse(Trustees((parameters,)).to_json())
    for owners in itertools.combinations(range(1, size + 1), threshold):
        factors = {owner: [[base(shares[owner - 1])]] for owner in owners}
        assert trustees.combine(factors) == [[parameters.public_key]]


def test_keys_of_a_seed_are_those_of_the_reference() -> None:
    """Made with belenios-tool 3.0."""
    keys = Keys.of("XpHoix3eSDhjWd6ZfgDx2G")
    assert base(keys.signing).text == "ce1fb08f216db8ebbf010071ac9edf029597ffd9798f33c5d7672f8abd4f091d"
    assert base(keys.decryption).text == "f95629fbc0353ca64488ef56575b581cef1ec4596737fc3751cca87f2bafcb76"
