"""The audit of a petition by sample: are those whom its count is of real people who signed?

The registrar alone knows whose pseudonyms stand in the log. So auditors draw some of them by lot, it opens these to the
auditors (number of the person, with a proof that the pseudonym is theirs: :mod:`egov_crypto.vrf`), and they ask the
people. That nobody chooses whom: each auditor commits to random bytes before any is revealed, the first entry's place
in the log fixes among whom is drawn, and the bytes of all together decide.

``value`` is an auditor's 32 random bytes; a commitment, and what names an audit, SHA-256 in hex.
"""

import hashlib
import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from math import comb
from typing import Any, Final

from egov_crypto.errors import UsageError, VerificationError

VALUE_SIZE: Final = 32
REVEALING: Final = timedelta(days=3)
"""In which auditors reveal their values. After that the audit is void: a value held back buys no later choice."""
DRAWN: Final = timedelta(days=4)
"""In which they stand in the log, and until when no other audit of that petition begins: so that nobody who reveals
last has several samples to choose from at once."""

_COMMITMENT: Final = b"egov-audit-commitment-v1"
_AUDIT: Final = b"egov-audit-v1"
_SEED: Final = b"egov-audit-seed-v1"
_DRAW: Final = b"egov-audit-draw-v1"


def commitment(petition: str, value: bytes) -> str:
    """What an auditor says first. Raises :class:`UsageError` if ``value`` has another size."""
    if len(value) != VALUE_SIZE:
        raise UsageError(f"an auditor's value has {VALUE_SIZE} bytes")
    return _hashed(_COMMITMENT, petition, [value]).hex()


def identifier(petition: str, commitments: Iterable[str]) -> str:
    """What the audit with these commitments is called."""
    return _hashed(_AUDIT, petition, sorted(map(bytes.fromhex, commitments))).hex()


def seed(petition: str, values: Iterable[bytes]) -> bytes:
    """32 bytes, which nobody could foretell who did not know the values of all."""
    return _hashed(_SEED, petition, sorted(values))


def draw(drawn_with: bytes, pseudonyms: Iterable[bytes], size: int) -> list[bytes]:
    """The sample: of all pseudonyms, each 64 bytes and there once, the ``size`` with the lowest SHA-256 of the seed
    and the pseudonym, the lowest first; all if there are fewer. In which order they come does not matter, and no more
    than the sample is held."""
    prefix = _DRAW + b"\0" + drawn_with
    return heapq.nsmallest(size, pseudonyms, key=lambda pseudonym: hashlib.sha256(prefix + pseudonym).digest())


def detection(population: int, sample: int, false: int) -> Fraction:
    """How probable it is that at least one of ``false`` signatures is in a sample, of a population with so many.

    Raises :class:`ValueError` if there are more in the sample, or false, than there are.
    """
    if not (0 <= sample <= population and 0 <= false <= population):
        raise ValueError("more than there are")
    return 1 - Fraction(comb(population - false, sample), comb(population, sample))


def take(index: int, value: dict[str, Any], audits: dict[str, dict[str, Any]], counted: int) -> None:
    """Take the log's entry at ``index``, a step of one of a petition's ``audits``: what is kept of each, by identifier,
    is what :class:`~egov_crypto.petition.PetitionCount` says. ``counted`` is how many signatures count then.

    Raises :class:`VerificationError` (``audit.*``) where the step does not follow from those before.
    """
    found = audits.get(value["audit"])
    match value["step"]:
        case "committed":
            if found is not None:
                raise VerificationError("audit.order", "committed a second time")
            _check_committed(value, audits)
            fixed = {"commitments": value["commitments"], "sample": value["sample"], "at": value["at"]}
            audits[value["audit"]] = {"index": index, "counted": counted, **fixed}
        case "revealed":
            if found is None or "reveals" in found:
                raise VerificationError("audit.order", "revealed a second time, or without commitments")
            _check_revealed(value, found)
            found["reveals"], found["revealed_at"] = value["reveals"], value["at"]
        case "reported":
            if found is None or "reveals" not in found or "report" in found:
                raise VerificationError("audit.order", "reported a second time, or before anything was revealed")
            if value["opened"] != min(found["sample"], found["counted"]):
                raise VerificationError("audit.count", f"{value['opened']} opened of a sample of {found['sample']}")
            names = ("opened", "confirmed", "denied", "unreached", "asked", "document")
            found["report"] = {name: value[name] for name in names}


def _check_committed(value: dict[str, Any], audits: dict[str, dict[str, Any]]) -> None:
    if value["audit"] != identifier(value["petition"], value["commitments"]):
        raise VerificationError("audit.commitment", "the audit is not called after its commitments")
    if any("reveals" not in other and _soon(other, value) for other in audits.values()):
        raise VerificationError("audit.order", "committed while another audit waits for its auditors' values")


def _check_revealed(value: dict[str, Any], found: dict[str, Any]) -> None:
    if not _soon(found, value):
        raise VerificationError("audit.order", f"revealed at {value['at']}, and committed at {found['at']}")
    opened = [commitment(value["petition"], bytes.fromhex(reveal)) for reveal in value["reveals"]]
    if opened != found["commitments"]:
        raise VerificationError("audit.commitment", "what was revealed is not what was committed to")
    if (value["size"], value["counted"]) != (found["index"], found["counted"]):
        detail = f"{value['counted']} at {value['size']}; {found['counted']} counted at {found['index']}"
        raise VerificationError("audit.count", detail)


def _soon(found: dict[str, Any], value: dict[str, Any]) -> bool:
    """Whether an entry comes while an audit, by when it was committed to, may still be drawn."""
    return datetime.fromisoformat(value["at"]) - datetime.fromisoformat(found["at"]) <= DRAWN


def _hashed(domain: bytes, petition: str, values: Sequence[bytes]) -> bytes:
    return hashlib.sha256(b"\0".join([domain, petition.encode("ascii"), b"".join(values)])).digest()
