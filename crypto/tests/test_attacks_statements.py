"""Ballots that say what no ballot may say, with proofs made as well as an attacker can."""

from __future__ import annotations

import json

import pytest
from crypto.tests import forging
from crypto.tests.making import (
    BLANK_TWO,
    THREE,
    World,
    ballot_verdict,
    content_of,
    dump,
    make_world,
    signed,
    verdict,
    voter_of,
)

from egov_crypto.errors import UsageError
from egov_crypto.group import IDENTITY, Point, Q, random_scalar
from egov_crypto.question import Question


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(THREE, BLANK_TWO)


def forged(world: World, *values: list[int], voter: int = 0) -> bytes:
    """A signed ballot with any integers in it."""
    answers = [
        forging.answer(world.election.public_key, question, voter_of(world, voter), chosen)
        for question, chosen in zip(world.election.questions, values, strict=True)
    ]
    return signed(world, voter, content_of(world, *answers, voter=voter))


def test_the_forger_makes_good_ballots_when_it_does_not_cheat(world: World) -> None:
    assert ballot_verdict(world.election, forged(world, [1, 0, 1], [0, 1, 0, 1])) == "holds"
    assert ballot_verdict(world.election, forged(world, [0, 1, 0], [1, 0, 0, 0])) == "holds"


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ([2, 0, 0], [1, 0, 0, 0], "ballot.proof.individual"),
        ([2, -1, 0], [1, 0, 0, 0], "ballot.proof.individual"),
        ([1, 1, -1], [1, 0, 0, 0], "ballot.proof.individual"),
        ([1000, -999, 0], [1, 0, 0, 0], "ballot.proof.individual"),
        ([0, 0, 0], [1, 0, 0, 0], "ballot.proof.overall"),
        ([1, 1, 1], [1, 0, 0, 0], "ballot.proof.overall"),
        ([1, 0, 0], [0, 0, 0, 0], "ballot.proof.overall"),
        ([1, 0, 0], [0, 1, 1, 1], "ballot.proof.overall"),
        ([1, 0, 0], [1, 1, 0, 0], "ballot.proof.blank"),
        ([1, 0, 0], [1, 1, 1, 1], "ballot.proof.blank"),
        ([1, 0, 0], [2, 0, 0, 0], "ballot.proof.individual"),
        ([1, 0, 0], [0, 2, 0, 0], "ballot.proof.individual"),
        ([1, 0, 0], [-1, 1, 0, 0], "ballot.proof.individual"),
    ],
)
def test_votes_that_no_question_allows_are_refused(
    world: World, first: list[int], second: list[int], code: str
) -> None:
    raw = forged(world, first, second)
    assert ballot_verdict(world.election, raw) == code
    assert verdict(world.archive().ballots(raw)) == code


def test_a_blank_question_answered_plainly_and_the_reverse_are_refused(world: World) -> None:
    plain = Question(BLANK_TWO.answers, "", 1, 2)
    blank = Question(THREE.answers, "", 1, 2, blank=True)
    key, voter = world.election.public_key, voter_of(world)
    good = [
        forging.answer(key, question, voter, values)
        for question, values in zip(world.election.questions, ([1, 0, 0], [1, 0, 0, 0]), strict=True)
    ]
    as_plain = forging.answer(key, plain, voter, [1, 0, 0])
    as_blank = forging.answer(key, blank, voter, [1, 0, 0, 0])
    assert ballot_verdict(world.election, signed(world, 0, content_of(world, *good))) == "holds"
    for answers in ([good[0], as_plain], [as_blank, good[1]], [good[0], {**as_plain, "blank_proof": []}]):
        assert ballot_verdict(world.election, signed(world, 0, content_of(world, *answers))) == "ballot.answers"


def test_a_blank_proof_where_none_is_due_and_none_where_one_is_are_refused(world: World) -> None:
    content = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))
    first, second = content["answers"]
    missing = {name: value for name, value in second.items() if name != "blank_proof"}
    for answers in (
        [{**first, "blank_proof": second["blank_proof"]}, second],
        [{**first, "blank_proof": None}, second],
        [{**first, "blank_proof": []}, second],
        [first, missing],
        [first, {**second, "blank_proof": None}],
        [first, {**second, "blank_proof": []}],
    ):
        assert ballot_verdict(world.election, signed(world, 0, content_of(world, *answers))) == "ballot.answers"


@pytest.mark.parametrize("name", ["choices", "individual_proofs", "overall_proof", "blank_proof"])
def test_none_one_fewer_and_one_more_of_anything_are_refused(world: World, name: str) -> None:
    content = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))
    listed = content["answers"][1][name]
    wrong: object
    for wrong in ([], listed[:-1], [*listed, listed[0]], [listed[0]] * (len(listed) + 1), listed[0], {}, "", None):
        changed = forging.replaced(content, ("answers", 1, name), wrong)
        assert ballot_verdict(world.election, signed(world, 0, changed)) == "ballot.answers"


def test_individual_proofs_of_another_length_are_refused(world: World) -> None:
    content = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))
    proofs = content["answers"][0]["individual_proofs"][1]
    for wrong in ([], proofs[:1], [*proofs, proofs[0]]):
        changed = forging.replaced(content, ("answers", 0, "individual_proofs", 1), wrong)
        assert ballot_verdict(world.election, signed(world, 0, changed)) == "ballot.answers"


def test_as_many_answers_as_questions_are_wanted(world: World) -> None:
    content = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))
    answers = content["answers"]
    for wrong in ([], answers[:1], [*answers, answers[1]], answers[::-1]):
        assert ballot_verdict(world.election, signed(world, 0, {**content, "answers": wrong})) == "ballot.answers"


def test_all_parts_left_out_together_do_not_pass(world: World) -> None:
    """With n = 0 everywhere there would be nothing left to fail."""
    empty: forging.Json = {"choices": [], "individual_proofs": [], "overall_proof": []}
    content = content_of(world, empty, {**empty, "blank_proof": []})
    assert ballot_verdict(world.election, signed(world, 0, content)) == "ballot.answers"


def test_proofs_with_all_zeroes_are_refused(world: World) -> None:
    content = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))
    nothing = {"challenge": "0", "response": "0"}
    for path, code in (
        (("answers", 0, "individual_proofs", 0), "ballot.proof.individual"),
        (("answers", 0, "overall_proof"), "ballot.proof.overall"),
        (("answers", 1, "overall_proof"), "ballot.proof.overall"),
        (("answers", 1, "blank_proof"), "ballot.proof.blank"),
    ):
        changed = forging.replaced(content, path, [nothing] * len(forging.at(content, path)))
        assert ballot_verdict(world.election, signed(world, 0, changed)) == code


def test_a_ballot_without_randomness_which_shows_its_vote_is_refused() -> None:
    """α is then the identity, and β the vote itself."""
    world = make_world(THREE)
    answer = forging.answer(world.election.public_key, THREE, voter_of(world), [1, 0, 0], secrets=[0, 5, 7])
    assert Point.parse(answer["choices"][0]["alpha"], identity=True) == IDENTITY
    assert ballot_verdict(world.election, signed(world, 0, content_of(world, answer))) == "ballot.point"


def test_randomness_that_cancels_over_the_answers_shows_their_number_and_is_no_forgery() -> None:
    """Only its own maker can do this, and gives away his own vote: the sum of all α is the identity, allowed nowhere
    else. The proofs hold, and the tally is right."""
    world = make_world(THREE)
    secrets = [random_scalar(), random_scalar()]
    answer = forging.answer(
        world.election.public_key, THREE, voter_of(world), [1, 0, 0], secrets=[*secrets, -sum(secrets) % Q]
    )
    raw = signed(world, 0, content_of(world, answer))
    whole = world.archive().ballots(raw).finish()
    assert verdict(whole) == "holds"
    assert whole.counts() == [[1, 0, 0]]


@pytest.mark.parametrize(("least", "most"), [(2, 1), (4, 4), (0, 4), (-1, 1), (3, 2)])
def test_bounds_that_cannot_hold_are_refused(least: int, most: int) -> None:
    world = make_world(THREE)
    value = json.loads(world.election.raw)
    value["questions"][0] |= {"min": least, "max": most}
    wanted = "election.format" if least < 0 else "election.question"
    assert verdict(world.archive(election=dump(value))) == wanted


def test_questions_without_answers_and_elections_without_questions_are_refused() -> None:
    world = make_world(THREE)
    value = json.loads(world.election.raw)
    assert verdict(world.archive(election=dump({**value, "questions": []}))) == "election.format"
    value["questions"][0]["answers"] = []
    assert verdict(world.archive(election=dump(value))) == "election.question"


# Copies: of others' ballots, across questions and elections.


def test_answers_copied_under_another_credential_and_signed_anew_are_refused(world: World) -> None:
    copied = {**json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]])), "credential": world.publics[1].text}
    raw = signed(world, 1, copied)
    assert ballot_verdict(world.election, raw) == "ballot.proof.individual"
    assert verdict(world.archive().ballots(raw)) == "ballot.proof.individual"


def test_answers_copied_into_another_question_under_another_credential_are_refused() -> None:
    world = make_world(THREE, THREE)
    theirs = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0]]))["answers"]
    own = json.loads(world.ballot(1, [[0, 0, 1], [0, 0, 1]]))["answers"]
    for answers in ([own[0], theirs[0]], [theirs[1], own[1]]):
        raw = signed(world, 1, content_of(world, *answers, voter=1))
        assert ballot_verdict(world.election, raw) == "ballot.proof.individual"


def test_ones_own_answer_moved_to_a_question_of_another_shape_is_refused() -> None:
    world = make_world(THREE, Question(("a", "b", "c"), "", 2, 3))
    first, second = json.loads(world.ballot(0, [[1, 1, 0], [1, 1, 0]]))["answers"]
    assert ballot_verdict(world.election, signed(world, 0, content_of(world, second, first))) == "ballot.proof.overall"


def test_one_answer_of_a_copied_ballot_mixed_into_ones_own_is_refused(world: World) -> None:
    """The choices of another voter, with proofs of one's own making."""
    theirs = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))["answers"][0]
    own = json.loads(world.ballot(1, [[1, 0, 0], [0, 1, 0, 0]]))["answers"]
    mixed = {**own[0], "choices": theirs["choices"]}
    raw = signed(world, 1, content_of(world, mixed, own[1], voter=1))
    assert ballot_verdict(world.election, raw) == "ballot.proof.individual"


def test_a_ballot_of_another_election_is_refused(world: World) -> None:
    """The other election has the same questions, keys and secret exponents; only its identifier differs."""
    other = make_world(THREE, BLANK_TWO)
    value = json.loads(world.election.raw)
    value["uuid"] = other.election.uuid
    twin = type(world.election).parse(dump(value))
    raw = world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]])
    assert ballot_verdict(twin, raw) == "ballot.election"
    moved = {**json.loads(raw), "election_uuid": twin.uuid}
    assert ballot_verdict(twin, signed(world, 0, moved)) == "ballot.election"
    moved["election_hash"] = twin.fingerprint
    assert ballot_verdict(twin, signed(world, 0, moved)) == "ballot.proof.individual"


def test_a_changed_text_makes_another_election(world: World) -> None:
    value = {**json.loads(world.election.raw), "name": "Другое"}
    renamed = type(world.election).parse(dump(value))
    assert ballot_verdict(renamed, world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]])) == "ballot.election"


def test_a_ballot_signed_by_another_credential_is_refused(world: World) -> None:
    content = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))
    assert ballot_verdict(world.election, signed(world, 1, content)) == "ballot.signature"


def test_a_signature_over_other_answers_is_refused(world: World) -> None:
    first = json.loads(world.ballot(0, [[1, 0, 0], [0, 1, 0, 0]]))
    second = json.loads(world.ballot(0, [[0, 1, 0], [0, 1, 0, 0]]))
    swapped = {**first, "signature": second["signature"]}
    assert ballot_verdict(world.election, dump(swapped)) == "ballot.hash"
    swapped["signature"] = {**first["signature"], "proof": second["signature"]["proof"]}
    assert ballot_verdict(world.election, dump(swapped)) == "ballot.signature"


def test_the_honest_maker_refuses_what_the_verifier_would(world: World) -> None:
    for choices in ([[1, 1, 1], [1, 0, 0, 0]], [[0, 0, 0], [1, 0, 0, 0]], [[1, 0, 0], [1, 1, 0, 0]], [[1, 0, 0]]):
        with pytest.raises(UsageError):
            world.ballot(0, choices)
    for choices in ([[2, 0, 0], [1, 0, 0, 0]], [[True, 0, 0], [1, 0, 0, 0]], [[1, 0], [1, 0, 0, 0]]):
        with pytest.raises(UsageError):
            world.ballot(0, choices)
