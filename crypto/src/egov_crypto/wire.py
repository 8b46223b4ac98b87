"""Strict reading and writing of the specification's JSON (section 4.1).

Everything that is signed or hashed is compact JSON with its fields in the specification's order. A reader takes one
spelling only: what it parsed must serialise to the very same bytes, so that nobody can publish two texts of one thing.
"""

import base64
import hashlib
import json
import re
from typing import Any, Final

from egov_crypto.group import Point, parse_scalar

SMALL: Final = 2**30 - 1
"""Numbers above this are written as decimal strings where a weight or a count stands (OCaml's 31-bit integers)."""

_NATURAL: Final = re.compile(r"[1-9][0-9]{0,77}", re.ASCII)


def dump(value: Any) -> bytes:
    """Compact JSON in UTF-8; keys keep their order; U+007F is escaped, as the reference implementation does."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("\x7f", "\\u007f").encode()


def load(raw: bytes) -> Any:
    """The value of ``raw``, which must be exactly what :func:`dump` writes for it.

    Raises :class:`ValueError` on spaces, other escapes, duplicate keys, floats that do not round-trip, bad UTF-8, ….
    """
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_refuse)
        canonical = dump(value)
    except (UnicodeError, RecursionError) as error:
        raise ValueError("not valid JSON in UTF-8") from error
    if canonical != raw:
        raise ValueError("not compact JSON in its one spelling")
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def fields(value: Any, *names: str, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """``value``, checked to be an object with exactly ``names`` in this order; those in ``optional`` may be missing."""
    if not isinstance(value, dict):
        raise ValueError(f"an object is wanted, with {', '.join(names)}")
    expected = [name for name in names if name not in optional or name in value]
    if list(value) != expected:
        raise ValueError(f"its fields are not {', '.join(names)}, in this order")
    return value


def items(value: Any, length: int | None = None) -> list[Any]:
    """``value``, checked to be a list, of ``length`` elements if given."""
    if not isinstance(value, list):
        raise ValueError("a list is wanted")
    if length is not None and len(value) != length:
        raise ValueError(f"a list of {length} is wanted, not of {len(value)}")
    return value


def string(value: Any) -> str:
    """``value``, checked to be a string that UTF-8 can carry (no lone surrogates)."""
    if not isinstance(value, str):
        raise ValueError("a string is wanted")
    return value


def integer(value: Any) -> int:
    """``value``, checked to be a small natural number (and not a bool, which Python counts as one)."""
    if type(value) is not int or not 0 <= value <= SMALL:
        raise ValueError("a small natural number is wanted")
    return value


def weight_to_json(value: int) -> int | str:
    """A weight, or a count of weights: a JSON number up to :data:`SMALL`, a decimal string above."""
    return value if value <= SMALL else str(value)


def weight_from_json(value: Any) -> int:
    """The reverse of :func:`weight_to_json`; a number in the other's spelling is refused."""
    if isinstance(value, str):
        if _NATURAL.fullmatch(value) and int(value) > SMALL:
            return int(value)
        raise ValueError("not a canonical natural number")
    return integer(value)


def digest(raw: bytes) -> str:
    """Hexadecimal SHA-256, which names data and events in an archive."""
    return hashlib.sha256(raw).hexdigest()


def compact_digest(raw: bytes) -> str:
    """Unpadded Base64 of SHA-256: the fingerprint φ of an election, the hash under a signature, a ballot's tracker."""
    return base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")


def proof_from_json(value: Any) -> tuple[int, int]:
    """(challenge, response) of a ``proof`` object (section 4.3)."""
    members = fields(value, "challenge", "response")
    return parse_scalar(members["challenge"]), parse_scalar(members["response"])


def proof_to_json(proof: tuple[int, int]) -> dict[str, str]:
    return {"challenge": str(proof[0]), "response": str(proof[1])}


def ciphertext_to_json(ciphertext: tuple[Point, Point]) -> dict[str, str]:
    return {"alpha": ciphertext[0].text, "beta": ciphertext[1].text}
