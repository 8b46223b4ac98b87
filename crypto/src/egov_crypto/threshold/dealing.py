"""What each trustee does in the ceremony, and what is checked of it (sections 3.1.1, 4.6.4 to 4.6.6).

Each trustee picks a polynomial of degree t - 1 and sends each trustee its value at that trustee's place, encrypted; the
sum of what a trustee received is its share of the private key, whose other shares it never learns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from egov_crypto import wire
from egov_crypto.errors import VerificationError
from egov_crypto.group import Point, Q, base, parse_scalar, random_scalar
from egov_crypto.threshold import channel
from egov_crypto.threshold.channel import Keys
from egov_crypto.threshold.parameters import Certificate, Dealing, SignedKey, evaluated, public_shares


@dataclass(frozen=True)
class PolynomialMessage:
    """``polynomial``: what a trustee tells the others of its polynomial, each its own part."""

    polynomial: str
    """The coefficients, encrypted for the trustee itself."""
    secrets: tuple[str, ...]
    """The value at each trustee's place, encrypted for that trustee."""
    dealing: Dealing

    @classmethod
    def parse(cls, certificates: Sequence[Certificate], index: int, raw: bytes) -> "PolynomialMessage":
        """Read and verify, but for what only the others can open, the message of trustee ``index`` (from 1).

        Raises :class:`VerificationError` with a code ``threshold.*`` or ``channel.*``.
        """
        try:
            members = wire.fields(wire.load(raw), "polynomial", "secrets", "coefexps", "signature")
            secrets = wire.items(members["secrets"], len(certificates))
        except ValueError as error:
            raise VerificationError("threshold.format", f"the polynomial of trustee {index}: {error}") from None
        encrypted = [channel.check_encrypted(text) for text in (members["polynomial"], *secrets)]
        dealing = Dealing.from_json(certificates, index, members["coefexps"], members["signature"])
        return cls(encrypted[0], tuple(encrypted[1:]), dealing)

    def to_json(self) -> bytes:
        return wire.dump(
            {
                "polynomial": self.polynomial,
                "secrets": list(self.secrets),
                "coefexps": self.dealing.coefexps.to_json(),
                "signature": wire.proof_to_json(self.dealing.signature),
            }
        )


@dataclass(frozen=True)
class Voutput:
    """``voutput``: a trustee's share, encrypted for itself, and the public half of it."""

    private_key: str
    signed_key: SignedKey

    @classmethod
    def parse(cls, certificate: Certificate, expected: Point, raw: bytes) -> "Voutput":
        """Read and verify; ``expected`` is the public share that the coefficients of all give.

        Raises :class:`VerificationError` with a code ``threshold.*``, ``trustees.*`` or ``channel.*``.
        """
        try:
            members = wire.fields(wire.load(raw), "private_key", "public_key")
        except ValueError as error:
            raise VerificationError("threshold.format", f"the share of trustee {certificate.index}: {error}") from None
        private_key = channel.check_encrypted(members["private_key"])
        return cls(private_key, SignedKey.from_json(certificate, expected, members["public_key"]))

    def to_json(self) -> bytes:
        return wire.dump({"private_key": self.private_key, "public_key": self.signed_key.to_json()})

    @staticmethod
    def opened(keys: Keys, private_key: str, public_key: Point) -> int:
        """The private share in ``private_key``, which is for ``keys``; VerificationError (``channel.*``) if it is not
        the private half of ``public_key``."""
        message = channel.receive(keys.decryption, base(keys.signing), private_key)
        share = _scalar(message, "decryption_key")
        if base(share) != public_key:
            raise VerificationError("channel.format", "it is not the private half of the public key")
        return share


def deal(certificates: Sequence[Certificate], index: int, keys: Keys) -> PolynomialMessage:
    """A fresh polynomial of trustee ``index``. Raises :class:`VerificationError` (``threshold.own``) unless the
    certificate at that place is of ``keys``."""
    own = _own(certificates, index, keys)
    coefficients = [random_scalar() for _ in range(own.threshold)]
    values = [value(coefficients, one.index) for one in certificates]
    return PolynomialMessage(
        channel.send(keys.signing, own.encryption, {"polynomial": [str(number) for number in coefficients]}),
        tuple(
            channel.send(keys.signing, one.encryption, {"secret": str(secret)})
            for one, secret in zip(certificates, values, strict=True)
        ),
        Dealing.make(certificates, coefficients, keys.signing),
    )


def vinput(polynomials: Sequence[PolynomialMessage], index: int) -> bytes:
    """``vinput``: what concerns trustee ``index`` of the messages of all (section 4.6.5)."""
    dealings = [message.dealing for message in polynomials]
    return wire.dump(
        {
            "polynomial": polynomials[index - 1].polynomial,
            "secrets": [message.secrets[index - 1] for message in polynomials],
            "coefexps": [dealing.coefexps.to_json() for dealing in dealings],
            "signatures": [wire.proof_to_json(dealing.signature) for dealing in dealings],
        }
    )


def accept(certificates: Sequence[Certificate], index: int, keys: Keys, raw: bytes) -> Voutput:
    """Check the ``vinput`` of trustee ``index``, whose ``keys`` are given, and sum its share up (section 4.6.6).

    Raises :class:`VerificationError`: ``threshold.share`` names the trustee who sent a wrong value; also
    ``threshold.own`` where this trustee's certificate or polynomial is another than it made.
    """
    own = _own(certificates, index, keys)
    try:
        members = wire.fields(wire.load(raw), "polynomial", "secrets", "coefexps", "signatures")
        polynomial = wire.string(members["polynomial"])
        secrets, coefexps, signatures = (
            wire.items(members[name], len(certificates)) for name in ("secrets", "coefexps", "signatures")
        )
    except ValueError as error:
        raise VerificationError("threshold.format", f"the vinput: {error}") from None
    dealings = [
        Dealing.from_json(certificates, one.index, *published)
        for one, published in zip(certificates, zip(coefexps, signatures, strict=True), strict=True)
    ]
    if tuple(map(base, _coefficients(channel.receive(keys.decryption, own.verification, polynomial)))) != (
        dealings[index - 1].points
    ):
        raise VerificationError("threshold.own", "the polynomial")
    share = sum(
        _received(one, keys, text, evaluated(dealing.points, index))
        for one, text, dealing in zip(certificates, secrets, dealings, strict=True)
    )
    share %= Q
    private_key = channel.send(keys.signing, own.encryption, {"decryption_key": str(share)})
    voutput = Voutput(private_key, SignedKey.make(share, keys.signing))
    return Voutput.parse(own, public_shares(dealings, len(certificates))[index - 1], voutput.to_json())


def value(coefficients: Sequence[int], at: int) -> int:
    """A polynomial's value, modulo the group's order; the constant stands first."""
    result = 0
    for coefficient in reversed(coefficients):
        result = (result * at + coefficient) % Q
    return result


def _own(certificates: Sequence[Certificate], index: int, keys: Keys) -> Certificate:
    own = certificates[index - 1]
    if (own.verification, own.encryption) != (base(keys.signing), base(keys.decryption)):
        raise VerificationError("threshold.own", "the certificate")
    return own


def _received(sender: Certificate, keys: Keys, text: Any, expected: Point) -> int:
    try:
        secret = _scalar(channel.receive(keys.decryption, sender.verification, text), "secret")
    except VerificationError as error:
        raise VerificationError("threshold.share", f"trustee {sender.index}: {error}") from None
    if base(secret) != expected:
        raise VerificationError("threshold.share", f"trustee {sender.index}")
    return secret


def _scalar(message: Any, name: str) -> int:
    try:
        return parse_scalar(wire.fields(message, name)[name])
    except ValueError as error:
        raise VerificationError("channel.format", str(error)) from None


def _coefficients(message: Any) -> list[int]:
    try:
        return list(map(parse_scalar, wire.items(wire.fields(message, "polynomial")["polynomial"])))
    except ValueError as error:
        raise VerificationError("channel.format", str(error)) from None
