"""What a witness decides: it cosigns what only grows, and two heads that contradict each other never."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from crypto.tests.logs import KEY, NOON, ORIGIN, WITNESSES, flipped
from crypto.tests.strategies import MANY
from crypto.tests.witnessing import HONEST, LOGS, WITNESS, History, grown
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import checkpoint, note
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.cosignature import WitnessSigningKey
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.merkle import EMPTY_ROOT
from egov_crypto.note import Note, Signature, SigningKey
from egov_crypto.witness import (
    MAX_REQUEST,
    Conflict,
    Cosigned,
    Fork,
    Malformed,
    NotConsistent,
    NotSigned,
    Refused,
    Request,
    UnknownLog,
    decide,
    parse_logs,
)

OTHER_KEY = SigningKey(ORIGIN, b"\x07" * 32)


def ask(last: Cosigned | None, request: Request, now: int = NOON) -> Cosigned:
    return decide(WITNESS, LOGS, last, request, now)


def test_a_log_that_grows_is_cosigned_and_whoever_knows_the_witness_verifies_it() -> None:
    last = None
    for old, new in [(0, 0), (0, 1), (1, 7), (7, 8), (8, 8), (8, 40)]:
        last = ask(last, HONEST.request(old, new), NOON + new)
        signed = HONEST.head(new).sign(KEY, last.cosignature)
        found = checkpoint.verify(signed.raw, KEY.verifier_key, witnesses=[WITNESS.verifier_key], quorum=1)
        assert found.checkpoint.size == new
        assert found.cosignatures[0].time == NOON + new
        assert last.note == signed
        assert Cosigned.parse(last.note.raw, WITNESS.verifier_key) == last


def test_a_first_checkpoint_needs_no_proof_and_may_have_none() -> None:
    assert ask(None, HONEST.request(0, 33)).checkpoint.size == 33
    with pytest.raises(NotConsistent):
        ask(None, HONEST.request(0, 33, proof=HONEST.proof(32, 33)))
    with pytest.raises(Conflict) as conflict:
        ask(None, HONEST.request(5, 33))
    assert conflict.value.size == 0


def test_the_same_checkpoint_is_cosigned_again_with_a_new_time() -> None:
    again = ask(grown(8, 33), HONEST.request(33, 33), NOON + 60)
    assert again.time == NOON + 60
    assert again.cosignature != grown(8, 33).cosignature
    with pytest.raises(NotConsistent):
        ask(grown(8, 33), HONEST.request(33, 33, proof=(bytes(32),)))


def test_no_time_is_earlier_than_the_one_before() -> None:
    last = ask(grown(8, time=NOON), HONEST.request(8, 9), NOON - 3600)
    assert last.time == NOON
    last = ask(last, HONEST.request(9, 10), NOON + 1)
    assert last.time == NOON + 1


@pytest.mark.parametrize("old", [0, 7, 9, 33])
def test_another_old_size_than_the_last_is_answered_with_the_last(old: int) -> None:
    with pytest.raises(Conflict) as conflict:
        ask(grown(8), HONEST.request(old, 40))
    assert type(conflict.value) is Conflict
    assert (conflict.value.size, conflict.value.status) == (8, 409)


def test_an_older_checkpoint_is_never_cosigned() -> None:
    for old in (0, 4, 8):
        with pytest.raises(Conflict):
            ask(grown(8, 33), HONEST.request(old, 8))
    with pytest.raises(Malformed, match="beyond"):
        ask(grown(8, 33), HONEST.request(33, 8))


def test_a_fork_is_refused_in_every_shape() -> None:
    last = grown(8, 33)
    for forked in (0, 7, 8, 32):
        fork = History(forked)
        for old in (0, 8, 33):
            with pytest.raises(Fork) as refused:
                ask(last, fork.request(old, 33))
            assert (refused.value.status, refused.value.size) == (409, 33)
        for proof in (fork.proof(33, 40), HONEST.proof(33, 40), ()):
            with pytest.raises(NotConsistent):
                ask(last, fork.request(33, 40, proof=proof))
    assert ask(last, History(33).request(33, 40)).checkpoint.size == 40  # no fork yet for whoever saw 33


def test_no_changed_proof_holds() -> None:
    proof = HONEST.proof(7, 33)
    for changed in ((), proof[:-1], proof[1:], (*proof, proof[0]), proof[::-1], (flipped(proof[0], 9), *proof[1:])):
        with pytest.raises(NotConsistent) as refused:
            ask(grown(7), HONEST.request(7, 33, proof=changed))
        assert refused.value.status == 422


def test_only_the_logs_own_keys_count() -> None:
    head = HONEST.head(33)
    with pytest.raises(NotSigned):
        ask(grown(8), HONEST.request(8, 33, key=OTHER_KEY))
    damaged = replace(KEY.sign(head.text), raw=bytes(64))
    with pytest.raises(NotSigned):
        ask(grown(8), Request(8, HONEST.proof(8, 33), Note(head.text, (damaged, OTHER_KEY.sign(head.text)))))
    # A witness's line is no log's.
    with pytest.raises(NotSigned):
        ask(grown(8), Request(8, HONEST.proof(8, 33), Note(head.text, (head.cosign(WITNESS, NOON),))))
    with pytest.raises(UnknownLog):
        decide(WITNESS, {"example.org/log": [KEY.verifier_key]}, None, HONEST.request(0, 33), NOON)


def test_a_log_that_changes_its_key_may_sign_with_either() -> None:
    logs = {ORIGIN: [KEY.verifier_key, OTHER_KEY.verifier_key]}
    last = decide(WITNESS, logs, grown(8), HONEST.request(8, 9, key=OTHER_KEY), NOON)
    last = decide(WITNESS, logs, last, HONEST.request(9, 10), NOON)
    both = Request(10, HONEST.proof(10, 11), HONEST.head(11).sign(KEY, OTHER_KEY.sign(HONEST.head(11).text)))
    assert len(decide(WITNESS, logs, last, both, NOON).note.signatures) == 3


def test_others_signatures_are_passed_over_and_not_kept() -> None:
    head = HONEST.head(8)
    lines = [other.cosign(head.text, NOON) for other in WITNESSES[1:]]
    request = Request(0, (), head.sign(KEY, *lines, KEY.sign(head.text), *[OTHER_KEY.sign(head.text)] * 96))
    last = ask(None, request)
    assert [line.name for line in last.note.signatures] == [ORIGIN, WITNESS.name]


GOOD = HONEST.request(8, 33).raw
FIRST_HASH = GOOD.split(b"\n")[1]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"old 8\n",
        b"old 8\n\n",
        GOOD[4:],
        GOOD.replace(b"old 8\n", b""),
        *(GOOD.replace(b"old 8\n", b"old %s\n" % size) for size in (b"", b"08", b"+8", b"8 ", b" 8", b"-8", b"8_0")),
        GOOD.replace(b"old 8\n", "old ٨\n".encode()),
        GOOD.replace(b"old 8\n", b"old 9223372036854775808\n"),
        GOOD.replace(b"old 8\n", b"old 8\r\n"),
        GOOD.replace(b"old 8\n", b"OLD 8\n"),
        GOOD.replace(FIRST_HASH, FIRST_HASH[:-1]),
        GOOD.replace(FIRST_HASH, FIRST_HASH + b" "),
        GOOD.replace(FIRST_HASH, b"AAAA"),
        GOOD.replace(FIRST_HASH, b"\n".join([FIRST_HASH] * 64)),
        GOOD.replace(b"\n\n", b"\n", 1),
        GOOD + b"\n",
        GOOD[:-1],
        GOOD.replace(b"\n33\n", b"\n033\n"),
        GOOD.replace(b"\n33\n", b"\n33\nextension\n"),
        GOOD + b"\xff",
        b"old 8\n" + FIRST_HASH + b"\n" * MAX_REQUEST,
    ],
)
def test_what_is_not_written_as_specified_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed) as refused:
        ask(grown(8), Request.parse(raw))
    assert refused.value.status == 400


def test_a_request_is_read_as_it_is_written() -> None:
    for request in (HONEST.request(0, 0), HONEST.request(0, 33), HONEST.request(8, 33), HONEST.request(7, 40)):
        assert Request.parse(request.raw) == request
    most = Request(1, (bytes(32),) * 63, HONEST.head(40).sign(KEY, *[Signature("é", b"1234", b"5" * 900)] * 80))
    assert Request.parse(most.raw) == most


@given(st.integers(0, 8 * len(GOOD) - 1))
def test_no_changed_bit_is_cosigned_as_something_else(bit: int) -> None:
    changed = flipped(GOOD, bit)
    with pytest.raises(Refused):
        ask(grown(8), Request.parse(changed))


BRANCHES = [HONEST, History(0), History(5), History(8), History(9), History(20), History(32), History(39)]
steps = st.tuples(
    st.sampled_from(BRANCHES),
    st.integers(0, 40),
    st.none() | st.integers(0, 40),
    st.none() | st.sampled_from(BRANCHES),
    st.integers(-100, 100),
)


@MANY
@given(st.lists(steps, max_size=25))
def test_no_two_heads_that_contradict_each_other_are_ever_cosigned(
    asked: list[tuple[History, int, int | None, History | None, int]],
) -> None:
    """Old sizes and proofs are the right ones where the step says None. Whoever asks rightly is not refused."""
    last: Cosigned | None = None
    cosigned: list[list[bytes]] = []
    now = NOON
    for branch, size, given_old, proof_of, passed in asked:
        now += passed
        known = last.checkpoint if last else Checkpoint(ORIGIN, 0, EMPTY_ROOT)
        old = known.size if given_old is None else given_old
        request = branch.request(old, size, proof=proof_of.proof(old, size) if proof_of else None)
        before, begins = last, branch.head(known.size) == known
        try:
            last = ask(before, request, now)
        except Refused:
            assert given_old not in {None, known.size} or proof_of or not begins or size < known.size
            continue
        assert last.checkpoint == branch.head(size)
        assert last.time == max(now, before.time if before else 0)
        cosigned.append(branch.leaves[:size])
    for earlier, later in pairwise(cosigned):
        assert later[: len(earlier)] == earlier


def test_what_is_remembered_is_what_the_witness_has_signed() -> None:
    last = grown(8, 33)
    key = WITNESS.verifier_key
    with pytest.raises(VerificationError):
        Cosigned.parse(last.note.raw, WITNESSES[1].verifier_key)
    with pytest.raises(VerificationError):  # its own line is there, but it is not the last
        Cosigned.parse(replace(last.note, signatures=last.note.signatures[::-1]).raw, key)
    for bit in range(0, 8 * len(last.note.raw), 3):
        changed = flipped(last.note.raw, bit)
        try:
            found = Cosigned.parse(changed, key)
        except VerificationError:
            continue
        assert (found.checkpoint, found.time, found.cosignature) == (last.checkpoint, last.time, last.cosignature)


def test_logs_are_told_by_their_keys() -> None:
    one, two = KEY.verifier_key, SigningKey("sum.example.org", bytes(32)).verifier_key
    lines = ["# logs", "", f"  {one.text}  ", f"{two.text} go.sum database tree", f"{OTHER_KEY.verifier_key.text}\n"]
    assert parse_logs(lines) == {ORIGIN: [one, OTHER_KEY.verifier_key], "go.sum database tree": [two]}
    for wrong in (
        [one.text, one.text],
        [one.text[:-4]],
        [WITNESS.verifier_key.text],
        [KEY.text],
        ["example.org"],
    ):
        with pytest.raises(UsageError) as error:
            parse_logs(wrong)
        assert note.to_base64(KEY.seed) not in str(error.value)


def test_a_witness_signs_under_its_own_name() -> None:
    other = WitnessSigningKey("other.example", WITNESS.seed)
    assert decide(other, LOGS, None, HONEST.request(0, 8), NOON).cosignature.name == "other.example"
