"""What is published of threshold trustees: ``threshold_parameters`` (specification section 4.6.7).

Nothing of it is taken on trust. Each certificate is signed with its own key and says for which place of how many it
is; each trustee's coefficients are signed by that trustee, together with all certificates; and each trustee's public
key is recomputed from the coefficients of all. Verifying needs no cipher.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from egov_crypto import group, wire
from egov_crypto.errors import VerificationError
from egov_crypto.group import IDENTITY, Point, Q
from egov_crypto.proofs import Proof
from egov_crypto.threshold.signing import SignedMessage, proof_from_json, sign, verify
from egov_crypto.trustee import TrusteeKey


@dataclass(frozen=True)
class Certificate:
    """A trustee's keys for the messages to and from it, and its place (from 1) among ``size`` (section 4.6.2)."""

    size: int
    threshold: int
    index: int
    verification: Point
    encryption: Point
    signed: SignedMessage

    @classmethod
    def from_json(cls, value: Any) -> "Certificate":
        """Read and verify; raises :class:`VerificationError` with a code ``threshold.*``."""
        with _malformed("a certificate"):
            signed = SignedMessage.from_json(value)
            members = wire.fields(signed.content(), "context", "verification", "encryption")
            context = wire.fields(members["context"], "group", "size", "threshold", "index")
            size, threshold, index = (wire.integer(context[name]) for name in ("size", "threshold", "index"))
        if context["group"] != group.NAME or not 1 <= threshold <= size or not 1 <= index <= size:
            raise VerificationError("threshold.context", signed.message[:200])
        verification, encryption = (_point(members[name], index) for name in ("verification", "encryption"))
        with _unsigned(f"the certificate of trustee {index}"):
            signed.verify(verification)
        return cls(size, threshold, index, verification, encryption, signed)

    @classmethod
    def make(cls, size: int, threshold: int, index: int, signing_key: int, decryption_key: int) -> "Certificate":
        """The certificate of who has these private keys."""
        verification, encryption = group.base(signing_key), group.base(decryption_key)
        message = {
            "context": {"group": group.NAME, "size": size, "threshold": threshold, "index": index},
            "verification": verification.text,
            "encryption": encryption.text,
        }
        signed = SignedMessage.make(signing_key, wire.dump(message).decode())
        return cls(size, threshold, index, verification, encryption, signed)

    def to_json(self) -> dict[str, Any]:
        return self.signed.to_json()


@dataclass(frozen=True)
class Dealing:
    """What a trustee publishes of its polynomial: each coefficient times the generator, constant first, signed alone
    (``coefexps``) and together with all certificates (section 4.6.4), so that it fits no other ceremony."""

    points: tuple[Point, ...]
    coefexps: SignedMessage
    signature: Proof

    @classmethod
    def from_json(cls, certificates: Sequence[Certificate], index: int, coefexps: Any, signature: Any) -> "Dealing":
        """Read and verify what trustee ``index`` (from 1) published; VerificationError with a code ``threshold.*``."""
        certificate = certificates[index - 1]
        with _malformed(f"the coefficients of trustee {index}"):
            signed, proof = SignedMessage.from_json(coefexps), proof_from_json(signature)
            texts = wire.items(wire.fields(signed.content(), "coefexps")["coefexps"], certificate.threshold)
        # The identity would be a coefficient of zero: a polynomial of a lower degree, or one that adds no secret.
        points = tuple(_point(text, index) for text in texts)
        with _unsigned(f"the coefficients of trustee {index}"):
            signed.verify(certificate.verification)
        with _unsigned(f"the coefficients of trustee {index} together with the certificates"):
            verify(certificate.verification, _certs_sig(certificates, points), proof)
        return cls(points, signed, proof)

    @classmethod
    def make(cls, certificates: Sequence[Certificate], coefficients: Sequence[int], signing_key: int) -> "Dealing":
        """That of the polynomial with these coefficients, constant first."""
        points = tuple(map(group.base, coefficients))
        message = wire.dump({"coefexps": [point.text for point in points]}).decode()
        signed = SignedMessage.make(signing_key, message)
        return cls(points, signed, sign(signing_key, _certs_sig(certificates, points)))


@dataclass(frozen=True)
class SignedKey:
    """A trustee's share of the public key: with the proof that its private half is known, signed by its trustee (the
    64 digits of the key alone: found by trial, section 4.5 does not say)."""

    key: TrusteeKey
    signature: Proof

    @classmethod
    def from_json(cls, certificate: Certificate, expected: Point, value: Any) -> "SignedKey":
        """Read and verify; ``expected`` is what the coefficients give. VerificationError with a code ``threshold.*``
        or ``trustees.*``."""
        with _malformed(f"the public key of trustee {certificate.index}"):
            members = wire.fields(value, "pok", "public_key", "signature")
            signature = proof_from_json(members["signature"])
            key = TrusteeKey.from_json({name: members[name] for name in ("pok", "public_key")})
        if key.public_key != expected:
            raise VerificationError("threshold.key", f"trustee {certificate.index}")
        with _unsigned(f"the public key of trustee {certificate.index}"):
            verify(certificate.verification, key.public_key.text, signature)
        return cls(key, signature)

    @classmethod
    def make(cls, private_key: int, signing_key: int) -> "SignedKey":
        """That of a private share."""
        key = TrusteeKey.prove(private_key)
        return cls(key, sign(signing_key, key.public_key.text))

    def to_json(self) -> dict[str, Any]:
        return {**self.key.to_json(), "signature": wire.proof_to_json(self.signature)}


@dataclass(frozen=True)
class Parameters:
    """``threshold_parameters``: certificates, dealings and public keys of all m trustees, in the order of places."""

    certificates: tuple[Certificate, ...]
    dealings: tuple[Dealing, ...]
    signed_keys: tuple[SignedKey, ...]

    @classmethod
    def parse(cls, raw: bytes) -> "Parameters":
        """As :meth:`from_json`, from bytes."""
        with _malformed("threshold parameters"):
            value = wire.load(raw)
        return cls.from_json(value)

    @classmethod
    def from_json(cls, value: Any) -> "Parameters":
        """Read and verify; raises :class:`VerificationError` with a code ``threshold.*`` or ``trustees.*``."""
        with _malformed("threshold parameters"):
            members = wire.fields(value, "threshold", "certs", "coefexps", "signatures", "verification_keys")
            threshold = wire.integer(members["threshold"])
            certs = wire.items(members["certs"])
            coefexps, signatures, keys = (
                wire.items(members[name], len(certs)) for name in ("coefexps", "signatures", "verification_keys")
            )
        certificates = parse_certificates(certs)
        if certificates[0].threshold != threshold:
            raise VerificationError("threshold.context", f"a threshold of {threshold}")
        places = range(1, len(certificates) + 1)
        dealings = tuple(
            Dealing.from_json(certificates, index, *published)
            for index, published in zip(places, zip(coefexps, signatures, strict=True), strict=True)
        )
        expected = public_shares(dealings, len(certificates))
        signed_keys = tuple(map(SignedKey.from_json, certificates, expected, keys))
        return cls(certificates, dealings, signed_keys)

    def to_json(self) -> dict[str, Any]:
        return {
            "threshold": self.threshold,
            "certs": [certificate.to_json() for certificate in self.certificates],
            "coefexps": [dealing.coefexps.to_json() for dealing in self.dealings],
            "signatures": [wire.proof_to_json(dealing.signature) for dealing in self.dealings],
            "verification_keys": [key.to_json() for key in self.signed_keys],
        }

    @property
    def threshold(self) -> int:
        """How many of the trustees decrypt."""
        return self.certificates[0].threshold

    @property
    def fingerprint(self) -> str:
        """What all trustees compare when their key is made: hexadecimal SHA-256 of these parameters, which hold the
        certificates and all that was dealt. Whoever was shown another certificate, or other coefficients,
        has another fingerprint."""
        return wire.digest(wire.dump(self.to_json()))

    @cached_property
    def keys(self) -> tuple[TrusteeKey, ...]:
        """The trustees' shares of the public key."""
        return tuple(signed.key for signed in self.signed_keys)

    @cached_property
    def public_key(self) -> Point:
        """What ballots are encrypted with: the sum of the constant coefficients."""
        return sum((dealing.points[0] for dealing in self.dealings), start=IDENTITY)


def parse_certificates(values: Sequence[Any]) -> tuple[Certificate, ...]:
    """Certificates of all trustees, verified, in the order of their places.

    Raises :class:`VerificationError` with a code ``threshold.*``: a place missing or given twice, different thresholds,
    a key that stands there twice.
    """
    certificates = tuple(map(Certificate.from_json, values))
    if not certificates:
        raise VerificationError("threshold.format", "no certificates")
    threshold = certificates[0].threshold
    for index, certificate in enumerate(certificates, 1):
        if (certificate.index, certificate.size, certificate.threshold) != (index, len(certificates), threshold):
            raise VerificationError("threshold.context", f"in the place of certificate {index}")
    if len({key for one in certificates for key in (one.verification, one.encryption)}) != 2 * len(certificates):
        raise VerificationError("threshold.duplicate")
    return certificates


def public_shares(dealings: Sequence[Dealing], size: int) -> list[Point]:
    """For each of ``size`` trustees the sum of all polynomials at its place, times the generator (section 4.6.6).

    Raises :class:`VerificationError` (``threshold.key``) where the sum's constant is zero: a key that hides nothing.
    """
    sums = [sum(points, start=IDENTITY) for points in zip(*(dealing.points for dealing in dealings), strict=True)]
    if sums[0].is_identity:
        raise VerificationError("threshold.key", "together it is the identity")
    return [evaluated(sums, index) for index in range(1, size + 1)]


def evaluated(points: Sequence[Point], at: int) -> Point:
    """The polynomial whose coefficients times the generator are ``points``, at ``at``, times the generator (Horner)."""
    value = IDENTITY
    for point in reversed(points):
        value = value * at + point
    return value


def lagrange(indexes: Sequence[int]) -> list[int]:
    """The coefficients with which values at ``indexes`` add up to the value at 0 (section 4.21)."""
    coefficients = []
    for own in indexes:
        above = below = 1
        for other in indexes:
            if other != own:
                above, below = above * other % Q, below * (other - own) % Q
        coefficients.append(above * pow(below, -1, Q) % Q)
    return coefficients


def _certs_sig(certificates: Sequence[Certificate], points: Sequence[Point]) -> str:
    certs = [certificate.to_json() for certificate in certificates]
    return "certs_sig|" + wire.dump({"certs": certs, "coefexps": [point.text for point in points]}).decode()


def _point(text: Any, index: int) -> Point:
    try:
        return Point.parse(text)
    except ValueError as error:
        raise VerificationError("threshold.point", f"trustee {index}: {error}") from None


@contextmanager
def _malformed(what: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise VerificationError("threshold.format", f"{what}: {error}") from None


@contextmanager
def _unsigned(what: str) -> Iterator[None]:
    try:
        yield
    except ValueError:
        raise VerificationError("threshold.signature", what) from None
