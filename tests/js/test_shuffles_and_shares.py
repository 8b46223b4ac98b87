"""Shuffles and shares of a threshold key that the browser makes, judged by egov_crypto and by the reference."""

from __future__ import annotations

import json
from base64 import b64encode
from copy import copy
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from crypto.tests.ceremonies import ceremony_of, parameters_of, step_taken, world_of
from crypto.tests.making import LISTS, RANKED, YES_NO, Archive, World, make_world
from crypto.tests.mixing import Forger, shuffle_json
from tests.belenios import Belenios
from tests.js.test_trustee import PASSPHRASE, run, sealed

from egov_crypto import mixnet, tally, trustee, wire
from egov_crypto.archive import EventType
from egov_crypto.tally import compute_result, result_to_json
from egov_crypto.threshold.ceremony import Ceremony, Step, commitment
from egov_crypto.threshold.keyfile import State, ThresholdKeyFile
from egov_crypto.threshold.keyfile import seal as seal_state
from egov_crypto.trustees import Trustees
from egov_crypto.verify import verify_archive

VOTES = [[[1, 0, 0], [1, 2, 3], [[1, 1, 0], [0, 0]]], [[0, 1, 0], [0, 0, 255], [[0, 0, 0], [1, 1]]]]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(YES_NO, RANKED, LISTS)


def tallied(world: World) -> Archive:
    return (
        world.archive().ballots(*(world.ballot(voter, choices) for voter, choices in enumerate(VOTES))).close().tally()
    )


def asked_of(world: World, archive: Archive | bytes, owner: int = 1, **changed: Any) -> dict[str, Any]:
    raw = archive if isinstance(archive, bytes) else archive.raw
    own = {"uuid": world.election.uuid, "owner": owner, "key": world.keys[owner - 1].public_key.text}
    return {"archive": b64encode(raw).decode(), **own, **changed}


@pytest.mark.belenios
def test_what_the_browser_shuffles_and_decrypts_is_a_whole_election_for_everybody(
    node: str, world: World, belenios: Belenios, tmp_path: Path
) -> None:
    """Of two trustees one shuffles in the browser, after the other, and both decrypt there."""
    made = tallied(world).shuffle(2)
    (answer,) = run(node, "shuffle_archive.mjs", [asked_of(world, made)])
    raw = answer["shuffle"].encode()
    assert answer["hash"] == wire.digest(raw)
    made.mixed = mixnet.verify(world.election, made.sum(), raw)
    made.shuffled(1, raw).add(EventType.END_SHUFFLES)

    asked = [asked_of(world, made, owner, key=sealed(world.private_keys[owner - 1])) for owner in (1, 2)]
    shuffles = [{"shuffles": [answer["hash"]]}, {"shuffles": []}]
    decrypted = run(
        node,
        "decrypt_archive.mjs",
        [one | more | {"passphrase": PASSPHRASE} for one, more in zip(asked, shuffles, strict=True)],
    )
    assert [one["own"] for one in decrypted] == ["known", "unknown"]
    for owner, one in enumerate(decrypted, 1):
        made.decryption(owner, one["decryption"].encode())
    factors = verify_archive(BytesIO(made.raw))
    result = compute_result(factors.tally, factors.trustees.combine(factors.decryptions))
    made.add(EventType.RESULT, result_to_json(result))
    assert [result[0], sorted(result[1]), result[2]] == [[1, 1, 0], [[0, 0, 255], [1, 2, 3]], [[1, 1, 0], [1, 1]]]

    (judged,) = run(node, "verify_archives.mjs", [{"archive": b64encode(made.raw).decode()}])
    assert (judged["code"], judged["result"], judged["shuffled"]) == ("holds", result, [2, 1])
    (tmp_path / f"{world.election.uuid}.bel").write_bytes(made.raw)
    belenios.run(tmp_path, "election", "verify", "--dir", ".", "--uuid", world.election.uuid)


def test_nothing_is_shuffled_that_must_not_be(node: str, world: World) -> None:
    """What was tampered with, too early, too late, or under another's name."""
    doubled = tallied(world)
    closed = doubled.raw
    early = world.archive().ballots(world.ballot(0, VOTES[0])).close()
    other = make_world(YES_NO)
    twice = Forger(world.election.public_key, world.election.fingerprint)
    (votes,) = (doubled.sum().ciphertexts[place] for place in world.election.shuffled)
    doubled.shuffled(2, shuffle_json(twice.shuffle(votes, [0, 0])))
    cases = [
        ("vote", asked_of(world, closed, uuid="z" * 14)),
        ("trustees.missing", asked_of(world, closed, key=world.keys[1].public_key.text)),
        ("trustees.missing", asked_of(world, closed) | {"owner": 3}),
        ("early", asked_of(world, early)),
        ("late", asked_of(other, other.archive().ballots(other.ballot(0, [[1, 0, 0]])).close().tally())),
        ("late", asked_of(world, tallied(world).shuffle(2).add(EventType.END_SHUFFLES))),
        ("shuffle.own", asked_of(world, tallied(world).shuffle(1))),
        ("shuffle.proof", asked_of(world, doubled)),
    ]
    answers = run(node, "shuffle_archive.mjs", [asked for _, asked in cases])
    assert answers == [{"code": code} for code, _ in cases]


def test_a_shuffle_under_ones_name_must_be_ones_own(node: str) -> None:
    """Else a server could make all shuffles itself, and know whose vote is whose. So could fewer than decrypt."""
    parameters, shares = parameters_of(ceremony_of(3, 2))
    world = world_of(Trustees((parameters,)), shares, question=RANKED)
    votes = world.archive().ballots(world.ballot(0, [[1, 2, 3]])).close().tally()
    few = copy(votes).shuffle(1)
    made = votes.shuffle(1, 2).add(EventType.END_SHUFFLES).raw
    other = "0" * 64
    cases = [
        ("unknown", made, 1, []),
        ("shuffle.own", made, 1, [other]),
        ("none", made, 3, []),
        ("none", made, 3, [other]),  # it came too late, when enough others had shuffled
        ("few", few.add(EventType.END_SHUFFLES).raw, 1, []),
    ]
    asked = [
        asked_of(world, raw, owner, key=sealed(shares[owner - 1]), passphrase=PASSPHRASE, shuffles=hashes)
        for _, raw, owner, hashes in cases
    ]
    answers = run(node, "decrypt_archive.mjs", asked)
    assert [one.get("own", one.get("code")) for one in answers] == [wanted for wanted, *_ in cases]


def test_a_ceremony_is_held_between_browsers_and_command_lines(node: str) -> None:
    """Trustee 2 of 3 is in the browser, whose key file the command line opens, and the reverse."""
    ceremony, others = Ceremony(3, 2), [State.begin(3, 2, index) for index in (1, 3)]
    begin = {"begin": {"size": 3, "threshold": 2, "index": 2}, "passphrase": PASSPHRASE, "step": "begin"}
    (theirs,) = run(node, "take_steps.mjs", [begin])
    for step, act in zip(Step, ("commit", "reveal", "accept", "confirm"), strict=True):
        ceremony.add(step, 2, theirs["sent"].encode())
        others = step_taken(ceremony, others, step)
        asked = {
            "file": theirs.get("file"),
            "passphrase": PASSPHRASE,
            "ceremony": ceremony.to_json().decode(),
            "step": act,
        }
        if act == "confirm":
            (confirmed,) = run(node, "take_steps.mjs", [asked])
            break
        (theirs,) = run(node, "take_steps.mjs", [asked])
    parameters = others[0].confirm(ceremony)
    made_together = {"sent": wire.dump(parameters.to_json()).decode(), "fingerprint": parameters.fingerprint}
    assert confirmed == made_together
    state = ThresholdKeyFile.parse(theirs["file"].encode()).open(PASSPHRASE)
    assert state.confirm(ceremony) == parameters

    ours = seal_state(others[0], "", PASSPHRASE).decode()
    shares = run(node, "take_steps.mjs", [asked | {"step": "share"}, asked | {"step": "share", "file": ours}])
    assert [int(one["sent"]) for one in shares] == [state.share(), others[0].share()]

    # Before a mandatory trustee, and two more who made a key together.
    (alone, key), (pair, halves) = trustee.generate(), parameters_of(ceremony_of(2, 2))
    private_keys = [others[0].share(), state.share(), others[1].share(), alone, *halves]
    world = world_of(Trustees((parameters, key, pair)), private_keys)
    made = world.archive().ballots(world.ballot(0, [[0, 1, 0]])).close().tally().decrypt(6, 5)
    keys = [(1, ours), (4, sealed(alone)), (2, theirs["file"])]
    asked_for = [asked_of(world, made, owner, key=key, passphrase=PASSPHRASE, shuffles=[]) for owner, key in keys]
    for (owner, _), one in zip(keys, run(node, "decrypt_archive.mjs", asked_for), strict=True):
        made.decryption(owner, one["decryption"].encode())
    made.add(EventType.RESULT, tally.result_to_json([[0, 1, 0]]))
    assert verify_archive(BytesIO(made.raw)).report.result == [[0, 1, 0]]
    (judged,) = run(node, "verify_archives.mjs", [{"archive": b64encode(made.raw).decode()}])
    assert (judged["code"], judged["decrypted"]) == ("holds", [6, 5, 1, 4, 2])


def test_what_is_wrong_in_a_ceremony_is_refused_by_whom_it_is_shown_to(node: str) -> None:
    """A value that is not of the sender's polynomial, a polynomial that was not committed to, another ceremony."""
    ceremony, states = Ceremony(2, 2), [State.begin(2, 2, index) for index in (1, 2)]
    for step in (Step.CERTIFICATE, Step.COMMITMENT):
        states = step_taken(ceremony, states, step)
    committed = ceremony.to_json()
    revealed = [state.reveal(ceremony) for state in states]
    for state in revealed:
        ceremony.add(Step.POLYNOMIAL, state.index, state.message(Step.POLYNOMIAL))
    whole = json.loads(ceremony.to_json())
    swapped = json.loads(json.dumps(whole))
    swapped["polynomials"][1]["secrets"].reverse()
    swapped["commitments"][1] = commitment(wire.dump(swapped["polynomials"][1]))
    uncommitted = json.loads(json.dumps(whole))
    uncommitted["polynomials"][1]["secrets"].reverse()
    own = seal_state(revealed[0], "", PASSPHRASE).decode()
    fresh = seal_state(states[0], "", PASSPHRASE).decode()
    again = Ceremony(2, 2)
    others = [State.begin(2, 2, index) for index in (1, 2)]
    for step in (Step.CERTIFICATE, Step.COMMITMENT):
        others = step_taken(again, others, step)
    cases = [
        ("ceremony.commitment", own, "accept", wire.dump(uncommitted)),
        ("ceremony.differs", own, "accept", wire.dump(swapped)),
        ("awaited", own, "accept", committed),
        ("ceremony.differs", own, "reveal", again.to_json()),
        ("step", fresh, "accept", ceremony.to_json()),
        ("ceremony.format", own, "accept", b"{}"),
        ("keyfile.format", "{}", "accept", committed),
    ]
    asked = [
        {"file": file, "passphrase": PASSPHRASE, "step": step, "ceremony": raw.decode()} for _, file, step, raw in cases
    ]
    assert run(node, "take_steps.mjs", asked) == [{"code": code} for code, *_ in cases]
