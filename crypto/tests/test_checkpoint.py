"""Checkpoints and witnesses' cosignatures: others' verify, and nobody's word is taken for another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from crypto.tests.logs import KEY, NOON, ORIGIN, VECTORS, WITNESSES, flipped

from egov_crypto import checkpoint, cosignature
from egov_crypto.checkpoint import Checkpoint, Cosignature
from egov_crypto.cosignature import WitnessKey, WitnessSigningKey
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.merkle import EMPTY_ROOT
from egov_crypto.note import Note, Signature, SigningKey, VerifierKey, from_base64

# c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature, their examples; the keys are not published.
SOFA = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""
SOFA_LINES = """\
— example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 \
jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
ARCHE = VerifierKey.parse(
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
ARCHES_WITNESSES = [
    WitnessKey.parse(text)
    for text in (
        "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
        "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
        "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    )
]
NOT_ARCHES = WitnessKey.parse("rgdd.se/poc-witness+db03732e+BCjJKlo6BU0xfIb8LutqerIFTWIXEA0L5n3tW3QyPFgG")

HEAD = Checkpoint(ORIGIN, 20_852_163, bytes(range(32)))
LOG = KEY.verifier_key
WITNESS_KEYS = [key.verifier_key for key in WITNESSES]


def signed(head: Checkpoint = HEAD, *times: int) -> bytes:
    """The checkpoint, cosigned by the first witnesses at these times."""
    lines = [head.cosign(key, time) for key, time in zip(WITNESSES, times, strict=False)]
    return head.sign(KEY, *lines).raw


def code(raw: bytes, key: VerifierKey = LOG, **policy: object) -> str:
    with pytest.raises(VerificationError) as error:
        checkpoint.verify(raw, key, **policy)  # type: ignore[arg-type]
    return error.value.code


def test_the_specifications_checkpoint_is_read_and_written() -> None:
    sofa = Checkpoint.parse(SOFA)
    root = from_base64("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert sofa == Checkpoint("example.com/behind-the-sofa", 20_852_163, root)
    assert sofa.text == SOFA


def test_the_specifications_cosignature_says_its_time() -> None:
    log, witness = Note.parse(f"{SOFA}\n{SOFA_LINES}".encode()).signatures
    assert (log.name, log.key_id.hex(), len(log.raw)) == ("example.com/behind-the-sofa", "033de0ae", 64)
    assert (witness.name, witness.key_id.hex()) == ("witness.example.com/w1", "8d66cf3f")
    assert cosignature.time_of(witness.raw) == 1_679_315_147


def test_a_checkpoint_that_four_witnesses_of_the_world_have_cosigned_holds() -> None:
    raw = (VECTORS / "witnessed.note").read_bytes()
    found = checkpoint.verify(raw, ARCHE, witnesses=[*ARCHES_WITNESSES, NOT_ARCHES], quorum=4)
    assert found.checkpoint.size == 1_432_088_532
    assert found.cosignatures == tuple(Cosignature(key, 1_779_573_024) for key in ARCHES_WITNESSES)
    assert found.note.raw == raw
    assert code(raw, ARCHE, witnesses=[*ARCHES_WITNESSES, NOT_ARCHES], quorum=5) == "checkpoint.quorum"
    assert code(raw.replace(b"1432088532", b"1432088533"), ARCHE) == "note.signature"


def test_what_a_log_signs_and_witnesses_cosign_holds() -> None:
    found = checkpoint.verify(signed(HEAD, NOON, NOON + 1), LOG, witnesses=WITNESS_KEYS, quorum=2)
    assert found.checkpoint == HEAD
    assert found.cosignatures == (Cosignature(WITNESS_KEYS[0], NOON), Cosignature(WITNESS_KEYS[1], NOON + 1))
    assert checkpoint.verify(signed(), LOG).cosignatures == ()
    for key in WITNESSES:
        assert WitnessSigningKey.parse(key.text) == key
        assert WitnessKey.parse(key.verifier_key.text) == key.verifier_key


def test_every_changed_bit_is_refused() -> None:
    raw = signed(HEAD, NOON)
    for bit in range(8 * len(raw)):
        with pytest.raises(VerificationError, match=r"(note|checkpoint)\."):
            checkpoint.verify(flipped(raw, bit), LOG, witnesses=WITNESS_KEYS, quorum=1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"{ORIGIN}\n", ""),
        (f"{ORIGIN}\n", "\n"),
        ("20852163\n", ""),
        ("20852163", "020852163"),
        ("20852163", "+20852163"),
        ("20852163", "20_852_163"),
        ("20852163", "20852163 "),
        ("20852163", "-20852163"),
        ("20852163", "0x13e2e63"),
        ("20852163", "2.0852163e7"),
        ("20852163", "٢٠٨٥٢١٦٣"),
        ("20852163", "00"),
        ("20852163", str(2**63)),
        ("20852163", "9" * 20),
        ("20852163", "0"),
        ("Hh8=", "Hh8"),
        ("Hh8=", "Hh9="),
        ("Hh8=", "Hh8=="),
        ("AAEC", "AA-C"),
        ("AAEC", ""),
        ("AAEC", "AAECAAEC"),
        ("Hh8=\n", "Hh8=\nextension\n"),
        ("Hh8=\n", "Hh8=\n\n"),
    ],
)
def test_what_is_no_checkpoint_is_refused_though_the_log_signed_it(old: str, new: str) -> None:
    text = HEAD.text.replace(old, new)
    assert text != HEAD.text
    assert code(Note(text, (KEY.sign(text),)).raw) == "checkpoint.format"


def test_a_log_does_not_sign_what_is_no_checkpoint_nor_in_anothers_name() -> None:
    wrong = (
        replace(HEAD, size=-1),
        replace(HEAD, size=2**63),
        replace(HEAD, size=0),
        replace(HEAD, root=bytes(31)),
        replace(HEAD, root=b""),
        replace(HEAD, origin="other.example/log"),
    )
    for head in wrong:
        with pytest.raises(UsageError):
            head.sign(KEY)
    assert Checkpoint.parse(replace(HEAD, size=0, root=EMPTY_ROOT).text).size == 0
    assert Checkpoint.parse(replace(HEAD, size=2**63 - 1).text).size == 2**63 - 1


def test_an_empty_log_has_one_root() -> None:
    text = f"{ORIGIN}\n0\n{Checkpoint(ORIGIN, 1, bytes(32)).text.splitlines()[2]}\n"
    assert code(Note(text, (KEY.sign(text),)).raw) == "checkpoint.format"


def test_a_checkpoint_of_another_log_is_refused_though_the_key_is_right() -> None:
    text = replace(HEAD, origin="vote.example.kz/other").text
    raw = Note(text, (KEY.sign(text),)).raw
    assert code(raw) == "checkpoint.origin"
    assert checkpoint.verify(raw, LOG, origin="vote.example.kz/other").checkpoint.size == HEAD.size
    assert code(signed(), LOG, origin="vote.example.kz/other") == "checkpoint.origin"


def test_witnesses_alone_make_no_checkpoint() -> None:
    raw = Note(HEAD.text, tuple(HEAD.cosign(key, NOON) for key in WITNESSES)).raw
    assert code(raw, LOG, witnesses=WITNESS_KEYS, quorum=3) == "note.unsigned"
    other = SigningKey(ORIGIN, bytes(32))
    assert code(HEAD.sign(other).raw) == "note.unsigned"


def test_a_witness_counts_once_however_often_it_has_signed() -> None:
    lines = [HEAD.cosign(WITNESSES[0], time) for time in (NOON, NOON + 60, NOON + 30)]
    raw = HEAD.sign(KEY, *lines, lines[0]).raw
    assert code(raw, LOG, witnesses=WITNESS_KEYS, quorum=2) == "checkpoint.quorum"
    found = checkpoint.verify(raw, LOG, witnesses=WITNESS_KEYS, quorum=1)
    assert found.cosignatures == (Cosignature(WITNESS_KEYS[0], NOON + 60),)


def test_one_key_does_not_count_as_two_witnesses_nor_as_log_and_witness() -> None:
    """A cosignature does not cover the witness's name: whoever has one makes it one of any name."""
    twin = WitnessSigningKey("twin.example", WITNESSES[0].seed)
    line = HEAD.cosign(WITNESSES[0], NOON)
    raw = HEAD.sign(KEY, line, replace(line, name=twin.name, key_id=twin.verifier_key.key_id)).raw
    assert checkpoint.verify(raw, LOG, witnesses=[twin.verifier_key], quorum=1).cosignatures
    with pytest.raises(UsageError, match="same key"):
        checkpoint.verify(raw, LOG, witnesses=[WITNESS_KEYS[0], twin.verifier_key], quorum=2)
    own = WitnessSigningKey("own.example", KEY.seed)
    with pytest.raises(UsageError, match="same key"):
        checkpoint.verify(HEAD.sign(KEY, HEAD.cosign(own, NOON)).raw, LOG, witnesses=[own.verifier_key], quorum=1)


def test_a_quorum_that_the_witnesses_cannot_make_up_is_not_asked_for() -> None:
    for quorum in (4, -1):
        with pytest.raises(UsageError, match="cannot be asked"):
            checkpoint.verify(signed(), LOG, witnesses=WITNESS_KEYS, quorum=quorum)


def test_a_cosignature_is_of_one_checkpoint_and_one_time() -> None:
    line = HEAD.cosign(WITNESSES[0], NOON)
    later = replace(line, raw=(NOON + 1).to_bytes(8, "big") + line.raw[8:])
    other = replace(HEAD, size=HEAD.size + 1)
    for head, moved in ((HEAD, later), (other, line), (replace(HEAD, root=bytes(32)), line)):
        raw = head.sign(KEY, moved).raw
        assert code(raw, LOG, witnesses=WITNESS_KEYS) == "note.signature"
        assert checkpoint.verify(raw, LOG).checkpoint == head


def test_the_log_and_a_witness_cannot_sign_for_each_other() -> None:
    """The types are in the keys' ids, and what they sign begins differently: also for one key in both parts."""
    both = WitnessSigningKey(ORIGIN, KEY.seed)
    line = HEAD.cosign(both, NOON)
    assert line.key_id != LOG.key_id
    for raw in (line.raw, line.raw[8:]):
        posing = Note(HEAD.text, (Signature(ORIGIN, LOG.key_id, raw),)).raw
        assert code(posing) == "note.signature"
    for raw in (KEY.sign(HEAD.text).raw, bytes(8) + KEY.sign(HEAD.text).raw):
        with pytest.raises(ValueError, match=r"."):
            both.verifier_key.check(HEAD.text, raw)
    with pytest.raises(UsageError, match="type"):
        VerifierKey.parse(both.verifier_key.text)
    with pytest.raises(UsageError, match="type"):
        WitnessKey.parse(LOG.text)
    with pytest.raises(UsageError, match="type"):
        SigningKey.parse(both.text)
    with pytest.raises(UsageError, match="witness"):
        checkpoint.verify(signed(), both.verifier_key)


def test_a_time_that_cannot_be_is_refused() -> None:
    for time in (-1, 2**63):
        with pytest.raises(UsageError):
            HEAD.cosign(WITNESSES[0], time)
    for time in (0, 2**63 - 1):
        assert cosignature.time_of(HEAD.cosign(WITNESSES[0], time).raw) == time
    line = HEAD.cosign(WITNESSES[0], NOON)
    for raw in (b"\x80" + line.raw[1:], line.raw[:-1], line.raw + b"\0", b""):
        with pytest.raises(ValueError, match="time"):
            cosignature.time_of(raw)


def test_a_witness_that_one_does_not_ask_about_may_sign_what_it_likes() -> None:
    junk = Signature("witness9.example", b"abcd", bytes(2420))
    assert checkpoint.verify(HEAD.sign(KEY, junk).raw, LOG, witnesses=WITNESS_KEYS).cosignatures == ()
