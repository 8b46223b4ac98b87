"""Shuffles and decryptions in several processes, their progress, and the generators that shuffles commit under."""

from __future__ import annotations

import hashlib
import json

import pytest
from crypto.tests import curve
from crypto.tests.making import RANKED, World, dump, make_world

from egov_crypto import mixnet, tally
from egov_crypto.elgamal import Ciphertext
from egov_crypto.encoding import encode
from egov_crypto.errors import VerificationError
from egov_crypto.group import base
from egov_crypto.mixnet.generators import generator
from egov_crypto.mixnet.work import CHUNK
from egov_crypto.tally import Tally
from egov_crypto.trustees import Trustees
from egov_crypto.workers import Workers

MANY = 2 * CHUNK + 3


@pytest.fixture(scope="module")
def world_sum() -> tuple[World, Tally]:
    """More votes than two processes take at a time."""
    world = make_world(RANKED)
    sum_ = Tally.empty(world.election)
    vote = encode((1, 2, 3))
    for number in range(1, MANY + 1):
        sum_.add([[Ciphertext(base(number), world.election.public_key * number + vote)]], 1)
    return world, sum_


class Watched(list[tuple[str, int, int]]):
    """What was told of the progress."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.append((stage, done, total))


def test_two_processes_shuffle_and_verify_as_one_does(world_sum: tuple[World, Tally]) -> None:
    election, sum_ = world_sum[0].election, world_sum[1]
    told = Watched()
    raw = mixnet.shuffle(election, sum_, jobs=2, progress=told)
    done = [CHUNK, 2 * CHUNK, MANY, MANY + CHUNK, MANY + 2 * CHUNK, 2 * MANY]
    assert told == [("shuffling", number, 2 * MANY) for number in done]
    value = json.loads(raw)
    t_hat = value["proofs"][0][0][4]
    t_hat[-1], t_hat[-2] = t_hat[-2], t_hat[-1]
    told = Watched()
    with Workers(2) as workers:
        after = mixnet.verify(election, sum_, raw, jobs=workers, progress=told)
        assert told == [("shuffles", number, MANY) for number in done[:3]]
        assert after.ciphertexts == mixnet.verify(election, sum_, raw).ciphertexts
        for jobs in (1, workers):
            with pytest.raises(VerificationError, match=r"shuffle\.proof.*shuffled question 1, ciphertext 1\)"):
                mixnet.verify(election, sum_, dump(value), jobs=jobs)


def test_two_processes_verify_decryptions_as_one_does(world_sum: tuple[World, Tally]) -> None:
    world, sum_ = world_sum
    first, second = (tally.decrypt(world.election, sum_, private) for private in world.private_keys)
    told = list[tuple[int, int]]()

    def verify(number: int, raw: bytes, jobs: int) -> tally.Factors:
        told.clear()
        key = world.keys[number].public_key
        return tally.verify_decryption_of(
            world.election, sum_, key, raw, jobs=jobs, progress=lambda *done: told.append(done)
        )

    factors = verify(0, first, 2)
    assert told == [(number, MANY) for number in (CHUNK, 2 * CHUNK, MANY)]
    assert factors == verify(0, first, 1)
    value = json.loads(first)
    proofs = value["decryption_proofs"][0]
    proofs[-1], proofs[-2] = proofs[-2], proofs[-1]
    with pytest.raises(VerificationError, match=r"decryption\.proof"):
        verify(0, dump(value), 2)
    assert told == [(CHUNK, MANY), (2 * CHUNK, MANY)]
    together = Trustees.singles(world.keys).combine({1: factors, 2: verify(1, second, 1)})
    tally.check_encodings(sum_, together)
    together[0][-1] += base(1)
    with pytest.raises(VerificationError, match=r"decryption\.joint"):
        tally.check_encodings(sum_, together, jobs=2)


def test_generators_are_those_of_the_specification() -> None:
    """Table 9, in plain arithmetic; all different, none the base point."""
    for index in (-1, *range(50)):
        y = int.from_bytes(hashlib.sha256(f"ggen|{index}".encode()).digest(), "big") >> 2
        while (x := curve.recover_x(y, 0)) is None:
            y += 1
        assert generator(index).text == curve.write(curve.multiply((x, y), 8))
    made = {generator(index) for index in range(-1, 500)}
    assert len(made) == 501
    assert base(1) not in made
