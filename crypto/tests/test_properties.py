"""What must hold for every election, not only for those that somebody thought of."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import pytest
from crypto.tests import forging
from crypto.tests.making import THREE, YES_NO, World, ballot_verdict, dump, make_world, signed, verdict
from crypto.tests.strategies import FEW, MANY, any_questions, any_votes, json_values, questions, scalars, votes
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import ballot, tally
from egov_crypto.archive import EventType
from egov_crypto.election import Election
from egov_crypto.elgamal import encrypt, total
from egov_crypto.errors import ArchiveError, CryptoError, VerificationError
from egov_crypto.group import IDENTITY, G, Point, Q, base, parse_scalar
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.proofs import Branch, Opening, prove_disjunction, verify_disjunction
from egov_crypto.question import Question
from egov_crypto.tally.opening import _Logarithm
from egov_crypto.verify import verify_archive

# The group.


@given(scalars, scalars)
def test_the_group_adds_as_its_scalars_do(a: int, b: int) -> None:
    assert base(a) + base(b) == base(a + b)
    assert base(a) - base(b) == base(a - b)
    assert base(a) * b == base(a * b)
    assert -base(a) == base(-a)
    assert base(a) + IDENTITY == base(a) == IDENTITY + base(a)
    assert (base(a) * 0).is_identity
    assert G * a == base(a)


@given(scalars)
def test_points_and_scalars_are_read_as_they_are_written(number: int) -> None:
    assert parse_scalar(str(number)) == number
    point = base(number)
    assert Point.parse(point.text, identity=True) == point
    assert Point.from_bytes(point.raw, identity=True) == point


@given(st.binary(min_size=32, max_size=32))
def test_what_is_read_as_a_point_is_in_the_group_and_written_the_same(raw: bytes) -> None:
    try:
        point = Point.from_bytes(raw)
    except ValueError:
        return
    assert point.text == raw[::-1].hex()
    assert (point * (Q - 1) + point).is_identity


# Encryption.


@given(scalars, st.lists(st.tuples(st.integers(0, 50), scalars), min_size=1, max_size=5), st.integers(1, 2**40))
def test_ciphertexts_add_up(key: int, messages: list[tuple[int, int]], weight: int) -> None:
    public = base(key)
    added = total(encrypt(public, message, randomness) for message, randomness in messages).times(weight)
    assert added == encrypt(public, weight * sum(m for m, _ in messages), weight * sum(r for _, r in messages) % Q)
    assert added.beta - added.alpha * key == base(weight * sum(m for m, _ in messages))


@given(st.data(), st.integers(1, 6))
def test_a_true_disjunction_is_proved_whichever_branch_is_true(data: st.DataObject, size: int) -> None:
    key, randomness = base(data.draw(scalars)), data.draw(scalars)
    claims = data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size, unique=True))
    true = data.draw(st.integers(0, size - 1))
    choice = encrypt(key, claims[true], randomness)
    branches = [Branch(choice, claim) for claim in claims]
    openings = [Opening(randomness, claims[true])] * size
    proofs = prove_disjunction("p|", key, branches, openings, true)
    verify_disjunction("p|", key, branches, proofs)
    with pytest.raises(ValueError):
        verify_disjunction("q|", key, branches, proofs)


@FEW
@given(st.data())
def test_every_allowed_vote_on_every_shape_of_question_is_accepted(data: st.DataObject) -> None:
    asked = data.draw(st.lists(questions(), min_size=1, max_size=2))
    world = make_world(*asked, weights=(1,), trustees=1)
    raw = world.ballot(0, [data.draw(votes(question)) for question in asked])
    assert ballot_verdict(world.election, raw) == "holds"


@pytest.mark.parametrize("blank", [False, True])
@pytest.mark.parametrize("answers", [1, 2, 3])
def test_every_vote_is_accepted_if_allowed_and_cannot_be_forged_if_not(answers: int, blank: bool) -> None:
    """All 0/1 vectors of all questions with up to three answers."""
    for most in range(1, answers + 1):
        for least in range(most + 1):
            question = Question(("a", "b", "c")[:answers], "", least, most, blank)
            world = make_world(question, weights=(1,), trustees=1)
            voter = f"{world.election.fingerprint}|{world.publics[0].text}"
            for number in range(2**question.size):
                values = [number >> place & 1 for place in range(question.size)]
                chosen = sum(values[blank:])
                allowed = chosen == 0 if blank and values[0] else least <= chosen <= most
                made = forging.answer(world.election.public_key, question, voter, values)
                raw = signed(world, 0, {**template(world), "answers": [made]})
                assert (ballot_verdict(world.election, raw) == "holds") == allowed, (question, values)


def template(world: World) -> forging.Json:
    return {
        "election_uuid": world.election.uuid,
        "election_hash": world.election.fingerprint,
        "credential": world.publics[0].text,
    }


# Ballots and archives in which one byte is changed.


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO, THREE)


@pytest.fixture(scope="module")
def raw_ballot(world: World) -> bytes:
    return world.ballot(0, [[0, 1, 0], [1, 0, 1]])


@pytest.fixture(scope="module")
def whole(world: World, raw_ballot: bytes) -> bytes:
    return world.archive().ballots(raw_ballot, world.ballot(1, [[1, 0, 0], [0, 1, 0]])).finish().raw


@MANY
@given(place=st.integers(0), change=st.integers(1, 255))
def test_one_changed_byte_anywhere_in_a_ballot_is_refused(
    world: World, raw_ballot: bytes, place: int, change: int
) -> None:
    at = place % len(raw_ballot)
    changed = raw_ballot[:at] + bytes([raw_ballot[at] ^ change]) + raw_ballot[at + 1 :]
    with pytest.raises(VerificationError):
        ballot.parse_and_verify(world.election, changed)


@given(place=st.integers(0), byte=st.integers(0, 255))
def test_a_byte_more_or_less_anywhere_in_a_ballot_is_refused(
    world: World, raw_ballot: bytes, place: int, byte: int
) -> None:
    at = place % len(raw_ballot)
    for changed in (raw_ballot[:at] + raw_ballot[at + 1 :], raw_ballot[:at] + bytes([byte]) + raw_ballot[at:]):
        with pytest.raises(VerificationError):
            ballot.parse_and_verify(world.election, changed)


@given(place=st.integers(0), change=st.integers(1, 255))
def test_one_changed_byte_in_a_ballot_is_refused_though_the_whole_chain_is_made_anew(
    world: World, raw_ballot: bytes, place: int, change: int
) -> None:
    """The server can write any archive it likes, with all hashes right."""
    at = place % len(raw_ballot)
    changed = raw_ballot[:at] + bytes([raw_ballot[at] ^ change]) + raw_ballot[at + 1 :]
    assert verdict(world.archive().ballots(changed)).startswith("ballot.")


@given(st.data())
def test_any_other_number_or_point_in_a_ballot_is_refused_though_it_is_signed_anew(
    world: World, raw_ballot: bytes, data: st.DataObject
) -> None:
    """By the voter himself, who alone could."""
    value = json.loads(raw_ballot)
    path, old = data.draw(st.sampled_from(list(forging.leaves(value["answers"], ("answers",)))))
    if path[-1] in {"alpha", "beta"}:
        new = base(data.draw(scalars.filter(bool))).text
    else:
        new = str(data.draw(scalars | st.sampled_from([int(old) + 1, int(old) - 1]).map(lambda n: n % Q)))
    if new != old:
        changed = signed(world, 0, forging.replaced(value, path, new))
        assert ballot_verdict(world.election, changed).startswith("ballot.proof.")


@MANY
@given(place=st.integers(0), change=st.integers(1, 255))
def test_one_changed_byte_anywhere_in_an_archive_is_refused(whole: bytes, place: int, change: int) -> None:
    at = place % len(whole)
    with pytest.raises((VerificationError, ArchiveError)):
        verify_archive(io.BytesIO(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]))


@given(start=st.integers(0), length=st.integers(1, 5000))
def test_a_stretch_taken_out_of_an_archive_is_refused(whole: bytes, start: int, length: int) -> None:
    at = start % (len(whole) - 1)
    with pytest.raises((VerificationError, ArchiveError)):
        verify_archive(io.BytesIO(whole[:at] + whole[at + length :] + b"x" * (at + length >= len(whole))))


# Whatever is published, what is said of it is said in words.


def any_path(data: st.DataObject, value: Any) -> tuple[Any, ...]:
    """The way to anything inside a JSON value."""
    path: tuple[Any, ...] = ()
    while isinstance(value, dict | list) and value and data.draw(st.integers(0, 5)):
        step = data.draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        path, value = (*path, step), value[step]
    return path


@given(st.data())
def test_any_value_anywhere_in_a_ballot_ends_in_a_code(world: World, raw_ballot: bytes, data: st.DataObject) -> None:
    value = json.loads(raw_ballot)
    path = any_path(data, value)
    new = data.draw(json_values)
    changed = dump(forging.replaced(value, path, new))
    if changed != raw_ballot:
        assert ballot_verdict(world.election, changed) != "holds"
        assert verdict(world.archive().ballots(changed)) != "holds"


@given(st.data())
def test_any_value_anywhere_in_the_set_up_ends_in_an_error_of_ours_or_in_none(
    world: World, data: st.DataObject
) -> None:
    part = data.draw(st.sampled_from(["election", "trustees", "roll"]))
    value = json.loads({"election": world.election.raw, "trustees": world.trustees, "roll": world.roll}[part])
    changed = dump(forging.replaced(value, any_path(data, value), data.draw(json_values)))
    with contextlib.suppress(CryptoError):
        verify_archive(io.BytesIO(world.archive(**{part: changed}).raw))


@given(st.data())
def test_any_value_anywhere_in_what_follows_ends_in_a_code(whole: bytes, world: World, data: st.DataObject) -> None:
    sum_ = world.archive().sum()
    closed = world.archive().close()
    kind = data.draw(st.sampled_from([EventType.ENCRYPTED_TALLY, EventType.PARTIAL_DECRYPTION, EventType.RESULT]))
    if kind is EventType.ENCRYPTED_TALLY:
        honest = [sum_.to_json(), sum_.sized_json()]
    elif kind is EventType.PARTIAL_DECRYPTION:
        raw = tally.decrypt(world.election, sum_, world.private_keys[0])
        honest = [raw, tally.owned_json(1, raw)]
        closed.tally()
    else:
        honest = [tally.result_to_json([[0, 0, 0], [0, 0, 0]])]
        closed.tally().decrypt()
    at = data.draw(st.integers(0, len(honest) - 1))
    value = json.loads(honest[at])
    changed = dump(forging.replaced(value, any_path(data, value), data.draw(json_values)))
    data_ = [*honest[:at], changed, *honest[at + 1 :]]
    if changed != honest[at]:
        assert verdict(closed.add(kind, *data_)) != "holds"


@given(st.binary(max_size=3000))
def test_any_bytes_are_no_archive_and_are_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(ArchiveError):
        verify_archive(io.BytesIO(raw))


@given(tail=st.binary(min_size=1, max_size=2000))
def test_any_bytes_after_an_archive_are_refused(whole: bytes, tail: bytes) -> None:
    assert verdict(whole + tail).startswith("archive.")


# A whole election: the result is the sum of the votes.


@FEW
@given(st.data())
def test_the_tally_of_ballots_is_the_sum_of_votes(data: st.DataObject) -> None:
    asked = data.draw(st.lists(any_questions(), min_size=1, max_size=2))
    listed = any(isinstance(question, PreferenceQuestion) for question in asked)
    weights = data.draw(st.lists(st.just(1) if listed else st.integers(1, 40) | st.just(2**20), min_size=1, max_size=3))
    world = make_world(*asked, weights=weights, trustees=data.draw(st.integers(1, 2)))
    archive = world.archive()
    last: dict[int, list[list[Any]]] = {}
    for voter in data.draw(st.lists(st.integers(0, len(weights) - 1), max_size=4)):
        last[voter] = [data.draw(any_votes(question)) for question in asked]
        archive.ballots(world.ballot(voter, last[voter]))
    verified = verify_archive(io.BytesIO(archive.finish().raw))
    assert verified.report.result is not None
    for number, (question, result) in enumerate(zip(asked, verified.report.result, strict=True)):
        if isinstance(question, PreferenceQuestion):
            assert sorted(result) == sorted(vote[number] for vote in last.values())
            continue
        flat = [(weights[voter], question.flat(vote[number])) for voter, vote in last.items()]
        assert result == question.nested(sum(w * vote[i] for w, vote in flat) for i in range(question.size))
    assert verified.tally.ballots == len(last)
    assert verified.tally.weight == sum(weights[voter] for voter in last)
    assert (verified.report.voters, verified.report.registered) == (len(last), len(weights))


@given(st.integers(0, 10**6), st.data())
def test_counts_are_found_up_to_the_total_weight_and_none_beyond(bound: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, bound))
    assert _Logarithm(bound).of(base(count)) == count
    with pytest.raises(CryptoError):
        _Logarithm(bound).of(base(bound + 1 + bound // 2 + 2000))


@given(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=1, max_size=6), st.integers(0, 5))
def test_tallies_of_parts_merge_into_the_tally_of_the_whole(votes_: list[list[int]], cut: int) -> None:
    question = Question(("a", "b"), "", 0, 2)
    election = Election.build(uuid="1" * 14, name="", description="", public_key=base(7), questions=[question])
    answers = [[[encrypt(base(7), vote, 5) for vote in vote_]] for vote_ in votes_]
    together, first, second = (tally.Tally.empty(election) for _ in range(3))
    for number, answer in enumerate(answers):
        together.add(answer, number + 1)
        (first if number < cut else second).add(answer, number + 1)
    first.merge(second)
    assert first == together
