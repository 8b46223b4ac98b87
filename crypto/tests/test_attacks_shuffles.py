"""Attacks on shuffles: what somebody who shuffles, or who hands a shuffle on, would want to pass."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from crypto.tests import curve
from crypto.tests.making import dump
from crypto.tests.mixing import HASHED, Forger, shuffle_json
from crypto.tests.test_attacks_encodings import WRONG_POINTS, WRONG_SCALARS

from egov_crypto import mixnet
from egov_crypto.election import Election, random_uuid
from egov_crypto.elgamal import Ciphertext
from egov_crypto.encoding import decode, encode
from egov_crypto.errors import VerificationError
from egov_crypto.group import IDENTITY, Point, Q, base, random_scalar
from egov_crypto.mixnet import shuffling
from egov_crypto.mixnet.generators import generator
from egov_crypto.preference import PreferenceQuestion
from egov_crypto.question import Question
from egov_crypto.tally import Tally

SECRET = random_scalar()
VOTES = ((1, 2, 3), (3, 2, 1), (0, 0, 0))
RANK = PreferenceQuestion(("a", "b", "c"), "Кімді? / Кого? / Whom?")
ELECTION = Election.build(
    uuid=random_uuid(),
    name="Сынақ",
    description="",
    public_key=base(SECRET),
    questions=(RANK, Question(("a", "b"), "", 0, 1), RANK),
)
FORGER = Forger(ELECTION.public_key, ELECTION.fingerprint)
SMALL = [Point(bytes.fromhex(curve.write(curve.of_order(order)))[::-1]) for order in (2, 4, 8)]


def encrypted(values: tuple[int, ...]) -> Ciphertext:
    r = random_scalar()
    return Ciphertext(base(r), ELECTION.public_key * r + encode(values))


def opened(ciphertexts: list[Ciphertext]) -> list[tuple[int, ...]]:
    return [decode(beta - alpha * SECRET, 3) for alpha, beta in ciphertexts]


def made_tally() -> Tally:
    tally = Tally.empty(ELECTION)
    for vote in VOTES:
        tally.add([[encrypted(vote)], [encrypted(vote)] * 2, [encrypted(vote[::-1])]], 1)
    return tally


TALLY = made_tally()
FIRST, SECOND = (TALLY.ciphertexts[place] for place in ELECTION.shuffled)
GOOD = mixnet.shuffle(ELECTION, TALLY)


def verdict(raw: bytes, election: Election = ELECTION, tally: Tally = TALLY) -> str | None:
    """The code of what does not hold; None if all does."""
    try:
        mixnet.verify(election, tally, raw)
    except VerificationError as error:
        return error.code
    return None


def beside(after: list[Ciphertext], proof: list[Any]) -> bytes:
    """A shuffle with an honest one of the second question."""
    return shuffle_json((after, proof), FORGER.shuffle(SECOND, [2, 0, 1]))


def forged(psi: list[int], forger: Forger = FORGER) -> bytes:
    return beside(*forger.shuffle(FIRST, psi))


def test_a_shuffle_keeps_the_votes_and_hides_their_order() -> None:
    after = mixnet.verify(ELECTION, TALLY, GOOD)
    for place in ELECTION.shuffled:
        assert sorted(opened(after.ciphertexts[place])) == sorted(opened(TALLY.ciphertexts[place]))
        assert not set(after.ciphertexts[place]) & set(TALLY.ciphertexts[place])
    assert after.ciphertexts[1] == TALLY.ciphertexts[1]
    assert after.weight == TALLY.weight
    again = mixnet.shuffle(ELECTION, after)
    assert verdict(again, tally=after) is None
    assert verdict(again) == "shuffle.proof"  # the input of the second is the output of the first


def test_what_the_tables_say_verifies() -> None:
    """The attacker's prover is right where it is honest: what follows fails for what is wrong in it alone."""
    for psi in ([0, 1, 2], [2, 0, 1], [1, 0, 2]):
        assert verdict(forged(psi)) is None


def test_votes_of_nobody_and_of_one_are_shuffled() -> None:
    empty = Tally.empty(ELECTION)
    assert mixnet.verify(ELECTION, empty, mixnet.shuffle(ELECTION, empty)).ciphertexts[0] == []
    empty.add([[encrypted(VOTES[0])], [encrypted(VOTES[0])] * 2, [encrypted(VOTES[0])]], 1)
    assert opened(mixnet.verify(ELECTION, empty, mixnet.shuffle(ELECTION, empty)).ciphertexts[0]) == [VOTES[0]]


@pytest.mark.parametrize("psi", [[0, 0, 1], [0, 0, 0], [2, 2, 0]])
def test_a_vote_given_twice_in_the_place_of_another_is_refused(psi: list[int]) -> None:
    assert verdict(forged(psi)) == "shuffle.proof"


def test_a_replaced_vote_is_refused() -> None:
    masked, r_prime = FORGER.mask(FIRST)
    masked[1] = encrypted((1, 2, 3))
    after = [masked[place] for place in (2, 0, 1)]
    assert verdict(beside(after, FORGER.prove(FIRST, after, r_prime, [2, 0, 1]))) == "shuffle.proof"
    after, proof = FORGER.shuffle([encrypted((1, 2, 3)), *FIRST[1:]], [2, 0, 1])  # of another input
    assert verdict(beside(after, proof)) == "shuffle.proof"


@pytest.mark.parametrize("part", ["alpha", "beta"])
def test_votes_moved_from_one_ciphertext_to_another_are_refused(part: str) -> None:
    """Their sum stays what it was: the product of all would not tell. In α it makes votes unreadable."""
    masked, r_prime = FORGER.mask(FIRST)
    more = encode((1, 1, 1))
    for place, moved in ((0, more), (1, -more)):
        masked[place] = masked[place]._replace(**{part: getattr(masked[place], part) + moved})
    assert verdict(beside(masked, FORGER.prove(FIRST, masked, r_prime, [0, 1, 2]))) == "shuffle.proof"


def test_an_input_in_another_order_is_refused() -> None:
    swapped = [FIRST[1], FIRST[0], FIRST[2]]
    assert verdict(beside(*FORGER.shuffle(swapped, [2, 0, 1]))) == "shuffle.proof"


def test_questions_in_another_order_are_refused() -> None:
    first, second = (FORGER.shuffle(ciphertexts, [2, 0, 1]) for ciphertexts in (FIRST, SECOND))
    assert verdict(shuffle_json(first, second)) is None
    assert verdict(shuffle_json(second, first)) == "shuffle.proof"
    assert verdict(shuffle_json(first, first)) == "shuffle.proof"
    value = json.loads(GOOD)
    assert verdict(dump({**value, "proofs": value["proofs"][::-1]})) == "shuffle.proof"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_fewer_or_more_questions_are_refused(count: int) -> None:
    value = json.loads(GOOD)
    for name in ("ciphertexts", "proofs"):
        assert verdict(dump({**value, name: (value[name] * 2)[:count]})) == "shuffle.format"


def known(index: int) -> Point:
    """Generators whose logarithms the attacker knows: commitments under them bind nobody."""
    return base(index + 7)


@pytest.mark.parametrize(
    "generators",
    [known, lambda index: generator(index + 1), lambda index: known(index) if index == -1 else generator(index)],
    ids=["known", "shifted", "known h"],
)
def test_other_generators_are_refused(generators: Callable[[int], Point]) -> None:
    assert verdict(forged([2, 0, 1], replace(FORGER, generators=generators))) == "shuffle.proof"


@pytest.mark.parametrize("hashed", HASHED)
def test_a_proof_that_does_not_hash_something_is_refused(hashed: str) -> None:
    """Were it not hashed (weak Fiat–Shamir), it could be chosen once the challenges are known."""
    assert verdict(forged([2, 0, 1], replace(FORGER, left_out=frozenset({hashed})))) == "shuffle.proof"


def test_a_proof_of_another_election_or_key_is_refused() -> None:
    other = Election.build(
        uuid=ELECTION.uuid, name="Другое", description="", public_key=base(SECRET), questions=ELECTION.questions
    )
    assert verdict(GOOD, election=other) == "shuffle.proof"
    assert verdict(forged([2, 0, 1], replace(FORGER, fingerprint=other.fingerprint))) == "shuffle.proof"
    assert verdict(forged([2, 0, 1], replace(FORGER, public_key=base(SECRET + 1)))) == "shuffle.proof"


@pytest.mark.parametrize("small", SMALL, ids=["2", "4", "8"])
def test_a_point_outside_the_subgroup_that_no_sum_shows_is_refused(small: Point) -> None:
    assert verdict(forged([2, 0, 1], replace(FORGER, torsion=small))) == "shuffle.point"


Place = tuple[Any, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Where something stands in a shuffle: each list, each object, each text."""
    yield at
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*at, key))


def found(value: Any, at: Place) -> Any:
    for key in at:
        value = value[key]
    return value


def with_(at: Place, new: Any) -> bytes:
    value = json.loads(GOOD)
    if not at:
        return dump(new)
    found(value, at[:-1])[at[-1]] = new
    return dump(value)


ALL = list(places(json.loads(GOOD)))
TEXTS = [at for at in ALL if isinstance(found(json.loads(GOOD), at), str)]
SCALARS = [at for at in TEXTS if at[0] == "proofs" and at[2] == 1]
POINTS = [at for at in TEXTS if at not in SCALARS]
LISTS = [at for at in ALL if isinstance(found(json.loads(GOOD), at), list)]


def test_each_part_of_a_shuffle_is_counted() -> None:
    """2 texts a ciphertext; 5 points and 4 scalars a question, and 3 points and 2 scalars a ciphertext."""
    assert (len(POINTS), len(SCALARS)) == (2 * (5 + 5 * 3), 2 * (4 + 2 * 3))


def test_every_other_point_is_refused() -> None:
    for at in POINTS:
        good = Point.parse(found(json.loads(GOOD), at))
        assert verdict(with_(at, (good + base(1)).text)) == "shuffle.proof", at
        assert verdict(with_(at, (-good).text)) == "shuffle.proof", at
        for small in SMALL:  # proved by nobody: the sum with it stands where the good one stood
            assert verdict(with_(at, curve.write(curve.add(curve.read(good.text), curve.read(small.text))))), at


def test_every_other_scalar_is_refused() -> None:
    for at in SCALARS:
        good = int(found(json.loads(GOOD), at))
        assert verdict(with_(at, str((good + 1) % Q))) == "shuffle.proof", at
        assert verdict(with_(at, str(good + Q))) == "shuffle.scalar", at
        assert verdict(with_(at, f"0{good}")) == "shuffle.scalar", at


def test_points_and_scalars_that_are_written_wrongly_are_refused() -> None:
    for at in (
        ("ciphertexts", 0, 0, "alpha"),
        ("ciphertexts", 0, 0, "beta"),
        ("proofs", 0, 0, 0),  # t1
        ("proofs", 0, 0, 4, 0),  # t̂
        ("proofs", 0, 2, 0),  # c
        ("proofs", 0, 3, 0),  # ĉ
    ):
        code = "shuffle.proof" if at[:3] == ("proofs", 0, 0) else "shuffle.point"
        for text in [*WRONG_POINTS, IDENTITY.text]:
            assert verdict(with_(at, text)) == code, at
    for at in (("proofs", 1, 1, 0), ("proofs", 1, 1, 3), ("proofs", 1, 1, 4, 1), ("proofs", 1, 1, 5, 0)):
        for wrong in WRONG_SCALARS:
            assert verdict(with_(at, wrong)) in {"shuffle.scalar", "shuffle.format"}, (at, wrong)


def test_points_that_are_written_otherwise_in_all_places_are_refused() -> None:
    """The hashes are of what is written: the proof fits, and yet there must not be two texts of one thing."""
    after, proof = replace(FORGER, write=lambda point: point.text.upper()).shuffle(FIRST, [2, 0, 1])
    value = json.loads(beside(after, proof))
    value["ciphertexts"][0] = [{name: text.upper() for name, text in of.items()} for of in value["ciphertexts"][0]]
    assert verdict(dump(value)) == "shuffle.point"


def test_other_shapes_are_refused() -> None:
    for at in ALL:
        for junk in (None, 1, True, [], {}, [[]]):
            if found(json.loads(GOOD), at) != junk:
                assert verdict(with_(at, junk)) in {"shuffle.format", "shuffle.scalar"}, (at, junk)
    for at in LISTS:
        whole = found(json.loads(GOOD), at)
        for wrong in (whole[:-1], whole[1:], [*whole, whole[0]], [*whole, None]):
            assert verdict(with_(at, wrong)) == "shuffle.format", at
    for raw in (b"", b"{}", GOOD[:-1], GOOD + b"\n", b" " + GOOD, GOOD.replace(b'"alpha"', b'"Alpha"')):
        assert verdict(raw) == "shuffle.format"
    value = json.loads(GOOD)
    assert verdict(dump(dict(reversed(value.items())))) == "shuffle.format"
    assert verdict(dump({**value, "more": 1})) == "shuffle.format"
    assert verdict(b'{"ciphertexts":"' + b" " * mixnet.size_limit(ELECTION, TALLY) + b'"}') == "shuffle.format"


def test_the_greatest_shuffle_keeps_to_the_limit() -> None:
    """Lengths differ by the digits of scalars alone."""
    value = json.loads(GOOD)
    for at in SCALARS:
        found(value, at[:-1])[at[-1]] = str(Q - 1)
    assert len(dump(value)) < mixnet.size_limit(ELECTION, TALLY)


def test_permutations_have_no_bias() -> None:
    """Chi-squared over the 24 of four; above 80 in less than one of ten million runs."""
    runs = 24 * 400
    times = Counter(tuple(shuffling.permutation(4)) for _ in range(runs))
    assert len(times) == 24
    assert sum((seen - 400) ** 2 / 400 for seen in times.values()) < 80


def test_all_that_hides_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Per ciphertext r', r, r̂, ω̂ and ω', and four ω a question; none of them stands in what is published."""
    drawn: list[int] = []

    def draw() -> int:
        drawn.append(random_scalar())
        return drawn[-1]

    monkeypatch.setattr(shuffling, "random_scalar", draw)
    raw = mixnet.shuffle(ELECTION, TALLY)
    assert len(drawn) == len(set(drawn)) == 2 * (4 + 5 * len(VOTES))
    assert verdict(raw) is None
    value = json.loads(raw)
    assert not {str(number) for number in drawn} & {found(value, at) for at in TEXTS}
