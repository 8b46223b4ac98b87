"""What the registrar gives the auditors of a petition: whose the signatures are that were drawn, with proofs.

    {"audit": …, "key": …, "openings": [{"iin": …, "proof": …, "pseudonym": …}, …], "petition": …, "seed": …,
     "type": "petition.opening", "version": 1}

Canonical JSON (RFC 8785), in the order drawn. ``iin`` is a person's number: the file is for the auditors alone. What is
raised never quotes one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from egov_crypto import audit, canonical, vrf
from egov_crypto.errors import VerificationError
from egov_crypto.petition import PetitionCount, Register, alpha, sample

TYPE: Final = "petition.opening"
MAX_SIZE: Final = 1 << 26
"""Bytes that a file may have: some 150,000 openings."""

_SHAPE: Final = {
    "type": re.compile(re.escape(TYPE)),
    "petition": re.compile(r"P-[0-9]{4}-[0-9]{4,9}", re.ASCII),
    **dict.fromkeys(("key", "audit", "seed"), re.compile("[0-9a-f]{64}")),
}
_OPENED: Final = {
    "pseudonym": re.compile("[0-9a-f]{128}"),
    "iin": re.compile("[0-9]{12}", re.ASCII),
    "proof": re.compile("[0-9a-f]{160}"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """One signature: the pseudonym in the log, the person's number, and the proof that it is theirs."""

    pseudonym: bytes
    iin: str
    proof: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """The file. ``audit`` is its identifier, ``key`` the petition's (32 bytes), ``seed`` what was drawn with."""

    petition: str
    key: bytes
    audit: str
    seed: bytes
    opened: Sequence[Opened]

    def dump(self) -> bytes:
        """The file's bytes."""
        return canonical.dump(
            {
                "type": TYPE,
                "version": 1,
                "petition": self.petition,
                "key": self.key.hex(),
                "audit": self.audit,
                "seed": self.seed.hex(),
                "openings": [
                    {"pseudonym": one.pseudonym.hex(), "iin": one.iin, "proof": one.proof.hex()} for one in self.opened
                ],
            }
        )

    @classmethod
    def parse(cls, raw: bytes) -> "Opening":
        """The reverse of :meth:`dump`. Raises :class:`VerificationError` (``audit.format``)."""
        try:
            if len(raw) > MAX_SIZE:
                raise ValueError(f"more than {MAX_SIZE} bytes")
            value = canonical.load(raw)
            openings = value.pop("openings")
            if value.pop("version") != 1 or type(openings) is not list:
                raise ValueError("not an opening in version 1")
            _check(value, _SHAPE)
            for one in openings:
                _check(one, _OPENED)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            text = str(error) if type(error) is ValueError else "members are missing"
            raise VerificationError("audit.format", text) from None
        opened = [Opened(bytes.fromhex(one["pseudonym"]), one["iin"], bytes.fromhex(one["proof"])) for one in openings]
        fixed = bytes.fromhex(value["key"]), value["audit"], bytes.fromhex(value["seed"])
        return cls(value["petition"], *fixed, opened)

    def verify(self) -> int:
        """Check that each pseudonym is the person's, and that they stand in the order of a draw; how many they are.

        Raises :class:`VerificationError`: ``vrf.*``, ``audit.sample``. Whether they are those that were drawn,
        :meth:`verify_drawn` tells.
        """
        for place, one in enumerate(self.opened, 1):
            try:
                found = vrf.verify(self.key, alpha(self.petition, one.iin), one.proof)
            except VerificationError as error:
                raise VerificationError(error.code, f"opening {place}") from None
            if found != one.pseudonym:
                raise VerificationError("vrf.proof", f"opening {place} is of another pseudonym")
        pseudonyms = [one.pseudonym for one in self.opened]
        if pseudonyms != audit.draw(self.seed, set(pseudonyms), len(pseudonyms)):
            raise VerificationError("audit.sample", "they do not stand in the order drawn, each once")
        return len(self.opened)

    def verify_drawn(self, register: Register, count: PetitionCount) -> int:
        """Check that these are the signatures that were drawn, as the log tells; how many that are.

        Raises :class:`VerificationError`: ``audit.order`` (nothing was drawn yet), ``audit.sample``.
        """
        found = count.audits.get(self.audit)
        if found is None or "reveals" not in found:
            raise VerificationError("audit.order", "the log has no such audit, or nothing was revealed")
        if self.key.hex() != count.key:
            raise VerificationError("audit.sample", "another key than the petition's")
        if self.seed != audit.seed(self.petition, map(bytes.fromhex, found["reveals"])):
            raise VerificationError("audit.sample", "another seed than the auditors' values give")
        drawn = sample(register, self.petition, count, self.audit)
        _same([one.pseudonym for one in self.opened], drawn)
        return len(drawn)


def _check(value: dict[str, Any], shape: dict[str, re.Pattern[str]]) -> None:
    if value.keys() != shape.keys():
        raise ValueError("an object has other members")
    for name, pattern in shape.items():
        if not isinstance(value[name], str) or not pattern.fullmatch(value[name]):
            raise ValueError(f"{name} is not what it must be")


def _same(opened: Sequence[bytes], drawn: Sequence[bytes]) -> None:
    if len(opened) != len(drawn):
        raise VerificationError("audit.sample", f"{len(opened)} were opened, {len(drawn)} drawn")
    for place, (one, other) in enumerate(zip(opened, drawn, strict=True), 1):
        if one != other:
            raise VerificationError("audit.sample", f"opening {place} is of another pseudonym than was drawn")


def of(petition: str, secret: bytes, audit_id: str, seed: bytes, people: Iterable[tuple[bytes, str]]) -> Opening:
    """The opening that the registrar makes, which has the secret key: of pseudonyms with people's numbers, in order."""
    opened = [Opened(pseudonym, iin, vrf.prove(secret, alpha(petition, iin))) for pseudonym, iin in people]
    return Opening(petition, vrf.public(secret), audit_id, seed, opened)
