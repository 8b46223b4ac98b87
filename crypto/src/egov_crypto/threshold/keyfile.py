"""A trustee's side of a ceremony: what it has done and seen, kept in its key file from step to step, over days.

The file is one line of compact JSON, like that of a single trustee's key (:mod:`egov_crypto.keyfile`)::

    {"type":"egov-threshold-key","version":1,"election":"<uuid, or empty>","verification":"<64 hex digits>",
     "public_key":null or "<64 hex digits>","kdf":{...},"cipher":{...}}

``verification`` is the certificate's key; ``public_key`` that of the trustee's share, once there is one. The additional
data is the compact JSON of ``[type, version, election, verification, public_key]``; what is sealed is compact JSON::

    {"seed":"<22 characters>","size":m,"threshold":t,"index":i,"certificate":cert,
     "certificates":null or "<digest>","polynomial":null or polynomial,
     "commitments":null or ["<64 hex digits>", ...],"voutput":null or voutput}

A step is never taken twice on different inputs: which certificates the polynomial was made for and which commitments
were there when it was shown stand in the file before the trustee's answer leaves its hands. The same inputs again give
the same answer. An older copy of the file does not know of later steps: only the last is to be used.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from egov_crypto import wire
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.group import Point, base
from egov_crypto.sealing import Sealed
from egov_crypto.threshold.ceremony import Ceremony, Step, certificates_digest, commitment
from egov_crypto.threshold.channel import Keys, generate_seed
from egov_crypto.threshold.dealing import Voutput, accept, deal
from egov_crypto.threshold.parameters import Certificate, Parameters

TYPE: Final = "egov-threshold-key"
VERSION: Final = 1
MAX_SIZE: Final = 1 << 18


@dataclass(frozen=True)
class State:
    """What the key file of trustee ``index`` holds; each step gives the next state."""

    seed: str
    size: int
    threshold: int
    index: int
    certificate: bytes
    certificates: str | None = None
    """The digest of all certificates, once the polynomial was made for them."""
    polynomial: bytes | None = None
    commitments: tuple[str, ...] | None = None
    """Those of all trustees, once the polynomial was shown to who had made them."""
    voutput: bytes | None = None

    @classmethod
    def begin(cls, size: int, threshold: int, index: int) -> "State":
        """A fresh seed and its certificate."""
        seed = generate_seed()
        certificate = Certificate.make(size, threshold, index, *Keys.of(seed))
        return cls(seed, size, threshold, index, wire.dump(certificate.to_json()))

    @property
    def keys(self) -> Keys:
        return Keys.of(self.seed)

    @property
    def step(self) -> Step | None:
        """The step that this trustee has to take next, None after the last."""
        if self.polynomial is None:
            return Step.COMMITMENT
        if self.commitments is None:
            return Step.POLYNOMIAL
        return Step.VOUTPUT if self.voutput is None else None

    def message(self, step: Step) -> bytes:
        """What this trustee sends at a step; :class:`UsageError` if it has not got there."""
        messages = {
            Step.CERTIFICATE: self.certificate,
            Step.COMMITMENT: self.polynomial and commitment(self.polynomial).encode(),
            Step.POLYNOMIAL: self.commitments and self.polynomial,
            Step.VOUTPUT: self.voutput,
        }
        if not (message := messages[step]):
            raise UsageError(f"the {step} is not made yet")
        return bytes(message)

    def commit(self, ceremony: Ceremony) -> "State":
        """Make the polynomial, for the certificates of all, and keep it secret."""
        self._check(ceremony, Step.CERTIFICATE)
        if self.polynomial is not None:
            return self
        polynomial = deal(ceremony.certificates, self.index, self.keys).to_json()
        return replace(self, polynomial=polynomial, certificates=certificates_digest(ceremony.certificates))

    def reveal(self, ceremony: Ceremony) -> "State":
        """Show the polynomial, now that all have committed to theirs."""
        self._require(Step.COMMITMENT)
        self._check(ceremony, Step.COMMITMENT)
        return replace(self, commitments=ceremony.commitments)

    def accept(self, ceremony: Ceremony) -> "State":
        """Check what all have sent to this trustee, and take its share."""
        self._require(Step.POLYNOMIAL)
        self._check(ceremony, Step.POLYNOMIAL)
        if self.voutput is not None:
            return self
        voutput = accept(ceremony.certificates, self.index, self.keys, ceremony.vinput(self.index))
        return replace(self, voutput=voutput.to_json())

    def confirm(self, ceremony: Ceremony) -> Parameters:
        """What all have made together, whose fingerprint they compare."""
        self._require(Step.VOUTPUT)
        self._check(ceremony, Step.VOUTPUT)
        return ceremony.parameters()

    def share(self) -> int:
        """The private key with which this trustee decrypts; :class:`UsageError` before the last step."""
        value = wire.load(self.message(Step.VOUTPUT))
        key = Point.parse(value["public_key"]["public_key"])
        return Voutput.opened(self.keys, value["private_key"], key)

    @property
    def public_key(self) -> Point | None:
        """That of the share."""
        return None if self.voutput is None else Point.parse(wire.load(self.voutput)["public_key"]["public_key"])

    def _require(self, step: Step) -> None:
        self.message(step)

    def _check(self, ceremony: Ceremony, step: Step) -> None:
        """That ``ceremony`` has come to the end of ``step``, and is the one that this trustee has taken part in."""
        if (ceremony.size, ceremony.threshold) != (self.size, self.threshold):
            raise VerificationError("ceremony.differs", "the number of trustees")
        ceremony.require(step)
        if self.certificates not in {None, certificates_digest(ceremony.certificates)}:
            raise VerificationError("ceremony.differs", "the certificates")
        if step is not Step.CERTIFICATE and self.commitments not in {None, ceremony.commitments}:
            raise VerificationError("ceremony.differs", "the commitments")
        for own in list(Step)[: list(Step).index(step) + 1]:
            if ceremony.message(own, self.index) != self.message(own):
                raise VerificationError("ceremony.differs", f"this trustee's own {own}")


@dataclass(frozen=True, slots=True)
class ThresholdKeyFile:
    """A key file as it lies there; what it says is true only once it has been opened."""

    election: str
    verification: Point
    public_key: Point | None
    sealed: Sealed

    @classmethod
    def parse(cls, raw: bytes) -> "ThresholdKeyFile":
        """Raises :class:`UsageError` if ``raw`` is not a key file of this version."""
        try:
            value = json.loads(raw)
            if not isinstance(value, dict) or value.get("type") != TYPE:
                raise ValueError("it is not a threshold trustee's key file")
            if value.get("version") != VERSION:
                raise ValueError(f"its version is {value.get('version')!r}, not {VERSION}")
            members = wire.fields(value, "type", "version", "election", "verification", "public_key", "kdf", "cipher")
            sealed = Sealed.from_json(members["kdf"], members["cipher"])
            public_key = None if members["public_key"] is None else Point.parse(members["public_key"])
            return cls(wire.string(members["election"]), Point.parse(members["verification"]), public_key, sealed)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"this key file cannot be read: {error}") from None

    def open(self, passphrase: str) -> State:
        """The state.

        Raises :class:`UsageError` if the passphrase is wrong or the file was changed: one cannot tell which.
        """
        additional = _additional(self.election, self.verification, self.public_key)
        try:
            state = _state(wire.load(self.sealed.open(additional, passphrase)))
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"what is in the key file cannot be read: {error}") from None
        if (base(state.keys.signing), state.public_key) != (self.verification, self.public_key):
            raise UsageError("the key file holds other keys than it says")
        return state


def seal(state: State, uuid: str, passphrase: str) -> bytes:
    """The key file of ``state`` for the election ``uuid`` (empty: for any), opened once more before it is given."""
    verification = base(state.keys.signing)
    content = {
        "seed": state.seed,
        "size": state.size,
        "threshold": state.threshold,
        "index": state.index,
        "certificate": wire.load(state.certificate),
        "certificates": state.certificates,
        "polynomial": state.polynomial and wire.load(state.polynomial),
        "commitments": state.commitments and list(state.commitments),
        "voutput": state.voutput and wire.load(state.voutput),
    }
    sealed = Sealed.make(wire.dump(content), _additional(uuid, verification, state.public_key), passphrase)
    head = {"type": TYPE, "version": VERSION, "election": uuid, "verification": verification.text}
    raw = wire.dump({**head, "public_key": state.public_key and state.public_key.text, **sealed.to_json()})
    if ThresholdKeyFile.parse(raw).open(passphrase) != state:
        raise AssertionError("a key file that was just made does not open")
    return raw


def _state(value: Any) -> State:
    names = ("seed", "size", "threshold", "index", "certificate", "certificates", "polynomial", "commitments")
    members = wire.fields(value, *names, "voutput")
    commitments, certificates = members["commitments"], members["certificates"]
    size, threshold, index = (wire.integer(members[name]) for name in ("size", "threshold", "index"))
    return State(
        wire.string(members["seed"]),
        size,
        threshold,
        index,
        wire.dump(members["certificate"]),
        None if certificates is None else wire.string(certificates),
        members["polynomial"] and wire.dump(members["polynomial"]),
        None if commitments is None else tuple(map(wire.string, wire.items(commitments))),
        members["voutput"] and wire.dump(members["voutput"]),
    )


def _additional(uuid: str, verification: Point, public_key: Point | None) -> bytes:
    return wire.dump([TYPE, VERSION, uuid, verification.text, public_key and public_key.text])
