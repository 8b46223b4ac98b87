"""Attacks by trustees, and on them: keys chosen to cancel others', wrong tallies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from crypto.tests.making import YES_NO, World, dump, make_world, sum_of, verdict

from egov_crypto import tally, trustee
from egov_crypto.archive import EventType
from egov_crypto.errors import UnsupportedError
from egov_crypto.group import IDENTITY, Point, Q, base, hash_to_scalar, random_scalar
from egov_crypto.proofs import Proof, prove_knowledge
from egov_crypto.trustee import TrusteeKey


def written(key: Point, proof: Proof) -> list[Any]:
    return ["Single", {"pok": {"challenge": str(proof[0]), "response": str(proof[1])}, "public_key": key.text}]


def with_trustees(world: World, *items: Any) -> str:
    """What is said of an archive with these trustees, whose keys add up to the election's."""
    keys = [Point.parse(item[1]["public_key"], identity=True) for item in items]
    election = {**json.loads(world.election.raw), "public_key": sum(keys, start=IDENTITY).text}
    return verdict(world.archive(election=dump(election), trustees=dump(list(items))))


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO)


@pytest.fixture(scope="module")
def voted(world: World) -> tuple[bytes, bytes]:
    return world.ballot(0, [[0, 1, 0]]), world.ballot(1, [[1, 0, 0]])


# Keys.


def test_a_key_that_cancels_the_others_is_refused_for_want_of_a_proof(world: World) -> None:
    """The rogue knows the private key of the sum, and of nothing else; any proof it makes is for another key."""
    alone = random_scalar()
    honest = json.loads(world.trustees)[0]
    rogue = base(alone) - Point.parse(honest[1]["public_key"])
    prefix = f"pok|Ed25519|{rogue.text}|"
    assert with_trustees(world, honest, written(rogue, prove_knowledge(prefix, alone))) == "trustees.proof"
    copied = Proof(*(int(honest[1]["pok"][name]) for name in ("challenge", "response")))
    assert with_trustees(world, honest, written(rogue, copied)) == "trustees.proof"


def test_two_keys_that_cancel_each_other_leave_no_election_key(world: World) -> None:
    secret = random_scalar()
    keys = [TrusteeKey.prove(secret), TrusteeKey.prove(Q - secret)]
    items = [["Single", key.to_json()] for key in keys]
    assert with_trustees(world, *items) == "election.format"


def test_the_identity_as_a_trustees_key_is_refused_though_its_proof_holds(world: World) -> None:
    proof = prove_knowledge(f"pok|Ed25519|{IDENTITY.text}|", 0)
    honest = json.loads(world.trustees)[0]
    assert with_trustees(world, honest, written(IDENTITY, proof)) == "trustees.key"


@pytest.mark.parametrize(
    "prefix",
    ["pok|{key}|", "pok|Ed25519|", "Ed25519|{key}|", "pok|Ed25519|{key}", "pok||{key}|", "", "sig|{key}|"],
)
def test_a_key_proof_whose_hash_leaves_out_a_field_is_refused(world: World, prefix: str) -> None:
    secret = random_scalar()
    proof = prove_knowledge(prefix.format(key=base(secret).text), secret)
    assert with_trustees(world, written(base(secret), proof)) == "trustees.proof"


def test_a_key_proof_whose_hash_leaves_out_the_commitment_is_refused(world: World) -> None:
    """Then nobody would need the private key: the response can be anything."""
    key = base(random_scalar())
    challenge = hash_to_scalar(f"pok|Ed25519|{key.text}|".encode())
    assert with_trustees(world, written(key, Proof(challenge, random_scalar()))) == "trustees.proof"


@pytest.mark.parametrize("group", ["BELENIOS-2048", "RFC-3526-2048", "ed25519", "Ed25519 ", "X25519", ""])
def test_a_key_proof_from_another_group_is_refused(world: World, group: str) -> None:
    secret = random_scalar()
    proof = prove_knowledge(f"pok|{group}|{base(secret).text}|", secret)
    assert with_trustees(world, written(base(secret), proof)) == "trustees.proof"


@pytest.mark.parametrize("group", ["BELENIOS-2048", "RFC-3526-2048", "ed25519", "Ed25519\n", "", None, 5, ["Ed25519"]])
def test_a_group_off_the_list_is_not_verified_at_all(world: World, group: object) -> None:
    election = {**json.loads(world.election.raw), "group": group}
    with pytest.raises(UnsupportedError):
        verdict(world.archive(election=dump(election)))


@pytest.mark.parametrize("version", [0, 2, "1", None, 1.5])
def test_another_version_of_the_protocol_is_not_verified_at_all(world: World, version: object) -> None:
    with pytest.raises(UnsupportedError):
        verdict(world.archive(election=dump({**json.loads(world.election.raw), "version": version})))


@pytest.mark.parametrize("version", [True, 1.0])
def test_a_version_that_python_takes_for_one_is_refused(world: World, version: object) -> None:
    assert verdict(world.archive(election=dump({**json.loads(world.election.raw), "version": version}))) == (
        "election.format"
    )


def test_other_kinds_of_questions_are_not_verified_at_all(world: World) -> None:
    value = json.loads(world.election.raw)
    other = {"type": "Approval", "value": {"answers": ["a", "b"], "question": "?"}}
    with pytest.raises(UnsupportedError):
        verdict(world.archive(election=dump({**value, "questions": [other]})))


def test_one_trustee_twice_is_refused(world: World) -> None:
    """Otherwise it looks as if two people were needed."""
    key = json.loads(world.trustees)[0]
    secret = world.private_keys[0]
    again = ["Single", TrusteeKey.prove(secret).to_json()]
    assert with_trustees(world, key, key) == "trustees.duplicate"
    assert with_trustees(world, key, again) == "trustees.duplicate"


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        None,
        "Single",
        [[]],
        [["Single"]],
        [["Single", {}]],
        [["single", {}]],
        [{"Single": {}}],
        [["Single", {}, 1]],
    ],
)
def test_a_list_of_trustees_of_another_shape_is_refused(world: World, wrong: object) -> None:
    assert verdict(world.archive(trustees=dump(wrong))) == "trustees.format"


def test_a_trustee_with_fields_more_fewer_or_elsewhere_is_refused(world: World) -> None:
    (kind, key), other = json.loads(world.trustees)
    for wrong in ({**key, "name": "x"}, {"pok": key["pok"]}, dict(reversed(key.items()))):
        assert verdict(world.archive(trustees=dump([[kind, wrong], other]))) == "trustees.format"


def test_trustees_left_out_or_added_do_not_give_the_elections_key(world: World) -> None:
    items = json.loads(world.trustees)
    more = ["Single", trustee.generate()[1].to_json()]
    for wrong in (items[:1], [*items, more]):
        assert verdict(world.archive(trustees=dump(wrong))) == "election.public_key"


# The tally.


def test_a_tally_that_leaves_a_ballot_out_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    for kept in ([voted[0]], [voted[1]], []):
        archive = world.archive().ballots(*voted).close().tally(sum_of(world, kept))
        assert verdict(archive) == "tally.ciphertexts"


def test_a_tally_that_counts_a_ballot_twice_or_an_unpublished_one_is_refused(
    world: World, voted: tuple[bytes, bytes]
) -> None:
    for counted in ([*voted, voted[0]], [*voted, world.ballot(2, [[0, 0, 1]])]):
        archive = world.archive().ballots(*voted).close().tally(sum_of(world, counted))
        assert verdict(archive) == "tally.ciphertexts"


def test_a_tally_that_counts_the_ballot_before_the_last_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    again = world.ballot(0, [[0, 0, 1]])
    archive = world.archive().ballots(*voted, again)
    for counted in (voted, [*voted, again]):
        assert verdict(world.archive().ballots(*voted, again).close().tally(sum_of(world, counted))) == (
            "tally.ciphertexts"
        )
    assert verdict(archive.finish()) == "holds"
    assert archive.counts() == [[1, 0, 1]]


def test_a_tally_with_other_weights_is_refused() -> None:
    world = make_world(YES_NO, weights=(1, 2**31, 5))
    raws = [world.ballot(voter, [[0, 1, 0]]) for voter in range(3)]
    for weights in ([1, 1, 1], [1, 2**31, 6], [2**31, 1, 5]):
        archive = world.archive().ballots(*raws).close().tally(sum_of(world, raws, weights))
        assert verdict(archive) == "tally.ciphertexts"
    assert verdict(world.archive().ballots(*raws).finish([[0, 2**31 + 6, 0]])) == "holds"


def test_a_tally_that_lies_about_its_size_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    honest = world.archive().ballots(*voted).sum()
    sized = json.loads(honest.sized_json())
    for wrong in (
        {**sized, "num_tallied": 3},
        {**sized, "num_tallied": 2.0},
        {**sized, "num_tallied": "2"},
        {**sized, "total_weight": 3},
        {**sized, "total_weight": "2"},
        {**sized, "total_weight": True},
    ):
        archive = world.archive().ballots(*voted).close()
        archive.add(EventType.ENCRYPTED_TALLY, honest.to_json(), dump(wrong))
        assert verdict(archive) == "tally.size"


def test_a_tally_of_another_shape_is_refused(world: World, voted: tuple[bytes, bytes]) -> None:
    honest = world.archive().ballots(*voted).sum()
    sized = json.loads(honest.sized_json())
    wrong: object
    for wrong in ({**sized, "x": 1}, dict(reversed(sized.items())), {"encrypted_tally": sized["encrypted_tally"]}, []):
        archive = world.archive().ballots(*voted).close()
        assert verdict(archive.add(EventType.ENCRYPTED_TALLY, honest.to_json(), dump(wrong))) == "tally.format"
    for raw in (b"[]", b"{}", honest.to_json() + b" ", honest.to_json().upper()):
        archive = world.archive().ballots(*voted).close()
        named = tally.Tally.sized_json(_Spelled(honest, raw))
        assert verdict(archive.add(EventType.ENCRYPTED_TALLY, raw, named)) == "tally.ciphertexts"


class _Spelled(tally.Tally):
    """A tally whose published text is another."""

    def __init__(self, honest: tally.Tally, raw: bytes) -> None:
        super().__init__(honest.questions, honest.ciphertexts, honest.ballots, honest.weight)
        self.raw = raw

    def to_json(self) -> bytes:
        return self.raw
