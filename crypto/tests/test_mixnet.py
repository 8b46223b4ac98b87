"""Shuffles in several processes, their progress, and the generators that they commit under."""

from __future__ import annotations

import hashlib
import json

import pytest
from crypto.tests import curve
from crypto.tests.making import RANKED, dump, make_world

from egov_crypto import mixnet
from egov_crypto.election import Election
from egov_crypto.elgamal import Ciphertext
from egov_crypto.encoding import encode
from egov_crypto.errors import VerificationError
from egov_crypto.group import base
from egov_crypto.mixnet.generators import generator
from egov_crypto.mixnet.work import CHUNK
from egov_crypto.tally import Tally

MANY = 2 * CHUNK + 3


@pytest.fixture(scope="module")
def world_tally() -> tuple[Election, Tally]:
    """More votes than two processes take at a time."""
    election = make_world(RANKED).election
    tally = Tally.empty(election)
    vote = encode((1, 2, 3))
    for number in range(1, MANY + 1):
        tally.add([[Ciphertext(base(number), election.public_key * number + vote)]], 1)
    return election, tally


class Watched(list[tuple[str, int, int]]):
    """What was told of the progress."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.append((stage, done, total))


def test_two_processes_shuffle_and_verify_as_one_does(world_tally: tuple[Election, Tally]) -> None:
    election, tally = world_tally
    told = Watched()
    raw = mixnet.shuffle(election, tally, jobs=2, progress=told)
    done = [CHUNK, 2 * CHUNK, MANY, MANY + CHUNK, MANY + 2 * CHUNK, 2 * MANY]
    assert told == [("shuffling", number, 2 * MANY) for number in done]
    told = Watched()
    after = mixnet.verify(election, tally, raw, jobs=2, progress=told)
    assert told == [("shuffles", number, MANY) for number in done[:3]]
    assert after.ciphertexts == mixnet.verify(election, tally, raw).ciphertexts
    value = json.loads(raw)
    t_hat = value["proofs"][0][0][4]
    t_hat[-1], t_hat[-2] = t_hat[-2], t_hat[-1]
    for jobs in (1, 2):
        with pytest.raises(VerificationError, match=r"shuffle\.proof.*shuffled question 1, ciphertext 1\)"):
            mixnet.verify(election, tally, dump(value), jobs=jobs)


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
