"""The verifiable random function, held against RFC 9381: its vectors, its properties, and what it must refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from crypto.tests import curve
from crypto.tests.strategies import FEW
from hypothesis import given
from hypothesis import strategies as st

from egov_crypto import group, vrf
from egov_crypto.errors import UsageError, VerificationError

secrets = st.binary(min_size=32, max_size=32)
alphas = st.binary(max_size=80)


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    with pytest.raises(VerificationError) as caught:
        yield
    assert caught.value.code in codes


@dataclass(frozen=True)
class Example:
    """Of RFC 9381, appendix B.3; all in hex."""

    secret: str
    public: str
    alpha: str
    point: str
    """H: what alpha is encoded to."""
    proof: str
    output: str


EXAMPLES = {
    "16": Example(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "91bbed02a99461df1ad4c6564a5f5d829d0b90cfc7903e7a5797bd658abf3318",
        "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f"
        "26f8a57ccaed74ee1b190bed1f479d9727d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805",
        "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff"
        "66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae",
    ),
    "17": Example(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "5b659fc3d4e9263fd9a4ed1d022d75eaacc20df5e09f9ea937502396598dc551",
        "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed593"
        "3bf0864a62558b3ed7f2fea45c92a465301b3bbf5e3e54ddf2d935be3b67926da3ef39226bbc355bdc9850112c8f4b02",
        "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb"
        "5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031",
    ),
    "18": Example(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "bf4339376f5542811de615e3313d2b36f6f53c0acfebb482159711201192576a",
        "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf80"
        "96bb474e53895c362d8628ee9f9ea3c0e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e",
        "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c45"
        "2118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f",
    ),
}


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_the_examples_of_the_rfc_hold(example: Example) -> None:
    secret, public, alpha = map(bytes.fromhex, (example.secret, example.public, example.alpha))

    proof = vrf.prove(secret, alpha)

    assert vrf.public(secret).hex() == example.public
    assert proof.hex() == example.proof
    assert vrf.output(proof).hex() == example.output
    assert vrf.evaluate(secret, alpha).hex() == example.output
    assert vrf.verify(public, alpha, bytes.fromhex(example.proof)).hex() == example.output


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_what_the_rfc_encodes_alpha_to_gives_its_gamma(example: Example) -> None:
    """The intermediate point of the vectors, times the secret scalar, in arithmetic of another make."""
    scalar = int.from_bytes(hashlib.sha512(bytes.fromhex(example.secret)).digest()[:32], "little")
    scalar = scalar & ~7 & (2**255 - 1) | 2**254
    point = curve.read(bytes.fromhex(example.point)[::-1].hex())

    gamma = bytes.fromhex(curve.write(curve.multiply(point, scalar)))[::-1]

    assert gamma.hex() == example.proof[:64]


@FEW
@given(secrets, alphas)
def test_whoever_proves_is_believed_and_always_proves_the_same(secret: bytes, alpha: bytes) -> None:
    proof = vrf.prove(secret, alpha)

    assert vrf.verify(vrf.public(secret), alpha, proof) == vrf.output(proof) == vrf.evaluate(secret, alpha)
    assert vrf.prove(secret, alpha) == proof


@FEW
@given(secrets, alphas, alphas, secrets)
def test_a_proof_fits_no_other_alpha_and_no_other_key(secret: bytes, alpha: bytes, other: bytes, key: bytes) -> None:
    proof = vrf.prove(secret, alpha)

    if other != alpha:
        assert vrf.evaluate(secret, other) != vrf.output(proof)
        with refused("vrf.proof"):
            vrf.verify(vrf.public(secret), other, proof)
    if key != secret:
        with refused("vrf.proof"):
            vrf.verify(vrf.public(key), alpha, proof)


@FEW
@given(secrets, alphas, st.integers(0, 8 * vrf.PROOF_SIZE - 1))
def test_every_bit_of_a_proof_counts(secret: bytes, alpha: bytes, bit: int) -> None:
    proof = bytearray(vrf.prove(secret, alpha))
    proof[bit // 8] ^= 1 << bit % 8

    with refused("vrf.proof", "vrf.format"):
        vrf.verify(vrf.public(secret), alpha, bytes(proof))


@given(st.binary(max_size=100))
def test_what_is_no_proof_is_refused_with_a_code(raw: bytes) -> None:
    with refused("vrf.format", "vrf.proof"):
        vrf.verify(bytes.fromhex(EXAMPLES["16"].public), b"", raw)


def test_a_response_has_one_spelling() -> None:
    example = EXAMPLES["17"]
    proof = bytes.fromhex(example.proof)
    again = proof[:48] + (int.from_bytes(proof[48:], "little") + group.Q).to_bytes(32, "little")

    with refused("vrf.format"):
        vrf.verify(bytes.fromhex(example.public), bytes.fromhex(example.alpha), again)


@pytest.mark.parametrize("order", [2, 4, 8])
def test_a_key_of_small_order_is_refused(order: int) -> None:
    """Under such a key a forger could prove several outputs of one alpha (RFC 9381, section 7.1.1)."""
    key = bytes.fromhex(curve.write(curve.of_order(order)))[::-1]

    with refused("vrf.key"):
        vrf.verify(key, b"", bytes.fromhex(EXAMPLES["16"].proof))


@pytest.mark.parametrize("order", [2, 4, 8])
def test_a_key_and_a_gamma_beside_the_subgroup_are_refused(order: int) -> None:
    example = EXAMPLES["16"]
    proof = bytes.fromhex(example.proof)

    def beside(raw: bytes) -> bytes:
        return bytes.fromhex(curve.with_torsion(raw[::-1].hex(), order))[::-1]

    with refused("vrf.key"):
        vrf.verify(beside(bytes.fromhex(example.public)), b"", proof)
    with refused("vrf.format"):
        vrf.output(beside(proof[:32]) + proof[32:])


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), b"\x01" + bytes(31), b"\xff" * 32, b"\x02" + bytes(31)])
def test_what_is_no_key_is_refused(key: bytes) -> None:
    with refused("vrf.key"):
        vrf.validate_key(key)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_secret_of_another_length_is_refused(size: int) -> None:
    for using in (vrf.public, lambda secret: vrf.prove(secret, b""), lambda secret: vrf.evaluate(secret, b"")):
        with pytest.raises(UsageError):
            using(bytes(size))


def test_a_new_key_is_another_one() -> None:
    (secret, public), (other, _) = vrf.keypair(), vrf.keypair()

    assert secret != other
    assert public == vrf.public(secret)


def test_eight_times_a_point_leads_into_the_subgroup_or_is_refused() -> None:
    for order in (2, 4, 8):
        small = curve.of_order(order)
        beside = bytes.fromhex(curve.write(curve.add(curve.BASE, small)))[::-1]
        assert group.clear_cofactor(beside) == group.base(8)
        with pytest.raises(ValueError, match="small order"):
            group.clear_cofactor(bytes.fromhex(curve.write(small))[::-1])
    for text in curve.second_spellings():
        with pytest.raises(ValueError, match="canonical"):
            group.clear_cofactor(bytes.fromhex(text)[::-1])
    off = next(y for y in range(2, 100) if curve.recover_x(y, 0) is None)
    for raw in (off.to_bytes(32, "little"), b"", bytes(33)):
        with pytest.raises(ValueError, match="point"):
            group.clear_cofactor(raw)
