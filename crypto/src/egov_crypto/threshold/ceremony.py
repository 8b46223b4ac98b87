"""The ceremony in which m trustees make the key of which any t are enough: who is to send what, and in which order.

A ceremony has four steps, each of which every trustee takes before the next begins: certificates, commitments,
polynomials, voutputs. Commitments are ours, the rest is the specification's (section 3.1.1).

**Why commitments.** In Pedersen's protocol who publishes coefficients last has seen all others', and can choose its own
so that the public key comes out in some wanted form: not uniform, as proofs of security want it (Gennaro, Jarecki,
Krawczyk, Rabin: Secure Distributed Key Generation for Discrete-Log Based Cryptosystems, 2007). Here each trustee first
publishes SHA-256 of its whole message, and shows the message once it holds the commitments of all; each keeps the
commitments that it held by then, and refuses messages that are not those. So each trustee's polynomial was settled
before any honest trustee's was seen. It does not prevent a trustee from stopping when it has seen the others'
polynomials: then the ceremony has no result, everybody sees whose message is missing, and a new one is made without it.
Nor does it say anything about who the trustees are: a server that hands out certificates of its own could sit between
them all, and that is what comparing the fingerprint of the result, by another way than through the server, finds.
Commitments are not in the archive of the election.

A ceremony file is compact JSON, a list holding null where a trustee is awaited::

    {"type":"egov-ceremony","version":1,"size":m,"threshold":t,"certificates":[cert, ...],
     "commitments":["<64 hex digits>", ...],"polynomials":[polynomial, ...],"voutputs":[voutput, ...]}
"""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from egov_crypto import wire
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point
from egov_crypto.threshold.dealing import PolynomialMessage, Voutput, vinput
from egov_crypto.threshold.parameters import Certificate, Parameters, public_shares

TYPE: Final = "egov-ceremony"
VERSION: Final = 1
MAX_SIZE: Final = 30
"""As many trustees as a vote may have."""
MAX_MESSAGE: Final = 100_000
"""Bytes of what a trustee sends at a step; the largest has some 40,000, with thirty trustees. No trustee may make the
file larger than the others read."""
_COMMITMENT: Final = re.compile(b"[0-9a-f]{64}")


class Step(StrEnum):
    """What each trustee sends, in this order."""

    CERTIFICATE = "certificate"
    COMMITMENT = "commitment"
    POLYNOMIAL = "polynomial"
    VOUTPUT = "voutput"

    @property
    def named(self) -> str:
        """What people are told of it: the command's word."""
        return "share" if self is Step.VOUTPUT else self.value


class Awaiting(NamedTuple):
    """The step that the ceremony is at, None when it is done, and the trustees who have not taken it yet."""

    step: Step | None
    owners: tuple[int, ...]


class Ceremony:
    """A ceremony as far as it has gone; everything in it was verified, but for what only a trustee can open.

    Trustees are owners from 1 to ``size``. Each ``add_*`` takes the bytes of a message, in its one spelling, and raises
    :class:`VerificationError` if it does not hold, :class:`UsageError` if it is not awaited; the same message once more
    changes nothing.
    """

    def __init__(self, size: int, threshold: int) -> None:
        if not 2 <= threshold <= size <= MAX_SIZE:  # were one enough, each would have the whole key
            raise UsageError(f"of at most {MAX_SIZE} trustees, at least two must be needed, and at most all")
        self.size: Final = size
        self.threshold: Final = threshold
        self._raw: Final[dict[Step, dict[int, bytes]]] = {step: {} for step in Step}
        self._certificates: Final[dict[int, Certificate]] = {}
        self._polynomials: Final[dict[int, PolynomialMessage]] = {}
        self._voutputs: Final[dict[int, Voutput]] = {}
        self._public_shares: list[Point] = []

    @classmethod
    def parse(cls, raw: bytes) -> "Ceremony":
        """Read a ceremony file and verify all of it; :class:`VerificationError`, ``ceremony.format`` if malformed."""
        try:
            value = wire.load(raw)
            lists = [f"{step}s" for step in Step]
            members = wire.fields(value, "type", "version", "size", "threshold", *lists)
            if (members["type"], wire.integer(members["version"])) != (TYPE, VERSION):
                raise ValueError(f"not a ceremony of version {VERSION}")
            ceremony = cls(wire.integer(members["size"]), wire.integer(members["threshold"]))
            for step in Step:
                for owner, message in enumerate(wire.items(members[f"{step}s"], ceremony.size), 1):
                    if message is not None:
                        ceremony.add(step, owner, _bytes(step, message))
        except (ValueError, UsageError) as error:
            raise VerificationError("ceremony.format", str(error)) from None
        return ceremony

    def to_json(self) -> bytes:
        """The ceremony file."""
        lists: dict[str, list[Any]] = {
            f"{step}s": [_value(step, self._raw[step].get(owner)) for owner in self._owners] for step in Step
        }
        head = {"type": TYPE, "version": VERSION, "size": self.size, "threshold": self.threshold}
        return wire.dump({**head, **lists})

    def awaiting(self) -> Awaiting:
        """Who is to send what now."""
        for step in Step:
            if owners := tuple(owner for owner in self._owners if owner not in self._raw[step]):
                return Awaiting(step, owners)
        return Awaiting(None, ())

    def message(self, step: Step, owner: int) -> bytes | None:
        """What a trustee has sent at a step."""
        return self._raw[step].get(owner)

    def require(self, step: Step) -> None:
        """Raise :class:`UsageError` unless every trustee has taken ``step``."""
        awaited, owners = self.awaiting()
        if awaited is not None and list(Step).index(awaited) <= list(Step).index(step):
            raise UsageError(f"each trustee's {awaited.named} is needed first, and {_named(owners)} not there yet")

    def add(self, step: Step, owner: int, raw: bytes) -> None:
        """Add a message of any step."""
        adders: dict[Step, Callable[[int, bytes], None]] = {
            Step.CERTIFICATE: self.add_certificate,
            Step.COMMITMENT: self.add_commitment,
            Step.POLYNOMIAL: self.add_polynomial,
            Step.VOUTPUT: self.add_voutput,
        }
        adders[step](owner, raw)

    def add_certificate(self, owner: int, raw: bytes) -> None:
        """A ``cert`` that is for this place of this ceremony."""
        if self._is_new(Step.CERTIFICATE, owner, raw):
            try:
                certificate = Certificate.from_json(wire.load(raw))
            except ValueError as error:
                raise VerificationError("threshold.format", str(error)) from None
            if (certificate.size, certificate.threshold, certificate.index) != (self.size, self.threshold, owner):
                raise VerificationError("threshold.context", f"it is not for trustee {owner} of this ceremony")
            own = {certificate.verification, certificate.encryption}
            if len(own) == 1 or any({one.verification, one.encryption} & own for one in self._certificates.values()):
                raise VerificationError("threshold.duplicate")
            self._certificates[owner] = certificate
            self._raw[Step.CERTIFICATE][owner] = raw

    def add_commitment(self, owner: int, raw: bytes) -> None:
        """The 64 hexadecimal digits of :func:`commitment`."""
        if self._is_new(Step.COMMITMENT, owner, raw):
            if not _COMMITMENT.fullmatch(raw):
                raise VerificationError("ceremony.format", "a commitment is 64 hexadecimal digits")
            self._raw[Step.COMMITMENT][owner] = raw

    def add_polynomial(self, owner: int, raw: bytes) -> None:
        """A ``polynomial`` that was committed to."""
        if self._is_new(Step.POLYNOMIAL, owner, raw):
            if commitment(raw).encode() != self._raw[Step.COMMITMENT][owner]:
                raise VerificationError("ceremony.commitment", f"trustee {owner}")
            self._polynomials[owner] = PolynomialMessage.parse(self.certificates, owner, raw)
            self._raw[Step.POLYNOMIAL][owner] = raw

    def add_voutput(self, owner: int, raw: bytes) -> None:
        """A ``voutput`` whose public key is what the polynomials of all give."""
        if self._is_new(Step.VOUTPUT, owner, raw):
            if not self._public_shares:
                dealings = [self._polynomials[one].dealing for one in self._owners]
                self._public_shares = public_shares(dealings, self.size)
            expected = self._public_shares[owner - 1]
            self._voutputs[owner] = Voutput.parse(self._certificates[owner], expected, raw)
            self._raw[Step.VOUTPUT][owner] = raw

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Of all trustees; :class:`UsageError` while one is awaited."""
        self.require(Step.CERTIFICATE)
        return tuple(self._certificates[owner] for owner in self._owners)

    @property
    def commitments(self) -> tuple[str, ...]:
        """Of all trustees; :class:`UsageError` while one is awaited."""
        self.require(Step.COMMITMENT)
        return tuple(self._raw[Step.COMMITMENT][owner].decode() for owner in self._owners)

    def vinput(self, owner: int) -> bytes:
        """What a trustee needs to take its share; :class:`UsageError` while a polynomial is awaited."""
        self.require(Step.POLYNOMIAL)
        return vinput([self._polynomials[one] for one in self._owners], owner)

    def parameters(self) -> Parameters:
        """What is published of the trustees; :class:`UsageError` while something is awaited."""
        self.require(Step.VOUTPUT)
        return Parameters(
            self.certificates,
            tuple(self._polynomials[owner].dealing for owner in self._owners),
            tuple(self._voutputs[owner].signed_key for owner in self._owners),
        )

    @property
    def _owners(self) -> range:
        return range(1, self.size + 1)

    def _is_new(self, step: Step, owner: int, raw: bytes) -> bool:
        if owner not in self._owners:
            raise UsageError(f"there is no trustee {owner} in this ceremony")
        if len(raw) > MAX_MESSAGE:
            raise VerificationError("ceremony.format", f"a {step.named} of {len(raw)} bytes")
        if (before := self._raw[step].get(owner)) is not None:
            if before != raw:
                raise UsageError(f"trustee {owner} has sent another {step.named} already")
            return False
        awaited, _ = self.awaiting()
        if awaited is not step:
            raise UsageError(f"a {step.named} is not awaited now, but {_awaited(awaited)}")
        return True


def commitment(polynomial: bytes) -> str:
    """What a trustee commits to its ``polynomial`` with: hexadecimal SHA-256 of ``egov-polynomial|`` and its bytes.
    They hold ciphertexts of random values, so that the commitment tells nothing of them."""
    return wire.digest(b"egov-polynomial|" + polynomial)


def certificates_digest(certificates: Sequence[Certificate]) -> str:
    """Hexadecimal SHA-256 of the compact JSON list of all certificates."""
    return wire.digest(wire.dump([certificate.to_json() for certificate in certificates]))


def _awaited(step: Step | None) -> str:
    return "nothing any more" if step is None else f"the {step.named} of each trustee"


def _named(owners: Sequence[int]) -> str:
    """``that of trustee 2 is``, ``those of trustees 1, 2 are``."""
    if len(owners) == 1:
        return f"that of trustee {owners[0]} is"
    return f"those of trustees {', '.join(map(str, owners))} are"


def _value(step: Step, raw: bytes | None) -> Any:
    if raw is None:
        return None
    return raw.decode() if step is Step.COMMITMENT else wire.load(raw)


def _bytes(step: Step, value: Any) -> bytes:
    return wire.string(value).encode() if step is Step.COMMITMENT else wire.dump(value)
