"""Attacks on what follows ballots whose votes are listed: the order of events, shuffles, decryptions, results."""

from __future__ import annotations

import io
import json
from itertools import chain
from typing import Any

import pytest
from crypto.tests.making import LISTS, RANKED, YES_NO, Archive, World, dump, make_world, verdict

from egov_crypto import mixnet, tally, wire
from egov_crypto.archive import EventType
from egov_crypto.encoding import encode
from egov_crypto.errors import VerificationError
from egov_crypto.group import IDENTITY, Q, base, hash_to_scalar, random_scalar
from egov_crypto.proofs import prove_decryption
from egov_crypto.tally.decrypting import _joint_statement
from egov_crypto.verify import verify_archive

VOTES: list[list[Any]] = [
    [[1, 2, 3], [[1, 0, 1], [0, 0]]],
    [[3, 2, 1], [[0, 0, 0], [1, 1]]],
    [[0, 0, 0], [[1, 1, 1], [0, 0]]],
]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(RANKED, LISTS)


@pytest.fixture(scope="module")
def voted(world: World) -> list[bytes]:
    return [world.ballot(voter, choices) for voter, choices in enumerate(VOTES)]


@pytest.fixture
def closed(world: World, voted: list[bytes]) -> Archive:
    return world.archive().ballots(*voted).close()


@pytest.fixture
def tallied(closed: Archive) -> Archive:
    return closed.tally()


@pytest.fixture
def mixed(tallied: Archive) -> Archive:
    return tallied.shuffle().add(EventType.END_SHUFFLES)


def test_an_honest_one_holds(mixed: Archive) -> None:
    assert verdict(mixed) == "holds"
    assert verdict(mixed.decrypt().result(), jobs=2) == "holds"


# The order of events, and who does what.


def test_nothing_is_decrypted_before_the_shuffles_end(tallied: Archive) -> None:
    """Each vote would be opened in its place, beside whose it is."""
    before = tallied.raw, tallied.head
    assert verdict(tallied.decrypt(1)) == "event.order"
    tallied.raw, tallied.head = before
    assert verdict(tallied.shuffle(1).decrypt(1)) == "event.order"


def test_shuffles_end_once(mixed: Archive) -> None:
    assert verdict(mixed.add(EventType.END_SHUFFLES)) == "event.order"


@pytest.mark.parametrize("kind", [EventType.END_SHUFFLES, EventType.RESULT, EventType.BALLOT])
def test_nothing_else_follows_the_tally(tallied: Archive, voted: list[bytes], kind: EventType) -> None:
    assert verdict(tallied.add(kind, *([] if kind is EventType.END_SHUFFLES else [voted[0]]))) == "event.order"


def test_a_shuffle_is_of_the_time_between_tally_and_end(closed: Archive, world: World, mixed: Archive) -> None:
    raw = mixnet.shuffle(world.election, mixed.sum())
    early = world.archive().close().shuffled(1, raw)
    assert verdict(early) == "event.order"
    assert verdict(mixed.shuffled(1, raw)) == "event.order"


def test_no_shuffle_is_taken_where_nothing_is_to_be_shuffled() -> None:
    world = make_world(YES_NO, LISTS)
    closed = world.archive().close().tally()
    assert verdict(closed) == "holds"
    assert verdict(closed.shuffled(1, dump({"ciphertexts": [], "proofs": []}))) == "event.order"


def test_an_end_of_shuffles_has_no_payload(tallied: Archive) -> None:
    assert verdict(tallied.shuffle().add(EventType.END_SHUFFLES, b'"x"')) == "event.payload"


@pytest.mark.parametrize("owner", [0, 3, -1, True, "1", 1.0, None])
def test_a_shuffle_of_nobody_is_refused(tallied: Archive, world: World, owner: object) -> None:
    assert verdict(tallied.shuffled(owner, mixnet.shuffle(world.election, tallied.sum()))) == "shuffle.owner"


def test_nobody_shuffles_twice(tallied: Archive) -> None:
    assert verdict(tallied.shuffle(2, 2)) == "shuffle.owner"


def test_more_shuffles_or_decryptions_than_trustees_are_not_even_kept(world: World, tallied: Archive) -> None:
    """The first pass refuses them, whatever is in them: an archive of nothing else would fill the memory."""
    decrypted = world.archive().close().tally().shuffle().add(EventType.END_SHUFFLES)
    for number in range(3):
        tallied.shuffled(1, b'"%d"' % number)
        decrypted.decryption(1, b'"%d"' % number)
    for archive, code in ((tallied, "shuffle.owner"), (decrypted, "decryption.owner")):
        with pytest.raises(VerificationError) as caught:
            verify_archive(io.BytesIO(archive.raw))
        assert (caught.value.code, caught.value.detail) == (code, "more than there are trustees")


def test_a_shuffle_is_of_what_the_last_one_left(tallied: Archive, world: World) -> None:
    """Of the tally itself it would undo the shuffle of the one before."""
    first = mixnet.shuffle(world.election, tallied.sum())
    assert verdict(tallied.shuffle(1).shuffled(2, first)) == "shuffle.proof"


@pytest.mark.parametrize("value", [{}, [], {"owner": 1}, {"payload": "", "owner": 1}, {"owner": 1, "payload": 1}])
def test_what_owns_a_shuffle_has_one_form(tallied: Archive, value: Any) -> None:
    assert verdict(tallied.add(EventType.SHUFFLE, b'"a shuffle"', dump(value))) == "shuffle.format"


def test_a_shuffle_that_is_too_large_is_not_read(tallied: Archive) -> None:
    assert verdict(tallied.shuffled(1, b'"' + b"x" * 100_000 + b'"')) == "shuffle.format"


# The tally, and what is decrypted.


def test_a_tally_that_leaves_out_or_moves_a_vote_is_refused(closed: Archive, world: World) -> None:
    honest = json.loads(closed.sum().to_json())
    ranked, lists = honest
    for wrong in (
        [ranked[:-1], lists],
        [[*ranked, ranked[0]], lists],
        [ranked[::-1], lists],
        [ranked, [*lists[0], *lists[1]]],
        [ranked, lists[::-1]],
    ):
        raw = dump(wrong)
        size = json.loads(closed.sum().sized_json())
        sized = dump({**size, "encrypted_tally": wire.digest(raw)})
        archive = world.archive().ballots(*closed.counted.values()).close()
        assert verdict(archive.add(EventType.ENCRYPTED_TALLY, raw, sized)) == "tally.ciphertexts"


def test_a_decryption_of_the_unshuffled_votes_is_refused(mixed: Archive, world: World, voted: list[bytes]) -> None:
    before = world.archive().ballots(*voted).sum()
    assert verdict(mixed.decrypt(1, sum_=before)) == "decryption.proof"


def test_a_decryption_whose_lists_are_not_nested_is_refused(mixed: Archive, world: World) -> None:
    value = json.loads(tally.decrypt(world.election, mixed.sum(), world.private_keys[0]))
    ranked, lists = value["decryption_factors"]
    for wrong in ([ranked, LISTS.flat(lists)], [ranked[:-1], lists], [ranked, lists[::-1]], [ranked, lists[:1]]):
        raw = dump({**value, "decryption_factors": wrong})
        archive = Archive(world)
        archive.head, archive.raw = mixed.head, mixed.raw
        assert verdict(archive.decryption(1, raw)) == "decryption.format"


def test_factors_solved_for_after_their_proofs_are_refused(mixed: Archive, world: World) -> None:
    """The specification's proof holds for them. The last trustee would try until the votes are those that it wants."""
    secret, sum_ = world.private_keys[1], mixed.sum()
    nonce, second = random_scalar(), base(random_scalar())  # of which the trustee then solves for the factor
    prefix = f"decrypt|{world.election.fingerprint}|{base(secret).text}|"
    challenge = hash_to_scalar(f"{prefix}{base(nonce).text},{second.text}".encode())
    response = (nonce - secret * challenge) % Q
    factor = (second - sum_.ciphertexts[0][0].alpha * response) * pow(challenge, -1, Q)
    value = json.loads(tally.decrypt(world.election, sum_, secret))
    value["decryption_factors"][0][0] = factor.text
    value["decryption_proofs"][0][0] = {"challenge": str(challenge), "response": str(response)}
    key = world.keys[1].public_key
    alone = {name: value[name] for name in ("decryption_factors", "decryption_proofs")}
    (forged, *_), _ = tally.verify_decryption_of(world.election, sum_, key, dump(alone), joint=False)
    assert forged == factor != sum_.ciphertexts[0][0].alpha * secret

    factors = tally.verify_decryption_of(world.election, sum_, key, dump(alone), joint=False)
    statement, weights = _joint_statement(world.election, sum_, key, [factor.text for factor in chain(*factors)])
    alphas = [choice.alpha for choices in sum_.ciphertexts for choice in choices]
    weighed = sum((point * weight for point, weight in zip(alphas, weights, strict=True)), start=IDENTITY)
    forged_joint = wire.proof_to_json(prove_decryption(statement, weighed, secret))
    for wrong in (value, {**value, "joint_proof": forged_joint}):
        archive = Archive(world)
        archive.head, archive.raw = mixed.head, mixed.raw
        assert verdict(archive.decryption(2, dump(wrong))) == "decryption.joint"
    # Without any, what comes out tells: no encoding of ranks.
    honest = [[choice.alpha * world.private_keys[0] for choice in of] for of in sum_.ciphertexts]
    both = [[one + other for one, other in zip(*of, strict=True)] for of in zip(honest, factors, strict=True)]
    archive = Archive(world)
    archive.head, archive.raw, archive.mixed = mixed.head, mixed.raw, mixed.mixed
    archive.decrypt(1).decryption(2, dump(alone)).result(tally.compute_result(sum_, both))
    assert verdict(archive) == "decryption.joint"
    archive = Archive(world)
    archive.head, archive.raw = mixed.head, mixed.raw
    assert verdict(archive.decryption(2, dump({**value, "joint_proof": None}))) == "decryption.format"


# The result.


def test_the_result_lists_each_vote_in_its_place(mixed: Archive) -> None:
    votes, lists = mixed.counts()
    decrypted = mixed.decrypt()
    before = decrypted.raw, decrypted.head
    wrong: list[tuple[list[Any], str]] = [
        ([votes[::-1], lists], "result.value"),
        ([[votes[0], *votes[:2]], lists], "result.value"),
        ([[[1, 2, 2], *votes[1:]], lists], "result.value"),
        ([votes, lists[::-1]], "result.format"),
        ([votes, [[2, 1, 1], [1, 1]]], "result.value"),
        ([votes[:-1], lists], "result.format"),
        ([votes, LISTS.flat(lists)], "result.format"),
        ([[[*vote, 0] for vote in votes], lists], "result.format"),
        ([[[True, 2, 3], *votes[1:]], lists], "result.format"),
        ([[["1", 2, 3], *votes[1:]], lists], "result.format"),
        ([[1, 2, 3], lists], "result.format"),
    ]
    for result, code in wrong:
        decrypted.raw, decrypted.head = before
        assert verdict(decrypted.add(EventType.RESULT, dump({"result": result}))) == code, result
    decrypted.raw, decrypted.head = before
    assert verdict(decrypted.result([votes, lists])) == "holds"


def test_lots_follow_from_what_trustees_alone_know(mixed: Archive, world: World) -> None:
    """The same whoever decrypts, and others for another question, election, or shuffle."""
    sum_, whole = mixed.sum(), sum(world.private_keys)
    factors = [choice.alpha * whole for choice in sum_.ciphertexts[0]]
    seed = tally.lot_seed(world.election.fingerprint, 1, factors)
    opened = zip(sum_.ciphertexts[0], mixed.counts()[0], strict=True)
    assert tally.lot_seed(world.election.fingerprint, 1, [beta - encode(vote) for (_, beta), vote in opened]) == seed
    others = [
        tally.lot_seed(world.election.fingerprint, 2, factors),
        tally.lot_seed("x", 1, factors),
        tally.lot_seed(world.election.fingerprint, 1, factors[::-1]),
    ]
    assert len({seed, *others}) == 4
